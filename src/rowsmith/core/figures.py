"""What a metric says of a whole set of answers, beside the mean of the rows.

Sources: Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20 (1960) 37, for kappa.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import sqrt

from rowsmith.core.metrics import Label, Metric, Number, number_in, parts_of, plain, text_of
from rowsmith.core.row import Json

Pair = tuple[Json, Json]
"""An answer (None: there is none that can be used), and what was expected."""


def figures(metric: Metric, pairs: Sequence[Pair]) -> dict[str, float | None]:
    """Of labels `accuracy`, `macro_f1` (the mean over the labels that are expected) and `kappa`; of numbers `mae`, `rmse` and `with_number`, the
    share of answers that have one, which are those that the errors are of. None: not defined for these."""
    found: dict[str, float | None] = {}
    for part in parts_of(metric):
        if isinstance(part, Label):
            found |= _labels([(plain(text_of(said)), plain(text_of(wanted))) for said, wanted in pairs])
        elif isinstance(part, Number):
            found |= _numbers(pairs)
    return found


def _labels(pairs: Sequence[tuple[str, str]]) -> dict[str, float | None]:
    n = len(pairs)
    if not n:
        return {"accuracy": None, "macro_f1": None, "kappa": None}
    said, wanted, both = Counter(one for one, _ in pairs), Counter(other for _, other in pairs), Counter(one for one, other in pairs if one == other)
    agreed = sum(both.values()) / n
    chance = sum(said[name] * count for name, count in wanted.items()) / n**2
    f1 = sum(2 * both[name] / (said[name] + count) for name, count in wanted.items()) / len(wanted)
    return {"accuracy": agreed, "macro_f1": f1, "kappa": (agreed - chance) / (1 - chance) if chance < 1 else None}


def _numbers(pairs: Sequence[Pair]) -> dict[str, float | None]:
    read = [(number_in(said), number_in(wanted)) for said, wanted in pairs]
    off = [abs(said - wanted) for said, wanted in read if said is not None and wanted is not None]
    if not off:
        return {"mae": None, "rmse": None, "with_number": 0.0 if pairs else None}
    return {"mae": sum(off) / len(off), "rmse": sqrt(sum(one * one for one in off) / len(off)), "with_number": len(off) / len(pairs)}
