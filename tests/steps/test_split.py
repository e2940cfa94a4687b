"""transform.split: what stays together, sizes and why they are missed, seeds, additions, waves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from set_rows import ListRows, Scratch, carried_out
from shaping_rows import how, placed, sourced

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.ties import ties
from rowsmith.steps.transform.split import SplitStep

LONG = "the old mill by the river was sold last spring to a family from the coast who mean to grind flour there again before winter comes"
HALVES = {"parts": {"a": 0.5, "b": 0.5}}


def apart(count: int, **data: Any) -> list[Row]:
    """Rows that nothing ties."""
    return [sourced(str(n), f"d{n}", text=f"text {n} says {n * 7919} of {n * 104729}", **data) for n in range(count)]


def parts_of(rows: list[Row | Dropped], column: str = "split") -> list[str]:
    return [row.data[column] if isinstance(row, Row) else row.reason for row in rows]


def test_sizes_are_exact_where_nothing_hangs_together(tmp_path: Path) -> None:
    rows = carried_out(SplitStep(parts={"train": 0.8, "validation": 0.1, "test": 0.1}), tmp_path, apart(100))
    assert Counter(parts_of(rows)) == {"train": 80, "validation": 10, "test": 10}
    counted = carried_out(SplitStep(parts={"test": 7, "train": "rest"}), tmp_path, apart(100))
    for parts in ({"test": 30, "train": 10}, {"test": 300, "train": 100, "more": "rest"}):
        assert Counter(parts_of(carried_out(SplitStep(parts=parts), tmp_path, apart(100)))) == {"test": 75, "train": 25}
    assert Counter(parts_of(counted)) == {"train": 93, "test": 7}


def test_rows_of_one_document_stay_together(tmp_path: Path) -> None:
    rows = [sourced(f"{n}", f"d{n % 10}", text=f"{n} {n * 31}") for n in range(100)]
    part_of, done = placed(rows, tmp_path, how("train=0.7,test=0.3", by="source"))
    assert all(len({part_of[row.id] for row in rows[at::10]}) == 1 for at in range(10))
    assert done.dump()["parts"] == {"train": {"wanted": 70, "got": 70}, "test": {"wanted": 30, "got": 30}}
    assert (done.components, done.largest["rows"], done.largest["ties"]) == (10, 10, {"sources": 9, "files": 9})


def test_a_copied_document_is_the_same_source(tmp_path: Path) -> None:
    one, copy = sourced("a", "a.md"), sourced("b", "b.md")
    copy.origin["source"]["hash"] = one.origin["source"]["hash"]
    _, done = placed([one, copy], tmp_path, how("x=0.5,y=0.5", by="source"))
    assert done.components == 1


def record(name: str, **place: Any) -> Row:
    return replace(sourced(name), origin={"source": {"name": "all.jsonl", "hash": "h", **place}})


@pytest.mark.parametrize(
    ("one", "other", "tied"),
    [
        ({"line": 1}, {"line": 2}, False), ({"line": 1}, {"line": 1}, True), ({"line": 1, "key": "k"}, {"line": 9, "key": "k"}, True),
        ({"line": 1, "key": "k"}, {"line": 1, "key": "l"}, False), ({"index": 0}, {"index": 1}, False), ({}, {}, True),
        ({"span": [0, 5]}, {"span": [5, 9], "page": 2}, True), ({"line": 3, "hash": "h"}, {"line": 3, "hash": "i"}, False),
    ],
)  # fmt: skip
def test_records_of_a_file_are_sources_of_their_own(tmp_path: Path, one: Any, other: Any, tied: bool) -> None:
    _, done = placed([record("a", **one), record("b", **other)], tmp_path, how("x=0.5,y=0.5", by="source"))
    assert (done.components == 1) == tied


def test_what_was_made_of_a_row_belongs_to_it(tmp_path: Path) -> None:
    parent = sourced("p")
    made = [replace(sourced(f"m{n}"), origin={"parents": [parent.id]}) for n in range(3)]
    _, done = placed([made[0], parent, *made[1:], sourced("other")], tmp_path, how("x=0.5,y=0.5", by="source"))
    assert (done.components, done.largest["rows"], done.without_source) == (2, 4, 2)


def test_rows_without_a_source_have_none_in_common_and_are_counted(tmp_path: Path) -> None:
    part_of, done = placed([sourced(str(n)) for n in range(10)], tmp_path, how("x=0.5,y=0.5", by="source"))
    assert (Counter(part_of.values()), done.without_source) == ({"x": 5, "y": 5}, 10)
    assert placed([sourced("1"), sourced("2")], tmp_path, how("x=0.5,y=0.5", by=""))[1].without_source == 0


def test_what_hangs_together_through_others_stays_together(tmp_path: Path) -> None:
    """a and b share a source, b and c an author, c and d nearly their text."""
    rows = [
        sourced("a", "s1", text="one thing", author="x"), sourced("b", "s1", text="another one entirely", author="y"),
        sourced("c", "s2", text=LONG, author="y"), sourced("d", "s3", text=LONG.replace("coast", "hills"), author="z"),
    ]  # fmt: skip
    for by, components in (("source", 3), ("near_duplicates", 3), ("group:author", 3), ("source,group:author", 2)):
        assert placed(rows, tmp_path, how("x=0.5,y=0.5", by=by))[1].components == components
    _, done = placed(rows, tmp_path, how("x=0.5,y=0.5", by="source,near_duplicates,group:author"))
    assert (done.components, done.largest["ties"]) == (1, {"sources": 1, "files": 1, "group:author": 1, "near_duplicates": 1})


def test_rows_without_words_are_near_duplicates_when_they_are_equal(tmp_path: Path) -> None:
    rows = [sourced("a", n=1), sourced("b", n=1, split="test"), sourced("c", n=2), sourced("d", n=[1])]
    assert placed(rows, tmp_path, how("x=0.5,y=0.5", by="near_duplicates"))[1].components == 3
    assert placed(rows, tmp_path, how("x=0.5,y=0.5", by="source"))[1].components == 4


def test_a_missing_value_of_a_group_ties_nothing(tmp_path: Path) -> None:
    rows = [sourced("a", author=None), sourced("b"), sourced("c", author="x")]
    assert placed(rows, tmp_path, how("x=0.5,y=0.5", by="group:author"))[1].components == 3


def test_a_large_component_is_placed_and_the_miss_is_told(tmp_path: Path) -> None:
    rows = [sourced(f"{n}", "one" if n < 95 else f"d{n}", text=f"{n} {n * 37}") for n in range(100)]
    part_of, done = placed(rows, tmp_path)
    told = done.dump()
    assert part_of[rows[0].id] == "train"
    assert told["parts"]["train"] == {"wanted": 80, "got": 95}
    assert told["misses"][0] == (
        "train has 95 rows where 80 were wanted: rows that are tied together stay together, and the largest 95 hang together by 94 sources, 94 files"
    )
    assert "largest" in told["misses"][1]
    assert any("Drop near-duplicates first" in miss for miss in placed([sourced(str(n), "s") for n in range(5)], tmp_path)[1].dump()["misses"])


def test_strata_get_their_shares(tmp_path: Path) -> None:
    rows = [sourced(f"{n}", f"d{n // 2}", label="rare" if n % 10 < 2 else "common") for n in range(400)]
    part_of, done = placed(rows, tmp_path, how("train=0.75,test=0.25", by="source", stratify="label"))
    told = done.dump()["strata"]
    assert told == {"rare": {"train": {"wanted": 60, "got": 60}, "test": {"wanted": 20, "got": 20}},
                    "common": {"train": {"wanted": 240, "got": 240}, "test": {"wanted": 80, "got": 80}}}  # fmt: skip
    assert sum(part_of[row.id] == "test" for row in rows if row.data["label"] == "rare") == 20
    loose = [placed(rows, tmp_path, how("train=0.75,test=0.25", by="source", seed=seed))[0] for seed in range(4)]
    assert any(sum(one[row.id] == "test" for row in rows if row.data["label"] == "rare") != 20 for one in loose)


def test_another_seed_is_another_split_and_the_same_the_same(tmp_path: Path) -> None:
    rows = apart(50)
    one, same, other = (placed(rows, tmp_path, how(seed=seed))[0] for seed in (1, 1, 2))
    assert one == same != other


def test_rows_that_are_added_move_few_of_the_others(tmp_path: Path) -> None:
    rows = [sourced(f"{n}", f"d{n // 3}", text=f"{n} {n * 7919}") for n in range(1650)]
    before, after = placed(rows[:1500], tmp_path)[0], placed(rows, tmp_path)[0]
    moved = sum(after[name] != part for name, part in before.items())
    assert moved < 0.03 * len(before), "a split anew would move a third"


def test_a_later_wave_follows_what_was_placed(tmp_path: Path) -> None:
    first = [sourced(f"{n}", f"d{n}", text=f"text {n} {n * 31}") for n in range(10)]
    part_of, _ = placed(first, tmp_path, how("a=0.5,b=0.5"))
    late = [replace(sourced(f"late{n}", f"d{n}", text=f"late {n} {n * 77}")) for n in range(10)]
    step = SplitStep(**HALVES)
    found = carried_out(step, tmp_path, late, first)
    assert parts_of(found) == [part_of[row.id] for row in first]


def test_a_later_row_that_ties_two_parts_is_dropped(tmp_path: Path) -> None:
    first = [sourced(f"{n}", f"d{n}", text=f"text {n} {n * 31}", who=f"w{n}") for n in range(4)]
    step = SplitStep(parts={"a": 0.5, "b": 0.5}, by=["source", "group:who"])
    parts = parts_of(carried_out(step, tmp_path, first))
    one, other = parts.index("a"), parts.index("b")
    between = sourced("x", f"d{one}", text="it lies between", who=f"w{other}")
    found = carried_out(step, tmp_path, [between, sourced("y", f"d{one}", text="follows", who="none")], first)
    assert [type(row) for row in found] == [Dropped, Dropped], "what hangs on it cannot be told from it"
    assert parts_of(found) == ["between_parts"] * 2
    assert parts_of(carried_out(step, tmp_path, [sourced("y", f"d{one}", text="follows", who="none")], first)) == ["a"]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"parts": {"a": 0.5, "b": 0.6}}, "sum to 1.1"),
        ({**HALVES, "by": ["sources"]}, "'sources' is nothing by which rows can be kept together"),
        ({**HALVES, "by": ["group:"]}, "group:COLUMN"),
    ],
)
def test_settings_that_cannot_be_are_told_before_the_run(settings: Any, what: str) -> None:
    assert what in SplitStep(**settings).check()[0]
    assert SplitStep(**HALVES).check() == []


@pytest.mark.parametrize("more", [{"by": "group:gone"}, {"stratify": "gone"}, {"columns": ("gone",)}])
def test_a_column_that_no_row_has(tmp_path: Path, more: Any) -> None:
    with pytest.raises(Invalid, match="No row has a column 'gone'") as error:
        placed(apart(3), tmp_path, how(**more))
    assert "text" in error.value.fix


def test_too_many_strata(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="more than 1,000 values"):
        placed([sourced(str(n), n=n) for n in range(1001)], tmp_path, how(by="", stratify="n"))


def test_columns_that_must_be_there_and_that_come() -> None:
    from rowsmith.core.step import COLUMN

    step = SplitStep(**HALVES, by=["source", "group:who"], stratify="label", compare=["text"], column="part")
    assert step.marked(COLUMN) == {"stratify": "label", "compare": ["text"], "by": ["who"]}
    assert step.columns(frozenset({"text"})) == {"text", "part"}
    assert step.columns(None) is None


def test_no_rows_at_all(tmp_path: Path) -> None:
    assert list(SplitStep(**HALVES).all(ListRows(), ListRows(), Scratch(tmp_path))) == []  # type: ignore[arg-type]
    assert ties(["source"]).kinds == ("sources", "files", "parents")
