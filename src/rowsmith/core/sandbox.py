"""Which Jinja a prompt may hold, told by its syntax tree before any of it is compiled: compiling computes what is constant, and that alone can
take all of a machine.

Allowed are conditions, one level of loops, comparisons, the tests of TESTS, the filters of core.filters, and sums. What could reach Python's
objects, call them, or make much out of little is not. The child in which such prompts render (connectors.templates) has limits of its own.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from typing import Any

from jinja2 import nodes

from rowsmith.core.errors import Invalid, choose
from rowsmith.core.filters import FILTERS, SIGNATURES, SIZES

MOST_NODES, DEEPEST = 600, 10
TESTS = (
    "boolean", "defined", "divisibleby", "eq", "equalto", "even", "false", "float", "ge", "greaterthan", "gt", "in", "integer", "le", "lessthan",
    "lt", "mapping", "ne", "none", "number", "odd", "sequence", "string", "true", "undefined",
)  # fmt: skip
LOOP = ("first", "index", "index0", "last", "length", "revindex", "revindex0")
"""What a prompt can say of its loop: `loop.index`."""
_LARGEST = 2**63
_MOST_TEXT = 1024 * 1024
_ALLOWED = (
    nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Keyword,
    nodes.If, nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub, nodes.Div,
    nodes.FloorDiv, nodes.Neg, nodes.Pos, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair,
)  # fmt: skip
_SAID = {
    "Call": "calls a function", "CallBlock": "uses {% call %}", "Macro": "defines a macro", "Include": "uses {% include %}",
    "Import": "uses {% import %}", "FromImport": "uses {% from %}", "Extends": "uses {% extends %}", "Block": "uses {% block %}",
    "FilterBlock": "uses {% filter %}", "Assign": "uses {% set %}", "AssignBlock": "uses {% set %}", "With": "uses {% with %}",
    "Mul": "multiplies (*)", "Mod": "uses %", "Pow": "uses **", "Concat": "uses ~", "Scope": "uses {% autoescape %}",
}  # fmt: skip
_FIXES = {
    "Call": "Use a filter in its place: {{ tags|join(', ') }} for ', '.join(tags).",
    "Concat": "Write the values one after the other: {{ one }}{{ other }}.",
    "Assign": "A constant may be set at the very top: {% set words = 20 %}. Prepare all else in a step before (transform.columns).",
    "Mod": "Write {% if number is divisibleby(3) %}, or `odd` and `even`.",
}
_FIX = "Prompts may hold {{ fields }}, filters, {% if %} and one {% for %} at a time; prepare all else in a step before (transform.columns)."


def check(tree: nodes.Template) -> None:
    """Raise Invalid for what no prompt may hold, with its line within the prompt. Constants set at the top count nothing."""
    body = tree.body[len(constants(tree)) :]
    for count, (node, above) in enumerate(_walk(body), 1):
        if len(above) >= DEEPEST:
            raise _invalid(node, f"nests more than {DEEPEST} deep", "Take it apart, or prepare a part of it in a step before.")
        if count > MOST_NODES:
            raise _invalid(node, f"has more than {MOST_NODES} parts", "Keep constant text, and prepare the rest in a step before.")
        if not isinstance(node, _ALLOWED):
            name = type(node).__name__
            raise _invalid(node, _SAID.get(name, f"uses {name.lower()!r}"), _FIXES.get(name, _FIX))
        _CHECKS.get(type(node), _fine)(node, above)


def constants(tree: nodes.Template) -> dict[str, Any]:
    """The constants that a text sets at its very top, by name; nothing where one of them is set twice."""
    found: dict[str, Any] = {}
    for node in tree.body:
        if not isinstance(node, nodes.Assign) or not isinstance(node.target, nodes.Name) or node.target.name in found:
            break
        try:
            found[node.target.name] = _constant(node.node)
        except ValueError:
            break
        named(node.target, node.target.name)
    return found


def _constant(node: nodes.Node) -> Any:
    """The JSON value that a literal stands for."""
    match node:
        case nodes.Const():
            constant(node)
            return node.value
        case nodes.Neg(node=nodes.Const(value=int() | float() as value)):
            return -value
        case nodes.List(items=items):
            return [_constant(one) for one in items]
        case nodes.Dict(items=pairs) if all(isinstance(pair.key, nodes.Const) and isinstance(pair.key.value, str) for pair in pairs):
            return {pair.key.value: _constant(pair.value) for pair in pairs}  # type: ignore[attr-defined]
    raise ValueError


def _walk(body: list[nodes.Node]) -> Iterator[tuple[nodes.Node, tuple[nodes.Node, ...]]]:
    """Every node before those within it, with those that it stands in."""
    waiting: list[tuple[nodes.Node, tuple[nodes.Node, ...]]] = [(node, ()) for node in reversed(body)]
    while waiting:
        node, above = waiting.pop()
        yield node, above
        inner = (*above, node)
        waiting += [(child, inner) for child in reversed(list(node.iter_child_nodes()))]


def _invalid(node: nodes.Node, what: str, fix: str) -> Invalid:
    line = node.lineno or next((one.lineno for one in node.find_all(nodes.Node) if one.lineno), 1)
    return Invalid(f"The prompt {what} on its line {line}.", fix)


def named(node: nodes.Node, *names: str) -> None:
    """Raise Invalid for a name, or a field's, that leads to what is not data."""
    for name in names:
        if name.startswith("_"):
            raise _invalid(node, f"names {name!r}", "No name in a prompt begins with '_'; rename the column in a step before.")


def _fine(node: Any, above: tuple[nodes.Node, ...]) -> None:
    return None


def _name(node: Any, above: tuple[nodes.Node, ...]) -> None:
    named(node, node.name)
    if node.name == "self" or unicodedata.normalize("NFKC", node.name) != node.name:  # compiled, it would be another one's
        raise _invalid(node, f"names {node.name!r}", "Give the variable another name: letters, digits and _.")
    if node.name != "loop":
        return
    at, loop = next(((at, one) for at, one in enumerate(above) if isinstance(one, nodes.For)), (0, None))
    if loop is None:
        return
    child = above[at + 1] if at + 1 < len(above) else node
    if not any(one is child for one in loop.body):
        raise _invalid(node, "names 'loop' where its loop has not begun", "Say loop.index and the like within the loop.")
    if not isinstance(above[-1], nodes.Getattr) or above[-1].attr not in LOOP:
        raise _invalid(node, "uses a loop in a way that prompts cannot", f"Of a loop there is {', '.join(f'loop.{one}' for one in LOOP)}.")


def _getattr(node: Any, above: tuple[nodes.Node, ...]) -> None:
    named(node, node.attr)


def _getitem(node: Any, above: tuple[nodes.Node, ...]) -> None:
    if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str) and node.arg.value.startswith("_"):
        named(node, node.arg.value)


def _for(node: Any, above: tuple[nodes.Node, ...]) -> None:
    if node.recursive or any(isinstance(one, nodes.For) for one in above):
        what = "has a recursive loop" if node.recursive else "has a loop within a loop"
        raise _invalid(node, what, "One loop at a time: show inner lists by {{ list|join(', ') }}, or prepare them in a step before.")
    targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
    if any(not isinstance(one, nodes.Name) or one.name == "loop" for one in targets):
        raise _invalid(node, "has a loop over no plain names", "Write {% for name in list %} or {% for key, value in mapping|items %}.")


def constant(node: Any, above: tuple[nodes.Node, ...] = ()) -> None:
    """Raise Invalid for a constant that is no JSON value."""
    value = node.value
    if isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise _invalid(node, "holds half of a character (a lone surrogate)", "Write the character itself.")
    if (isinstance(value, float) and not math.isfinite(value)) or (isinstance(value, int) and abs(value) > _LARGEST):
        raise _invalid(node, "holds a number that is too large", "Use numbers below 2**63.")


def _sum(node: Any, above: tuple[nodes.Node, ...]) -> None:
    for one in (node.left, node.right):
        if isinstance(one, nodes.List | nodes.Tuple | nodes.Dict) or (isinstance(one, nodes.Const) and not isinstance(one.value, int | float)):
            raise _invalid(node, f"uses {node.operator} with something else than numbers", "Write texts one after the other: {{ one }}{{ other }}.")


def filtered(node: Any, above: tuple[nodes.Node, ...] = ()) -> None:
    """Raise Invalid for a filter that there is not, or that does not take what it is given."""
    name = node.name
    if name not in FILTERS:
        raise _invalid(node, f"uses the filter {name!r}, which there is not", choose(name, sorted(FILTERS)))
    if node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
        raise _invalid(node, f"uses the filter {name!r} with arguments that are unpacked", "Write each argument.")
    try:
        given = SIGNATURES[name].bind(None, *node.args, **{one.key: one.value for one in node.kwargs}).arguments
    except TypeError as error:
        takes = ", ".join(list(SIGNATURES[name].parameters)[1:]) or "nothing"
        raise _invalid(node, f"gives the filter {name!r} what it does not take ({error})", f"Its arguments: {takes}.") from None
    size, most = SIZES.get(name, ("", 0))
    said = given.get(size)
    if isinstance(said, nodes.Const) and said.value is not None and not (type(said.value) is int and 0 <= said.value <= most):
        raise _invalid(node, f"gives the filter {name!r} the size {str(said.value)[:20]}", f"Give a whole number up to {most:,}.")
    if (attribute := given.get("attribute")) is not None:
        if not isinstance(attribute, nodes.Const) or not isinstance(attribute.value, str):
            raise _invalid(node, f"uses the filter {name!r} with an attribute that is no constant text", "Write attribute='name'.")
        named(node, *attribute.value.split("."))


def _test(node: Any, above: tuple[nodes.Node, ...]) -> None:
    if node.name not in TESTS:
        raise _invalid(node, f"uses the test {node.name!r}, which there is not", choose(node.name, TESTS))


_CHECKS: dict[type, Any] = {
    nodes.Name: _name, nodes.Getattr: _getattr, nodes.Getitem: _getitem, nodes.For: _for, nodes.Const: constant, nodes.Filter: filtered,
    nodes.Test: _test, nodes.Add: _sum, nodes.Sub: _sum, nodes.Div: _sum, nodes.FloorDiv: _sum,
}  # fmt: skip
