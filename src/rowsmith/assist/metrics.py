"""Which metric fits a set of expected answers, by rules, with what it was seen by. A proposal: whoever knows the task decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rowsmith.core.errors import Invalid, NotFound, choose
from rowsmith.core.metrics import F1, Exact, JsonMatch, Label, Metric, Number, json_in, number_in, plain, text_of
from rowsmith.core.row import Json

ANSWERS = ("answer", "output", "response", "result", "label", "target", "ground_truth")
"""The columns that may hold the expected answer, the first that is there before all others."""
MOST_LABELS = 50
SHORT, MIDDLING = 5, 40
"""Words (the median) up to which answers are short, and middling."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A metric, and what speaks for it."""

    metric: Metric
    evidence: str


def answer_column(columns: Sequence[str], given: str = "") -> str:
    """The column with the expected answers: the one that is given, else the first of ANSWERS.

    Raises:
        NotFound: the rows have no such column. Invalid: none of those that it might be.
    """
    if given:
        if given not in columns:
            raise NotFound(f"The rows have no column {given!r}.", choose(given, list(columns)))
        return given
    found = next((name for name in ANSWERS if name in columns), "")
    if not found:
        fix = f"Name the column with the expected answers: --answer COLUMN. The rows have: {', '.join(sorted(columns))}."
        raise Invalid(f"None of the columns is called {', '.join(ANSWERS)}.", fix)
    return found


def propose(expected: Sequence[Json]) -> Proposal:
    """The metric that fits these expected answers.

    Raises:
        Invalid: nothing is expected.
    """
    said = [text_of(one) for one in expected]
    n, lengths = len(said), [len(text.split()) for text in said if text.strip()]
    if not lengths:
        raise Invalid("None of the rows has an expected answer.", "Name the column that holds it: --answer COLUMN.")
    if all(json_in(one) is not None for one in expected):
        return Proposal(JsonMatch(), f"all {n:,} expected answers are JSON")
    counts, typical = Counter(map(plain, said)), median(lengths)
    numbers = [text for text in said if _number(text)]
    if len(counts) <= min(MOST_LABELS, n / 3) and typical <= SHORT:
        names = ", ".join(repr(name) for name, _ in counts.most_common(3))
        return Proposal(Label(), f"{n:,} expected answers are {len(counts):,} different ones, the most common {names}")
    if len(numbers) == n:
        decimals = any("." in text for text in numbers)
        metric = Number(tolerance=0.01) if decimals else Number()
        return Proposal(metric, f"all {n:,} expected answers are numbers, {'with decimals: 1 % off is let through' if decimals else 'whole ones'}")
    if typical <= SHORT:
        return Proposal(Exact(), f"expected answers are short: {typical:g} words (median)")
    if typical <= MIDDLING:
        return Proposal(F1(), f"expected answers have {typical:g} words (median): words in common tell them apart")
    rough = "words in common are a rough measure, a judge (--metric judge) a better one"
    return Proposal(F1(), f"expected answers are long, {typical:g} words (median): {rough}")


def _number(text: str) -> bool:
    """Whether it is one number and nothing else, but for a sign, a currency or per cent."""
    said = text.strip().strip("+-$€£% ")
    return number_in(said) is not None and not said.strip("0123456789.,_eE+- ")
