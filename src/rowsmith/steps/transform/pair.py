"""Makes preferences of answers to one input that have scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse_value
from rowsmith.core.ids import canonical, share
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.gathered import gathered
from rowsmith.steps.merging import joint


@dataclass(frozen=True, slots=True)
class _Scored:
    row: Row
    score: float


class Pair(Step):
    """Makes one row of the answers to one input: the best by `score` becomes `chosen`, and of those that lie at least `margin` below it the worst,
    the next, or one at random becomes `rejected`.

        - {kind: transform.pair, by: [input], score: scores.judge.overall, margin: 1, length_ratio: 2}

    The chosen answer's row goes on with its other columns but `answer`; `scores.pair` {chosen, rejected, margin} says what parted them, and `lists`
    keeps all answers beside the two. The others
    are dropped: `paired`, the rejected one; `not_paired`, what was in neither place; `tie`, where none lies far enough below; `length`, where one of
    the pair is more than `length_ratio` times as long as the other; `alone`, an input with one answer; `no_score` and `no_key`, rows that lack
    one; `late`, where the input had its pair in an earlier wave. Which of equals is taken, and which at random, the rows' ids decide.

    Source: Cui et al., "UltraFeedback", arXiv 2310.01377 (several answers, each scored); Tunstall et al., "Zephyr", arXiv 2310.16944 (the best
    against one at random).
    """

    spent = frozenset({"paired", "not_paired", "late"})
    by: list[Column] = Field(["input"], min_length=1, description="Columns that answers to one input have in common.")
    answer: Column = Field("answer", min_length=1, description="Column with the answer.")
    score: str = Field(min_length=1, description="Expression of an answer's worth, such as scores.judge.overall.")
    margin: Annotated[float, Field(gt=0)] = Field(1.0, description="Least difference of the two scores; less is a tie.")
    rejected: Literal["worst", "next", "random"] = Field("worst", description="Which of the answers that are far enough below is rejected.")
    length_ratio: Annotated[float, Field(ge=1)] | None = Field(
        None, description="How many times as long (in characters) as the other one of the two may be; none: any."
    )
    both: list[Column] = Field([], description="Columns of both rows that the pair has, as chosen_NAME and rejected_NAME.")
    lists: dict[str, str] = Field(
        {}, description="Columns of the pair that hold a list, an entry for each answer with a score: name -> expression, such as scores.judge."
    )
    seed: int = Field(42, description="rejected: random: another seed, another choice.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: the pair, or dropped."""
        return gathered(new, kept, self.by, ctx.scratch, self._told, "its input had a pair in an earlier wave")

    @property
    def gathers(self) -> list[str]:
        return self.by

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those of the chosen one but its answer, and the two answers."""
        sides = [f"{side}_{name}" for name in self.both for side in ("chosen", "rejected")]
        return None if before is None else before - {self.answer, *self.both} | {"chosen", "rejected", *sides, *self.lists}

    def check(self) -> list[str]:
        """An expression that gives no number, an answer by which answers are told apart, and a seed that nothing is drawn with."""
        problems = [f"Column {self.answer!r} is the answer, and in `by`."] if self.answer in self.by else []
        idle = "seed" in self.model_fields_set and self.rejected != "random"
        problems += ["`seed` is given, and nothing is drawn; it is of rejected: random."] if idle else []
        taken = {self.answer, *self.by, "chosen", "rejected"}
        problems += [f"lists: {name!r} is the name of a column that the pair has already." for name in self.lists if name in taken]
        problems += [problem for name, text in self.lists.items() for problem in _unreadable(name, text)]
        return problems + _unreadable("score", self.score, "number")

    def _told(self, members: list[Row]) -> Iterator[Row | Dropped]:
        scored = [_Scored(one, score) for one in members if self.answer in one.data and (score := self._score(one)) is not None]
        known, (pair, why) = {one.row.id for one in scored}, self._matched(scored)
        for row in members:
            if row.id not in known:
                yield Dropped(row.id, "no_score", f"{self.score} gives none, or there is no {self.answer}")
            elif pair is None:
                yield Dropped(row.id, *why)
            elif row.id == pair[0].row.id:
                yield self._pair(row, *pair, [one.row for one in scored])
            else:
                yield Dropped(row.id, "paired" if row.id == pair[1].row.id else "not_paired", f"with row {pair[0].row.id}")

    def _matched(self, scored: Sequence[_Scored]) -> tuple[tuple[_Scored, _Scored] | None, tuple[str, str]]:
        """The best answer and the rejected one, or why there is no pair."""
        if len(scored) < 2:
            return None, ("alone", "its input has no other answer with a score")
        best = min(scored, key=lambda one: (-one.score, self._drawn(one)))
        below = [one for one in scored if best.score - one.score >= self.margin]
        if not below:
            return None, ("tie", f"all within {self.margin:g} of {best.score:g}")
        other = self._rejected(below)
        why = self._length(best.row, other.row)
        return (None, ("length", why)) if why else ((best, other), ("", ""))

    def _pair(self, row: Row, best: _Scored, other: _Scored, scored: Sequence[Row]) -> Row:
        rest = {name: value for name, value in row.data.items() if name != self.answer and name not in self.both}
        sides = {f"{side}_{name}": one.row.data.get(name) for name in self.both for side, one in (("chosen", best), ("rejected", other))}
        answers = {"chosen": row.data[self.answer], "rejected": other.row.data[self.answer]}
        told = {"chosen": best.score, "rejected": other.score, "margin": round(best.score - other.score, 6)}
        lists = {name: [parse_value(text).value(one.scope) for one in scored] for name, text in self.lists.items()}
        origin = joint([row.origin, other.row.origin], [row.id, other.row.id])
        return replace(row, data={**rest, **answers, **sides, **lists}, scores={**row.scores, "pair": told}, origin=origin)

    def _rejected(self, below: Sequence[_Scored]) -> _Scored:
        if self.rejected == "random":
            return min(below, key=self._drawn)
        return min(below, key=lambda one: (one.score if self.rejected == "worst" else -one.score, self._drawn(one)))

    def _drawn(self, one: _Scored) -> tuple[float, str]:
        return share(one.row.id, f"pair {self.seed}"), one.row.id

    def _length(self, one: Row, other: Row) -> str:
        if self.length_ratio is None:
            return ""
        short, long = sorted((_length(one.data[self.answer]), _length(other.data[self.answer])))
        return f"{long:,} characters beside {short:,}" if long > self.length_ratio * short else ""

    def _score(self, row: Row) -> float | None:
        value = parse_value(self.score).value(row.scope)
        return float(value) if type(value) in (int, float) and isfinite(value) else None


def _unreadable(name: str, text: str, kind: str = "") -> list[str]:
    try:
        found = parse_value(text).kind
    except Invalid as error:
        return [f"{name}: {error}"]
    return [f"{name}: {text!r} gives {found}, not a {kind}."] if kind and found not in (kind, "any") else []


def _length(answer: Any) -> int:
    return len(answer if isinstance(answer, str) else canonical(answer).decode())
