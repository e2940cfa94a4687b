"""filter.sample: each way of choosing, its size, and what it says of rows that cannot be chosen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from set_rows import ListRows, carried_out
from shaping_rows import alike, sourced

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.diverse import BITS, COMPARISONS, POOL, farthest, pool_size, sketches
from rowsmith.steps.filter.sample import SampleStep
from rowsmith.steps.sampling import Sampling, sample

ROWS = [sourced(str(n), n=n, label="rare" if n < 10 else "common", text=f"{n} {n * 31} {n * 97}") for n in range(100)]


def through(folder: Path, rows: list[Row] = ROWS, kept: list[Row] | None = None, **settings: Any) -> list[Row]:
    return [row for row in carried_out(SampleStep(**settings), folder, rows, kept or []) if isinstance(row, Row)]


def test_random(tmp_path: Path) -> None:
    one, same, other = (through(tmp_path, n=20, seed=seed) for seed in (1, 1, 2))
    assert len(one) == len(other) == 20
    assert one == same != other
    assert set(map(id_of, through(tmp_path, n=10, seed=1))) < set(map(id_of, one)), "a smaller sample lies within a larger one"
    assert len(through(tmp_path, share=0.25)) == 25
    assert through(tmp_path, n=500) == ROWS


def id_of(row: Row) -> str:
    return row.id


def test_stratified_in_proportion_or_equally(tmp_path: Path) -> None:
    assert Counter(row.data["label"] for row in through(tmp_path, n=20, how="stratified", by="label")) == {"rare": 2, "common": 18}
    equal = through(tmp_path, n=30, how="stratified", by="label", equal_strata=True)
    assert Counter(row.data["label"] for row in equal) == {"rare": 10, "common": 20}
    assert len(through(tmp_path, n=4, how="stratified", by="label", equal_strata=True)) == 4


def test_weighted_by_an_expression(tmp_path: Path) -> None:
    heavy = through(tmp_path, n=5, how="weighted", by="CASE WHEN n = 3 THEN 1000000 ELSE 1 END")
    assert 3 in [row.data["n"] for row in heavy]
    only = through(tmp_path, n=50, how="weighted", by="CASE WHEN n < 7 THEN 1 ELSE 0 END")
    assert sorted(row.data["n"] for row in only) == list(range(7)), "a weight of 0 is never taken"


def test_top_by_an_expression_and_of_equals_the_earlier(tmp_path: Path) -> None:
    assert [row.data["n"] for row in through(tmp_path, n=3, how="top", by="n")] == [97, 98, 99]
    assert [row.data["n"] for row in through(tmp_path, n=3, how="top", by="0 - abs(n - 50)")] == [49, 50, 51]
    assert [row.data["n"] for row in through(tmp_path, n=4, how="top", by="n % 2")] == [1, 3, 5, 7]


@pytest.mark.parametrize(("how", "reason"), [("weighted", "no_weight"), ("top", "no_value")])
def test_rows_without_a_usable_number_are_dropped_by_name(tmp_path: Path, how: Any, reason: str) -> None:
    odd = [sourced("a", w="text"), sourced("b", w=None), sourced("c"), sourced("d", w=True), sourced("e", w=2)]
    found = carried_out(SampleStep(n=9, how=how, by="w"), tmp_path, odd)
    assert [row.reason if isinstance(row, Dropped) else "" for row in found] == [reason] * 4 + [""]
    done = sample(ListRows(odd), 9, Sampling(how, "w"), tmp_path)
    assert (done.unusable, done.examples[0]) == (4, f"row {odd[0].id}: text")
    assert "nothing" in done.examples[1]


def test_a_negative_weight_is_none(tmp_path: Path) -> None:
    done = sample(ListRows([sourced("a", w=-1), sourced("b", w=1)]), 2, Sampling("weighted", "w"), tmp_path)
    assert (done.unusable, list(done.chosen), done.examples) == (1, [2, 1], [f"row {sourced('a').id}: -1"])


def test_diverse_takes_one_of_each_kind_before_two_of_any(tmp_path: Path) -> None:
    kinds = ["the cat sat on the mat and slept all day", "stocks fell sharply in early trading today", "boil the pasta until it is soft then drain"]
    rows = [sourced(f"{n}", text=kinds[n % 20 == 0 or 2 * (n % 20 == 7)] + f" {n}") for n in range(100)]
    found = [through(tmp_path, rows, n=3, how="diverse", by="text", seed=seed) for seed in range(4)]
    assert [len({row.data["text"].split()[0] for row in one}) for one in found] == [3] * 4
    assert any(len({row.data["text"].split()[0] for row in through(tmp_path, rows, n=3, seed=seed)}) < 3 for seed in range(4))


def test_diverse_compares_the_column_that_is_named(tmp_path: Path) -> None:
    rows = [sourced(str(n), a="always the same words here", b=f"{'x y z' if n < 19 else 'other words altogether'} ") for n in range(20)]
    assert any("other" in row.data["b"] for row in through(tmp_path, rows, n=2, how="diverse", by="b"))
    assert through(tmp_path, rows, n=2, how="diverse", by="a") != through(tmp_path, rows, n=2, how="diverse", by="b")


def test_sketches_measure_what_texts_have_in_common() -> None:
    words = [f"w{n}" for n in range(200)]
    texts = [" ".join(words[:100]), " ".join(words[50:150]), " ".join(words[100:]), " ".join(words[:100]), ""]
    found = list(sketches(iter(texts)))
    for one in range(4):
        for other in range(4):
            differs = (found[one] ^ found[other]).bit_count() / BITS
            assert abs(differs - (1 - alike(texts[one], texts[other])) / 2) < 0.12
    assert found[4] == 0


def test_farthest_first() -> None:
    assert farthest([0b0000, 0b0001, 0b1111, 0b0011], 3) == [0, 2, 3]
    assert farthest([5, 5, 5], 3) == [0, 1, 2]
    assert farthest([7], 3) == [0]
    assert farthest([], 3) == farthest([1], 0) == []


def test_the_pool_bounds_the_cost() -> None:
    for n in (1, 10, 1000, 10_000):
        assert n * pool_size(n) <= COMPARISONS
        assert 2 * n <= pool_size(n) <= POOL


def test_a_pool_is_drawn_where_there_are_more_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rowsmith.steps.diverse.POOL", 10)
    done = sample(ListRows(ROWS), 3, Sampling("diverse", "text"), tmp_path)
    assert (done.pool, sum(done.chosen)) == (10, 3)
    assert sample(ListRows(ROWS[:10]), 3, Sampling("diverse", "text"), tmp_path).pool is None


def test_a_diverse_sample_cannot_be_of_any_size(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="can have 10,000 rows, not 10,001"):
        sample(ListRows(ROWS), 10_001, Sampling("diverse"), tmp_path)


def test_rows_of_earlier_waves_count(tmp_path: Path) -> None:
    assert len(through(tmp_path, ROWS[:50], ROWS[50:65], n=20)) == 5
    assert through(tmp_path, ROWS[:50], ROWS[50:], n=20) == []
    assert len(through(tmp_path, ROWS[:50], ROWS[50:], share=0.2)) == 10


@pytest.mark.parametrize("settings", [{"how": "stratified", "by": "gone"}, {"how": "top", "by": "gone + 1"}, {"how": "diverse", "by": "gone"}])
def test_a_column_that_no_row_has(tmp_path: Path, settings: Any) -> None:
    with pytest.raises(Invalid, match="No row has a column 'gone'"):
        sample(ListRows(ROWS), 3, Sampling(**settings), tmp_path)


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({}, "Give n or share"), ({"n": 1, "share": 0.5}, "Give n or share"), ({"n": 1, "how": "weighted"}, "needs `by`"),
        ({"n": 1, "how": "stratified"}, "a column."), ({"n": 1, "by": "x"}, "has no use for it"),
        ({"n": 1, "equal_strata": True}, "without how: stratified"), ({"n": 1, "how": "top", "by": "n >"}, "by: "),
        ({"n": 1, "how": "top", "by": "upper(text)"}, "gives text, not a number"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be(settings: Any, what: str) -> None:
    assert what in SampleStep(**settings).check()[0]


@pytest.mark.parametrize("settings", [{"n": 0}, {"n": -1}, {"share": 0.0}, {"share": -0.5}])
def test_a_sample_of_nothing_is_none(settings: Any) -> None:
    with pytest.raises(ValidationError, match=r"greater than"):
        SampleStep(**settings)


def test_columns_that_must_be_there() -> None:
    from rowsmith.core.step import COLUMN

    assert SampleStep(n=1, how="top", by="a + length(b) + scores.s").marked(COLUMN) == {"by": ["a", "b"]}
    assert SampleStep(n=1, how="stratified", by="odd name").marked(COLUMN) == {"by": ["odd name"]}
    assert SampleStep(n=1).marked(COLUMN) == SampleStep(n=1, how="top", by="scores.s").marked(COLUMN) == {}
