"""The one expression language: SQL over the columns of a row, run on one row by Python and on many by DuckDB, with one meaning.

    parse("length(answer) > 20 AND scores.judge.overall >= 4").test(row.scope)      True, False or None
    parse_value("round(scores.judge.overall / 5, 2)").value(row.scope)              a JSON value
    parse("label IN ('a', 'b')").duckdb({"label": "to_json(label)"})                SQL

What it knows:

    names           columns and dotted paths: text, scores.judge.overall, messages."0".content (the first entry of a list).
                    Names are exact; odd ones stand in double quotes. A missing name is NULL, as is JSON null. Of rows of a dataset also
                    what people think of them: reviews.verdict, reviews.people and so on (core.review); a column of that name goes before.
    values          'text', 12, 1.5, true, false, null
    comparisons     = <> != < <= > >=   BETWEEN   IN (..)   LIKE, ILIKE (% and _, ESCAPE)   IS [NOT] NULL | TRUE | FALSE
    logic           AND, OR, NOT, CASE WHEN .. THEN .. ELSE .. END, coalesce(a, b, ..)
    numbers         + - * / %   abs(x)   round(x, digits)
    texts           a || b   length   word_count   lower   upper   trim   contains   starts_with   ends_with
    lists           length(list)   contains(list, value)
    casts           CAST(x AS TEXT | INTEGER | DOUBLE | BOOLEAN), x::text

What it means, where dialects differ:

    kinds           A name takes the kind of what it stands beside: next to a text it is text, next to a number a number, as a condition
                    true or false. A value of another kind counts as NULL there. Two names side by side compare when their values are of
                    one kind (numbers, texts; true and false only with = and <>), else the answer is NULL.
                    Kinds that clash for certain (length(a) > 'x') are an error when the expression is read.
    NULL            Three-valued, as in SQL. A condition lets a row through only when it is true.
    numbers         64-bit floats; whole numbers stay whole under + - * and are exact to 2**53. x / 0, x % 0 and results beyond the range are
                    NULL. `/` never cuts off; % takes the sign of its left side; round takes halves away from zero.
    texts           compare by code point; length counts code points. lower and upper map one letter to one letter. White space is Unicode's.
    LIKE            takes a fixed pattern over the whole text; without ESCAPE nothing escapes % and _.
    CAST            what cannot be read so is NULL. To INTEGER rounds as round does; a number's text is the shortest that reads back, 3 not 3.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rowsmith.core.errors import Invalid
from rowsmith.core.layout import placed
from rowsmith.core.row import Json, Row
from rowsmith.core.terms import Term, Typed, coerce

MAX_LENGTH = 10_000
"""Most characters of one expression."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read and found sound. `paths` are the names that it uses, cut at their dots, in order of appearance."""

    text: str
    paths: tuple[tuple[str, ...], ...]
    term: Term

    @property
    def names(self) -> frozenset[str]:
        """The names that it uses, with their dots."""
        return frozenset(".".join(path) for path in self.paths)

    @property
    def columns(self) -> frozenset[str]:
        """The first parts of its names: columns, `scores`, `origin`, `id`."""
        return frozenset(path[0] for path in self.paths)

    @property
    def kind(self) -> str:
        """`bool`, `text`, `number`, `any` or `null`."""
        return self.term.kind

    def test(self, scope: Mapping[str, Any]) -> bool | None:
        """Whether it holds for the row: True, False, or None where SQL says NULL. Only True lets a row through."""
        return self.term.run(scope)  # type: ignore[no-any-return]

    def value(self, scope: Mapping[str, Any]) -> Any:
        """Its value for the row, a JSON value."""
        return self.term.run(scope)

    def values(self, scope: Mapping[str, Any]) -> dict[str, Any]:
        """The values of the names that it uses, for showing why a row was not let through."""
        return {".".join(path): reach(scope, path) for path in self.paths}

    def duckdb(self, columns: Mapping[str, str], typed: Mapping[tuple[str, ...], Typed] | None = None) -> str:
        """Its SQL for DuckDB: BOOLEAN for conditions, else VARCHAR, DOUBLE or (`any`) JSON.

        `columns` gives for each column (and `scores`, `origin`, `id`) a SQL expression of type JSON, for example
        {"text": "to_json(text)", "scores": "scores"}. The key "" may give one JSON object that holds all columns not named.
        A name that is nowhere is NULL. `typed` gives for whole names, cut at their dots, SQL that is quicker than JSON, where all their
        values are of one kind; it goes before `columns`.
        """
        if not typed or not any(path in typed for path in self.paths):
            return placed(self.term.sql, self.paths, columns)
        from rowsmith.core.grammar import read

        term, paths = read(self.text, typed)
        return placed(coerce(term, "bool").sql if self.kind == "bool" else term.sql, paths, columns)


def reach(scope: Any, path: tuple[str, ...]) -> Any:
    """What a path leads to: keys of objects, and for lists positions from 0; None where it leads nowhere."""
    value = scope
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and (part == "0" or part[0] != "0"):
            value = value[int(part)] if len(part) < 10 and int(part) < len(value) else None
        else:
            return None
    return value


def named(row: Row, name: str) -> Json:
    """What a row has in a column, or where a dotted path such as `origin.source.file` leads; None where it has nothing."""
    return row.data[name] if name in row.data else reach(row.scope, tuple(name.split(".")))


@lru_cache(maxsize=512)
def parse(text: str) -> Expression:
    """Read a condition.

    Raises:
        Invalid: it cannot be read, uses something that the language lacks, mixes kinds, or is not a condition; says where.
    """
    expression = parse_value(text)
    if expression.kind not in ("bool", "any", "null"):
        raise Invalid(f"The expression {text!r} gives {expression.kind}, not true or false.", "Compare it with something: length(answer) > 20.")
    return Expression(text, expression.paths, coerce(expression.term, "bool"))


@lru_cache(maxsize=512)
def parse_value(text: str) -> Expression:
    """Read an expression that gives any value.

    Raises:
        Invalid: as `parse`.
    """
    from rowsmith.core.grammar import read

    if len(text) > MAX_LENGTH:
        raise Invalid(f"The expression has {len(text):,} characters; the limit is {MAX_LENGTH:,}.", "Split it over several filter.where steps.")
    term, paths = read(text)
    return Expression(text, paths, term)
