"""The parts of an expression: each knows how it runs on one row and how it is written for DuckDB, side by side.

Not for use on its own: core.expressions builds terms from SQL and states their meaning. A term's kind is `text`, `number`, `bool`, `any`
(a name, whose value is known only at run time) or `null`. In SQL these are VARCHAR, DOUBLE, BOOLEAN and JSON.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import isfinite
from typing import Any

Scope = Mapping[str, Any]
Run = Callable[[Scope], Any]

EXACT = 2**53
"""Whole numbers up to here have an exact 64-bit float."""
SQL_TYPES = {"text": "VARCHAR", "number": "DOUBLE", "bool": "BOOLEAN", "any": "JSON", "null": "VARCHAR"}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_fresh = count()


class Mismatch(Exception):
    """Terms that do not go together; the message is for the user."""


@dataclass(slots=True, frozen=True)
class Typed:
    """SQL for a name whose values are all of one kind (`text`, `number` or `bool`), or NULL: VARCHAR, DOUBLE without infinities, BOOLEAN."""

    kind: str
    sql: str


@dataclass(slots=True, frozen=True)
class Term:
    """`run` gives the value for a scope; `sql` is DuckDB's form, in which names are still markers. `plain`: cheap to write twice.
    `typed`: the same in SQL, of a name (kind `any`) whose values are known to be of one kind where they lie."""

    kind: str
    run: Run
    sql: str
    plain: bool = False
    constant: bool = False
    typed: Typed | None = None


def text_of(value: Any) -> str | None:
    """The value if it is a text."""
    return value if isinstance(value, str) else None


def bool_of(value: Any) -> bool | None:
    """The value if it is true or false."""
    return value if value is True or value is False else None


def number_of(value: Any) -> int | float | None:
    """The value if it is a finite number; whole numbers beyond 2**53 become floats, as they are in DuckDB."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    if -EXACT <= value <= EXACT:
        return value
    try:
        return float(value)
    except OverflowError:
        return None


OF: dict[str, Callable[[Any], Any]] = {"text": text_of, "number": number_of, "bool": bool_of, "any": lambda value: value}
"""What a value is in a place that asks for a kind: itself, or None."""
_JSON_TYPES = {"text": "('VARCHAR')", "number": "('BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT')", "bool": "('BOOLEAN')"}


def quoted(text: str) -> str:
    """A SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def literal(value: str | float | bool | None) -> Term:
    """A constant."""
    if value is None:
        return Term("null", lambda scope: None, "NULL", True, True)
    if isinstance(value, bool):
        return Term("bool", lambda scope: value, "TRUE" if value else "FALSE", True, True)
    if isinstance(value, str):
        return Term("text", lambda scope: value, quoted(value), True, True)
    return Term("number", lambda scope: value, f"CAST('{float(value)!r}' AS DOUBLE)", True, True)


def let(term: Term, body: Callable[[str], str]) -> str:
    """SQL that uses a term's value more than once without writing it more than once."""
    if term.plain:
        return body(term.sql)
    name = f"v{next(_fresh)}"
    return f"list_transform([{term.sql}], lambda {name}: {body(name)})[1]"


def json_as(kind: str, sql: str) -> str:
    """The value of a JSON expression as `kind`, NULL when it is of another."""
    if kind == "any":
        return sql
    inner = f"json_extract_string({sql}, '$')"
    value = inner if kind == "text" else f"TRY_CAST({inner} AS {SQL_TYPES[kind]})"
    found = f"CASE WHEN json_type({sql}) IN {_JSON_TYPES[kind]} THEN {value} END"
    return finite(found) if kind == "number" else found


def finite(sql: str) -> str:
    """The number, NULL when it is infinite."""
    return f"NULLIF(NULLIF({sql}, CAST('inf' AS DOUBLE)), CAST('-inf' AS DOUBLE))"


def coerce(term: Term, kind: str) -> Term:
    """The term in a place that asks for `kind`. A value of another kind, known only at run time, is NULL there.

    Raises:
        Mismatch: the term is of another kind for certain.
    """
    if term.kind == kind:
        return term
    if term.kind == "null":
        return Term(kind, term.run, f"CAST(NULL AS {SQL_TYPES[kind]})", True, True)
    if kind == "any":
        return Term("any", term.run, f"to_json({term.sql})", term.plain)
    if term.kind != "any":
        raise Mismatch(f"is {_a(term.kind)}, and {_a(kind)} is needed here")
    of, run = OF[kind], term.run
    return Term(kind, lambda scope: of(run(scope)), _as(kind, term), term.plain)


def _as(kind: str, term: Term) -> str:
    if term.typed is None:
        return let(term, lambda v: json_as(kind, v))
    return term.typed.sql if term.typed.kind == kind else f"CAST(NULL AS {SQL_TYPES[kind]})"


def _a(kind: str) -> str:
    return {"text": "text", "number": "a number", "bool": "true or false"}[kind]


def unify(terms: Sequence[Term]) -> list[Term]:
    """The terms as one kind: that of those whose kind is known, `any` when none is.

    Raises:
        Mismatch: there are two kinds among them.
    """
    kinds = {term.kind for term in terms} - {"null"}
    known = sorted(kinds - {"any"})
    if len(known) > 1:
        raise Mismatch(f"mixes {_a(known[0])} with {_a(known[1])}")
    kind = known[0] if known else "any"
    return [coerce(term, kind) for term in terms]


def relation(symbol: str, kind: str) -> tuple[Callable[[Any, Any], bool | None], Callable[[str, str], str]]:
    """How two values of a kind are compared, for Python and for SQL. NULL when a side is NULL.

    `any`: numbers, texts, and for = and <> truth values, each with its own kind only; two kinds give NULL.

    Raises:
        Mismatch: true and false are put in an order.
    """
    op = COMPARE[symbol]
    if kind == "any":
        kinds = ("number", "text", "bool") if symbol in ("=", "<>") else ("number", "text")
        return _among(op, kinds), lambda a, b: "COALESCE(" + ", ".join(f"({json_as(k, a)}) {symbol} ({json_as(k, b)})" for k in kinds) + ")"
    if kind == "bool" and symbol not in ("=", "<>"):
        raise Mismatch("puts true and false in an order")
    return lambda a, b: None if a is None or b is None else op(a, b), lambda a, b: f"({a} {symbol} {b})"


def _among(op: Callable[[Any, Any], bool], kinds: Sequence[str]) -> Callable[[Any, Any], bool | None]:
    def test(a: Any, b: Any) -> bool | None:
        for kind in kinds:
            x, y = OF[kind](a), OF[kind](b)
            if x is not None and y is not None:
                return op(x, y)
        return None

    return test


def comparison(symbol: str, left: Term, right: Term) -> Term:
    """`left symbol right`.

    Raises:
        Mismatch: the kinds are known and differ, or true and false are put in an order.
    """
    left, right = unify([left, right])
    test, write = relation(symbol, left.kind)
    sql = let(left, lambda a: let(right, lambda b: write(a, b))) if left.kind == "any" else write(left.sql, right.sql)
    return Term("bool", _compare(symbol, test, left, right), sql)


def _compare(symbol: str, test: Callable[[Any, Any], bool | None], left: Term, right: Term) -> Run:
    a, b, op = left.run, right.run, COMPARE[symbol]
    if not right.constant or left.kind == "any":
        return lambda scope: test(a(scope), b(scope))
    fixed = b({})

    def with_constant(scope: Scope) -> Any:
        value = a(scope)
        return None if value is None or fixed is None else op(value, fixed)

    return with_constant


def between(value: Term, low: Term, high: Term) -> Term:
    """`low <= value AND value <= high`. Raises as `comparison` does."""
    value, low, high = unify([value, low, high])
    (above, write_above), (below, write_below) = relation(">=", value.kind), relation("<=", value.kind)
    v, a, b = value.run, low.run, high.run

    def run(scope: Scope) -> bool | None:
        at = v(scope)
        first, second = above(at, a(scope)), below(at, b(scope))
        return False if first is False or second is False else None if first is None or second is None else True

    return Term("bool", run, let(value, lambda at: f"({write_above(at, low.sql)} AND {write_below(at, high.sql)})"))


def member(value: Term, options: Sequence[Term]) -> Term:
    """`value IN (options)`. Raises as `comparison` does."""
    value, *options = unify([value, *options])
    test, write = relation("=", value.kind)
    v, runs = value.run, [option.run for option in options]

    def run(scope: Scope) -> bool | None:
        at = v(scope)
        answers = [test(at, option(scope)) for option in runs]
        return True if True in answers else None if None in answers else False

    return Term("bool", run, let(value, lambda at: "(" + " OR ".join(write(at, option.sql) for option in options) + ")"))


def every(terms: Sequence[Term]) -> Term:
    """AND: false if one is false, else NULL if one is NULL, else true."""
    return Term("bool", _decided([t.run for t in terms], False), "(" + " AND ".join(t.sql for t in terms) + ")")


def either(terms: Sequence[Term]) -> Term:
    """OR: true if one is true, else NULL if one is NULL, else false."""
    return Term("bool", _decided([t.run for t in terms], True), "(" + " OR ".join(t.sql for t in terms) + ")")


def _decided(runs: list[Run], decides: bool) -> Run:
    def run(scope: Scope) -> bool | None:
        out: bool | None = not decides
        for one in runs:
            value: bool | None = one(scope)
            if value is decides:
                return decides
            if value is None:
                out = None
        return out

    return run


def negation(term: Term) -> Term:
    """NOT; NULL stays NULL."""
    run = term.run

    def negated(scope: Scope) -> bool | None:
        value: bool | None = run(scope)
        return None if value is None else not value

    return Term("bool", negated, f"(NOT {term.sql})")
