"""Functions that check whether an answer keeps an instruction, and cases, sifted by each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column
from rowsmith.steps.executing import Executing, bare
from rowsmith.steps.request import pick

NAME = "evaluate"
"""What such a function is called; it takes an answer and gives True or False."""


class Verifiers(Executing):
    """Carries functions `evaluate(response)` out on cases, in the sandbox of `score.executed`, and keeps what agrees: cases that at least one
    function gets right, then functions that get more than `above` of these right (AutoIF, arXiv 2406.13542). What does not compile, has no such
    function, or breaks off is left out.

    A row is dropped where no case (`no_case`) or fewer than `least` functions (`no_verifier`) are left, and where no case is left that has to be
    refused (`no_counterexample`): a function that accepts everything would have passed.
    """

    functions: Column = Field("functions", description="Column with the functions, a list of Python texts.")
    cases: Column = Field("cases", description="Column with the cases: [{response, expected}], expected true or false.")
    above: Annotated[float, Field(ge=0, lt=1)] = Field(0.5, description="Share of the cases of which a function must get more right.")
    least: Annotated[int, Field(ge=1)] = Field(1, description="Fewest functions.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with what is left of its functions and cases."""
        if self.passes_by:
            yield row
            return
        codes, cases = texts_in(row, self.functions), self._cases(row)
        right = [self._right(code, cases, ctx) for code in codes]
        good = [place for place in range(len(cases)) if any(one[place] for one in right)]
        kept = [code for code, one in zip(codes, right, strict=True) if good and sum(one[place] for place in good) > self.above * len(good)]
        if not good:
            yield Drop("no_case", f"None of {len(codes)} functions gets one of {len(cases)} cases right.")
        elif len(kept) < self.least:
            yield Drop("no_verifier", f"{len(kept)} of {len(codes)} functions get more than {self.above:.0%} of {len(good)} cases right.")
        elif all(cases[place]["expected"] for place in good):
            yield Drop("no_counterexample", "No case is left that has to be refused.")
        else:
            yield row.with_data({**row.data, self.functions: kept, self.cases: [cases[place] for place in good]})

    def _right(self, code: str, cases: list[dict[str, Any]], ctx: Context) -> list[bool]:
        """For each case whether the function gets it right."""
        said = [f"{NAME}({case['response']!r}) is {case['expected']!r}" for case in cases]
        found = ctx.evaluate(code, said, time_s=self.time_s, memory_mb=self.memory_mb)
        return [found.done and one.ok and one.value is True for one in found.tests] if found.done else [False] * len(cases)

    def _cases(self, row: Row) -> list[dict[str, Any]]:
        value = pick(row, [self.cases])[self.cases]
        if not isinstance(value, list) or not all(
            isinstance(one, dict) and isinstance(one.get("response"), str) and isinstance(one.get("expected"), bool) for one in value
        ):
            raise RowFailed("cases", f"Column {self.cases!r} holds no list of cases with a response and what is expected.")
        return value


def texts_in(row: Row, column: str) -> list[str]:
    """The programs of a list, without fences of Markdown.

    Raises:
        RowFailed: `missing_column`, or `not_text` where it holds no list of texts.
    """
    value = pick(row, [column])[column]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RowFailed("not_text", f"Column {column!r} holds no list of texts.")
    return [bare(one) for one in value]
