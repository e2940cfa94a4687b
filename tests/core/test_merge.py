"""Three-way merge of cells: what one side changed stands, what both changed differently clashes, and nothing is lost."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.merge import MISSING, Clash, cells, same, united

said = st.dictionaries(st.sampled_from("abcd"), st.none() | st.integers(0, 2) | st.booleans() | st.sampled_from(["", "x", 1.0]))


def refuse(clash: Clash) -> Any:
    raise LookupError


@given(said, said, said)
def test_clashes_are_what_both_changed_differently(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    merged, clashes = cells("r", base, ours, theirs, refuse)
    clashing = {clash.field for clash in clashes}
    for field in {*base, *ours, *theirs}:
        was, our, their = (side.get(field, MISSING) for side in (base, ours, theirs))
        if same(our, their) or same(their, was):
            expected = our
        elif same(our, was):
            expected = their
        else:
            assert field in clashing
            expected = our
        assert same(merged.get(field, MISSING), expected)
    assert len(clashes) == len(clashing)


@given(said, said, said)
def test_turned_round_it_says_the_same_where_nothing_clashes(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    one, left = cells("r", base, ours, theirs, refuse)
    other, right = cells("r", base, theirs, ours, refuse)
    assert [(c.field, c.ours, c.theirs) for c in sorted(left, key=lambda c: c.field)] == [
        (c.field, c.theirs, c.ours) for c in sorted(right, key=lambda c: c.field)
    ]
    open_fields = {clash.field for clash in left}
    assert all(same(one.get(f, MISSING), other.get(f, MISSING)) for f in {*one, *other} - open_fields)


@given(said, said)
def test_one_side_alone_is_that_side(base: dict[str, Any], ours: dict[str, Any]) -> None:
    for sides in ((ours, base), (base, ours)):
        merged, clashes = cells("r", base, *sides, refuse)
        assert not clashes
        assert merged.keys() == ours.keys()
        assert all(same(merged[f], ours[f]) for f in ours)


def test_what_was_chosen_stands() -> None:
    base, ours, theirs = {"a": 1, "b": 1}, {"a": 2, "b": 2}, {"b": 3}
    assert cells("r", base, ours, theirs, lambda clash: clash.theirs) == ({"b": 3}, [])
    assert cells("r", base, ours, theirs, lambda clash: "mine")[0] == {"a": "mine", "b": "mine"}
    assert [clash.dump() for clash in cells("r", base, ours, theirs, refuse, "scores.")[1]] == [
        {"row": "r", "field": "scores.a", "base": 1, "ours": 2, "theirs": None},
        {"row": "r", "field": "scores.b", "base": 1, "ours": 2, "theirs": 3},
    ]


def test_kinds_differ_and_lists_unite() -> None:
    assert not same(1, 1.0) and not same(1, True) and not same(None, MISSING) and same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert united([{"b": 1}, 2], [2, "x"]) == united([2, "x"], [2, {"b": 1}]) == ["x", 2, {"b": 1}]
