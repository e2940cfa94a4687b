"""score.language: the language of rows, and rows of another one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from set_rows import carried_out, row

from rowsmith.core.flags import flags_of
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.score.language import Language, language_of

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import truth_language

ENGLISH = "The old mill stands at the river and has not been used for many years."
GERMAN = "Die alte Mühle steht am Fluss und ist seit vielen Jahren nicht mehr in Betrieb."


def reasons(rows: list[Any]) -> list[str]:
    return [f"{flag.reason}: {flag.detail}" for one in rows if isinstance(one, Row) for flag in flags_of(one)]


def test_the_open_half_of_the_truth() -> None:
    found = truth_language.measured("open")
    assert found["precision"] >= 0.98 and found["recall"] >= 0.97


def test_rows_of_another_language_than_most(tmp_path: Path) -> None:
    rows = [row(str(number), text=f"{ENGLISH} It has {number} wheels.") for number in range(9)]
    mixed = [*rows, row("de", text=GERMAN), row("none", text="12 34")]
    found = carried_out(Language(), tmp_path, mixed)
    assert reasons(found) == ["language: de, not en"]
    assert [one.scores["language"] for one in found if isinstance(one, Row)] == ["en"] * 9 + ["de", "und"]
    assert reasons(carried_out(Language(main=0.95), tmp_path, mixed)) == []
    assert reasons(carried_out(Language(languages=["de"]), tmp_path, mixed)) == ["language: en, not de"] * 9
    assert reasons(carried_out(Language(languages=["de", "en"]), tmp_path, mixed)) == []
    assert reasons(carried_out(Language(least=1), tmp_path, mixed[-2:], rows)) == []
    assert [one.detail for one in carried_out(Language(action="drop"), tmp_path, mixed) if isinstance(one, Dropped)] == ["de, not en"]
    assert "tongue" in next(one.scores for one in carried_out(Language(into="tongue"), tmp_path, rows) if isinstance(one, Row))


@pytest.mark.parametrize(
    "data",
    [{"text": GERMAN}, {"question": GERMAN}, {"messages": [{"role": "user", "content": GERMAN}]}, {"text": GERMAN, "label": "the and of"}],
)
def test_every_shape_is_of_the_same_language(data: dict[str, Any]) -> None:
    assert language_of(row("x", **data)).language == "de"


@pytest.mark.parametrize("text", ["SELECT id, SUM(qty) FROM t1 GROUP BY id HAVING SUM(qty) > 10;", '{"a": [1, 2], "b": null}', "", "…", "https://a.example/the/and"])
def test_what_is_in_no_language(text: str) -> None:
    assert language_of(row("x", text=text)).language == "und"


def test_the_language_of_a_row_is_guessed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def guess(one: Row) -> Any:
        seen.append(one.id)
        return language_of(one)

    monkeypatch.setattr("rowsmith.steps.score.language.language_of", guess)
    rows = [row(str(number), text=ENGLISH) for number in range(8)]
    found = carried_out(Language(), tmp_path, rows)
    assert seen == [one.id for one in rows]
    assert [one.scores["language"] for one in found if isinstance(one, Row)] == ["en"] * 8
