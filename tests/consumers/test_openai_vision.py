"""OpenAI's own types (3.51.0), of conversations that show images: every row that goes out is one, and its images are the very files. What the service
itself does with them can be asked of nobody: the check says what its pages say."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from consumer import asked
from pictured import FILES, HIGH, SQUARE, TALKS, WIDE, file
from written import records

from rowsmith.app.export_check import Checking, check_file
from rowsmith.formats import LossReport

URL = {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}
ASKS = {"role": "user", "content": [URL, {"type": "text", "text": "What?"}]}
SAYS = {"role": "assistant", "content": "A cat."}


def data(media_type: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "image_url", "image_url": {"url": f"data:{media_type};base64,aGFsbG8="}}]}


ODD: dict[str, tuple[list[dict[str, Any]], int, tuple[str, ...]]] = {
    "at an address": ([ASKS, SAYS], 1, ()),
    "by the assistant": ([ASKS, {"role": "assistant", "content": [URL]}], 0, ("images",)),
}  # fmt: skip
TOLD: dict[str, tuple[list[dict[str, Any]], int, str]] = {
    "eleven": ([{"role": "user", "content": [URL] * 11}, SAYS], 0, "images"), "gif": ([data("image/gif"), SAYS], 0, "L44"),
    "path": ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "cat.png"}}]}, SAYS], 0, "L44"),
}  # fmt: skip
"""What its types take, and its pages say is not taken."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openai")


@pytest.fixture(scope="module")
def report(base: Path) -> LossReport:
    return file(base / "seen.jsonl", "openai", TALKS)


@pytest.fixture(scope="module")
def said(base: Path, report: LossReport, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    for name, (messages, *_) in (ODD | TOLD).items():
        (base / f"{name}.jsonl").write_text(json.dumps({"messages": messages}) + "\n", encoding="utf-8")
    cases = [{"name": name, "path": str(base / f"{name}.jsonl"), "reader": "openai", "stops": name in ODD} for name in ("seen", *ODD, *TOLD)]
    found: dict[str, Any] = asked("light", "light", cases, tmp_path_factory.mktemp("home"))
    return found


def test_every_row_that_goes_out_is_of_its_types(base: Path, report: LossReport, said: dict[str, Any]) -> None:
    assert said["seen"]["kept"] == report.rows_out == len(TALKS) and report.left_out == {"no_file": 1, "image_place": 1, "images": 1}
    assert said["seen"]["rows"] == [[record["messages"]] for record in records(base / "seen.jsonl")]
    assert check_file(base / "seen.jsonl").consumer_keeps == len(TALKS)


def test_its_images_are_the_very_files(said: dict[str, Any]) -> None:
    contents = [[turn["content"] for turn in messages if isinstance(turn["content"], list)] for (messages,) in said["seen"]["rows"]]
    shown = [[part["image_url"]["url"] for content in row for part in content if part["type"] != "text"] for row in contents]
    assert [[b64decode(url.removeprefix("data:image/png;base64,")) for url in urls] for urls in shown] == [
        [FILES[one["file"]] for one in several] for several in ([WIDE], [WIDE, HIGH], [HIGH, SQUARE])
    ]  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_its_types_take_of_what_others_wrote_as_many_as_the_check_says(name: str, base: Path, said: dict[str, Any]) -> None:
    _, keeps, codes = ODD[name]
    found = check_file(base / f"{name}.jsonl", Checking("openai"))
    assert (said[name]["kept"], found.consumer_keeps) == (keeps, keeps), said[name]
    assert tuple(one.code for one in found.findings) == codes


@pytest.mark.parametrize("name", TOLD)
def test_what_its_types_take_and_the_service_does_not_is_told(name: str, base: Path, said: dict[str, Any]) -> None:
    _, keeps, code = TOLD[name]
    found = check_file(base / f"{name}.jsonl", Checking("openai"))
    assert said[name]["kept"] == 1 and (found.consumer_keeps, [one.code for one in found.findings]) == (keeps, [code])
