"""What a judge's scores give away: one value for nearly all, a taste for length, for the first place, or for nothing in particular.

A finding needs an effect of some size, shown at 99 %: with an honest judge fewer than one of a hundred is wrongly found. Sources: Zheng et al., arXiv
2306.05685 (position, verbosity); Wang et al., arXiv 2305.17926 (what the order does); Dubois et al., arXiv 2404.04475 (length).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rowsmith.core.agreement import Interval, correlation_interval, partial, spearman
from rowsmith.core.distributions import share_interval

SHARE = 0.01
"""How often an honest judge may wrongly be found to have a taste."""
NEARLY_ALL = 0.95
"""A score is constant where more rows than this share have one value."""
FEW = 20
"""With fewer rows nothing is said."""
WEAK = 0.2
"""A correlation with the length that may be weaker than this is let pass."""
BEYOND = 0.1
"""Verdicts for the longer of two answers are let pass where their share may lie no farther than this from one half."""
TURNING = 0.1
"""Verdicts of which fewer than this share may turn with the order are let pass."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The score that most rows have, and their share."""

    score: float
    share: float

    @property
    def found(self) -> bool:
        """Whether it tells nothing apart."""
        return self.share > NEARLY_ALL


@dataclass(frozen=True, slots=True)
class Length:
    """How scores go with the length in words: the correlation of ranks, between -1 and 1, and the interval that holds it in 99 %. `held`: the same
    among rows of which people think alike; then length that people like, too, is no fault."""

    rows: int
    correlation: float
    interval: Interval
    held: float | None = None
    held_rows: int = 0
    held_interval: Interval | None = None

    @property
    def found(self) -> bool:
        """Whether scores go with the length, beyond what people's verdicts explain where there are enough of them."""
        low, high = self.held_interval if self.held_interval is not None and self.held_rows >= FEW else self.interval
        return low > WEAK or high < -WEAK


@dataclass(frozen=True, slots=True)
class Longer:
    """Verdicts that choose one of two answers of which one is longer, in words: of `pairs` the longer one won in `longer`; `interval` holds the share
    in 99 %."""

    pairs: int
    longer: int
    interval: Interval

    @property
    def found(self) -> bool:
        """Whether verdicts go with the length."""
        return self.interval[0] > 0.5 + BEYOND or self.interval[1] < 0.5 - BEYOND


@dataclass(frozen=True, slots=True)
class Places:
    """Verdicts in both orders. Of `asked` pairs `turned` were judged by their place: the first one was chosen both times (`first`), or the second.
    `interval` holds the share of those that turn, `favour` the share of the first place among them, both in 99 %."""

    asked: int
    first: int
    second: int
    interval: Interval
    favour: Interval

    @property
    def turned(self) -> int:
        """Pairs that were judged by their place."""
        return self.first + self.second

    @property
    def found(self) -> bool:
        """Whether verdicts turn with the order."""
        return self.interval[0] > TURNING

    @property
    def favours(self) -> str:
        """The place that is preferred: `first`, `second`, or none."""
        return "first" if self.favour[0] > 0.5 else "second" if self.favour[1] < 0.5 else ""


def constant(scores: Sequence[float]) -> Constant | None:
    """What most rows have; None for fewer than 20 rows."""
    if len(scores) < FEW:
        return None
    score, n = max(Counter(scores).items(), key=lambda found: (found[1], -found[0]))
    return Constant(score, n / len(scores))


def length(pairs: Sequence[tuple[float, float]], labelled: Sequence[tuple[float, float, float]] = ()) -> Length | None:
    """How scores go with lengths; None for fewer than 20 rows, or where either is constant.

    Args:
        pairs: a row's score and length.
        labelled: of rows that people have judged, score, length, and what people think (higher is better).
    """
    found = spearman(pairs)
    around = correlation_interval(found, len(pairs), SHARE, ranked=True)
    if len(pairs) < FEW or found is None or around is None:
        return None
    held = partial(labelled)
    return Length(len(pairs), found, around, held, len(labelled), correlation_interval(held, len(labelled), SHARE, ranked=True, given=1))


def places(asked: int, first: int, second: int) -> Places | None:
    """What the order of two answers has done to verdicts; None where fewer than 20 pairs were asked."""
    if asked < FEW:
        return None
    return Places(asked, first, second, share_interval(first + second, asked, SHARE), share_interval(first, first + second, SHARE))


def longer(pairs: int, won: int) -> Longer | None:
    """How often the longer answer won, of pairs with a winner and a longer one; None for fewer than 20 of them."""
    return None if pairs < FEW else Longer(pairs, won, share_interval(won, pairs, SHARE))
