"""Images and sound from the folder to the model and out again: a scripted server sees the very bytes arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from media_files import jpeg, png, wav
from running import ask

from rowsmith import Lab
from rowsmith.app.home import back_up, restore
from rowsmith.app.proof import verify
from rowsmith.core.errors import Invalid
from rowsmith.testing import Request
from rowsmith.testing.dialect import request_bytes

PICTURES = {"one.png": png(8, 6), "two.jpg": jpeg(30, 20), "three.png": png(8, 6)}
LOOK = {**ask("What is on it?"), "attach": ["image"], "forward": ["image"]}


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    (where.folder / "cats").mkdir()
    for name, body in {**PICTURES, "broken.png": png()[:20], "note.txt": b"no picture", "../said.wav": wav()}.items():
        (where.folder / "cats" / name).write_bytes(body)
    with Workshop(where, lambda request: {"answer": "A cat."}) as made:
        yield made


def cats(**settings: Any) -> dict[str, Any]:
    return {"kind": "read.files", "paths": ["cats"], "kinds": ["image"], **settings}


def bytes_seen(request: Request) -> list[bytes]:
    return [request_bytes(part) for part in request.parts if part["type"] != "text"]


def blobs(shop: Workshop) -> list[bytes]:
    return sorted(shop.lab.files.path(name).read_bytes() for name in shop.lab.files)


def test_the_bytes_arrive_and_the_rows_refer_to_them(shop: Workshop) -> None:
    done = shop.run(cats(), LOOK)
    assert (done.kept, done.failed) == (3, {"broken_file": 1})
    assert sorted(body for request in shop.asked for body in bytes_seen(request)) == sorted(PICTURES.values())
    assert all(request.parts[-1] == {"type": "text", "text": "What is on it?"} for request in shop.asked)
    rows = shop.rows(done)
    assert [(row.data["image"]["name"], row.data["image"]["media_type"]) for row in rows] == [
        ("one.png", "image/png"), ("three.png", "image/png"), ("two.jpg", "image/jpeg"),
    ]  # fmt: skip
    assert [shop.lab.files.path(row.data["image"]["file"]).read_bytes() for row in rows] == [PICTURES[row.data["image"]["name"]] for row in rows]
    assert blobs(shop) == sorted({*PICTURES.values(), png()[:20], b"no picture"})  # equal ones once
    assert verify(shop.lab).problems == []


def test_sound_and_a_judge(shop: Workshop) -> None:
    shop._reply = None
    read = {"kind": "read.files", "paths": ["said.wav"], "format": "audio", "media_column": "said"}
    steps = (read, ask("What is said?", attach=["said"], forward="all"), {"kind": "score.judge", "attach": ["said"]})
    done = shop.run(*steps)
    assert (done.kept, [bytes_seen(request) for request in shop.asked]) == (1, [[wav()], [wav()]])


def test_the_same_picture_is_not_asked_about_twice(shop: Workshop) -> None:
    """Two files of the same bytes are two questions of one run; another run finds both answers, though the files have other names now."""
    shop.run(cats(), LOOK)
    asked = len(shop.asked)
    (shop.folder / "cats").rename(shop.folder / "animals")
    again = shop.run(cats(paths=["animals"]), LOOK, new=True)
    assert (again.kept, again.calls, len(shop.asked)) == (3, 0, asked)


def test_offline_the_file_is_not_read(shop: Workshop) -> None:
    shop.run(cats(), LOOK)
    again = shop.run(cats(), LOOK, new=True, offline=True)
    assert (again.kept, again.calls, again.calls_reused) == (3, 0, 3)


def test_an_export_takes_the_files_along(shop: Workshop) -> None:
    shop.run(cats(), LOOK, {"kind": "write.files", "path": str(shop.folder / "written.jsonl"), "provenance": "none"})
    done = shop.lab.project().datasets.export("t", "jsonl", shop.folder / "out.jsonl", provenance="none")
    assert (done.files, done.files_out) == (str(shop.folder / "out.jsonl.files"), 2)
    for name in ("out.jsonl", "written.jsonl"):
        rows = [json.loads(line) for line in (shop.folder / name).read_bytes().splitlines()]
        assert [(shop.folder / row["image"]["path"]).read_bytes() for row in rows] == [PICTURES[row["image"]["name"]] for row in rows]


def test_a_backup_has_them_and_verify_names_what_is_gone(shop: Workshop, tmp_path: Path) -> None:
    done = shop.run(cats(), LOOK)
    back_up(shop.lab, tmp_path / "one.backup")
    restore(tmp_path / "one.backup", str(tmp_path / "again"))
    with Lab(tmp_path / "again") as again:
        assert sorted(again.files) == sorted(shop.lab.files)
        assert verify(again).problems == []
    name = shop.rows(done)[0].data["image"]["file"]
    path = shop.lab.files.path(name)
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    assert {"kind": "file", "what": "its bytes do not have its hash", "where": name} in verify(shop.lab).problems
    path.unlink()
    found = verify(shop.lab).problems
    assert "the copy of its input 'one.png' is missing" in [problem["what"] for problem in found]


def test_a_file_that_is_gone_costs_nothing(shop: Workshop) -> None:
    first = shop.run(cats(), ask(prompt="Name it.", forward=["image"]))
    assert first.kept == 3
    shop.lab.files.path(shop.rows(first)[0].data["image"]["file"]).unlink()
    asked = len(shop.asked)
    done = shop.run({"kind": "read.rows", "rows": [shop.rows(first)[0].data, shop.rows(first)[2].data]}, {**LOOK, "forward": []})
    assert (done.kept, done.failed, len(shop.asked) - asked) == (1, {"attachment": 1}, 1)


def test_a_model_that_takes_none_is_refused_before_anything_is_spent(shop: Workshop) -> None:
    read = {"kind": "read.files", "paths": ["said.wav"], "format": "audio"}
    recipe = shop.recipe(read, ask("What is said?", attach=["audio"]), models={"writer": {"model": "anthropic/claude-sonnet-4-5"}})
    with pytest.raises(Invalid, match=r"shows the column 'audio' to the model 'writer': Anthropic takes no audio"):
        shop.runs.start(recipe, offline=True)
    assert blobs(shop) == []


@pytest.mark.parametrize("format_", ["jsonl", "sharegpt", "llama-factory", "trl-sft-vision", "trl-prompt-completion-vision"])
def test_an_export_with_images_is_taken_into_another_home_with_them(format_: str, shop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> None:
    done = shop.run(cats(), ask("What is on it?", attach=["image"], forward=["image"]), {"kind": "transform.columns", "set": {"input": "What?"}})
    folder, into = shop.folder / "out", Lab(tmp_path_factory.mktemp("other"))
    file = folder / "rows.jsonl" if format_ in ("jsonl", "sharegpt") else folder
    shop.lab.project().datasets.export(f"run:{done.run}", format_, file, provenance="none")
    data = next(folder.rglob("*.jsonl")) if file == folder else file
    read = into.project().datasets.import_([data], "seen", format=format_)
    rows = list(into.project().datasets.rows("seen"))
    images = [row.data.get("image") or row.data["images"][0] for row in rows]
    assert read.kept == len(rows) == 3 and read.rejected == []
    assert sorted(into.files.find(image["file"]).read_bytes() for image in images) == sorted(PICTURES.values())
    again = shop.folder / "again"
    shown = into.project().datasets.export("seen", "llama-factory", again, provenance="none")
    assert (shown.rows_out, shown.files_out, shown.lost) == (3, 2, {})
