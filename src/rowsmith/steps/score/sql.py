"""Whether SQL works: it is carried out on a database that is made for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.execution import Answered
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column, InputPaths
from rowsmith.steps.checking import Check
from rowsmith.steps.executing import bare
from rowsmith.steps.request import pick, text_of


class Sql(Check):
    """Carries out a SELECT (or WITH ... SELECT) on a SQLite database that the statements of the schema make, and scores the row: `scores.<into>` =
    {"ok": true, "columns": ["name"], "rows": 3, "hash": "1f0c9b2a44d1e07a", "error": "", "agree": 1, "of": 1}.

    Nothing is written, and no file is read: the database is made in memory, in a process of its own. `hash` names what the query gives, whatever the
    order of its rows (`ordered`: with it). SQL that does not work is flagged (`wrong_sql`), so is a result with fewer than `least` rows (`few_rows`),
    and one that is not that of the query in `expected` (`other_result`).

    Where the column holds a list, its texts are candidates: the row goes on with the one whose result most of those that work share, of equals the
    shortest (self-consistency by execution; OmniSQL, arXiv 2503.02240). `agree` of `of` candidates gave that result; fewer than `agree` are flagged
    (`no_majority`).
    """

    query: Column = Field("sql", description="Column with the query, or a list of candidates.")
    schema_: Column = Field("schema", alias="schema", description="Column with the statements that make the database: CREATE TABLE, INSERT.")
    files: InputPaths = Field([], description="Files of such statements, in place of the column.")
    expected: str = Field("", description="Column with the query whose result it must give; empty for none.")
    ordered: bool = Field(False, description="Whether results are the same in the same order of rows alone.")
    least: Annotated[int, Field(ge=0)] = Field(1, description="Fewest rows of a result.")
    agree: Annotated[float, Field(ge=0, le=1)] = Field(0.0, description="Share of the candidates that must give the result that is chosen.")
    time_s: Annotated[float, Field(gt=0, le=600)] = Field(5.0, description="Seconds by the clock that making the database, and each query, may take.")
    into: str = Field("sql", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its score, or dropped."""
        said = pick(row, [self.query])[self.query]
        several = said if isinstance(said, list) else [said]
        if not several or not all(isinstance(one, str) for one in several):
            raise RowFailed("not_text", f"Column {self.query!r} holds neither a query nor a list of queries.")
        queries = [bare(one).strip() for one in several]
        right = [bare(text_of(row, self.expected))] if self.expected else []
        found = ctx.query(self._schema(row, ctx), [*queries, *right], time_s=self.time_s)
        best = self._best(queries, found)
        one = found[best]
        same = [not one.error and self._same(one, other) for other in found[: len(queries)]]
        score = {
            "ok": not one.error, "columns": list(one.columns), "rows": one.rows, "hash": self._key(one)[1], "error": one.error,
            "agree": sum(same), "of": len(queries),
        }  # fmt: skip
        chosen = row.with_data({**row.data, self.query: queries[best]})
        problems = self._problems(one, found[len(queries) :], sum(same) / len(queries))
        yield self.told(chosen, {self.into: score}, list(problems))

    def marked(self, mark: object) -> dict[str, object]:
        """The column of the query that is expected must be there; that of the schema only where no files are given."""
        found = super().marked(mark)  # type: ignore[arg-type]
        if "schema_" in found and self.files:
            del found["schema_"]
        return found

    def check(self) -> list[str]:
        """A schema that is said twice."""
        twice = bool(self.files) and "schema_" in self.model_fields_set
        return ["`schema` and `files` are both given; the database is made of one of them."] if twice else []

    def _schema(self, row: Row, ctx: Context) -> str:
        if not self.files:
            return bare(text_of(row, self.schema_))
        found = []
        for path in ctx.paths(self.files):
            with open(ctx.input(path).path, encoding="utf-8-sig", errors="replace") as file:
                found.append(file.read())
        return "\n".join(found)

    def _best(self, queries: Sequence[str], found: Sequence[Answered]) -> int:
        """The place of the candidate that is chosen; where none works, of the first."""
        working = [place for place in range(len(queries)) if not found[place].error]
        shares = Counter(self._key(found[place]) for place in working)
        return min(working, key=lambda place: (-shares[self._key(found[place])], len(queries[place]), place), default=0)

    def _key(self, answer: Answered) -> tuple[int, str]:
        return len(answer.columns), answer.ordered if self.ordered else answer.hash

    def _same(self, one: Answered, other: Answered) -> bool:
        return not other.error and self._key(one) == self._key(other)

    def _problems(self, one: Answered, right: Sequence[Answered], agree: float) -> Iterator[Flag]:
        if one.error:
            yield Flag(self.title, "wrong_sql", one.error, path=self.query)
            return
        if one.rows < self.least:
            yield Flag(self.title, "few_rows", f"It gives {one.rows:,} rows.", path=self.query)
        if agree < self.agree:
            yield Flag(self.title, "no_majority", f"{agree:.0%} of the candidates give its result.", path=self.query)
        for expected in right:
            if expected.error or not self._same(one, expected):
                yield Flag(self.title, "other_result", expected.error or "Its result is not the one that was expected.", path=self.query)
