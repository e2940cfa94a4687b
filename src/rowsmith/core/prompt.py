"""A prompt's text: Jinja, of which core.sandbox says what is allowed.

A text of names, dotted fields and filters without sizes is plain substitution, proven so by its syntax tree: it renders here. Any other one is a
template, and renders in a child (connectors.templates). `{% raw %}` and constant text (`{{ '{{' }}`) are for prompts that show braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.fences import Fence, Path, fenced
from rowsmith.core.filters import MISSING, apply, countable, sized, written
from rowsmith.core.ids import digest

if TYPE_CHECKING:
    from rowsmith.core.uses import Uses

MAX_RENDERED = 4 * 1024 * 1024
"""Most characters that a prompt of plain substitution may render to."""

MOST_FILTERS, MOST_IN_A_ROW = 100, 8
"""Of a text that is plain, and of one field in it."""

_BEGINS = re.compile(r"\{[{%#]|\{\Z")
"""What would begin something in Jinja, or might with what follows."""
_EATS = re.compile(r"\s*\{[{%#]-")
"""What takes away the spaces and line breaks before it."""


@dataclass(frozen=True, slots=True)
class Field:
    """What stands for a variable: its path (`("scores", "judge")`), and the filters that it goes through, each with its arguments."""

    path: tuple[str, ...]
    filters: tuple[tuple[str, tuple[Any, ...], tuple[tuple[str, Any], ...]], ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it may be missing."""
        return bool(self.filters) and self.filters[0][0] in ("default", "d")

    def value(self, scope: Mapping[str, Any]) -> Any:
        """What it is for this scope.

        Raises:
            RowFailed: `missing_variable`, or `template` where a filter cannot take it.
        """
        value: Any = scope
        for name in self.path:
            if not isinstance(value, Mapping) or name not in value:
                value = MISSING
                break
            value = value[name]
        if value is MISSING and not self.asks:
            raise RowFailed("missing_variable", f"The row has no {'.'.join(self.path)!r}.")
        for name, args, keywords in self.filters:
            value = apply(name, value, *args, **dict(keywords))
        return value

    def shown(self, scope: Mapping[str, Any], fence: Fence | None) -> str:
        """The text that stands for it; numbers that filters gave are not fenced off."""
        value = self.value(scope)
        name = fence.name([self.path]) if fence is not None and not (self.filters and countable(value)) else ""
        return fenced({name: value}, fence.mark) if fence is not None and name else written(value)

    @property
    def source(self) -> str:
        """How Jinja writes it."""
        used = [f"|{name}{_arguments(args, keywords)}" for name, args, keywords in self.filters]
        return f"{{{{ {self.path[0]}{''.join(map(_field, self.path[1:]))}{''.join(used)} }}}}"


Part = str | Field


@dataclass(frozen=True, slots=True)
class Text:
    """A prompt's text. `parts`: text and fields, where it is plain; None for a template. Of the rest see core.uses.Uses."""

    text: str
    parts: tuple[Part, ...] | None
    variables: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()
    shown: frozenset[Path] = frozenset()
    paths: frozenset[Path] = frozenset()
    printed: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()

    @property
    def plain(self) -> bool:
        """Whether it is plain substitution."""
        return self.parts is not None

    @property
    def hash(self) -> str:
        """32 hexadecimal digits that name the text."""
        return digest(self.text.encode()).hex()

    def render(self, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        """The text with every variable replaced. Text goes in as it stands, once; other values as JSON; what is fenced off between its lines.

        Raises:
            RowFailed: `missing_variable` when the scope lacks one, `template` where a filter cannot take its value, `prompt_too_long` above
                MAX_RENDERED characters.
            TypeError: it is a template.
        """
        if self.parts is None:
            raise TypeError("A template renders in a child.")
        size, out = 0, []
        for part in self.parts:
            out.append(part if isinstance(part, str) else part.shown(scope, fence))
            size += len(out[-1])
            if size > MAX_RENDERED:
                raise RowFailed("prompt_too_long", f"The prompt renders to more than {MAX_RENDERED:,} characters.")
        return "".join(out)


def fixed(text: str, values: Mapping[str, Any]) -> str:
    """The text with some of its variables given their values for good; the others stay variables.

    `parse(fixed(text, some))` renders with others as `parse(text)` does with {**others, **some}, whatever the values say: they are never read as
    Jinja. In plain text they stand where the variables stood, at the top of a template as constants.

    Raises:
        Invalid: the text cannot be read, or a dotted field is not in its value.
    """
    found = parse(text)
    given = {name: value for name, value in values.items() if name in found.variables}
    if not given:
        return text
    if found.parts is None:
        _needs(found, given)
        return "".join(f"{{% set {name} = {_constant(value)} %}}" for name, value in sorted(given.items())) + text
    try:
        parts = [written(part.value(given)) if isinstance(part, Field) and part.path[0] in given else part for part in found.parts]
    except RowFailed as error:
        raise _given(error) from None
    pieces: list[Part] = []
    for part in parts:
        if isinstance(part, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += part
        else:
            pieces.append(part)
    return "".join(_literal(part) if isinstance(part, str) else part.source for part in pieces)


def above(text: str, prompt: str) -> str:
    """The prompt with a text above it that is never read as Jinja; constants at its top stay there."""
    at = _top(prompt)
    eats = _EATS.match(prompt, at)
    said = _literal(text) + "{{ '\\n\\n' }}" if eats else _literal(f"{text}\n\n")
    return prompt[:at] + said + prompt[at:]


def _top(prompt: str) -> int:
    """The character at which the constants at a text's top end."""
    from jinja2 import Environment

    from rowsmith.core import sandbox

    left, at = 0 if "{%" not in prompt else len(sandbox.constants(_tree(prompt))), 0
    for _, token, value in Environment(keep_trailing_newline=True).lex(prompt) if left else ():
        at += len(value)
        left -= token == "block_end"
        if not left:
            break
    return at


def _needs(found: Text, values: Mapping[str, Any]) -> None:
    """Raise Invalid where a field that a template needs is not in its value."""
    for path in sorted(found.paths, key=str):
        if path[0] in values and path[0] in found.needed:
            fields = path[: path.index(None)] if None in path else path
            try:
                Field(tuple(map(str, fields))).value(values)
            except RowFailed as error:
                raise _given(error) from None


def _given(error: RowFailed) -> Invalid:
    return Invalid(str(error).replace("The row", "What is given"), "Give a mapping that has it, or leave the variable to the rows.")


def _literal(text: str) -> str:
    """Jinja's source of a constant text."""
    said = text.replace("{", "{{ '{' }}") if _BEGINS.search(text) else text
    return said.replace("\r", "{{ '\\r' }}")  # Jinja makes another line break of it elsewhere


def _constant(value: Any) -> str:
    """Jinja's literal of a JSON value; what it reads as text is exactly this text."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_constant(str(name))}: {_constant(one)}' for name, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_constant, value))}]"
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        raise Invalid(f"The value {str(value)[:40]} cannot stand in a prompt.", "Give text, a number below 2**63, a list or a mapping.") from None


def _arguments(args: tuple[Any, ...], keywords: tuple[tuple[str, Any], ...]) -> str:
    said = [*map(_constant, args), *(f"{name}={_constant(value)}" for name, value in keywords)]
    return f"({', '.join(said)})" if said else ""


def _field(name: str) -> str:
    return f".{name}" if name.isidentifier() else f"[{orjson.dumps(name).decode()}]"


@lru_cache(maxsize=512)
def parse(text: str) -> Text:
    """Read a prompt's text.

    Raises:
        Invalid: a syntax error, or anything that prompts may not hold, with its line within the prompt.
    """
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return Text(text, (text,) if text else ())
    from rowsmith.core import sandbox
    from rowsmith.core.uses import uses

    tree = _tree(text)
    if (parts := _parts(tree)) is not None:
        fields = [part for part in parts if isinstance(part, Field)]
        paths = frozenset[Path](one.path for one in fields)
        needed = frozenset(one.path[0] for one in fields if not one.asks)
        printed, opened = (frozenset(one.path[0] for one in fields if bool(one.filters or one.path[1:]) is into) for into in (False, True))
        return Text(text, parts, frozenset(one.path[0] for one in fields), needed, paths, paths, printed, opened)
    sandbox.check(tree)
    return _template(text, uses(tree, sandbox.constants(tree)))


def _template(text: str, found: Uses) -> Text:
    return Text(
        text, None, frozenset(found.variables), frozenset(found.needed), frozenset(found.shown), frozenset(found.paths),
        frozenset(found.printed), frozenset(found.opened),
    )  # fmt: skip


def _tree(text: str) -> Any:
    """The syntax tree of a text; nothing in it is computed."""
    from jinja2 import Environment, TemplateSyntaxError

    try:
        return Environment(keep_trailing_newline=True, autoescape=False).parse(text)
    except TemplateSyntaxError as error:
        raise Invalid(
            f"The prompt cannot be read: {error.message} (line {error.lineno} of the prompt).",
            "Close every {% if %} and {% for %}; write literal braces as {{ '{{' }} or inside {% raw %}.",
        ) from None
    except RecursionError:
        raise Invalid("The prompt cannot be read: it nests too deep.", "Take it apart, or prepare a part of it in a step before.") from None
    except ValueError:
        raise Invalid("The prompt cannot be read: it holds a number that is too large.", "Use numbers below 2**63.") from None


def _parts(tree: Any) -> tuple[Part, ...] | None:
    """Text and fields, where there is nothing else; else None."""
    from jinja2 import nodes

    parts: list[Part] = []
    for statement in tree.body:
        if not isinstance(statement, nodes.Output):
            return None
        for node in statement.nodes:
            if (part := _part(node)) is None:
                return None
            parts.append(part)
    return tuple(parts) if sum(len(part.filters) for part in parts if isinstance(part, Field)) <= MOST_FILTERS else None


def _part(node: Any) -> Part | None:
    from jinja2 import nodes

    from rowsmith.core import sandbox

    if isinstance(node, nodes.TemplateData):
        return str(node.data)
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        sandbox.constant(node)
        return node.value
    return _of_field(node)


def _of_field(node: Any) -> Field | None:
    from jinja2 import nodes

    from rowsmith.core import sandbox

    filters: list[Any] = []
    while isinstance(node, nodes.Filter) and node.node is not None:
        given: list[Any] = [*node.args, *(one.value for one in node.kwargs)]
        if any(not isinstance(one, nodes.Const) for one in given) or node.dyn_args or node.dyn_kwargs or sized(node.name, len(given)):
            return None
        sandbox.filtered(node)
        for one in given:
            sandbox.constant(one)
        values, keys = [one.value for one in given], [one.key for one in node.kwargs]
        filters.append((node.name, tuple(values[: len(node.args)]), tuple(zip(keys, values[len(node.args) :], strict=True))))
        node = node.node
    path: list[str] = []
    while isinstance(node, nodes.Getattr) or (
        isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)
    ):
        path.append(node.attr if isinstance(node, nodes.Getattr) else node.arg.value)  # type: ignore[attr-defined]
        node = node.node
    if not isinstance(node, nodes.Name) or len(filters) > MOST_IN_A_ROW:
        return None
    sandbox.named(node, node.name, *path)
    return Field((node.name, *reversed(path)), tuple(reversed(filters)))
