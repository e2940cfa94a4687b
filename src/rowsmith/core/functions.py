"""Arithmetic, text functions, casts and CASE of the expression language, as terms (core.terms). core.expressions states their meaning."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from math import copysign, floor, fmod, isfinite
from typing import Any

from rowsmith.core.terms import EXACT, OF, Run, Scope, Term, coerce, json_as, let, quoted, relation, unify

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""Unicode's white space: what trim removes and what stands between words."""
_WORD = f"[^{SPACE}]+"
_words = re.compile(_WORD)


def arithmetic(symbol: str, left: Term, right: Term) -> Term:
    """`+ - * / %` of 64-bit floats; whole numbers stay whole where the result is. NULL beyond the range and for division by 0."""
    left, right = coerce(left, "number"), coerce(right, "number")
    a, b, op = left.run, right.run, _ARITHMETIC[symbol]

    def run(scope: Scope) -> int | float | None:
        x, y = a(scope), b(scope)
        return None if x is None or y is None else op(x, y)

    divisor = f"NULLIF({right.sql}, CAST('0' AS DOUBLE))" if symbol in "/%" else right.sql
    return Term("number", run, _finite_sql(f"({left.sql} {symbol} {divisor})"))


def _finite_sql(sql: str) -> str:
    return let(Term("number", lambda scope: None, sql), lambda v: f"CASE WHEN isfinite({v}) THEN {v} END")


def _finite(value: int | float) -> int | float | None:
    if isinstance(value, int):
        return value if -EXACT <= value <= EXACT else float(value)
    return value if isfinite(value) else None


def _remainder(x: int | float, y: int | float) -> int | float | None:
    if not y:
        return None
    out = fmod(x, y)
    return int(out) if isinstance(x, int) and isinstance(y, int) else out


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda x, y: _finite(x + y),
    "-": lambda x, y: _finite(x - y),
    "*": lambda x, y: _finite(x * y),
    "/": lambda x, y: _finite(x / y) if y else None,
    "%": _remainder,
}


def mapped(kind: str, arg: Term, apply: Callable[[Any], Any], sql: str) -> Term:
    """A term that is `apply` of another's value and NULL for NULL."""
    inner = arg.run

    def run(scope: Scope) -> Any:
        value = inner(scope)
        return None if value is None else apply(value)

    return Term(kind, run, sql)


def negative(arg: Term) -> Term:
    """`-x`."""
    arg = coerce(arg, "number")
    return mapped("number", arg, operator.neg, f"(-{arg.sql})")


def absolute(arg: Term) -> Term:
    """`abs(x)`."""
    arg = coerce(arg, "number")
    return mapped("number", arg, abs, f"abs({arg.sql})")


def rounded(arg: Term, digits: int = 0) -> Term:
    """`round(x, digits)`: halves go away from zero; numbers too large to have such digits stay as they are."""
    arg, scale = coerce(arg, "number"), 10**digits

    def apply(x: int | float) -> int | float:
        scaled = x * float(scale)
        if isinstance(x, int) or not abs(scaled) < 2**52:
            return x
        whole = floor(abs(scaled))
        near = copysign(whole + (abs(scaled) - whole >= 0.5), x)
        return int(near) if scale == 1 else near / scale

    m = f"CAST('{scale}' AS DOUBLE)"
    sql = let(arg, lambda v: f"CASE WHEN abs({v} * {m}) < CAST('{2**52}' AS DOUBLE) THEN round({v} * {m}) / {m} ELSE {v} END")
    return mapped("number", arg, apply, sql)


class _Cases(dict[int, str]):
    """A table for str.translate that finds each letter's simple case mapping (one letter for one) when it is first met."""

    def __init__(self, find: Callable[[str], str]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, code: int) -> str:
        self[code] = found = self._find(chr(code))
        return found


def _lower(char: str) -> str:
    return "i" if char == "\u0130" else char.lower()


def _upper(char: str) -> str:
    forms = ("\u1e9e" if char == "\xdf" else char.upper(), char.title(), char)
    return next(form for form in forms if len(form) == 1)


_LOWER, _UPPER = _Cases(_lower), _Cases(_upper)


def lower_text(text: str) -> str:
    """Lower case, letter by letter, so that the length stays."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def upper_text(text: str) -> str:
    """Upper case, letter by letter, so that the length stays."""
    return text.upper() if text.isascii() else text.translate(_UPPER)


def lowered(arg: Term) -> Term:
    """`lower(text)`."""
    arg = coerce(arg, "text")
    return mapped("text", arg, lower_text, f"lower({arg.sql})")


def uppered(arg: Term) -> Term:
    """`upper(text)`."""
    arg = coerce(arg, "text")
    return mapped("text", arg, upper_text, f"upper({arg.sql})")


def trimmed(arg: Term) -> Term:
    """`trim(text)`: without white space at both ends."""
    arg = coerce(arg, "text")
    return mapped("text", arg, lambda text: text.strip(SPACE), f"trim({arg.sql}, {quoted(SPACE)})")


def word_count(arg: Term) -> Term:
    """`word_count(text)`: how many runs of characters other than white space."""
    arg = coerce(arg, "text")
    sql = f"CAST(len(regexp_extract_all({arg.sql}, {quoted(_WORD)})) AS DOUBLE)"
    return mapped("number", arg, lambda text: len(_words.findall(text)), sql)


def length(arg: Term) -> Term:
    """`length(x)`: characters (code points) of a text, entries of a list."""
    if arg.kind != "any":
        arg = coerce(arg, "text")
        return mapped("number", arg, len, f"CAST(length({arg.sql}) AS DOUBLE)")

    def sql(v: str) -> str:
        text = f"WHEN 'VARCHAR' THEN length(json_extract_string({v}, '$'))"
        return f"CAST(CASE json_type({v}) {text} WHEN 'ARRAY' THEN json_array_length({v}) END AS DOUBLE)"

    whole = let(arg, sql) if arg.typed is None else f"CAST(length({coerce(arg, 'text').sql}) AS DOUBLE)"
    return mapped("number", arg, lambda value: len(value) if isinstance(value, str | list) else None, whole)


def joined(left: Term, right: Term) -> Term:
    """`a || b` of texts."""
    return _of_texts("text", operator.add, lambda a, b: f"({a} || {b})", left, right)


def starts_with(text: Term, part: Term) -> Term:
    """`starts_with(text, part)`."""
    return _of_texts("bool", str.startswith, lambda a, b: f"starts_with({a}, {b})", text, part)


def ends_with(text: Term, part: Term) -> Term:
    """`ends_with(text, part)`."""
    return _of_texts("bool", str.endswith, lambda a, b: f"ends_with({a}, {b})", text, part)


def _of_texts(kind: str, apply: Callable[[str, str], Any], write: Callable[[str, str], str], left: Term, right: Term) -> Term:
    left, right = coerce(left, "text"), coerce(right, "text")
    a, b = left.run, right.run

    def run(scope: Scope) -> Any:
        x, y = a(scope), b(scope)
        return None if x is None or y is None else apply(x, y)

    return Term(kind, run, write(left.sql, right.sql))


def contains(whole: Term, part: Term) -> Term:
    """`contains(text, part)`, or `contains(list, value)`: whether an entry of the list equals the value, kind included."""
    if whole.kind != "any":
        return _of_texts("bool", operator.contains, lambda a, b: f"contains({a}, {b})", whole, part)
    of, (test, write), a, b = OF[part.kind] if part.kind != "null" else OF["any"], relation("=", _kind(part)), whole.run, part.run

    def run(scope: Scope) -> bool | None:
        x, y = a(scope), b(scope)
        if y is None:
            return None
        if isinstance(x, list):
            return any(test(of(entry), y) for entry in x)
        return y in x if isinstance(x, str) and isinstance(y, str) else None

    def sql(v: str, w: str) -> str:
        kind = _kind(part)
        text = f"contains(json_extract_string({v}, '$'), {json_as('text', w) if kind == 'any' else w})" if kind in ("text", "any") else "NULL"
        entries = f"len(list_filter(TRY_CAST({v} AS JSON[]), lambda entry: COALESCE({write(json_as(kind, 'entry'), w)}, FALSE))) > 0"
        return f"CASE WHEN {w} IS NULL THEN NULL WHEN json_type({v}) = 'VARCHAR' THEN {text} WHEN json_type({v}) = 'ARRAY' THEN {entries} END"

    if whole.typed is not None and part.kind == "text":
        return Term("bool", run, f"contains({coerce(whole, 'text').sql}, {part.sql})")
    return Term("bool", run, let(whole, lambda v: let(part, lambda w: sql(v, w))))


def _kind(term: Term) -> str:
    return "any" if term.kind == "null" else term.kind


def is_null(arg: Term) -> Term:
    """`x IS NULL`: missing, null, or a division by zero and the like."""
    run, sql = arg.run, arg.typed.sql if arg.typed else arg.sql
    return Term("bool", lambda scope: run(scope) is None, f"({sql} IS NULL)")


def is_exactly(arg: Term, value: bool) -> Term:
    """`x IS TRUE`, `x IS FALSE`: never NULL."""
    arg = coerce(arg, "bool")
    run = arg.run
    return Term("bool", lambda scope: run(scope) is value, f"({arg.sql} IS {'TRUE' if value else 'FALSE'})")


def coalesce(args: Sequence[Term]) -> Term:
    """The first that is not NULL."""
    args = unify(args)
    runs = [arg.run for arg in args]

    def run(scope: Scope) -> Any:
        return next((value for one in runs if (value := one(scope)) is not None), None)

    return Term(args[0].kind, run, "COALESCE(" + ", ".join(arg.sql for arg in args) + ")")


def choice(conditions: Sequence[Term], values: Sequence[Term], default: Term) -> Term:
    """`CASE WHEN condition THEN value ... ELSE default END`."""
    *values, default = unify([*values, default])
    runs: list[tuple[Run, Run]] = [(condition.run, value.run) for condition, value in zip(conditions, values, strict=True)]
    other = default.run

    def run(scope: Scope) -> Any:
        for condition, value in runs:
            if condition(scope):
                return value(scope)
        return other(scope)

    whens = " ".join(f"WHEN {condition.sql} THEN {value.sql}" for condition, value in zip(conditions, values, strict=True))
    return Term(default.kind, run, f"CASE {whens} ELSE {default.sql} END")
