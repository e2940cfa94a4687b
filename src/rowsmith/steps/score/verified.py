"""Whether an answer keeps an instruction, by functions that check it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column
from rowsmith.steps.checking import Check
from rowsmith.steps.executing import Executing
from rowsmith.steps.request import text_of
from rowsmith.steps.transform.verifiers import NAME, texts_in


class Verified(Executing, Check):
    """Asks functions `evaluate(response)` of an answer, in the sandbox of `score.executed`, and scores the row: `scores.<into>` = {"rate": 0.6667,
    "passed": 2, "of": 3}. An answer that no more than `above` of them accept is flagged (`not_kept`). A function that raises does not accept.
    """

    functions: Column = Field("functions", description="Column with the functions, a list of Python texts.")
    answer: Column = Field("answer", description="Column with the answer.")
    above: Annotated[float, Field(ge=0, lt=1)] = Field(0.5, description="Share of the functions of which more must accept the answer.")
    into: str = Field("verified", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its score, or dropped."""
        if self.passes_by:
            yield row
            return
        codes, said = texts_in(row, self.functions), f"{NAME}({text_of(row, self.answer)!r}) is True"
        if not codes:
            raise RowFailed("no_verifier", f"Column {self.functions!r} holds no function.")
        found = [ctx.evaluate(code, [said], time_s=self.time_s, memory_mb=self.memory_mb) for code in codes]
        passed = sum(one.passes and one.tests[0].value is True for one in found)
        score = {"rate": round(passed / len(codes), 4), "passed": passed, "of": len(codes)}
        flag = Flag(self.title, "not_kept", f"{passed} of {len(codes)} functions accept it.", path=self.answer)
        yield self.told(row, {self.into: score}, [] if passed > self.above * len(codes) else [flag])
