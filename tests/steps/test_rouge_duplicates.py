from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from set_rows import carried_out, row, texts, through

from rowsmith.core.row import Dropped, Row
from rowsmith.steps.filter.rouge_duplicates import RougeDuplicates
from rowsmith.steps.subsequence import common, rouge_l

WORDS = st.lists(st.integers(0, 4), max_size=12)


def slow(one: list[int], other: list[int]) -> int:
    """The textbook's table."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            table[i + 1][j + 1] = table[i][j] + 1 if left == right else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@given(WORDS, WORDS)
def test_the_length_of_the_common_subsequence(one: list[int], other: list[int]) -> None:
    assert common(one, other) == slow(one, other)


def test_the_measure_is_f1_over_words() -> None:
    assert rouge_l("police killed the gunman", "police kill the gunman") == 0.75
    assert rouge_l("police killed the gunman", "the gunman kill police") == 0.5
    assert rouge_l("", "a") == 0


def test_what_is_below_stays_and_what_reaches_it_goes_with_its_twin(tmp_path: Path) -> None:
    rows = texts("a b c d e f g", "a b c d e x y z", "a b c d e f x", "nothing of it")
    found = carried_out(RougeDuplicates(), tmp_path, rows)
    assert [isinstance(one, Dropped) for one in found] == [False, False, True, False]
    assert isinstance(found[2], Dropped) and (found[2].reason, found[2].detail) == ("rouge_duplicate", f"ROUGE-L 0.86 to row {rows[0].id}")
    assert through(RougeDuplicates(similarity=0.9), tmp_path, rows) == [one.data["text"] for one in rows]


def test_rows_of_a_lower_order_are_the_earlier_ones_and_earlier_waves_come_first(tmp_path: Path) -> None:
    rows = [row("a", text="one two three", round=2), row("b", text="one two three", round=1)]
    assert [isinstance(one, Dropped) for one in carried_out(RougeDuplicates(columns=["text"], order="round"), tmp_path, rows)] == [True, False]
    assert [isinstance(one, Dropped) for one in carried_out(RougeDuplicates(columns=["text"]), tmp_path, rows)] == [False, True]
    found = carried_out(RougeDuplicates(columns=["text"], order="round"), tmp_path, rows[1:], rows[:1])
    assert isinstance(found[0], Dropped)


def test_flags_name_the_twin(tmp_path: Path) -> None:
    found = carried_out(RougeDuplicates(action="flag"), tmp_path, texts("a b c", "a b c"))
    assert [one.scores["rouge_duplicate"] for one in found if isinstance(one, Row)] == [0, 1]
    assert RougeDuplicates(order="a >").check() and RougeDuplicates(order="a = 1").check()
