"""Laws of the three-way merge of lines: what one side changed is there, the sides are equals, and nothing that both left alone goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.merge_lines import merged

texts = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "d"]), max_size=8).map("".join)


@given(texts, texts)
def test_a_side_that_changes_nothing_gives_way(base: str, other: str) -> None:
    assert merged(base, base, other) == merged(base, other, base) == merged(base, other, other) == other


@given(texts, texts, texts)
def test_the_sides_are_equals(base: str, ours: str, theirs: str) -> None:
    assert merged(base, ours, theirs) == merged(base, theirs, ours)


@given(st.integers(0, 9), st.integers(0, 9))
def test_changes_that_lie_apart_are_both_there(here: int, there: int) -> None:
    base = [f"{n}\n" for n in range(10)]
    ours, theirs = list(base), list(base)
    ours[here], theirs[there] = "ours\n", "theirs\n"
    found = merged("".join(base), "".join(ours), "".join(theirs))
    if abs(here - there) > 1:
        assert found is not None and "ours\n" in found and "theirs\n" in found and found.count("\n") == 10
    else:
        assert found is None
