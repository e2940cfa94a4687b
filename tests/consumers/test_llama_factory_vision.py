"""LLaMA-Factory 0.9.5 for a model that sees: its loader opens the images of every row, and finds a mark for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from consumer import asked
from pictured import FILES, LABELLED, PAIRS, TALKS, folder

from rowsmith.app.export_check import Checking, check_file
from rowsmith.formats import LossReport

CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "llama-factory": ("sft", [*TALKS, {"input": "And without an image?", "answer": "As well."}]), "llama-factory-preference": ("rm", PAIRS),
    "llama-factory-kto": ("kto", [*LABELLED, *LABELLED]),
}  # fmt: skip
NAME = f"files/{next(iter(FILES))}.png"
TAGS = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}


def talk(asks: str, says: str = "Wide.") -> dict[str, Any]:
    return {"conversations": [{"from": "human", "value": asks}, {"from": "gpt", "value": says}]}


ODD: dict[str, tuple[dict[str, Any], list[str], int, tuple[str, ...]]] = {
    "as-it-should-be": ({**talk("<image>\nWhat?"), "images": [NAME]}, ["images"], 2, ()),
    "no-mark": ({**talk("What?"), "images": [NAME]}, ["images"], 0, ("images",)),
    "too-many-marks": ({**talk("<image>\nWhat?", "An <image>."), "images": [NAME]}, ["images"], 0, ("images",)),
    "not-listed": ({**talk("<image>\nWhat?"), "images": [NAME]}, [], 0, ("images",)),
}  # fmt: skip
"""A record that somebody else wrote, twice: further columns that its dataset_info.json lists, rows kept, and what the check finds."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vision")


@pytest.fixture(scope="module")
def reports(base: Path) -> dict[str, LossReport]:
    return {name: folder(base / name, name, rows) for name, (_, rows) in CASES.items()}


@pytest.fixture(scope="module")
def said(base: Path, reports: dict[str, LossReport], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    for name, (record, listed, *_) in ODD.items():
        (base / name / "files").mkdir(parents=True)
        (base / name / NAME).write_bytes(next(iter(FILES.values())))
        (base / name / "rows.jsonl").write_text((json.dumps(record) + "\n") * 2, encoding="utf-8")
        columns = {"messages": "conversations", **{column: column for column in listed}}
        info = {"rows": {"file_name": "rows.jsonl", "formatting": "sharegpt", "columns": columns, "tags": TAGS}}
        (base / name / "dataset_info.json").write_text(json.dumps(info), encoding="utf-8")
    cases = [{"name": name, "stage": stage, "path": str(base / name), "sees": True} for name, (stage, _) in CASES.items()]
    cases += [{"name": name, "stage": "sft", "path": str(base / name), "sees": True, "stops": True} for name in ODD]
    found: dict[str, Any] = asked("llama-factory", "llama_factory_folder", cases, tmp_path_factory.mktemp("home"))
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_row_that_goes_out_is_kept(name: str, reports: dict[str, LossReport], said: dict[str, Any]) -> None:
    assert sum(map(len, said[name].values())) == reports[name].rows_out == len(CASES[name][1])


def test_images_stand_where_they_are_shown(said: dict[str, Any]) -> None:
    texts = [*said["llama-factory"]["seen-train"], *said["llama-factory"]["seen-test"]]
    assert [text.count("<image>") for text in texts] == [4, 8, 8, 0]
    assert f"Look: {'<image>' * 4} what?" in texts[1] and f"{'<image>' * 4}And this?" in texts[1]


@pytest.mark.parametrize("name", ODD)
def test_it_keeps_of_what_others_wrote_as_many_as_the_check_says(name: str, base: Path, said: dict[str, Any]) -> None:
    _, _, keeps, codes = ODD[name]
    found = check_file(base / name / "rows.jsonl", Checking("llama-factory"))
    assert (len(said[name].get("rows", [])), found.consumer_keeps) == (keeps, keeps), said[name]
    assert tuple(one.code for one in found.findings if one.code != "L22") == codes
