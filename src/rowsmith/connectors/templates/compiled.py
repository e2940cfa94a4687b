"""A template compiled, for the child alone: nothing can be had in it but JSON values, core.filters and a few tests, and nothing be called.

It does not rely on core.sandbox having looked at the text before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from jinja2 import StrictUndefined, Template, UndefinedError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from rowsmith.core import sandbox
from rowsmith.core.errors import RowFailed
from rowsmith.core.fences import Fence, fenced
from rowsmith.core.filters import FILTERS, MISSING, apply, countable, written
from rowsmith.core.uses import Sources, uses

MOST_BYTES = 1024 * 1024
"""Of what a template may render to."""
_SHOW = "_show"
_FENCE = "_fence"
"""In a template's context: what is fenced off in this row. No name in a prompt begins with an underscore."""


class Compiled:
    """A template. Raises RowFailed where its text cannot be compiled, or rendered."""

    def __init__(self, text: str) -> None:
        made = _Environment(keep_trailing_newline=True, autoescape=False, undefined=_Missing)
        try:
            tree = made.parse(text)
            self._template = Template.from_code(made, made.compile(made.showing(tree)), {})
        except (RecursionError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - what a text does to the compiler is told with its rows
            raise RowFailed("template", f"The prompt cannot be compiled: {_said(error)}") from None

    def render(self, scope: Mapping[str, Any], fence: Fence | None) -> str:
        """What it says for this scope.

        Raises:
            RowFailed: `missing_variable`, `prompt_too_long` or `template`, with what is wrong.
        """
        size, found = 0, []
        try:
            for piece in self._template.generate({**scope, _FENCE: fence}):
                size += len(piece) if piece.isascii() else len(piece.encode())
                if size > MOST_BYTES:
                    raise RowFailed("prompt_too_long", f"The prompt renders to more than {MOST_BYTES:,} bytes.")
                found.append(piece)
        except (RowFailed, RecursionError, MemoryError):
            raise
        except UndefinedError as error:
            raise RowFailed("missing_variable", str(error)) from None
        except Exception as error:  # noqa: BLE001 - values may not be what the text takes them for; the row says so
            raise RowFailed("template", f"The prompt cannot be rendered: {_said(error)}") from None
        return "".join(found)


class _Environment(ImmutableSandboxedEnvironment):
    """What is printed is JSON; fields are keys; sums are of numbers; a call is none at all."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.globals.clear()
        self.filters = {name: _filter(name) for name in FILTERS}
        self.tests = {name: TESTS[name] for name in sandbox.TESTS}
        self._sources: list[Sources] = []
        self.filters[_SHOW] = pass_context(lambda context, *given: self._shown(context, *given))

    def showing(self, tree: nodes.Template) -> nodes.Template:
        """The tree with everything that it prints sent through what fences it off."""
        found = uses(tree, sandbox.constants(tree)).sources
        for output in tree.find_all(nodes.Output):
            output.nodes = [one if isinstance(one, nodes.TemplateData) else self._showing(one, found.get(id(one), ())) for one in output.nodes]
        for choice in tree.find_all(nodes.CondExpr):
            choice.expr2 = choice.expr2 or nodes.Const(None, lineno=choice.lineno)
        tree.set_environment(self)
        return tree

    def _showing(self, node: nodes.Expr, sources: Sources) -> nodes.Filter:
        self._sources.append(sources)
        bare = isinstance(node, nodes.Name | nodes.Getattr)
        args = [nodes.Const(len(self._sources) - 1), nodes.Const(bare)]
        return nodes.Filter(node, _SHOW, args, [], None, None, lineno=node.lineno)

    def _shown(self, context: Context, value: Any, number: int, bare: bool) -> str:
        if isinstance(value, Undefined):
            value = str(value)  # raises, saying its name
        fence: Fence | None = context.get(_FENCE)
        name = fence.name(self._sources[number]) if fence is not None and (bare or not countable(value)) else ""
        return fenced({name: value}, fence.mark) if fence is not None and name else written(value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a mapping, or what a loop says of itself."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext) and attribute in sandbox.LOOP:
            return getattr(obj, attribute)
        return obj if isinstance(obj, Undefined) else self.undefined(name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A key of a mapping, a place or a part of a list or text."""
        if isinstance(obj, dict) and isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, list | str) and isinstance(argument, int | slice):
            try:
                return obj[argument]
            except IndexError:
                return self.undefined(name=str(argument))
        return obj if isinstance(obj, Undefined) else self.undefined(name=str(argument)[:40])

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing is called."""
        raise SecurityError("it calls something")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Sums of numbers."""
        if operator not in ("+", "-", "/", "//") or not (_number(left) and _number(right)):
            raise SecurityError(f"it uses {operator} with something else than two numbers")
        return super().call_binop(context, operator, left, right)


class _Missing(StrictUndefined):
    """What is not there: it can be asked for by `is defined` and `default`, and for nothing else."""

    @property
    def _undefined_message(self) -> str:
        return f"The row has no {self._undefined_name!r}."


def _filter(name: str) -> Callable[..., Any]:
    return partial(_applied, name)


def _applied(name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
    if isinstance(value, Undefined):
        value = MISSING if name in ("default", "d") else str(value)  # or it raises, saying its name
    for one in (*args, *kwargs.values()):
        if isinstance(one, Undefined):
            str(one)
    return apply(name, list(value) if isinstance(value, tuple) else value, *args, **kwargs)


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
