"""Laws of shaping, for any rows: splits never leak, nothing depends on arrival, samples have the odds they are asked for, nothing is lost."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from set_rows import ListRows
from shaping_rows import how, leaks, placed, sourced

from rowsmith.core.ids import digest
from rowsmith.core.row import Row
from rowsmith.steps.balancing import Balancing, balance
from rowsmith.steps.overlap import overlap
from rowsmith.steps.parts import largest_remainder, quotas
from rowsmith.steps.sampling import Sampling, sample
from rowsmith.steps.ties import ties

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = [f"w{n}" for n in range(60)]


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@st.composite
def datasets(draw: Any, most: int = 60) -> list[Row]:
    """Rows of a few documents, authors and labels; some texts are copies of others with a word changed, some sources and texts lack."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    texts: list[str] = []
    for _ in range(draw(st.integers(1, most))):
        fresh = not texts or chance.random() < 0.6
        words = chance.choices(WORDS, k=chance.randint(0, 14)) if fresh else chance.choice(texts).split()
        if words and not fresh:
            words[chance.randrange(len(words))] = "changed"
        texts.append(" ".join(words))
    documents = draw(st.integers(1, most))
    return [
        sourced(
            f"{n}", None if chance.random() < 0.1 else f"d{chance.randrange(documents)}", text=text,
            **({"author": f"a{chance.randrange(documents)}"} if chance.random() < 0.9 else {}),
            label="abc"[chance.randrange(3)], n=chance.randrange(5),
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip


@few
@given(datasets(), st.integers(0, 5))
def test_a_split_shares_no_source_and_no_near_duplicates(rows: list[Row], seed: int) -> None:
    """Found by looking at every pair: at 0.85 the bands of a split at 0.7 miss one pair in 10^10."""
    with folder() as scratch:
        part_of, _ = placed(rows, scratch, how(seed=seed, columns=("text",)))
    assert leaks(rows, part_of, 0.85) == []


@few
@given(datasets(), st.integers(0, 5))
def test_a_split_by_group_shares_no_group(rows: list[Row], seed: int) -> None:
    with folder() as scratch:
        part_of, _ = placed(rows, scratch, how(by="group:author", seed=seed)) if any("author" in row.data for row in rows) else ({}, None)
    parts: dict[str, set[str]] = {}
    for row in rows:
        if part_of and "author" in row.data:
            parts.setdefault(row.data["author"], set()).add(part_of[row.id])
    assert all(len(found) == 1 for found in parts.values())


@few
@given(datasets(), st.sampled_from(["", "source", "source,near_duplicates", "group:label"]), st.sampled_from([None, "label"]))
def test_every_row_is_in_exactly_one_part_and_the_parts_are_told_as_they_are(rows: list[Row], by: str, stratify: str | None) -> None:
    with folder() as scratch:
        part_of, done = placed(rows, scratch, how(by=by, stratify=stratify))
    told = done.dump()
    assert set(part_of.values()) <= {"train", "validation", "test"}
    assert Counter(part_of.values()) == Counter({name: size["got"] for name, size in told["parts"].items() if size["got"]})
    assert sum(size["wanted"] for size in told["parts"].values()) == len(rows)
    if by == "" and stratify is None:
        assert told["misses"] == []  # nothing hangs together, so nothing stands in the way


@few
@given(datasets(), st.randoms(use_true_random=False), st.sampled_from([None, "label"]))
def test_the_same_seed_splits_the_same_whatever_the_order(rows: list[Row], chance: random.Random, stratify: str | None) -> None:
    turned = list(rows)
    chance.shuffle(turned)
    with folder() as scratch:
        assert placed(rows, scratch, how(stratify=stratify))[0] == placed(turned, scratch, how(stratify=stratify))[0]


@few
@given(datasets(), st.data())
def test_later_waves_change_nothing_and_leak_nothing(rows: list[Row], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(rows)))
    second = data.draw(st.integers(0, len(rows) - first))
    terms = how("train=0.5,test=0.5", columns=("text",))
    with folder() as scratch:
        alone, _ = placed(rows[:first], scratch, terms)
        part_of, _ = placed(rows, scratch, terms, waves=(first, second))
    assert {name: part_of[name] for name in alone} == alone
    there = [row for row in rows if part_of[row.id]]
    assert leaks(there, part_of, 0.85) == []


@few
@given(datasets())
def test_the_report_finds_what_is_there(rows: list[Row]) -> None:
    """Parts that were given out without a thought: the report tells every source, value and equal row that two of them share."""
    rows = [row.with_data({**row.data, "part": "ab"[int(row.id[:2], 16) % 2]}) for row in rows]
    with folder() as scratch:
        found = overlap(ListRows(rows), "part", ties(["source", "near_duplicates", "group:label"]), scratch, similarity=0.7, columns=["text"])
    sides = [[row for row in rows if row.data["part"] == part] for part in "ab"]

    def shared(key: Any) -> int:
        one, other = ({key(row) for row in side} - {None} for side in sides)
        return len(one & other)

    pair = next(iter(found.pairs), None)
    assert (pair is None) == (not all(sides))
    if pair is not None:
        assert pair.sources == shared(lambda row: row.origin.get("source", {}).get("name"))
        assert pair.groups.get("label", 0) == shared(lambda row: row.data["label"])
        assert pair.exact == shared(lambda row: digest(repr(sorted(row.with_data({**row.data, "part": 0}).data.items())).encode()))
        assert (pair.near > 0) >= bool(leaks([replace(row, origin={}) for row in rows], {row.id: row.data["part"] for row in rows}, 0.85))


@given(st.lists(st.integers(0, 50), max_size=30), st.lists(st.floats(0.05, 1), min_size=2, max_size=5))
def test_quotas_give_every_row_away_and_stay_near_the_shares(strata: list[int], weights: list[float]) -> None:
    shares = [weight / sum(weights) for weight in weights]
    found = quotas(strata, shares)
    for stratum, rows in enumerate(strata):
        assert sum(part[stratum] for part in found) == rows
        assert all(part[stratum] >= 0 for part in found)
        assert all(abs(part[stratum] - share * rows) < 2 for part, share in zip(found, shares, strict=True))
    for part, share in zip(found, shares, strict=True):
        assert abs(sum(part) - share * sum(strata)) < 1


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_rounding_keeps_the_sum(ideal: list[float]) -> None:
    total = round(sum(ideal))
    found = largest_remainder(ideal, total)
    assert sum(found) == total
    assert all(abs(whole - number) <= 1.5 for whole, number in zip(found, ideal, strict=True))


@few
@given(datasets(), st.sampled_from(["random", "stratified", "weighted", "top", "diverse"]), st.integers(0, 20), st.randoms(use_true_random=False))
def test_a_sample_has_its_size_and_does_not_depend_on_the_order(rows: list[Row], how_: Any, n: int, chance: random.Random) -> None:
    by = {"stratified": "label", "weighted": "n", "top": "n"}.get(how_, "")
    terms = Sampling(how_, by)

    def taken(given_rows: list[Row]) -> set[str]:
        with folder() as scratch:
            done = sample(ListRows(given_rows), n, terms, scratch)
        return {row.id for row, chosen in zip(given_rows, done.chosen, strict=True) if chosen}

    able = sum(row.data["n"] > 0 for row in rows) if how_ == "weighted" else len(rows)
    found = taken(rows)
    assert len(found) == min(n, able)
    turned = list(rows)
    chance.shuffle(turned)
    if how_ == "top":  # equals are taken by the order of the rows
        assert sorted(row.data["n"] for row in turned if row.id in taken(turned)) == sorted(row.data["n"] for row in rows if row.id in found)
    else:
        assert taken(turned) == found


@few
@given(datasets(), st.integers(0, 30), st.booleans())
def test_strata_of_a_sample_are_as_near_to_their_shares_as_whole_rows_are(rows: list[Row], n: int, same: bool) -> None:
    with folder() as scratch:
        done = sample(ListRows(rows), n, Sampling("stratified", "label", equal_strata=same), scratch)
    counts = Counter(row.data["label"] for row in rows)
    taken = Counter(row.data["label"] for row, chosen in zip(rows, done.chosen, strict=True) if chosen)
    assert {name: one["taken"] for name, one in done.strata.items()} == {name: taken[name] for name in counts}
    n = min(n, len(rows))
    for name, count in counts.items():
        if same:  # a stratum has less than another only where it has given all
            assert taken[name] == count or taken[name] >= max(taken.values(), default=0) - 1
        else:
            assert abs(taken[name] - n * count / len(rows)) < 1


def test_weights_give_the_odds(tmp_path: Path) -> None:
    """Without replacement, 2 of 4 rows: the odds of each to be taken, as they follow from drawing one after the other; over 1,500 seeds
    each is within 4 standard errors."""
    weights = {"a": 1, "b": 2, "c": 3, "d": 6}
    rows = [sourced(name, w=weight) for name, weight in weights.items()]
    counts: Counter[str] = Counter()
    seeds = 1500
    for seed in range(seeds):
        done = sample(ListRows(rows), 2, Sampling("weighted", "w", seed), tmp_path)
        counts.update(name for name, chosen in zip(weights, done.chosen, strict=True) if chosen)
    total = sum(weights.values())
    for name, weight in weights.items():
        odds = weight / total + sum(other / total * weight / (total - other) for one, other in weights.items() if one != name)
        assert abs(counts[name] / seeds - odds) < 4 * (odds * (1 - odds) / seeds) ** 0.5, (name, counts[name] / seeds, odds)


@pytest.mark.parametrize("n", [1, 5])
def test_each_row_is_as_likely_in_a_random_sample(tmp_path: Path, n: int) -> None:
    rows = [sourced(str(number)) for number in range(10)]
    counts: Counter[int] = Counter()
    for seed in range(800):
        counts.update(at for at, chosen in enumerate(sample(ListRows(rows), n, Sampling("random", seed=seed), tmp_path).chosen) if chosen)
    odds = n / 10
    assert all(abs(counts[at] / 800 - odds) < 4.5 * (odds * (1 - odds) / 800) ** 0.5 for at in range(10))


@few
@given(datasets(), st.none() | st.integers(0, 10), st.randoms(use_true_random=False))
def test_balanced_classes(rows: list[Row], cap: int | None, chance: random.Random) -> None:
    def kept(given_rows: list[Row]) -> set[str]:
        with folder() as scratch:
            done = balance([ListRows(given_rows)], Balancing("label", cap), scratch)
        stay = [row for row, chosen in zip(given_rows, done.chosen, strict=True) if chosen]
        assert Counter(row.data["label"] for row in stay) == Counter({name: n for name, n in done.after.items() if n})
        return {row.id for row in stay}

    counts = Counter(row.data["label"] for row in rows)
    found = kept(rows)
    most = min(counts.values()) if cap is None else cap
    stay = Counter(row.data["label"] for row in rows if row.id in found)
    assert stay == Counter({name: min(n, most) for name, n in counts.items() if min(n, most)})
    turned = list(rows)
    chance.shuffle(turned)
    assert kept(turned) == found
