"""Figures and texts of the quality report: nothing is rounded away, nothing stays unseen."""

from __future__ import annotations

import math
import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.app.quality_report_plots import histogram
from rowsmith.app.quality_report_words import MOST, anchor, count, line, money, number, percent, points, share, text
from rowsmith.core.quality import measure


@given(st.text(st.characters()))
def test_every_text_can_be_written_and_holds_nothing_unseen(said: str) -> None:
    shown = text(said)
    shown.encode()
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n\r"]
    assert not set(line(said)) & set("\n\r\t\u2028\u2029\u202e\u2066")


def test_a_long_text_is_cut_and_says_so() -> None:
    assert text("x" * (MOST + 1)) == f"{'x' * MOST} …" and text("x" * MOST) == "x" * MOST


@given(st.text(st.characters()) | st.integers(), st.text(st.characters()) | st.integers())
def test_anchors_are_plain_and_tell_rows_apart(one: str | int, other: str | int) -> None:
    assert re.fullmatch(r"row-[\w.~%-]{0,80}", anchor(one), re.ASCII)
    assert (anchor(one) == anchor(other)) == (str(one) == str(other))
    assert len(anchor("x" * 10_000)) < 100 and unquote(anchor("a b/ü")) == "row-a b/ü"


@pytest.mark.parametrize(
    ("part", "of", "said"),
    [(0, 10, "0 %"), (1, 100_000, "< 0.1 %"), (1, 3, "33.3 %"), (99_999, 100_000, "> 99.9 %"), (10, 10, "100 %"), (0, 0, "–"), (None, 3, "–")],
)
def test_shares_are_neither_nothing_nor_all_unless_they_are(part: object, of: int, said: str) -> None:
    assert share(part, of).replace("\u00a0", " ") == said


@given(st.floats(0, 1))
def test_points_never_read_as_a_grade_that_was_not_reached(score: float) -> None:
    assert float(points(score)) <= 100 * score + 1e-4
    assert 100 * score - float(points(score)) < 0.1 + 1e-4


def test_figures() -> None:
    assert [number(value) for value in (0, 0.82513, 12.5, 1204, 1e-7, 12345.678, -0.04, True, "7", math.nan, math.inf, 10**400)] == [
        "0", "0.8251", "12.5", "1,204", "1e-07", "12,346", "-0.04", "–", "–", "–", "–", "–",
    ]  # fmt: skip
    assert [money(value) for value in (0, 0.00184, 0.000001234, 0.25, 1234.5)] == ["$0.00", "$0.00184", "$1.23e-06", "$0.2500", "$1,234.50"]
    assert money(None) == "–"
    assert [count(1_234_567), count(None), percent(0, 5), percent(1, 1e9), percent(9, 5)] == ["1,234,567", "–", "0%", "0.4%", "100%"]


@given(st.lists(st.floats(-1e6, 1e6) | st.integers(0, 12), max_size=60), st.integers(0, 100))
def test_a_histogram_shows_every_value(values: list[float], lacking: int) -> None:
    found = histogram("it", measure(values), len(values) + lacking)
    shown = sum(int(bar.rows.replace(",", "")) for bar in found.bars)
    assert shown == (len(values) if found.bars else 0)
    if not values:
        assert not found.bars and "mean" not in found.told
    for bar in found.bars:
        assert (bar.height == "0") == (bar.rows == "0")
        assert 39 <= float(bar.x) <= float(bar.x) + float(bar.width) <= 297 and 15 <= float(bar.y) <= 132
    assert len(found.x) <= 12 and all(39 <= float(tick.at) <= 297 for tick in found.x)


def test_whole_numbers_stand_under_their_bars() -> None:
    found = histogram("difficulty", measure([1, 2, 2, 5]), 4)
    assert [bar.label for bar in found.bars] == ["1", "2", "3", "4", "5"] and [tick.text for tick in found.x] == ["1", "2", "3", "4", "5"]
    assert found.told == "mean 2.5, from 1 to 5, in all 4 rows"


def test_one_value_in_all_rows_is_no_picture() -> None:
    assert histogram("language", measure([1.0] * 7), 9).told == "1 in 7 values; 2 rows have none"


def test_bins_of_other_widths_say_that_they_are() -> None:
    bins = [{"from": 0, "to": 1, "count": 2}, {"from": 1, "to": 100, "count": 1}]
    found = histogram("it", {"count": 3, "mean": 3.0, "low": 0.0, "high": 100.0, "bins": bins}, 3)
    assert found.note == "The bins are not equally wide." and found.mean is None and found.bars[0].width == found.bars[1].width
