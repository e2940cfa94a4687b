"""Checks the form of a row: what is broken, empty, cut off, refused, left to be filled, or not what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args

from pydantic import Field, NonNegativeInt, PositiveInt

from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.steps.checking import Check
from rowsmith.steps.form_asked import json_problems, language_problems, length_problems, row_problems, schema_problems
from rowsmith.steps.form_ends import breaks
from rowsmith.steps.form_marks import encodings, placeholders, speaks_of_encodings
from rowsmith.steps.form_openings import openings
from rowsmith.steps.form_phrases import copies, scaffolding
from rowsmith.steps.form_refusals import refusals
from rowsmith.steps.form_turns import Turn, empty_problems, order_problems, turns

Problem = Literal[
    "schema", "json", "language", "length", "refusal", "boilerplate", "truncated", "placeholder",
    "prompt_copy", "roles", "empty", "system", "encoding", "scaffolding"
]  # fmt: skip
PROBLEMS: tuple[Problem, ...] = get_args(Problem)


class Form(Check):
    """Checks the form of a row and scores it: `scores.<into>` is the number of different problems, 0 for none. Without a model.

    Always looked for: an answer that refuses, or asks for more, in place of an answer (refusal); that opens with a stock phrase (boilerplate);
    that breaks off (truncated); that repeats the whole question (prompt_copy); places left to be filled (placeholder); two turns of one speaker
    in a row (roles); a turn or column that says nothing (empty); a system turn that is not the first (system); UTF-8 read as another encoding,
    replacement and control characters (encoding); marks of a template, the request itself or the error of a call as an answer (scaffolding).
    Where it is asked for: answers of fewer than `shortest` or more than `longest` words (length; short ones are fine where a short form, JSON or
    code was asked for, or the row has choices); `json`, `schema` and `language`, of the last answer.

    What stands in code or in quotation marks, or is what the question is about, is let alone. The phrases are English, German, French and
    Spanish, the commonest in other languages (Italian, Portuguese, Arabic, Hebrew, Persian ...) too.
    Each problem is a flag with its place in the row.
    """

    problems: list[Problem] = Field(list(PROBLEMS), min_length=1, description="Problems that are looked for.")
    json_: bool = Field(False, alias="json", description="Whether the last answer must be JSON, and nothing beside it.")
    schema_: dict[str, Any] | None = Field(None, alias="schema", description="JSON Schema (draft 2020-12) that the row or its last answer must keep.")
    schema_of: Literal["answer", "row"] = Field("answer", description="What the schema is of: the last answer, parsed as JSON, or the row's columns.")
    language: str = Field("", pattern=r"^([a-z]{2,3})?$", description="Language of the last answer, by ISO 639-1; empty for any.")
    shortest: NonNegativeInt = Field(0, description="Fewest words of an answer.")
    longest: PositiveInt | None = Field(None, description="Most words of an answer; none: any number.")
    into: str = Field("form", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its score and flags, or dropped for the first of them."""
        found = [flag for flag in self._found(row) if flag.reason in self.problems]
        yield self.told(row, {self.into: len({flag.reason for flag in found})}, found)

    def _found(self, row: Row) -> Iterator[Flag]:
        yield from order_problems(row.data)
        yield from empty_problems(row.data)
        if self.schema_ is not None and self.schema_of == "row":
            yield from row_problems(row.data, self.schema_)
        said = turns(row.data)
        for turn in said:
            if turn.text.strip():
                if wrong := list(encodings(turn)):
                    yield from encodings(turn, about=True) if any(speaks_of_encodings(one.text) for one in said) else wrong
                yield from self._of_turn(turn)

    def _of_turn(self, turn: Turn) -> Iterator[Flag]:
        yield from refusals(turn)
        spoiled = [] if self.json_ and turn.text.strip() == "null" else list(scaffolding(turn))
        yield from spoiled or [*openings(turn), *placeholders(turn), *breaks(turn)]
        yield from copies(turn)
        if turn.role not in ("answer", "rejected"):
            return
        asked = self.json_ or (self.schema_ is not None and self.schema_of == "answer")
        if not asked:
            yield from length_problems(turn, self.shortest, self.longest)
        if turn.last and turn.role == "answer":
            yield from self._of_last(turn)

    def _of_last(self, turn: Turn) -> Iterator[Flag]:
        if self.json_:
            yield from json_problems(turn)
        if self.schema_ is not None and self.schema_of == "answer":
            yield from schema_problems(turn, self.schema_)
        if self.language:
            yield from language_problems(turn, self.language)

    def check(self) -> list[str]:
        """Lengths that nothing can have, and a schema that is none."""
        least, most = self.shortest, self.longest
        wrong = [f"`shortest` ({least}) is more than `longest` ({most})."] if most is not None and least > most else []
        return wrong + ([] if self.schema_ is None else _schema_problems(self.schema_))


def _schema_problems(schema: dict[str, Any]) -> list[str]:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return [f"`schema` is no JSON Schema: {error.message}"]
    return []
