"""TRL 1.16.0 with images: `load_dataset` decodes those of every row, the trainers train on all rows, and the model is handed what we say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from consumer import asked
from pictured import FILES, LABELLED, PAIRS, SIZES, TALKS, folder

from rowsmith.app.export_check import Checking, check_file
from rowsmith.formats import LossReport

CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "trl-sft-vision": ("sft", TALKS), "trl-prompt-completion-vision": ("sft", TALKS), "trl-dpo-vision": ("dpo", PAIRS),
    "trl-kto-vision": ("kto", LABELLED),
}  # fmt: skip
CONTENT = [{"type": "image"}, {"type": "text", "text": "What is it?"}]
ANSWER = [{"role": "assistant", "content": [{"type": "text", "text": "Wide."}]}]
TALK = [{"role": "user", "content": CONTENT}, *ANSWER]
NAME = f"files/{next(iter(FILES))}.png"
ODD: dict[str, tuple[str, dict[str, Any], int, list[str]]] = {
    "as-it-should-be": ("sft", {"messages": TALK, "images_file_names": [NAME]}, 2, ["L05", "length"]),
    "text-alone": ("sft", {"messages": TALK, "images_file_names": []}, 0, ["L05", "images"]),
    "one-too-many": ("sft", {"messages": TALK, "images_file_names": [NAME, NAME]}, 0, ["L05", "images", "length"]),
    "in-an-answer": ("sft", {"prompt": TALK[:1], "completion": [{"role": "assistant", "content": CONTENT}], "images_file_names": [NAME]}, 0,
                     ["images", "length"]),
    "developer": ("sft", {"messages": [{"role": "developer", "content": ANSWER[0]["content"]}, *TALK], "images_file_names": [NAME]}, 0,
                  ["L05", "length", "messages"]),
    "same": ("dpo", {"prompt": TALK[:1], "chosen": ANSWER, "rejected": ANSWER, "images_file_names": [NAME]}, 2, ["L06", "length"]),
}  # fmt: skip
"""Records that somebody else wrote, twice: how many TRL keeps, and what the check finds."""
MARK = "<image>" * 4
"""The tokens of an image to the model."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vision")


@pytest.fixture(scope="module")
def reports(base: Path) -> dict[str, LossReport]:
    return {name: folder(base / name, name, rows) for name, (_, rows) in CASES.items()}


@pytest.fixture(scope="module")
def said(base: Path, reports: dict[str, LossReport], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    for name, (_, record, *_) in ODD.items():
        (base / name / "train" / "files").mkdir(parents=True)
        (base / name / "train" / NAME).write_bytes(next(iter(FILES.values())))
        (base / name / "train" / "metadata.jsonl").write_text((json.dumps(record) + "\n") * 2, encoding="utf-8")
        if not record["images_file_names"]:  # one row with images says what the column is
            whole = {**record, "images_file_names": [NAME]}
            (base / name / "train" / "metadata.jsonl").write_text(json.dumps(whole) + "\n" + json.dumps(record) + "\n", encoding="utf-8")
    trainers = {name: case[0] for name, case in (*CASES.items(), *ODD.items())}
    cases = [{"name": name, "trainer": trainer, "path": str(base / name), "stops": name in ODD} for name, trainer in trainers.items()]
    found: dict[str, Any] = asked("trl", "trl_vision", cases, tmp_path_factory.mktemp("home"))
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_row_that_goes_out_is_trained_on_with_its_images(name: str, reports: dict[str, LossReport], said: dict[str, Any]) -> None:
    assert sum(said[name]["rows"].values()) == reports[name].rows_out == len(CASES[name][1])
    assert said[name]["kept"] == said[name]["rows"]["train"]
    assert said[name]["columns"][-1 if name != "trl-kto-vision" else -2] == "images"


def test_what_does_not_go_is_told_row_by_row(reports: dict[str, LossReport]) -> None:
    assert reports["trl-sft-vision"].left_out == {"no_file": 1, "image_place": 1, "images": 1}
    assert {one["reason"]: one["detail"] for one in reports["trl-sft-vision"].examples}["no_file"].endswith("is not in this home.")


@pytest.mark.parametrize("name", ["trl-sft-vision", "trl-prompt-completion-vision", "trl-kto-vision"])
def test_the_model_sees_the_very_images_where_they_stand(name: str, said: dict[str, Any]) -> None:
    assert [[image[:3] for image in images] for images in said[name]["images"]] == SIZES[::2] and said[name]["pixels"] == 3
    assert said[name]["texts"][0] == f"<|im_start|>user\n{MARK}What is it?<|im_end|>\n<|im_start|>assistant\nWide. ☂<|im_end|>\n"
    assert f"user\nLook: {MARK} what?<|im_end|>" in said[name]["texts"][1] and f"user\n{MARK}And this?<|im_end|>" in said[name]["texts"][1]


def test_what_is_learned(said: dict[str, Any]) -> None:
    assert said["trl-prompt-completion-vision"]["learned"] == ["Wide. ☂<|im_end|>\n", "A square.<|im_end|>\n"]
    assert said["trl-dpo-vision"]["learned"] == ["Wide.<|im_end|>\n", "Who knows?<|im_end|>\n"]
    assert said["trl-sft-vision"]["learned"] == said["trl-sft-vision"]["texts"]


@pytest.mark.parametrize("name", ODD)
def test_trl_keeps_of_what_others_wrote_as_many_as_the_check_says(name: str, base: Path, said: dict[str, Any]) -> None:
    _, _, keeps, codes = ODD[name]
    found = check_file(base / name / "train" / "metadata.jsonl", Checking("trl-vision"))
    assert (said[name]["kept"], found.consumer_keeps) == (keeps, keeps), said[name]
    assert sorted(one.code for one in found.findings) == (codes if keeps or name != "text-alone" else ["L05", "images", "length"])
