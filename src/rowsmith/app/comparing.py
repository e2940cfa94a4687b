"""Comparing two runs: the same rows made in two ways (prompts, models, before and after tuning), and whether that made a difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from math import isfinite
from typing import TYPE_CHECKING

from rowsmith.app.cautions import cautions
from rowsmith.app.comparison import Comparison, Disagreement, Measure, Side
from rowsmith.app.judged_rows import makers
from rowsmith.app.judging import NOBODY, Judging, Said, judged, pair_name, shown
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.expressions import parse_value
from rowsmith.core.paired import effect
from rowsmith.core.row import Json, Row
from rowsmith.store.kept import Pairing, pairing
from rowsmith.store.runs import Run
from rowsmith.store.spending import spent

if TYPE_CHECKING:
    from rowsmith.app.runs import Runs

JUDGE = "the judge"
_LARGEST = 1e100
"""Numbers beyond it count as none: their sums would have no bounds."""

Values = Callable[[Row], dict[str, float]]


@dataclass(slots=True)
class Column:
    """One measure over the pairs: values and parent of each, and which pair it is."""

    pairs: list[tuple[float, float, str]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def compare(runs: Runs, a: str, b: str, *, by: Sequence[str] = (), judging: Judging = NOBODY, limit: int = 5) -> Comparison:
    """What two runs made of the same rows, beside each other. A row is the same where it has the same id: one that the same steps made of the same
    source row, whatever prompt or model they used.

    Args:
        by: expressions that give a number or true and false for a row; higher is better. Default: each number among the scores that both runs
            have (of one with an `overall`, that), or with a judge that alone. With several, each interval is widened so that all hold together;
            the surest one decides, a judge before all others.
        judging: a judge, who is shown both rows without their scores, in both orders. Its calls are a run of their own.
        limit: most pairs that are listed of those that differ.

    Raises:
        NotFound: there is no such run in this project. Invalid: the runs have nothing to be compared by.
        Conflict, Unavailable: the judge cannot go on.
    """
    judging.check()
    one, two = runs.get(a), runs.get(b)
    if one.n == two.n:
        raise Invalid(f"Run {one.id} is compared with itself.", "Name two runs: rowsmith runs lists them.")
    paired = pairing(runs.lab.db, one.n, two.n)
    if not len(paired):
        raise _nothing_shared(one, two)
    said, verdicts = judged(runs, one, two, paired, judging) if judging.model is not None else ({}, None)
    columns, models = _columns(paired, _values(by) if by or verdicts is None else lambda row: {}, said if verdicts else None)
    _require_numbers(columns, by, paired, one, two)
    measures = [Measure(name, effect(found.pairs, measures=len(columns), preference=name == JUDGE)) for name, found in columns.items()]
    measures.sort(key=_strength)
    sides = [side(runs, run, made) for run, made in zip((one, two), models, strict=True)]
    rows = tuple(_disagreements(paired, columns[measures[0].by], measures[0].by == JUDGE, said, judging, limit))
    notes = cautions(runs.lab.db, paired, sides, measures, columns[measures[0].by].pairs, verdicts)
    return Comparison(sides[0], sides[1], len(paired), tuple(measures), *paired.only, verdicts, rows, tuple(notes))


def _columns(paired: Pairing, values: Values, said: Mapping[str, Said] | None) -> tuple[dict[str, Column], tuple[set[str], set[str]]]:
    """What each measure says of the pairs, and the models that made the rows of each side."""
    columns: dict[str, Column] = defaultdict(Column)
    models: tuple[set[str], set[str]] = (set(), set())
    if said is not None:
        columns[JUDGE]  # stands first, and is there whatever it said
    for place, (a, b) in enumerate(paired):
        parent = str(next(iter(a.origin.get("parents", ())), a.id))
        left, right = values(a), values(b)
        found = {name: (left[name], right[name]) for name in left if name in right}
        if said is not None and (preferred := said.get(pair_name(a, b))) is not None:
            found[JUDGE] = (0.0, preferred.worth)
        for name, pair in found.items():
            columns[name].pairs.append((*pair, parent))
            columns[name].places.append(place)
        for row, made in zip((a, b), models, strict=True):
            made.update(makers(row))
    return dict(columns), models


# -- measures ---------------------------------------------------------------------------------------------------------------------------


def _values(by: Sequence[str]) -> Values:
    if not by:
        return lambda row: dict(leaves("scores", row.scores))
    expressions = {text: parse_value(text) for text in by}
    for text, expression in expressions.items():
        if expression.kind in ("text", "null"):
            raise Invalid(f"The expression {text!r} gives {expression.kind}, no number.", "Compare by a number or a condition: length(answer) < 200.")

    def values(row: Row) -> dict[str, float]:
        found = ((text, _number(expression.value(row.scope))) for text, expression in expressions.items())
        return {text: value for text, value in found if value is not None}

    return values


def leaves(path: str, value: Json) -> Iterator[tuple[str, float]]:
    """The numbers among scores, by their paths; of a score that has an `overall`, that alone."""
    if isinstance(value, dict):
        parts = {"overall": value["overall"]} if _number(value.get("overall")) is not None else value
        for name, part in parts.items():
            yield from leaves(f"{path}.{name}", part)
    elif (number := _number(value)) is not None:
        yield path, number


def _number(value: Json) -> float | None:
    if isinstance(value, bool | int | float) and isfinite(value) and abs(value) < _LARGEST:
        return float(value)
    return None


def _strength(measure: Measure) -> tuple[bool, float]:
    """The judge first, then the surest: by how far its interval lies from 0."""
    found = measure.effect
    if found.low is None or found.high is None or found.difference is None:
        return measure.by != JUDGE, 1.0
    half = (found.high - found.low) / 2
    return measure.by != JUDGE, -abs(found.difference) / half if half else -float("inf") if found.difference else 0.0


# -- what is listed ---------------------------------------------------------------------------------------------------------------------


def _disagreements(
    paired: Pairing, column: Column, by_judge: bool, said: Mapping[str, Said], judging: Judging, limit: int
) -> Iterator[Disagreement]:
    """The pairs that differ most, the first in row order among equals."""
    differing = (number for number, (a, b, _) in enumerate(column.pairs) if a != b)
    most = nsmallest(limit, differing, key=lambda number: (-abs(column.pairs[number][1] - column.pairs[number][0]), number))
    orders = [paired.orders[column.places[number]] for number in most]
    for number, (a, b) in zip(most, paired.of(orders), strict=True):
        value_a, value_b, _ = column.pairs[number]
        _, left, right = shown(a, b, judging.columns)
        reasons = said[pair_name(a, b)].reasons if by_judge else ()
        own, other = (None, None) if by_judge else (value_a, value_b)
        yield Disagreement(a.id, b.id, own, other, value_b - value_a, left, right, reasons)


def side(runs: Runs, run: Run, models: set[str]) -> Side:
    """One run as a side of a comparison: what its answers took, made by these models."""
    found, result = spent(runs.lab.db, run.n), runs.result(run.id)
    each = found.cost_usd / result.kept if found.cost_usd is not None and result.kept else None
    seconds = found.seconds
    median, late = (seconds[int(share * (len(seconds) - 1))] if seconds else None for share in (0.5, 0.95))
    return Side(
        run.id, run.recipe_name, result.state, tuple(sorted(models)), result.kept, found.answers, found.reused, found.tokens_in,
        found.tokens_out, found.cost_usd, each, median, late,
    )  # fmt: skip


# -- what cannot be compared ------------------------------------------------------------------------------------------------------------


def _nothing_shared(a: Run, b: Run) -> Conflict | Invalid:
    empty = [run.id for run in (a, b) if not run.totals["kept"]]
    if empty:
        return Invalid(f"Run {' and run '.join(empty)} kept no row, so there is nothing to compare.", f"See rowsmith runs {empty[0]}.")
    return Invalid(
        f"Runs {a.id} and {b.id} have no row in common.",
        "Both have to make the same rows of the same sources: the same files or dataset, and the same steps with the same names. What may differ is "
        "what the steps ask, and which model.",
    )


def _require_numbers(columns: Mapping[str, Column], by: Sequence[str], paired: Pairing, a: Run, b: Run) -> None:
    idle = [text for text in by if text not in columns]
    if idle:
        one, other = next(paired.of(paired.orders[:1]))
        both = ", ".join(sorted(one.data.keys() & other.data.keys())) or "none in common"
        raise Invalid(
            f"{idle[0]!r} gives no number for any row that both runs have.",
            f"Their columns are: {both}. A step that makes rows keeps further columns by its setting forward.",
        )
    if not columns:
        raise Invalid(
            f"Runs {a.id} and {b.id} have no score in common.",
            "Compare by what both have (--by 'length(answer)'), let a judge do it (--judge provider/model), or let both recipes score their rows "
            "(rowsmith steps score.judge).",
        )
