"""How often `rowsmith compare` finds a difference that is there, and one that is not.

    python benchmarks/comparing.py [--simulations 200] [--pairs 200] [--points 15] [--seed 1] [--quick]

Two runs over the same rows hold one column for each simulation and kind of outcome, and each simulation is one comparison by its column: the whole
way, from the rows at rest to the verdict. In the first half B is better by so many points, in the second A and B are alike. The kinds:

    alone     right or wrong, each side by itself: 60 % of A's are right. The hardest case, as pairing helps nothing
    together  right or wrong, where a row that is hard for one is hard for the other: half of the rows come out alike whatever happens
    scores    1 to 10, where B's mean is higher by so many hundredths of the scale

What is counted: the verdicts `B better` where that is so, and any verdict but `no difference shown` where there is none, beside the counts that
hold 95 % of the binomial distribution of a share of 5 %. The last line of the output is one JSON object; the exit code is 1 when a kind is found in
fewer than 80 % or false alarms lie above the interval.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable
from math import comb
from tempfile import TemporaryDirectory
from typing import Any

from rowsmith import Lab
from rowsmith.core.recipe import Recipe
from rowsmith.steps.read.rows import ReadRows

Pair = tuple[float, float]
TARGET = 0.8
RATE = 0.05
AT_ONCE = 10
"""Simulations whose columns lie in the same two runs."""


def alone(chance: random.Random, gain: float) -> Pair:
    """Right or wrong, each by itself."""
    return float(chance.random() < 0.6), float(chance.random() < 0.6 + gain)


def together(chance: random.Random, gain: float) -> Pair:
    """Right or wrong; half of the rows are alike, so the other half has to make up for them."""
    if chance.random() < 0.5:
        same = float(chance.random() < 0.6)
        return same, same
    return float(chance.random() < 0.5 - gain), float(chance.random() < 0.5 + gain)


def scores(chance: random.Random, gain: float) -> Pair:
    """From 1 to 10: a row is as hard for both, and each has luck of its own. `gain` is a share of the scale's ten points."""
    row = chance.gauss(6, 1.5)
    low, high = row + chance.gauss(0, 2), row + chance.gauss(10 * gain, 2)
    return float(min(10, max(1, round(low)))), float(min(10, max(1, round(high))))


KINDS: dict[str, Callable[[random.Random, float], Pair]] = {"alone": alone, "together": together, "scores": scores}


def simulated(simulations: int, pairs: int, points: float, seed: int) -> dict[str, dict[str, int]]:
    """For each kind, how many of so many simulations `found` the difference, and how many gave a false `alarm` where there was none."""
    chance = random.Random(seed)
    counts = {kind: {"found": 0, "alarms": 0} for kind in KINDS}
    with TemporaryDirectory() as folder, Lab(folder) as lab:
        runs = lab.project().runs
        for first in range(0, simulations, AT_ONCE):
            names = [f"{kind}_{what}_{n}" for kind in KINDS for what in ("found", "alarms") for n in range(first, min(first + AT_ONCE, simulations))]
            a, b = (runs.start(recipe).run for recipe in _recipes(chance, names, pairs, points / 100, first))
            for name in names:
                kind, what, _ = name.split("_")
                verdict = runs.compare(a, b, by=[name], limit=0).verdict
                counts[kind][what] += verdict == "B better" if what == "found" else verdict != "no difference shown"
    return counts


def within(n: int, share: float = RATE) -> tuple[int, int]:
    """The counts between which 95 % of the binomial distribution lie: below the first and above the second at most 2.5 % each."""
    each = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    low = next(k for k in range(n + 1) if sum(each[: k + 1]) > 0.025)
    high = next(k for k in range(n + 1) if sum(each[k + 1 :]) <= 0.025)
    return low, high


def _recipes(chance: random.Random, names: list[str], pairs: int, gain: float, number: int) -> list[Recipe]:
    """Two recipes whose rows have a column for each name."""
    sides: tuple[list[dict[str, Any]], ...] = ([], [])
    for row in range(pairs):
        drawn = {name: KINDS[name.split("_")[0]](chance, gain if "_found_" in name else 0.0) for name in names}
        for side, rows in enumerate(sides):
            rows.append({"id": f"row {row}", **{name: pair[side] for name, pair in drawn.items()}})
    return [Recipe(name=f"{side}{number}", steps=[ReadRows(name="rows", rows=rows)]) for side, rows in zip("ab", sides, strict=True)]


def main() -> int:
    """Print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--points", type=float, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="40 simulations")
    given = parser.parse_args()
    n = 40 if given.quick else given.simulations
    found, (low, high) = simulated(n, given.pairs, given.points, given.seed), within(n)
    print(f"{n} simulations of {given.pairs} pairs; a difference of {given.points:g} points, and none")
    print(f"{'kind':<10} {'found':>12} {'false alarms':>14}   (95 % of the time {low} to {high} at {RATE:.0%})")
    for kind, counts in found.items():
        print(f"{kind:<10} {counts['found']:>4} {counts['found'] / n:>6.1%} {counts['alarms']:>6} {counts['alarms'] / n:>6.1%}")
    print(json.dumps({"simulations": n, "pairs": given.pairs, "points": given.points, "alarms_low": low, "alarms_high": high, "kinds": found}))
    return int(any(counts["found"] < TARGET * n or counts["alarms"] > high for counts in found.values()))


if __name__ == "__main__":
    sys.exit(main())
