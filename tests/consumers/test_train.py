"""The probe `lm` with torch 2.13.0: texts in order teach it more than the same words in none."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from consumer import asked

SOUNDS = [one + other for one in ("wa", "lo", "mi", "ser", "tan", "ko") for other in ("ter", "nd", "ling", "ra")]


def text(draw: Random) -> str:
    """Made-up sentences, whose words say by their ends where they stand."""
    said = []
    for _ in range(4):
        one, other, does = (draw.choice(SOUNDS) for _ in range(3))
        said.append(f"the {draw.choice(SOUNDS)}ish {one}er {does}ates a {draw.choice(SOUNDS)}ish {other}on.")
    return " ".join(said)


def mixed(said: str, draw: Random) -> str:
    words = said.split()
    draw.shuffle(words)
    return " ".join(words)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Any:
    draw, folder = Random(1), tmp_path_factory.mktemp("train")
    rows, test = ([{"text": text(draw)} for _ in range(count)] for count in (120, 40))
    other = [{"text": mixed(text(draw), draw)} for _ in range(50)]
    return asked("train", "probe_lm", {"home": str(folder / "home"), "files": {"rows.jsonl": rows, "test.jsonl": test, "mixed.jsonl": other}}, folder)


def test_order_is_learnt(said: Any) -> None:
    found = said["worth"]["comparisons"]
    verdicts = {one["name"]: one["difference"]["verdict"] for one in found if one["baseline"] in ("shuffled", "random")}
    assert verdicts == {"whole": "teaches more", "mixed.jsonl": "teaches less"}
    assert all(0 < one["score"] < 1 for one in found)


def test_the_same_rows_teach_the_same_in_any_order(said: Any) -> None:
    one, other, fewer = said["scores"]
    assert one == other and len(one) == 70 and all(0 < score < 1 for score in one)
    assert one != fewer
