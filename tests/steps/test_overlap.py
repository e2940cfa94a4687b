"""The report of what parts share: every kind of sharing is found and named, and nothing where there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from set_rows import ListRows
from shaping_rows import sourced

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.steps.overlap import Overlap, overlap
from rowsmith.steps.ties import ties

LONG = "the old mill by the river was sold last spring to a family from the coast who mean to grind flour there again before winter comes"
BY = ("source", "near_duplicates", "group:who")


def told(folder: Path, *rows: Row, by: tuple[str, ...] = BY, **more: Any) -> Overlap:
    found = overlap(ListRows(rows), "split", ties(by), folder, **{"similarity": 0.7, **more})
    assert not list(folder.iterdir())
    return found


def pair(folder: Path, one: Row, other: Row, **more: Any) -> Any:
    one, other = (row.with_data({**row.data, "split": part}) for row, part in ((one, "train"), (other, "test")))
    found = told(folder, one, other, **more)
    assert found.clean == (not found.pairs[0].anything)
    return found.pairs[0]


def test_nothing_is_shared(tmp_path: Path) -> None:
    found = pair(tmp_path, sourced("a", "s1", text="one text", who="x"), sourced("b", "s2", text="quite another", who="y"))
    assert not found.anything
    assert (found.worst, found.examples) == ([], {})


def test_a_source_a_copy_of_a_file_a_parent_and_a_group(tmp_path: Path) -> None:
    one = sourced("a", "s", text="one", who="x")
    assert pair(tmp_path, one, sourced("b", "s", text="two", who="y")).sources == 1
    copy = sourced("b", "t", text="two", who="y")
    copy.origin["source"]["hash"] = one.origin["source"]["hash"]
    found = pair(tmp_path, one, copy)
    assert (found.sources, found.files) == (0, 1)
    children = [replace(sourced(n, text=n * 3, who=n), origin={"parents": ["p"]}) for n in "cd"]
    found = pair(tmp_path, *children)
    assert (found.parents, found.examples["parents"]) == (1, [children[0].id, children[1].id])
    found = pair(tmp_path, one, sourced("b", "t", text="two", who="x"))
    assert (found.groups, list(found.examples)) == ({"who": 1}, ["groups.who"])


def test_equal_rows_are_found_whatever_ties_are_chosen(tmp_path: Path) -> None:
    found = pair(tmp_path, sourced("a", text="same", n=1), sourced("b", text="same", n=1), by=())
    assert (found.exact, found.sources, found.near) == (1, 0, 0)
    assert pair(tmp_path, sourced("a", text="same", n=1), sourced("b", text="same", n=2), by=()).exact == 0


def test_near_duplicates_with_their_similarity_and_ids_the_worst_first(tmp_path: Path) -> None:
    rows = [sourced("a", text=LONG, split="train")]
    for number, word in enumerate(("coast", "family", "flour")):
        rows.append(sourced(f"b{number}", text=rows[-1].data["text"].replace(word, "x"), split="test"))
    found = told(tmp_path, *rows, by=("near_duplicates",))
    assert found.pairs[0].near >= 2
    assert found.pairs[0].worst[0] == {"similarity": 0.8519, "rows": [rows[0].id, rows[1].id]}
    assert [one["similarity"] for one in found.pairs[0].worst] == sorted((one["similarity"] for one in found.pairs[0].worst), reverse=True)
    assert told(tmp_path, *rows, by=("near_duplicates",), similarity=0.9).clean
    assert told(tmp_path, *rows, by=("source",)).clean


def test_columns_say_what_is_compared_and_the_parts_column_never_is(tmp_path: Path) -> None:
    one, other = (sourced(n, text=LONG, note=f"{n} says nothing of it that anybody said before {n * 40}", split=n) for n in "ab")
    assert told(tmp_path, one, other, by=("near_duplicates",), columns=["text"]).pairs[0].near == 1
    assert told(tmp_path, one, other, by=("near_duplicates",), columns=["note"]).clean
    lone = [sourced(n, split=f"the same long words in the column of parts {n}") for n in "ab"]
    assert told(tmp_path, *lone, by=("near_duplicates",)).pairs[0].near == 0


def test_three_parts_rows_without_one_and_rows_without_a_source(tmp_path: Path) -> None:
    rows = [sourced(str(n), None if n == 5 else "s", text=f"{n} {n * 99}", split=part) for n, part in enumerate(["a", "b", "c", None, 1, "a"])]
    found = told(tmp_path, *rows, by=("source",))
    assert found.rows == {"a": 2, "b": 1, "c": 1, "1": 1}
    assert (found.without_part, found.without_source, found.clean) == (1, 1, False)
    assert {one.parts: one.sources for one in found.pairs} == {
        ("a", "b"): 1, ("a", "c"): 1, ("a", "1"): 1, ("b", "c"): 1, ("b", "1"): 1, ("c", "1"): 1
    }  # fmt: skip


def test_a_column_that_says_no_parts(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="No row says its part in a column 'split'"):
        told(tmp_path, sourced("a", text="x"))
    with pytest.raises(Invalid, match="names more than 100 parts"):
        told(tmp_path, *(sourced(str(n), split=n) for n in range(101)))


def test_many_rows_that_are_alike_in_part_are_cut_short_and_it_is_told(tmp_path: Path) -> None:
    """One row against 300 that share a third of its words: not all are compared."""
    words = LONG.split()
    rows = [sourced(f"{n}", text=" ".join([*words[:9], *(f"w{n}x{k}" for k in range(9))]), split="ab"[n % 2]) for n in range(400)]
    found = told(tmp_path, *rows, by=("near_duplicates",), similarity=0.6)
    assert found.clean
    assert found.comparisons_left_out > 0
