"""Images and sound in rows: read, shown to a model, and written out beside an export."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from asking_context import Asked, row, work
from hypothesis import given
from hypothesis import strategies as st
from media_files import flac, jpeg, mp3, png, wav
from step_context import StepContext

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.references import is_reference, referred
from rowsmith.core.row import Bad, New, Row
from rowsmith.formats import built_in
from rowsmith.steps.export import write_export
from rowsmith.steps.generate.columns import Columns
from rowsmith.steps.read.files import ReadFiles
from rowsmith.steps.score.judge import Judge

HASH = "ab" * 32
PICTURE = {"file": HASH, "media_type": "image/png", "name": "cat.png", "bytes": 70, "width": 3, "height": 2}
SOUND = {"file": "cd" * 32, "media_type": "audio/wav"}


def put(folder: Path, **files: bytes) -> Path:
    for name, body in files.items():
        (folder / name.replace("_", ".")).write_bytes(body)
    return folder


def read(folder: Path, **settings: Any) -> list[New | Bad]:
    return list(ReadFiles(**{"paths": ["."], **settings}).read(StepContext(folder)))


# -- read -----------------------------------------------------------------------------------------------------------------------------


def test_images_and_sounds_are_read_by_what_they_are(tmp_path: Path) -> None:
    put(tmp_path, a_png=jpeg(30, 20), b_jpg=png(5, 4), c_wav=wav(), d_mp3=flac(), e_mp3=mp3(), f_txt=b"text")
    found = read(tmp_path, kinds=["image", "audio"])
    said = [new.data for new in found if isinstance(new, New)]
    assert [(next(iter(data)), *(next(iter(data.values()))[name] for name in ("media_type", "name", "bytes"))) for data in said] == [
        ("image", "image/jpeg", "a.png", len(jpeg())), ("image", "image/png", "b.jpg", len(png(5, 4))), ("audio", "audio/wav", "c.wav", len(wav())),
        ("audio", "audio/flac", "d.mp3", len(flac())), ("audio", "audio/mpeg", "e.mp3", len(mp3())),
    ]  # fmt: skip
    assert (said[0]["image"]["width"], said[0]["image"]["height"], said[2]["audio"]["seconds"]) == (30, 20, 0.5)
    assert [new.origin["source"] for new in found if isinstance(new, New)][1] == {"name": "b.jpg", "file": "b.jpg", "hash": said[1]["image"]["file"]}
    assert all(is_reference(value) for data in said for value in data.values())


def test_folders_of_documents_stay_what_they_were(tmp_path: Path) -> None:
    put(tmp_path, a_png=png(), b_txt=b"text")
    assert [new.data for new in read(tmp_path) if isinstance(new, New)] == [{"text": "text"}]


def test_what_is_broken_too_large_or_something_else_is_told(tmp_path: Path) -> None:
    put(tmp_path, a_png=png(), b_png=b"no picture", c_png=png()[:20], d_png=wav(), e_png=png() + bytes(500), f_png=b"")
    found = read(tmp_path, format="image", max_media_bytes=200)
    assert [(bad.reason, bad.where) for bad in found if isinstance(bad, Bad)] == [
        ("broken_file", "b.png"), ("broken_file", "c.png"), ("large_file", "d.png"), ("large_file", "e.png"), ("empty_file", "f.png"),
    ]  # fmt: skip
    assert [(bad.reason, bad.detail) for bad in read(tmp_path, paths="d.png", format="image") if isinstance(bad, Bad)] == [
        ("other_kind", "The file is audio/wav, and is read as image.")
    ]
    assert len([new for new in found if isinstance(new, New)]) == 1


def test_the_column_has_a_name_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, a_png=png())
    step = ReadFiles(paths=[str(tmp_path / "a.png")], format="image", media_column="photo")
    assert step.columns(None) == {"photo"}
    (new,) = read(tmp_path, format="image", media_column="photo")
    assert set(new.data) == {"photo"}
    assert ReadFiles(paths=[str(tmp_path / "a.png")], format="image").columns(None) == {"image"}


# -- shown to a model -----------------------------------------------------------------------------------------------------------------


def parts_of(asked: Asked) -> list[Any]:
    content = asked.asks[0]["messages"][-1]["content"]
    assert isinstance(content, list)
    return content


def test_attached_files_stand_before_the_prompt() -> None:
    on = row({"image": PICTURE, "more": [PICTURE, SOUND], "text": "a cat?"})
    step = Columns(prompt="Is it {{ text }} {{ row }}", attach=["image", "more"], output={"said": "string"}, forward=["image"])
    out, asked = work(step, on, lambda messages: {"said": "yes"})
    image, sound = {"type": "image", "file": HASH, "media_type": "image/png"}, {"type": "audio", "file": SOUND["file"], "media_type": "audio/wav"}
    assert parts_of(asked) == [image, image, sound, {"type": "text", "text": 'Is it a cat? {"text":"a cat?"}'}]
    assert out[0].data == {"image": PICTURE, "said": "yes"}
    assert on.data["image"] is PICTURE


def test_without_attachments_a_message_is_text() -> None:
    _, asked = work(Columns(prompt="Say {{ row }}"), row({"image": PICTURE}), lambda messages: "yes")
    assert HASH in asked.request


def test_a_judge_is_shown_them_and_not_their_hashes() -> None:
    step = Judge(criteria={"accuracy": "It is what the picture shows."}, attach=["image"])
    on = row({"image": PICTURE, "answer": "a cat"})
    _, asked = work(step, on, lambda messages: {"accuracy": {"score": 8, "reason": "so"}})
    image, said = parts_of(asked)
    assert image["file"] == HASH
    assert "a cat" in said["text"]
    assert HASH not in said["text"]


NO_FILES = [None, "cat.png", {"file": HASH}, [], [PICTURE, None], {**PICTURE, "file": "../etc"}, {**PICTURE, "media_type": "text/html"}]


@pytest.mark.parametrize("value", NO_FILES)
def test_a_column_without_a_reference_fails_its_row(value: Any) -> None:
    for step in (Columns(prompt="Say", attach=["image"]), Judge(attach=["image"])):
        with pytest.raises(RowFailed, match="refers to no image or sound") as error:
            work(step, row({"image": value, "text": "t"}), lambda messages: "x")
        assert error.value.reason == "no_file"
    with pytest.raises(RowFailed) as error:
        work(Columns(prompt="Say", attach=["other"]), row({"image": PICTURE}), lambda messages: "x")
    assert error.value.reason == "missing_column"


# -- written out ----------------------------------------------------------------------------------------------------------------------


def rows_of(*data: dict[str, Any]) -> list[Row]:
    return [Row(f"{i:032x}", i.to_bytes(2, "big"), one) for i, one in enumerate(data)]


@pytest.fixture
def home(tmp_path: Path) -> Any:
    """Where files lie by hash: `find`, and references to two pictures and a sound."""
    folder = tmp_path / "blobs"
    folder.mkdir()
    context = StepContext(put(folder, a_png=png(), b_png=png(9, 9), c_wav=wav()))
    return context.file, [new.data for new in read(folder, kinds=["image", "audio"]) if isinstance(new, New)]


def test_files_are_written_beside_and_named(tmp_path: Path, home: Any) -> None:
    find, (first, second, sound) = home
    path = tmp_path / "out" / "a.jsonl"
    data = [first, {"deep": {"list": [first["image"], second["image"]]}, "text": "t"}, sound, {"text": "alone"}]
    report = write_export(path, rows_of(*data), built_in("jsonl"), find=find, provenance="none")
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    named = lines[0]["image"]["path"]
    assert named == f"a.jsonl.files/{first['image']['file']}.png"
    assert (path.parent / named).read_bytes() == png()
    assert [one["path"] for one in lines[1]["deep"]["list"]] == [named, f"a.jsonl.files/{second['image']['file']}.png"]
    assert (path.parent / lines[2]["audio"]["path"]).read_bytes() == wav()
    assert lines[3] == {"text": "alone"}
    assert (report.attachments, len(os.listdir(tmp_path / "out" / "a.jsonl.files"))) == (3, 3)
    assert json.loads((tmp_path / "out" / "a.jsonl.report.json").read_bytes())["attachments"] == 3
    assert "path" not in first["image"]


def test_a_later_export_replaces_the_folder(tmp_path: Path, home: Any) -> None:
    find, (first, second, _) = home
    path = tmp_path / "a.jsonl"
    for data, count in (([first, second], 2), ([second], 1), ([{"text": "none"}], 0)):
        write_export(path, rows_of(*data), built_in("csv"), find=find, provenance="none")
        folder = tmp_path / "a.jsonl.files"
        assert len(os.listdir(folder) if folder.exists() else []) == count
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.jsonl", "a.jsonl.report.json", "blobs"]


def test_files_of_somebody_else_are_left_alone(tmp_path: Path, home: Any) -> None:
    find, (first, _, _) = home
    mine = tmp_path / "a.jsonl.files" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(Invalid, match="holds files that no export wrote"):
        write_export(tmp_path / "a.jsonl", rows_of(first), built_in("jsonl"), find=find)
    assert not (tmp_path / "a.jsonl").exists()
    write_export(tmp_path / "a.jsonl", rows_of({"text": "t"}), built_in("jsonl"), find=find)
    assert mine.read_text(encoding="utf-8") == "mine"


def test_an_export_that_breaks_off_leaves_no_folder(tmp_path: Path, home: Any) -> None:
    find, (first, _, _) = home

    def breaks() -> Any:
        yield from rows_of(first)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_export(tmp_path / "a.jsonl", breaks(), built_in("jsonl"), find=find)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["blobs"]


def test_a_file_that_is_missing_is_counted(tmp_path: Path, home: Any) -> None:
    find, (first, _, _) = home
    report = write_export(tmp_path / "a.jsonl", rows_of({"image": PICTURE}, first), built_in("jsonl"), find=find, provenance="none")
    assert (report.attachments, report.attachments_missing) == (1, 1)
    assert json.loads((tmp_path / "a.jsonl").read_bytes().splitlines()[0]) == {"image": PICTURE}


@pytest.mark.parametrize("name", ["sharegpt", "openai"])
def test_a_row_whose_image_is_missing_is_left_out_where_it_is_shown(tmp_path: Path, home: Any, name: str) -> None:
    find, (first, _, _) = home
    asks = {"input": "What?", "answer": "A cat."}
    rows = rows_of({**asks, "images": [first["image"], PICTURE]}, {**asks, **first})
    report = write_export(tmp_path / "a.jsonl", rows, built_in(name), find=find, provenance="none")
    assert (report.rows_out, report.left_out, report.attachments_missing) == (1, {"no_file": 1}, 0)
    assert report.examples[0]["detail"] == f"The file {HASH} (image/png) is not in this home."
    assert len((tmp_path / "a.jsonl").read_bytes().splitlines()) == 1


def test_images_within_a_row_become_files(tmp_path: Path) -> None:
    url = f"data:image/png;base64,{b64encode(png()).decode()}"
    asks = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": "What?"}]}
    rows = rows_of(*[{"messages": [asks, {"role": "assistant", "content": "A cat."}]}] * 2)
    report = write_export(tmp_path / "a.jsonl", rows, built_in("sharegpt"), provenance="none")
    (path,) = json.loads((tmp_path / "a.jsonl").read_bytes().splitlines()[1])["images"]
    assert (report.rows_out, report.attachments, (tmp_path / path).read_bytes()) == (2, 1, png())
    write_export(tmp_path / "b.jsonl", rows, built_in("openai"), provenance="none")
    assert json.loads((tmp_path / "b.jsonl").read_bytes().splitlines()[0])["messages"][0] == asks


json_values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.just(PICTURE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@given(value=json_values)
def test_only_references_change(value: Any) -> None:
    before = json.dumps(value)
    changed = referred(value, lambda reference: {**reference, "path": "there"})
    assert json.dumps(value) == before
    assert json.dumps(changed).count('"path": "there"') == before.count(HASH)
    assert json.loads(json.dumps(changed).replace(', "path": "there"', "")) == value
    assert referred(value, lambda reference: reference) is value
