"""What the recipes on images and pages are there for: the model sees the very files, nothing passes that they do not bear out, all of it goes out."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from case import Voice
from media_files import png, wav
from papers import properties, shown
from pictures import IMAGES, seen, verdicts
from running import Bench
from sheets import pdf

from catalogue import carried_out, case_of, laid_out, settings
from rowsmith.app.proof import verify
from rowsmith.core.errors import Invalid
from rowsmith.formats import built_in
from rowsmith.testing import Request

NAMES = ("image-captions", "image-qa", "page-questions")
CORPUS = Path(__file__).parents[1] / "corpus" / "files"


def writing(request: Request) -> bool:
    """Whether a caption or a question is asked for."""
    return "input" in properties(request)


def blind(request: Request) -> bool:
    return "answerable" in properties(request) and not seen(request)


@pytest.mark.parametrize("name", ["image-captions", "image-qa"])
def test_the_model_sees_the_very_files(name: str, tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out(name, tmp_path, asked=asked)
    looking = [request for request in asked if not blind(request) and "same" not in properties(request)]
    assert looking and all(len(seen(request)) == 1 and seen(request)[0] in IMAGES.values() for request in looking)
    assert {body for request in looking for body in seen(request)} >= {IMAGES[f"images/{row.data['image']['name']}"] for row in rows}


def test_the_model_sees_the_page_and_its_text_beside_it(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("page-questions", tmp_path, asked=asked)
    wrote = [request for request in asked if writing(request)]
    assert all(seen(request)[0].startswith(b"\x89PNG") and shown(request)["text"].strip() for request in wrote)
    pages = {(row.data["document"], row.data["page"]) for row in rows}
    assert pages <= {("one.pdf", 1), ("one.pdf", 2), ("one.pdf", 3), ("two.pdf", 1), ("two.pdf", 2)} and len(pages) > 1
    assert all(row.origin["source"]["page"] == row.data["page"] and row.origin["source"]["name"] == row.data["document"] for row in rows)


def test_a_caption_with_a_claim_that_the_image_does_not_bear_out_is_dropped(tmp_path: Path) -> None:
    def doubting(request: Request) -> Any:
        found = verdicts(request)
        if found is None or len(found["verdicts"]) < 2:
            return found
        found["verdicts"][-1] |= {"seen": "a dog, no cat", "borne_out": False}
        return found

    result, rows = carried_out("image-captions", tmp_path, answers=doubting, target="8", styles="{short: 1, dense: 1}")
    assert result.dropped["not_depicted"] > 1 and {row.data["style"] for row in rows} == {"short"}


def test_captions_keep_the_length_of_their_style(tmp_path: Path) -> None:
    _, rows = carried_out("image-captions", tmp_path, target="12", per_image="2")
    assert set(Counter(row.data["style"] for row in rows)) == {"short", "dense", "alt"}
    assert all(len(row.data["answer"].split()) <= 30 for row in rows if row.data["style"] == "short")
    assert all(len(row.data["answer"].split()) >= 40 for row in rows if row.data["style"] == "dense")

    def long(request: Request) -> Any:
        return {"input": Voice(request.chance).question(), "answer": Voice(request.chance).sentence(60)} if writing(request) else None

    for style in ("short", "alt"):
        result, _ = carried_out("image-captions", tmp_path / style, answers=long, target="2", kept=0, styles=f"[{style}]")
        assert set(result.dropped) == {"length"}


def test_language_and_a_style_of_ones_own_reach_the_prompt(tmp_path: Path) -> None:
    asked: list[Request] = []
    carried_out("image-captions", tmp_path, asked=asked, language="German", styles="[a haiku]", target="2")
    wrote = [request.text for request in asked if writing(request)]
    assert wrote and all("in German" in text and "of this kind: a haiku." in text for text in wrote)


def test_kinds_come_by_their_shares(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("image-qa", tmp_path, asked=asked, target="24", questions="4", kinds="{counting: 3, unanswerable: 1}")
    kinds = Counter(row.data["kind"] for row in rows)
    assert set(kinds) == {"counting", "unanswerable"} and 3 <= kinds["unanswerable"] <= 9
    wrote = [request.text for request in asked if writing(request)]
    assert sum("sounds as if it could be seen" in text for text in wrote) == kinds["unanswerable"]


@pytest.mark.parametrize("name", ["image-qa", "page-questions"])
def test_a_question_that_is_answered_blind_is_dropped(name: str, tmp_path: Path) -> None:
    def knowing(request: Request) -> Any:
        return {"answerable": True, "answer": "three"} if blind(request) else None

    result, _ = carried_out(name, tmp_path, answers=knowing, target="2", kept=0)
    assert result.dropped["guessable"] > 2 and set(result.dropped) == {"guessable"}


@pytest.mark.parametrize("name", ["image-qa", "page-questions"])
def test_an_answer_that_a_second_look_does_not_find_is_dropped(name: str, tmp_path: Path) -> None:
    def other(request: Request) -> Any:
        return {"reason": "so", "same": False} if "same" in properties(request) else None

    result, _ = carried_out(name, tmp_path, answers=other, target="2", kept=0, kinds="[text, reading]")
    assert set(result.dropped) == {"not_confirmed"}


def test_a_question_that_the_image_answers_is_no_unanswerable_one(tmp_path: Path) -> None:
    def seeing(request: Request) -> Any:
        return {"answerable": True, "answer": "three"} if "answerable" in properties(request) and seen(request) else None

    result, _ = carried_out("image-qa", tmp_path, answers=seeing, target="2", kept=0, kinds="[unanswerable]")
    assert set(result.dropped) == {"answered"}


@pytest.mark.parametrize("name", ["image-qa", "page-questions"])
def test_what_an_image_has_no_question_of_is_left_out(name: str, tmp_path: Path) -> None:
    def unfit(request: Request) -> Any:
        return {"fits": False, **dict.fromkeys(properties(request).keys() - {"fits"}, "")} if writing(request) else None

    result, _ = carried_out(name, tmp_path, answers=unfit, target="2", kept=0)
    assert set(result.dropped) == {"no_such_question"}


def test_a_quote_stands_on_its_page_unless_it_is_of_a_figure_or_a_scan(tmp_path: Path) -> None:
    def invented(request: Request) -> Any:
        said = {"fits": True, "input": Voice(request.chance).question(), "answer": "so it is", "quote": "nobody has said this"}
        return said if writing(request) else None

    result, _ = carried_out("page-questions", tmp_path / "text", answers=invented, target="2", kept=0, kinds="[text, table]")
    assert set(result.dropped) == {"unquoted"}
    _, rows = carried_out("page-questions", tmp_path / "figure", answers=invented, target="3", kinds="[figure]")
    assert all("quotes" not in row.scores for row in rows)
    scan = str(CORPUS / "scanned-en.pdf")
    asked: list[Request] = []
    _, rows = carried_out("page-questions", tmp_path / "scan", answers=invented, target="1", kinds="[text]", input=scan, asked=asked)
    assert rows[0].data["document"] == "scanned-en.pdf" and "You see a page of a document." in asked[0].text


def test_chosen_pages_alone_are_asked_about(tmp_path: Path) -> None:
    _, rows = carried_out("page-questions", tmp_path, pages="2", target="3")
    assert {row.data["page"] for row in rows} == {2}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_made_again_the_same(name: str, tmp_path: Path) -> None:
    case = case_of(name)
    laid_out(case, tmp_path)
    with chdir(tmp_path), Bench(tmp_path, case.reply) as bench:
        result = bench.runs.start(name, sets=settings(name, case, bench.server.url), target=case.target)
        asked = len(bench.asked)
        assert result.kept == case.target and verify(bench.lab, name).ok and len(bench.asked) == asked


@pytest.mark.parametrize("name", NAMES)
def test_images_go_out_as_each_format_has_them(name: str, tmp_path: Path) -> None:
    case = case_of(name)
    laid_out(case, tmp_path)
    with chdir(tmp_path), Bench(tmp_path, case.reply) as bench:
        bench.runs.start(name, sets=settings(name, case, bench.server.url), target=case.target)
        datasets, files = bench.lab.project().datasets, bench.lab.files
        rows = list(datasets.rows(name))
        bodies = [files.path(row.data["image"]["file"]).read_bytes() for row in rows]

        def exported(format_: str) -> list[dict[str, Any]]:
            path = tmp_path / "out" / format_
            done = datasets.export(name, format_, path if built_in(format_).folder else path / "rows.jsonl", provenance="none")
            assert done.rows_out == case.target and "image" not in done.dropped and (done.check is None or done.check.consumer_keeps == case.target)
            (file,) = path.rglob("*.jsonl")
            return [json.loads(line) for line in file.read_bytes().splitlines()]

        for row, record, body in zip(rows, exported("openai"), bodies, strict=True):
            image, text = record["messages"][0]["content"]
            assert image == {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{b64encode(body).decode()}"}}
            assert text == {"type": "text", "text": row.data["input"]} and record["messages"][1]["content"] == row.data["answer"]
        for format_ in ("sharegpt", "llama-factory"):
            for row, record, body in zip(rows, exported(format_), bodies, strict=True):
                assert record["conversations"][0] == {"from": "human", "value": f"<image>\n{row.data['input']}"}
                assert [(tmp_path / "out" / format_ / path).read_bytes() for path in record["images"]] == [body]
        for row, record, body in zip(rows, exported("trl-sft-vision"), bodies, strict=True):
            assert record["messages"][0]["content"] == [{"type": "image"}, {"type": "text", "text": row.data["input"]}]
            train = tmp_path / "out" / "trl-sft-vision" / "train"
            assert [(train / path).read_bytes() for path in record["images_file_names"]] == [body]
        info = json.loads((tmp_path / "out" / "llama-factory" / "dataset_info.json").read_bytes())
        assert all(entry["columns"]["images"] == "images" for entry in info.values())
        for record, body in zip(exported("jsonl"), bodies, strict=True):
            assert (tmp_path / "out" / "jsonl" / record["image"]["path"]).read_bytes() == body


def test_images_that_are_none_are_told_and_the_others_are_captioned(tmp_path: Path) -> None:
    wrong = {
        "text.png": b"no image", "cut.png": png()[:20], "huge.png": png(400, 400) + bytes(2000), "sound.png": wav(0.05), "empty.png": b"",
    }  # fmt: skip
    for name, body in wrong.items():
        (tmp_path / "images").mkdir(exist_ok=True)
        (tmp_path / "images" / name).write_bytes(body)
    result, rows = carried_out("image-captions", tmp_path, target="12", largest="2000")
    assert result.failed == {"broken_file": 2, "large_file": 1, "other_kind": 1, "empty_file": 1}
    assert {row.data["image"]["name"] for row in rows} == {path.removeprefix("images/") for path in IMAGES}


def test_documents_that_are_none_are_told_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    for name, body in {"text.pdf": b"no PDF", "cut.pdf": pdf("A page.")[:60], "blank.pdf": pdf("")}.items():
        (tmp_path / "papers" / name).write_bytes(body)
    result, rows = carried_out("page-questions", tmp_path, target="20")
    assert (result.failed, result.dropped) == ({"broken_file": 1, "other_kind": 1}, {"blank_page": 1})
    assert {row.data["document"] for row in rows} <= {"one.pdf", "two.pdf"}


@pytest.mark.parametrize("name", NAMES)
def test_a_model_that_cannot_see_is_refused_before_anything_is_spent(name: str, tmp_path: Path) -> None:
    case = case_of(name)
    laid_out(case, tmp_path)
    with chdir(tmp_path), Bench(tmp_path, case.reply) as bench:
        sets = {"input": case.sets["input"], "model": "openai/gpt-5.5-cyber"}
        with pytest.raises(Invalid, match=r"gpt-5.5-cyber is not known to take images.*rowsmith models add"):
            bench.runs.start(name, sets=sets, target=1, offline=True)
        assert not bench.asked
