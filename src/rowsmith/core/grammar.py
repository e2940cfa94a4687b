"""From SQL text to terms: sqlglot reads, an allow-list decides. What is not named here is refused, with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from rowsmith.core import functions, terms
from rowsmith.core.casts import CASTS, cast
from rowsmith.core.errors import Invalid, choose
from rowsmith.core.layout import marker
from rowsmith.core.like import like
from rowsmith.core.terms import Mismatch, Term, Typed

MAX_DEPTH = 60
"""Deepest nesting of an expression."""
FUNCTIONS = ("abs", "cast", "coalesce", "contains", "ends_with", "length", "lower", "round", "starts_with", "trim", "upper", "word_count")
EXAMPLE = "Write a condition such as: length(answer) > 20 AND scores.judge.overall >= 4 AND label = 'good' (text in single quotes)."


def read(text: str, typed: Mapping[tuple[str, ...], Typed] | None = None) -> tuple[Term, tuple[tuple[str, ...], ...]]:
    """The term of an expression, and the paths that its markers number. `typed`: names whose values are of one kind where they lie.

    Raises:
        Invalid: see core.expressions.parse.
    """
    reader = _Reader(text, typed or {})
    try:
        return reader.term(_tree(text)), tuple(reader.paths)
    except RecursionError:
        raise _too_deep(text) from None


def _tree(text: str) -> Any:
    from sqlglot import parse_one
    from sqlglot.errors import ParseError, SqlglotError

    if not text.strip() or "\0" in text:
        raise Invalid("The expression is empty." if not text.strip() else "The expression holds a NUL character.", EXAMPLE)
    try:
        return parse_one(text, dialect="duckdb")
    except ParseError as error:
        raise Invalid(f"The expression {text!r} cannot be read {_place(text, error.errors)}.", EXAMPLE) from None
    except SqlglotError:
        raise Invalid(f"The expression {text!r} cannot be read: a quote or comment is opened and not closed.", EXAMPLE) from None


def _place(text: str, found: list[dict[str, Any]]) -> str:
    word = found[0].get("highlight") if found else ""
    if not word:
        return "at its end"
    before = sum(len(line) + 1 for line in text.split("\n")[: found[0]["line"] - 1])
    return f"at character {before + max(found[0]['col'] - len(word), 0) + 1}, near {word!r}"


def _too_deep(text: str) -> Invalid:
    return Invalid(f"The expression {text[:80]!r} is nested more than {MAX_DEPTH} deep.", "Split it over several filter.where steps.")


class _Reader:
    """Walks sqlglot's tree. A kind of node is known when NODES names it."""

    def __init__(self, text: str, typed: Mapping[tuple[str, ...], Typed]) -> None:
        self.text = text
        self.typed = typed
        self.paths: list[tuple[str, ...]] = []
        self._depth = 0

    def term(self, node: Any) -> Term:
        """The term of one node."""
        kind = type(node).__name__
        make, parts = NODES.get(kind), {"this", "expression", *PARTS.get(kind, ())}
        if make is None or any(value and part not in parts for part, value in node.args.items()):
            raise self.refused(node, "uses something that the expression language lacks", f"Its functions are {', '.join(FUNCTIONS)}. {EXAMPLE}")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _too_deep(self.text)
        try:
            return make(self, node)
        except Mismatch as error:
            raise self.refused(node, str(error), "Compare like with like, or use CAST(x AS TEXT | INTEGER | DOUBLE | BOOLEAN).") from None
        finally:
            self._depth -= 1

    def refused(self, node: Any, why: str, fix: str) -> Invalid:
        """The error for a node: what it is, where it stands, why it cannot be."""
        starts = [found.meta["start"] for found in node.walk() if "start" in found.meta]
        place = f" at character {min(starts) + 1}" if starts else ""
        return Invalid(f"The expression {self.text!r}{place}: {node.sql(dialect='duckdb')!r} {why}.", fix)

    def terms(self, nodes: list[Any]) -> list[Term]:
        """The terms of several nodes."""
        return [self.term(node) for node in nodes]

    def name(self, path: tuple[str, ...]) -> Term:
        """The term of a name."""
        from rowsmith.core.expressions import reach

        if path not in self.paths:
            self.paths.append(path)
        typed = self.typed.get(path)
        sql = f"to_json({typed.sql})" if typed else marker(self.paths.index(path))
        if len(path) > 1:
            return Term("any", lambda scope: reach(scope, path), sql, True, typed=typed)
        key = path[0]
        return Term("any", lambda scope: scope.get(key), sql, True, typed=typed)


def _logic(reader: _Reader, node: Any) -> Term:
    parts = [terms.coerce(reader.term(part), "bool") for part in node.flatten()]
    return terms.every(parts) if type(node).__name__ == "And" else terms.either(parts)


def _comparison(symbol: str) -> Callable[[_Reader, Any], Term]:
    def make(reader: _Reader, node: Any) -> Term:
        left, right = reader.terms([node.this, node.expression])
        if "null" in (left.kind, right.kind):
            raise reader.refused(node, "is never true, for NULL equals nothing", "Write IS NULL or IS NOT NULL.")
        return terms.comparison(symbol, left, right)

    return make


def _column(reader: _Reader, node: Any) -> Term:
    return reader.name(_path(reader, node))


def _path(reader: _Reader, node: Any) -> tuple[str, ...]:
    kind = type(node).__name__
    if kind == "Identifier":
        return (node.this,)
    if kind == "Column":
        return tuple(part for piece in node.parts for part in _path(reader, piece))
    if kind == "Dot":
        return (*_path(reader, node.this), *_path(reader, node.expression))
    raise reader.refused(node, "is no name", "Names are columns and dotted paths: text, scores.judge.overall, origin.source.name.")


def _literal(reader: _Reader, node: Any) -> Term:
    if node.is_string:
        return terms.literal(node.this)
    if not isfinite(float(node.this)):
        raise reader.refused(node, "is beyond the range of numbers", "Numbers reach to about 1.8e308.")
    value = terms.number_of(int(node.this)) if node.this.isdigit() else float(node.this)
    return terms.literal(value)


def _in(reader: _Reader, node: Any) -> Term:
    options = node.args.get("expressions")
    if not options:
        raise reader.refused(node, "needs a list of values", "Write label IN ('a', 'b'). To look into a list, write contains(tags, 'a').")
    return terms.member(reader.term(node.this), reader.terms(options))


def _between(reader: _Reader, node: Any) -> Term:
    return terms.between(*reader.terms([node.this, node.args["low"], node.args["high"]]))


def _is(reader: _Reader, node: Any) -> Term:
    what, arg = type(node.expression).__name__, reader.term(node.this)
    if what == "Null":
        return functions.is_null(arg)
    if what == "Boolean":
        return functions.is_exactly(arg, bool(node.expression.this))
    raise reader.refused(node, "uses IS with something else than NULL, TRUE or FALSE", "Write = to compare.")


def _like(reader: _Reader, node: Any) -> Term:
    escape, inner = "", node
    if type(node).__name__ == "Escape":
        escape, inner = _fixed(reader, node.expression), node.this
        if type(inner).__name__ not in ("Like", "ILike") or len(escape) != 1:
            raise reader.refused(node, "needs LIKE or ILIKE and one character after ESCAPE", "Write text LIKE '50!%' ESCAPE '!'.")
    pattern = _fixed(reader, inner.expression)
    if any(value and part not in ("this", "expression", "negate") for part, value in inner.args.items()):
        raise reader.refused(node, "uses LIKE in a way that the expression language lacks", "Write text LIKE 'a%'.")
    made = like(reader.term(inner.this), pattern, escape=escape, fold=type(inner).__name__ == "ILike")
    return terms.negation(made) if inner.args.get("negate") else made


def _fixed(reader: _Reader, node: Any) -> str:
    if type(node).__name__ != "Literal" or not node.is_string:
        raise reader.refused(node, "must be a text in single quotes", "For a pattern that varies, use contains(a, b).")
    return str(node.this)


def _case(reader: _Reader, node: Any) -> Term:
    whens, default = node.args["ifs"], node.args.get("default")
    values = reader.terms([when.args["true"] for when in whens])
    other = reader.term(default) if default else terms.literal(None)
    if node.this is None:
        return functions.choice([terms.coerce(reader.term(when.this), "bool") for when in whens], values, other)
    subject = reader.term(node.this)
    return functions.choice([terms.comparison("=", subject, reader.term(when.this)) for when in whens], values, other)


def _cast(reader: _Reader, node: Any) -> Term:
    kind = CASTS.get(node.to.this.name)
    if kind is None or node.to.expressions:
        raise reader.refused(node, "casts to a type that the expression language lacks", "Cast to TEXT, INTEGER, DOUBLE or BOOLEAN.")
    return cast(reader.term(node.this), kind)


def _round(reader: _Reader, node: Any) -> Term:
    digits = node.args.get("decimals")
    if digits is None:
        return functions.rounded(reader.term(node.this))
    if type(digits).__name__ != "Literal" or digits.is_string or not digits.this.isdigit() or int(digits.this) > 15:
        raise reader.refused(node, "needs a whole number of digits from 0 to 15", "Write round(x, 2).")
    return functions.rounded(reader.term(node.this), int(digits.this))


def _trim(reader: _Reader, node: Any) -> Term:
    if node.args.get("expression") or node.args.get("position"):
        raise reader.refused(node, "gives trim more than a text", "Write trim(text); it removes white space at both ends.")
    return functions.trimmed(reader.term(node.this))


def _anonymous(reader: _Reader, node: Any) -> Term:
    if node.name.lower() == "word_count" and len(node.expressions) == 1:
        return functions.word_count(reader.term(node.expressions[0]))
    raise reader.refused(node, "is no function of the expression language", choose(node.name.lower(), FUNCTIONS))


def _one(make: Callable[[Term], Term]) -> Callable[[_Reader, Any], Term]:
    return lambda reader, node: make(reader.term(node.this))


def _two(make: Callable[[Term, Term], Term]) -> Callable[[_Reader, Any], Term]:
    return lambda reader, node: make(reader.term(node.this), reader.term(node.expression))


def _arithmetic(symbol: str) -> Callable[[_Reader, Any], Term]:
    return _two(lambda left, right: functions.arithmetic(symbol, left, right))


NODES: dict[str, Callable[[_Reader, Any], Term]] = {
    "Paren": lambda reader, node: reader.term(node.this),
    "Column": _column, "Dot": _column, "Literal": _literal,
    "Null": lambda reader, node: terms.literal(None),
    "Boolean": lambda reader, node: terms.literal(bool(node.this)),
    "And": _logic, "Or": _logic, "Not": _one(lambda arg: terms.negation(terms.coerce(arg, "bool"))),
    "EQ": _comparison("="), "NEQ": _comparison("<>"), "LT": _comparison("<"), "LTE": _comparison("<="), "GT": _comparison(">"),
    "GTE": _comparison(">="), "In": _in, "Between": _between, "Is": _is, "Like": _like, "ILike": _like, "Escape": _like,
    "Add": _arithmetic("+"), "Sub": _arithmetic("-"), "Mul": _arithmetic("*"), "Div": _arithmetic("/"), "Mod": _arithmetic("%"),
    "Neg": _one(functions.negative), "Abs": _one(functions.absolute), "Round": _round,
    "Length": _one(functions.length), "Lower": _one(functions.lowered), "Upper": _one(functions.uppered), "Trim": _trim,
    "DPipe": _two(functions.joined), "Contains": _two(functions.contains), "StartsWith": _two(functions.starts_with),
    "EndsWith": _two(functions.ends_with), "Anonymous": _anonymous,
    "Coalesce": lambda reader, node: functions.coalesce(reader.terms([node.this, *node.expressions])),
    "Case": _case, "Cast": _cast, "TryCast": _cast,
}  # fmt: skip
"""What the language knows, by sqlglot's name of the node."""
PARTS: dict[str, tuple[str, ...]] = {
    "Column": ("table", "db", "catalog"), "Literal": ("is_string",), "In": ("expressions", "query", "field", "unnest"), "Between": ("low", "high"),
    "Like": ("negate",), "ILike": ("negate",), "Round": ("decimals",), "Trim": ("position",), "DPipe": ("safe",), "Anonymous": ("expressions",),
    "Coalesce": ("expressions",), "Case": ("ifs", "default"), "Cast": ("to",), "TryCast": ("to", "safe"),
}  # fmt: skip
"""Parts of a node, beside `this` and `expression`, that are heeded or refused with a fix of their own. A node that has another part
is refused, so that nothing of an expression is passed over."""
