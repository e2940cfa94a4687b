"""How near the draws of `generate.variants` are to their weights, and whether the forecast of rows is their count.

    python benchmarks/variation.py [--draws 2000] [--seeds 200] [--quick]

Draws come from a run, as a user's do: one row with so many variants, and so many rows with one each. For every attribute, every value of an
attribute that depends on another (within the rows of that one), and all attributes together: Pearson's chi-square statistic over the draws, and
its p-value. Then the same without a run for many seeds: in how many the statistic lies above its 95 % point, which by chance are 5 %.
The forecast is what `rowsmith plan` says before the run, the count what the run kept. The last line of the output is one JSON object; the exit
code is 1 when a p-value of the runs lies below 0.001, the share of seeds outside the bounds of chance, or a forecast is not the count.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from math import erfc, exp, lgamma, log, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rowsmith import Lab
from rowsmith.app.quotes import quote
from rowsmith.core.recipe import Recipe
from rowsmith.steps.attributes import read_attributes
from rowsmith.steps.generate.variants import Variants
from rowsmith.steps.read.rows import ReadRows

TABLE: dict[str, Any] = {
    "tone": {"formal": 5, "plain": 3, "angry": 2},
    "complexity": {"simple": 30, "medium": 50, "complex": 20},
    "channel": {"chat": 6, "e-mail": 3, "phone": 1},
    "length": ["short", "long"],
    "product": {"phone": 2, "laptop": 1},
    "problem": {"by": "product", "values": {"phone": ["battery", "screen"], "laptop": {"fan": 2, "keyboard": 1}}},
}
SHARES = {
    "tone": {"formal": 0.5, "plain": 0.3, "angry": 0.2}, "complexity": {"simple": 0.3, "medium": 0.5, "complex": 0.2},
    "channel": {"chat": 0.6, "e-mail": 0.3, "phone": 0.1}, "length": {"short": 0.5, "long": 0.5}, "product": {"phone": 2 / 3, "laptop": 1 / 3},
}  # fmt: skip
WITHIN = {"phone": {"battery": 0.5, "screen": 0.5}, "laptop": {"fan": 2 / 3, "keyboard": 1 / 3}}
COMBINATIONS = {"tone": ["formal", "plain", "angry"], "product": ["phone", "laptop"], "language": {"languages": ["de", "fr"]}}


def fit(seen: Mapping[Any, int], shares: Mapping[Any, float]) -> tuple[float, float]:
    """Pearson's statistic, and its p-value."""
    of = sum(seen.values())
    statistic = sum((seen.get(value, 0) - of * share) ** 2 / (of * share) for value, share in shares.items())
    return statistic, survival(statistic, len(shares) - 1)


def survival(x: float, degrees: int) -> float:
    """The chance that chi-square with so many degrees of freedom lies above x: 1 - P(k/2, x/2), by the series of the incomplete gamma function."""
    if degrees == 1:
        return erfc(sqrt(x / 2))
    a, half = degrees / 2, x / 2
    if half <= 0:
        return 1.0
    term = total = 1 / a
    n = 0
    while term > total * 1e-15:
        n += 1
        term *= half / (a + n)
        total += term
    return max(0.0, 1 - total * exp(a * log(half) - half - lgamma(a)))


def tests(drawn: Iterable[Mapping[str, Any]]) -> dict[str, tuple[float, float]]:
    """Each thing that is tested, with its statistic and p-value."""
    rows = list(drawn)
    out = {name: fit(Counter(row[name] for row in rows), shares) for name, shares in SHARES.items()}
    for product, shares in WITHIN.items():
        out[f"problem of a {product}"] = fit(Counter(row["problem"] for row in rows if row["product"] == product), shares)
    pairs = {(one, other): a * b for one, a in SHARES["tone"].items() for other, b in SHARES["product"].items()}
    out["tone with product"] = fit(Counter((row["tone"], row["product"]) for row in rows), pairs)
    pairs = {(one, other): a * b for one, a in SHARES["complexity"].items() for other, b in SHARES["channel"].items()}
    out["complexity with channel"] = fit(Counter((row["complexity"], row["channel"]) for row in rows), pairs)
    assert all(row["problem"] in WITHIN[row["product"]] for row in rows), "a value that its parent does not have"
    return out


def in_a_run(lab: Lab, name: str, rows: int, **settings: Any) -> tuple[int, int, float, list[dict[str, Any]]]:
    """The forecast, the count, seconds, and the values of each row."""
    source = ReadRows(name="rows", rows=[{"id": f"row {n}"} for n in range(rows)])
    recipe = Recipe(name=name, steps=[source, Variants.model_validate({"name": "vary", **settings})])
    runs = lab.project().runs
    forecast = quote(runs, recipe).rows.mid
    begun = time.perf_counter()
    done = runs.start(recipe)
    seconds = time.perf_counter() - begun
    return int(forecast), done.kept, seconds, [row.origin["variant"] for row in runs.rows(done.run)]


def false_alarms(draws: int, seeds: int) -> tuple[int, int]:
    """How many of the tests of all seeds lie above the 95 % point of chance, and how many tests there were."""
    attributes, above, of = read_attributes(TABLE), 0, 0
    for seed in range(seeds):
        found = tests(attributes.drawn({}, f"row {n}", f"variant {seed}") for n in range(draws))
        above += sum(p < 0.05 for _, p in found.values())
        of += len(found)
    return above, of


def main() -> int:
    """Print tables and one JSON line."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="20 seeds")
    given = parser.parse_args()
    seeds = 20 if given.quick else given.seeds
    ways = {
        "one row": (1, {"values": TABLE, "how": "draw", "count": given.draws}),
        "many rows": (given.draws, {"values": TABLE, "how": "draw"}),
        "4 x 12": (4, {"values": COMBINATIONS}),
        "9 x 7": (9, {"values": TABLE, "how": "distinct", "count": 7}),
        "3 x 100": (3, {"values": TABLE, "how": "even", "count": 100}),
    }
    counts: dict[str, dict[str, float]] = {}
    fits: dict[str, dict[str, float]] = {}
    with TemporaryDirectory() as folder, Lab(Path(folder)) as lab:
        for name, (rows, settings) in ways.items():
            forecast, kept, seconds, drawn = in_a_run(lab, name.replace(" ", "_"), rows, **settings)
            counts[name] = {"forecast": forecast, "kept": kept, "seconds": round(seconds, 2)}
            if settings.get("how") == "draw":
                fits[name] = {what: round(p, 4) for what, (_, p) in tests(drawn).items()}
    print(f"{'forecast and count':<26} {'forecast':>10} {'kept':>8} {'seconds':>9}")
    for name, one in counts.items():
        print(f"{name:<26} {one['forecast']:>10,} {one['kept']:>8,} {one['seconds']:>9}")
    print(f"\n{'p-values, ' + format(given.draws, ',') + ' draws':<26} " + "".join(f"{name:>12}" for name in fits))
    for what in next(iter(fits.values())):
        print(f"{what:<26} " + "".join(f"{one[what]:>12.4f}" for one in fits.values()))
    above, of = false_alarms(given.draws, seeds)
    bound = 3.3 * sqrt(0.05 * 0.95 / of)
    share = above / of
    print(f"\n{seeds} seeds: {above:,} of {of:,} tests above their 95 % point, {share:.2%} (by chance 5 %, {0.05 - bound:.2%} to {0.05 + bound:.2%})")
    print(json.dumps({"draws": given.draws, "counts": counts, "p": fits, "seeds": seeds, "above": above, "tests": of}))
    wrong = any(one["forecast"] != one["kept"] for one in counts.values()) or any(p < 0.001 for one in fits.values() for p in one.values())
    return int(wrong or abs(share - 0.05) > bound)


if __name__ == "__main__":
    sys.exit(main())
