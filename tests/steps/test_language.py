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


TOLD = {
    "nb": "Hva skal du gjøre etter skolen i dag, og hvorfor ble alle så glade da noe stort kom?",
    "tl": "Hindi ko alam kung ano ang gagawin ko sa bangka na nasa ilog.",
    "zh": "我不知道該怎麼處理河邊那艘舊船。", "hr": "Ne znam što trebam učiniti s tim starim brodom koji je na rijeci, jer ga nije bilo.",
    "id": "Saya tidak tahu bagaimana perahu itu bisa sampai dari sungai, karena tidak ada orang yang bisa melihat apa.",
    "ms": "Saya tidak tahu bagaimana bot itu boleh sampai daripada sungai, kerana tiada orang boleh lihat, iaitu kepada saya.",
    "fi": "Minä en tiedä mitä hän on nyt tehnyt, mutta se oli myös hyvää.",
}  # fmt: skip
"""Texts by what they are told to be."""


@pytest.mark.parametrize(
    ("asked", "met"),
    [("no", "nb"), ("nn", "nb"), ("fil", "tl"), ("zh-Hant", "zh"), ("zh_TW", "zh"), ("yue", "zh"), ("bs", "hr"), ("sr", "hr"),
     ("id", "ms"), ("ms", "id")],
)  # fmt: skip
def test_a_macro_language_is_met_by_what_it_holds_and_by_nothing_else(asked: str, met: str, tmp_path: Path) -> None:
    assert {code: language_of(row("x", text=text)).language for code, text in TOLD.items()} == {code: code for code in TOLD}
    rows = [row(code, text=text, tongue=asked) for code, text in {**TOLD, "de": GERMAN}.items()]
    flagged = [one.data["text"] for one in carried_out(Language(wanted="tongue", least=0), tmp_path, rows) if reasons([one])]
    assert TOLD[met] not in flagged and GERMAN in flagged and TOLD["fi"] in flagged, "fi begins as fil does"


def test_each_row_may_say_in_which_language_it_should_be(tmp_path: Path) -> None:
    said = [(GERMAN, "de-AT"), (GERMAN, "en"), (ENGLISH, "yo"), (ENGLISH, ""), (ENGLISH, "de")]
    rows = [row(str(at), text=text, tongue=tag) for at, (text, tag) in enumerate(said)]
    found = carried_out(Language(wanted="tongue", action="drop"), tmp_path, rows)
    assert [one.detail if isinstance(one, Dropped) else "" for one in found] == ["", "de, not en", "", "", "en, not de"]
    assert language_of(row("x", text="Vado a casa", tongue="de"), "tongue") == language_of(row("x", text="Vado a casa"))


def test_languages_that_cannot_be_told_are_refused() -> None:
    assert ["'yo'" in problem for problem in Language(languages=["yo", "no", "fil", "de"]).check()] == [True]
    assert Language(languages=["de"], wanted="tongue").check() and not Language(wanted="tongue").check()


def test_the_language_of_a_row_is_guessed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def guess(one: Row, beside: str | None = None) -> Any:
        seen.append(one.id)
        return language_of(one, beside)

    monkeypatch.setattr("rowsmith.steps.score.language.language_of", guess)
    rows = [row(str(number), text=ENGLISH) for number in range(8)]
    found = carried_out(Language(), tmp_path, rows)
    assert seen == [one.id for one in rows]
    assert [one.scores["language"] for one in found if isinstance(one, Row)] == ["en"] * 8
