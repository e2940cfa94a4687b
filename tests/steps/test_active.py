"""Active learning: fewer verdicts teach as much of the other rows as more that were given at random."""

from __future__ import annotations

from random import Random
from statistics import fmean

from rowsmith.core.row import Row
from rowsmith.steps.active import Verdicts, choose, features

AT_ONCE = 10


def world(seed: int) -> tuple[dict[str, frozenset[str]], dict[str, bool]]:
    """Rows of ten topics, and which of them people accept: not those with words of four kinds that some of them have."""
    draw = Random(seed)
    topics, faults = [[f"t{t}w{k}" for k in range(12)] for t in range(10)], [[f"b{t}w{k}" for k in range(3)] for t in range(4)]
    rows, truth = {}, {}
    for _ in range(400):
        wrong = draw.random() < 0.15
        words = draw.choices(draw.choice(topics), k=8) + (draw.choices(draw.choice(faults), k=2) if wrong else [])
        row = f"{draw.getrandbits(128):032x}"
        rows[row], truth[row] = features(Row(row, b"", {"input": " ".join(words[:4]), "answer": " ".join(words[4:])})), not wrong
    return rows, truth


def told_apart(rows: dict[str, frozenset[str]], truth: dict[str, bool], known: dict[str, bool]) -> float:
    """How often a row that people would accept is held likelier to be than one that they would not."""
    verdicts = Verdicts((rows[row], accepted) for row, accepted in known.items())
    chances = {row: verdicts.chance(rows[row]) for row in rows if row not in known}
    good, bad = ([chance for row, chance in chances.items() if truth[row] is kind] for kind in (True, False))
    return fmean((one > other) + (one == other) / 2 for one in good for other in bad)


def chosen(rows: dict[str, frozenset[str]], truth: dict[str, bool], count: int) -> dict[str, bool]:
    """Verdicts on rows that were chosen, some at a time."""
    known: dict[str, bool] = {}
    while len(known) < count:
        known |= {row: truth[row] for row, _ in choose(rows, known, AT_ONCE)}
    return known


def at_random(rows: dict[str, frozenset[str]], truth: dict[str, bool], count: int, seed: int) -> dict[str, bool]:
    return {row: truth[row] for row in Random(seed).sample(sorted(rows), count)}


def test_fewer_verdicts_teach_as_much_as_more_at_random() -> None:
    worlds = [world(seed) for seed in range(10)]
    few = fmean(told_apart(*one, chosen(*one, 60)) for one in worlds)
    as_many, twice = (fmean(told_apart(*one, at_random(*one, count, seed)) for seed, one in enumerate(worlds)) for count in (60, 120))
    assert few > as_many + 0.04 and few > twice - 0.02


def test_it_is_the_same_in_any_order_and_never_a_row_with_a_verdict() -> None:
    rows, truth = world(1)
    known = at_random(rows, truth, 30, 1)
    found = choose(rows, known, 20)
    assert choose(dict(reversed(rows.items())), dict(reversed(known.items())), 20) == found
    assert len(found) == 20 and not {row for row, _ in found} & {*known}
    assert len(choose(rows, dict.fromkeys(list(rows)[:395], True), 20)) == 5


def test_a_batch_is_not_the_same_row_again_and_again() -> None:
    rows = {f"{n:032x}": frozenset({"same", "words", "here"} if n < 20 else {f"own{n}", "here"}) for n in range(25)}
    assert {row for row, _ in choose(rows, {}, 6)} >= {f"{n:032x}" for n in range(20, 25)}


def test_nothing_is_known_without_verdicts_of_both_kinds() -> None:
    assert Verdicts([(frozenset("ab"), True)]).chance(frozenset("a")) == 0.5
    assert Verdicts([(frozenset("ab"), True), (frozenset("cd"), False)]).chance(frozenset("a")) > 0.5
    assert choose({"0" * 32: frozenset()}, {}, 3) == []
