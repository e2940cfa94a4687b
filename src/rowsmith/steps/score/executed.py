"""Whether code passes its tests: both are carried out, in a sandbox."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column
from rowsmith.steps.checking import Check
from rowsmith.steps.executing import Executing, bare
from rowsmith.steps.request import pick, text_of


class ExecutedScore(Executing, Check):
    """Carries out Python code and its tests, and scores the row: `scores.<into>` = {"passes": true, "passed": 3, "tests": 3, "error": ""}.

    Tests are a list of texts, each of them a test, or one text: each `assert` that stands at its top is a test, each function test..., and each
    method of a unittest.TestCase. They see the code's names, and may import them from `solution`. `passes` says that there are tests, and that all
    of them passed; `error` is the first thing that went wrong, with its line. Code that does not pass is flagged: `no_tests`, `failed_tests`, or
    `not_executed` where it broke off, took too long or too much, or did what it may not.

    The sandbox (Linux) has the standard library, 16 MB in /scratch, one process, and nothing else: no network, no other file, no variable of the
    environment. Code that sets out to fake its own tests can; it does not get out.
    """

    code: Column = Field("code", description="Column with the code; a fence of Markdown around it is left out.")
    tests: Column = Field("tests", description="Column with the tests: a text, or a list of texts.")
    into: str = Field("executed", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its score, or dropped."""
        if self.passes_by:
            yield row
            return
        tests = pick(row, [self.tests])[self.tests]
        if isinstance(tests, list) and all(isinstance(one, str) for one in tests):
            tests = [bare(one) for one in tests]
        elif not isinstance(tests, str):
            raise RowFailed("not_text", f"Column {self.tests!r} holds neither a text nor a list of texts.")
        else:
            tests = bare(tests)
        found = ctx.execute(bare(text_of(row, self.code)), tests, time_s=self.time_s, memory_mb=self.memory_mb)
        score = {"passes": found.passes, "passed": found.passed, "tests": len(found.tests), "error": found.first_error}
        reason = "not_executed" if not found.done else "failed_tests" if found.tests else "no_tests"
        detail = found.first_error or "There is no test."
        yield self.told(row, {self.into: score}, [] if found.passes else [Flag(self.title, reason, detail)])
