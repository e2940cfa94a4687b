"""filter.duplicates: exact twins go, the earlier row stays."""

from __future__ import annotations

from pathlib import Path

from set_rows import carried_out, row, texts, through

from rowsmith.core.row import Dropped
from rowsmith.steps.filter.duplicates import Duplicates


def test_the_earlier_row_stays_and_is_named(tmp_path: Path) -> None:
    rows = texts("a", "b", "a", "a")
    found = carried_out(Duplicates(), tmp_path, rows)
    assert found == [rows[0], rows[1], *(Dropped(rows[n].id, "duplicate", f"the same data as row {rows[0].id}") for n in (2, 3))]


def test_rows_of_earlier_waves_win(tmp_path: Path) -> None:
    kept = [row("late", text="a")]
    assert through(Duplicates(), tmp_path, texts("a", "b"), kept) == ["b"]


def test_columns_choose_what_is_compared(tmp_path: Path) -> None:
    rows = [row("1", text="a", n=1), row("2", text="a", n=2), row("3", n=1), row("4", n=2), row("5", n=1)]
    assert all(one is rows[n] for n, one in enumerate(carried_out(Duplicates(), tmp_path, rows)[:4]))
    found = carried_out(Duplicates(columns=["text"]), tmp_path, rows)
    assert [type(one).__name__ for one in found] == ["Row", "Dropped", "Row", "Row", "Row"]  # 3, 4 and 5 have no text
    assert isinstance(found[1], Dropped)
    assert found[1].detail == f"the same text as row {rows[0].id}"


def test_normalise(tmp_path: Path) -> None:
    same = texts("Is it so?", "is it  so", "IS IT\nSO!", "is it -1", "is it 1", "3.5", "35")
    assert len(through(Duplicates(), tmp_path, same)) == 7
    assert through(Duplicates(normalise="whitespace_case"), tmp_path, same) == ["Is it so?", "is it -1", "is it 1", "3.5", "35"]
    nested = [row("1", messages=[{"content": "Hi."}]), row("2", messages=[{"content": "hi"}])]
    assert isinstance(carried_out(Duplicates(normalise="whitespace_case"), tmp_path, nested)[1], Dropped)


def test_kinds_of_values_are_told_apart(tmp_path: Path) -> None:
    rows = [row(str(n), text=value) for n, value in enumerate(["1", 1, True, None, "", [], {}, [1], "null"])]
    assert len(through(Duplicates(), tmp_path, rows)) == len(rows)


def test_many_rows(tmp_path: Path) -> None:
    rows = texts(*(str(n % 3000) for n in range(9000)))
    assert through(Duplicates(), tmp_path, rows) == [str(n) for n in range(3000)]
