"""Learns the linear models of score.toxicity and score.hidden_instructions from the truth rows that may be learnt from, and writes their weights.

    python scripts/learn_checks.py [--figures] [--check toxicity|injection]

The same rows give the same bytes, on whatever machine: sums are those of numpy, whose order is fixed, and not of its linear algebra, whose order
goes with the processor's threads; what a processor works out in its own way (logarithms, exponentials) is rounded. First it tells precision and
recall of each open set by a model that is learnt from the other sets, with and without the rules; with `--figures` that is all. Held rows are never
read. numpy is needed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from rowsmith.core.said import parts
from rowsmith.steps.harm import harms, unmasked
from rowsmith.steps.instructions import readings, scan, weight
from rowsmith.steps.linear import BITS, WINDOW, Features, Linear, tokens, windows
from rowsmith.steps.unseen import fold

ROOT = Path(__file__).parents[1]
TRUTH, WEIGHTS = ROOT / "tests" / "truth", ROOT / "src" / "rowsmith" / "content" / "weights"
SETS = ("open", "open-2", "learn")
TESTED = ("open", "open-2")
"""No figure is told of rows that were written to be learnt from."""
ORDINARY = ("form/open-2", "grounding/open-2", "semantic-duplicates/open", "language/open")
"""Innocent rows that are learnt from; those of other sets (form/open, grounding/open, pii/open) are for the test of false alarms."""
PRIOR, PENALTY, ROUNDS = 1.0, 0.05, 60
EXACT = 9
"""Digits behind the point that all processors agree on."""
PLACES = 1 << BITS
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Sample:
    """One window that is learnt from."""

    words: tuple[str, ...]
    flag: bool
    share: float


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a truth set, by its path."""
    return [json.loads(line) for line in (TRUTH / f"{name}.jsonl").read_bytes().splitlines()]


def said(check: str, text: str) -> list[str]:
    """A text as the check shows it to its model."""
    return [unmasked(text.lower().replace("’", "'"))] if check == "toxicity" else readings(text)


def samples(check: str, sets: Sequence[str]) -> list[Sample]:
    """What is learnt from: of a row that is flagged the windows with what was planted there, of others all; each alone and among plain sentences."""
    found: list[Sample] = []
    every = [row for name in sets for row in rows(f"{check}/{name}")]
    neutral = [tokens(part.text.lower()) for row in every if row["kind"] in ("clean", "document") for part in parts(row["data"])]
    plain = [words for words in neutral if 4 <= len(words) <= 40]
    for number, row in enumerate(every):
        for part in parts(row["data"]):
            planted = part.path == row["truth"]["path"] or part.path.startswith(f"{row['truth']['path']}.")
            for text in said(check, part.text):
                words = tokens(text)
                if planted and row["truth"]["flag"]:
                    order = tokens(fold(row["truth"]["order"]).text) if row["truth"].get("order") else words
                    found += positives(words, order, [plain[(7 * number + 3 * step) % len(plain)] for step in range(2)])
                elif planted:
                    found += [Sample(tuple(words[at : at + WINDOW]), False, 1.0) for at in windows(len(words))]
                    around = (plain[(11 * number) % len(plain)] + words + plain[(13 * number + 1) % len(plain)])[:WINDOW]
                    found += [Sample(tuple(around), False, 0.5)] if words else []
                else:
                    found += [Sample(tuple(words[at : at + WINDOW]), False, 0.2) for at in windows(len(words))]
    for name in ORDINARY:
        for row in rows(name):
            for part in parts(row["data"]):
                for text in said(check, part.text):
                    words = tokens(text)
                    found += [Sample(tuple(words[at : at + WINDOW]), False, 0.2) for at in windows(len(words))]
    best: dict[tuple[tuple[str, ...], bool], float] = {}
    for one in found:
        best[one.words, one.flag] = max(one.share, best.get((one.words, one.flag), 0.0))
    return [Sample(words, flag, share) for (words, flag), share in best.items() if words]


def positives(words: list[str], order: list[str], plain: list[list[str]]) -> list[Sample]:
    """The windows of a text that hold what was planted, and that by itself and among plain sentences; the others are innocent."""
    at = next((place for place in range(len(words) - len(order) + 1) if words[place : place + len(order)] == order), None)
    found = [Sample(tuple(order[:WINDOW]), True, 0.5 if order != words else 1.0)]
    room = max(0, WINDOW - len(order))
    found.append(Sample((*plain[0][: room // 2], *order[:WINDOW], *plain[1][: room - room // 2]), True, 0.5))
    for begin in windows(len(words)) if at is not None and order != words else ():
        inside = min(begin + WINDOW, at + len(order)) - max(begin, at)  # type: ignore[operator]
        if inside >= 0.8 * len(order):
            found.append(Sample(tuple(words[begin : begin + WINDOW]), True, 1.0))
        elif inside <= 0:
            found.append(Sample(tuple(words[begin : begin + WINDOW]), False, 0.2))
    return found


class Matrix:
    """Windows by places, in rows that follow each other."""

    def __init__(self, check: str, every: Sequence[tuple[str, ...]]) -> None:
        found = [_placed(check, words) for words in every]
        self.cols, self.values = (np.concatenate(one) for one in zip(*found, strict=True))
        self.rows, self.count = np.repeat(np.arange(len(every), dtype=np.int32), [len(cols) for cols, _ in found]), len(every)
        self.scaled(np.bincount(self.cols, minlength=PLACES) > 1)

    def scaled(self, scales: Array) -> None:
        """Multiplies the features by the scales of their places; those of scale 0 are left out."""
        self.values = self.values * scales[self.cols].astype(np.float32)
        kept = self.values != 0
        self.cols, self.values, self.rows = self.cols[kept], self.values[kept], self.rows[kept]
        order = np.argsort(self.cols, kind="stable")
        # As numpy reckons with them, so that it need not turn them each time.
        self._straight = self.cols.astype(np.intp), self.values.astype(np.float64)
        self._turned = self.rows[order].astype(np.intp), self.values[order].astype(np.float64)
        self._room = np.empty(len(order))
        self._starts = [np.searchsorted(places, np.unique(places)) for places in (self.rows, self.cols[order])]
        self._held = np.unique(self.rows), np.unique(self.cols)

    def times(self, weights: Array) -> Array:
        """By window, the sum of its weights."""
        found = np.zeros(self.count)
        found[self._held[0]] = self._sums(weights, self._straight, self._starts[0])
        return found

    def back(self, errors: Array) -> Array:
        """By place, the sum over windows."""
        found = np.zeros(PLACES)
        found[self._held[1]] = self._sums(errors, self._turned, self._starts[1])
        return found

    def _sums(self, of: Array, by: tuple[Array, Array], starts: Array) -> Array:
        np.take(of, by[0], out=self._room, mode="clip")  # every place is there: without a mode numpy would make a copy first
        return np.add.reduceat(np.multiply(self._room, by[1], out=self._room), starts)


@cache
def _features(check: str) -> Features:
    features = Features(check)
    features.word = cache(features.word)  # type: ignore[method-assign]
    return features


@cache
def _placed(check: str, words: tuple[str, ...]) -> tuple[Array, Array]:
    """The places of a window's features, and how much each counts."""
    blocks = _features(check).blocks(words)
    values = [np.full(len(block), 1 / max(1, len(block)) ** 0.5, np.float32) for block in blocks]
    return np.array([at for block in blocks for at in block], np.int32), np.concatenate(values)


def learnt(check: str, every: Sequence[Sample]) -> tuple[Array, float]:
    """The weights and the bias: logistic regression with features scaled by their log-odds, by Nesterov's accelerated gradient."""
    matrix, flags = Matrix(check, [one.words for one in every]), np.array([one.flag for one in every], np.float64)
    share = np.array([one.share for one in every])
    share = np.where(flags > 0, share / share[flags > 0].sum(), share / share[flags == 0].sum()) * 1000
    ones = np.ones(len(matrix.cols), np.float32)
    counts = [np.bincount(matrix.cols, ones * (flags[matrix.rows] == flag), PLACES) + PRIOR for flag in (1, 0)]
    odds = np.abs(np.log(counts[0] / counts[0].sum() * counts[1].sum() / counts[1])).round(EXACT)
    matrix.scaled(odds)

    def slope(at: Array) -> tuple[float, Array]:
        margin = matrix.times(at[:-1]) + at[-1]
        loss = (share * (np.logaddexp(0, margin) - flags * margin)).sum() + PENALTY / 2 * (at[:-1] ** 2).sum()
        errors = share * ((1 / (1 + np.exp(-margin))).round(EXACT) - flags)
        return float(loss), np.append(matrix.back(errors) + PENALTY * at[:-1], errors.sum())

    at = lowest(slope, np.zeros(PLACES + 1))
    weights, bias = at[:-1], float(at[-1])
    return weights * odds, bias


def lowest(slope: Callable[[Array], tuple[float, Array]], at: Array) -> Array:
    """Where a convex function is least: L-BFGS with backtracking (Nocedal and Wright, "Numerical Optimization", chapter 7), ROUNDS steps."""
    value, gradient = slope(at)
    past: list[tuple[Array, Array, float]] = []
    for _ in range(ROUNDS):
        way, kept = -gradient, list[float]()
        for moved, turned, curve in reversed(past):
            kept.append(_dot(moved, way) / curve)
            way = way - kept[-1] * turned
        way = way * (past[-1][2] / _dot(past[-1][1], past[-1][1]) if past else 1 / float(np.abs(gradient).max()))
        for moved, turned, curve in past:
            way = way + (kept.pop() - _dot(turned, way) / curve) * moved
        step, fall = 1.0, _dot(gradient, way)
        while (found := slope(at + step * way))[0] > value + 1e-4 * step * fall and step > 1e-6:
            step /= 2
        moved, turned = step * way, found[1] - gradient
        at, value, gradient = at + moved, *found
        if (curve := _dot(moved, turned)) > 0:
            past = [*past[-9:], (moved, turned, curve)]
    return at


def _dot(one: Array, other: Array) -> float:
    """The inner product, summed in the same order everywhere."""
    return float((one * other).sum())


def packed(weights: Array, bias: float, slope: float = 1.0, offset: float = 0.0, inputs: str = "") -> bytes:
    """The file of a model."""
    unit = float(np.abs(weights).max()) / 32767
    table = np.rint(weights / unit).astype("<i2")
    head = {"bias": round(bias, 6), "unit": round(unit, 9), "slope": round(slope, 4), "offset": round(offset, 4)}
    return json.dumps({**head, "inputs": inputs}).encode() + b"\n" + table.tobytes()


def margins(check: str, model: Linear, every: Sequence[dict[str, Any]]) -> list[float]:
    """By row, what speaks for its most suspicious window."""
    return [
        max((model.margin(words[at : at + WINDOW]) for part in parts(row["data"]) for text in said(check, part.text) for words in [tokens(text)]
             for at in windows(len(words))), default=-9.0)
        for row in every
    ]  # fmt: skip


def ruled(check: str, row: dict[str, Any]) -> bool:
    """Whether the rules flag a row."""
    texts = [part.text for part in parts(row["data"])]
    return any(harms(text, likely=1) for text in texts) if check == "toxicity" else any(weight(scan(text, likely=1)) >= 1 for text in texts)


def platt(margin: Array, flags: Array) -> tuple[float, float]:
    """Slope and offset of the probability by the margin, by Newton's method."""
    slope, offset = 1.0, 0.0
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(slope * margin + offset)))
        spread = chance * (1 - chance) + 1e-9
        gradient = np.array([((chance - flags) * margin).sum(), (chance - flags).sum()])
        hessian = np.array([[(spread * margin**2).sum(), (spread * margin).sum()], [(spread * margin).sum(), spread.sum()]])
        slope, offset = np.array([slope, offset]) - np.linalg.solve(hessian, gradient)
    return float(slope), float(offset)


def apart(check: str) -> dict[str, tuple[Array, Array, Array]]:
    """By set, margins of models that were learnt from the other sets alone, what is true, and what the rules say."""
    found = {}
    for name in TESTED:
        model = Linear(check, packed(*learnt(check, samples(check, [other for other in SETS if other != name]))))
        every = rows(f"{check}/{name}")
        found[name] = (
            np.array(margins(check, model, every)), np.array([row["truth"]["flag"] for row in every]), np.array([ruled(check, row) for row in every])
        )  # fmt: skip
    return found


def inputs(check: str) -> str:
    """A hash of all that a model is learnt from: rows, classes of words, and how."""
    files = [TRUTH / check / f"{name}.jsonl" for name in SETS] + [TRUTH / f"{name}.jsonl" for name in ORDINARY]
    files.append(WEIGHTS.parent / "word_classes.yaml")
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in files) + repr((PRIOR, PENALTY, ROUNDS, WINDOW)).encode()).hexdigest()


def chances(tested: dict[str, tuple[Array, Array, Array]]) -> tuple[float, float]:
    """Slope and offset of the probability, by the margins of rows that the models had not seen."""
    return platt(*(np.concatenate([one[number] for one in tested.values()]) for number in (0, 1)))


def figures(check: str, tested: dict[str, tuple[Array, Array, Array]]) -> list[str]:
    """Precision and recall of sets by what was learnt from the others, as lines."""
    (slope, offset), lines = chances(tested), list[str]()
    for name, (margin, flags, rule) in tested.items():
        chance = 1 / (1 + np.exp(-(slope * margin + offset)))
        for least in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
            for how, found in (("model", chance >= least), ("both", (chance >= least) | rule)):
                right = (found & flags).sum()
                lines.append(f"{check}, {name}, {how} from {least}: precision {right / max(1, found.sum()):.3f}, recall {right / flags.sum():.3f}")
    return lines


def model(check: str, tested: dict[str, tuple[Array, Array, Array]]) -> bytes:
    """The file of a check's model, learnt from all sets. `tested`: what `apart` found."""
    return packed(*learnt(check, samples(check, SETS)), *chances(tested), inputs(check))


def main() -> None:
    """Learn and write, or tell the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--figures", action="store_true")
    asked.add_argument("--check", choices=["toxicity", "injection"])
    given = asked.parse_args()
    for check in [given.check] if given.check else ["toxicity", "injection"]:
        tested = apart(check)
        print("\n".join(figures(check, tested)), flush=True)
        if not given.figures:
            (WEIGHTS / f"{check}.bin").write_bytes(model(check, tested))


if __name__ == "__main__":
    main()
