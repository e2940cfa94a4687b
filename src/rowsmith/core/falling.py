"""Whether a change let the failure rate fall, over the same inputs done in the old way and in the new one (core.paired)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any, Literal

from rowsmith.core.paired import LEVEL, NOT_SHOWN, Effect, effect, fewest

Verdict = Literal["fell", "too few to tell", "did not fall", "rose"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the re-test says: `fell` alone accepts a change. `old` and `new` are failure rates from 0 to 1 (None: no input), `low` to `high` the
    interval of new - old at LEVEL. `differing` inputs fail in one way alone. `needed`: about so many inputs would show a fall of this size in four of
    five re-tests, and where nothing fell, a change that mends everything; None where that cannot be said."""

    verdict: Verdict
    inputs: int
    old: float | None
    new: float | None
    low: float | None
    high: float | None
    differing: int
    needed: int | None
    level: float = LEVEL

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def decided(pairs: Sequence[tuple[float, float, str]], *, measures: int = 1) -> Decision:
    """Decide from (failing share of the old way, of the new one, name of the parent that inputs share) of each input.

    It fell where the interval of the paired difference lies below 0 and so many parents differ that the exact sign test could show it: for an
    input that fails or not that is McNemar's test, whose chance of accepting what changes nothing is below 4 %, however
    many inputs differ.
    """
    found = effect([(1 - old, 1 - new, parent) for old, new, parent in pairs], measures=measures)
    if found.difference is None or found.a is None or found.b is None:
        return Decision("too few to tell", 0, None, None, None, None, 0, None)
    low, high = (None, None) if found.low is None or found.high is None else (-found.high, -found.low)
    least, apart = fewest((1 - LEVEL) / measures), len({parent for old, new, parent in pairs if old != new})
    shown = found.verdict if apart >= least else NOT_SHOWN  # siblings that differ are one
    verdict: Verdict = "fell" if shown == "B better" else "rose" if shown == "A better" else _open(found, least)
    needed = _needed(found, least, apart) if verdict == "too few to tell" else None
    return Decision(verdict, found.pairs, 1 - found.a, 1 - found.b, low, high, found.differing, needed)


def _open(found: Effect, least: int) -> Verdict:
    """What is said where nothing is shown: the rate may have fallen, or it did not."""
    difference, failing = found.difference or 0.0, found.pairs * (1 - (found.a or 0.0))
    return "too few to tell" if difference > 0 or (difference == 0 and failing < least) else "did not fall"


def _needed(found: Effect, least: int, apart: int) -> int | None:
    """Inputs for a fall of this size; where it is 0, for one that mends all."""
    failing = 1 - (found.a or 0.0)
    if not found.difference or not apart:
        return ceil(least / failing) if failing > 0 else None
    enough = max(found.pairs + 1, ceil(least * found.pairs / apart))
    return enough if found.detectable is None else max(enough, ceil(found.pairs * (found.detectable / found.difference) ** 2))
