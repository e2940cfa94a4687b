"""A Prompt: text with `{{ variables }}`. Only plain substitution: names and dotted fields, proven so by Jinja's own syntax tree.

`{% raw %}` and constant text (`{{ '{{' }}`) are allowed, for prompts that show braces. Everything else is refused, naming it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ids import digest

MAX_RENDERED = 4 * 1024 * 1024
"""Most characters that one rendered prompt may have."""

Part = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's text, cut into parts: text, or the path of a variable (`("scores", "judge")`)."""

    text: str
    parts: tuple[Part, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The first names of its variables."""
        return frozenset(part[0] for part in self.parts if isinstance(part, tuple))

    @property
    def hash(self) -> str:
        """32 hexadecimal digits that name the text."""
        return digest(self.text.encode()).hex()

    def render(self, scope: Mapping[str, Any]) -> str:
        """The text with every variable replaced. Text goes in as it stands, once; other values as JSON.

        Raises:
            RowFailed: `missing_variable` when the scope lacks one, `prompt_too_long` above MAX_RENDERED characters.
        """
        out = "".join(part if isinstance(part, str) else _value(scope, part) for part in self.parts)
        if len(out) > MAX_RENDERED:
            raise RowFailed("prompt_too_long", f"The prompt renders to {len(out):,} characters; the limit is {MAX_RENDERED:,}.")
        return out


def _value(scope: Mapping[str, Any], path: tuple[str, ...]) -> str:
    value: Any = scope
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            raise RowFailed("missing_variable", f"The row has no {'.'.join(path)!r}.")
        value = value[name]
    if isinstance(value, str):
        return value
    return "" if value is None else orjson.dumps(value).decode()


@lru_cache(maxsize=512)
def parse(text: str) -> Prompt:
    """Read a prompt.

    Raises:
        Invalid: a syntax error, or anything beyond plain substitution, with its line within the prompt.
    """
    from jinja2 import Environment, TemplateSyntaxError, nodes

    if "{{" not in text and "{%" not in text and "{#" not in text:
        return Prompt(text, (text,) if text else ())
    try:
        tree = Environment(keep_trailing_newline=True, autoescape=False).parse(text)
    except TemplateSyntaxError as error:
        raise Invalid(
            f"The prompt cannot be read: {error.message} (line {error.lineno} of the prompt).",
            "Write literal braces as {{ '{{' }} or inside {% raw %}.",
        ) from None
    parts: list[Part] = []
    for statement in tree.body:
        for node in statement.nodes if isinstance(statement, nodes.Output) else [statement]:
            parts.append(_part(node))
    return Prompt(text, tuple(parts))


def _part(node: Any) -> Part:
    from jinja2 import nodes

    if isinstance(node, nodes.TemplateData):
        return str(node.data)
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    path: list[str] = []
    at = node
    while isinstance(at, nodes.Getattr) or (isinstance(at, nodes.Getitem) and isinstance(at.arg, nodes.Const) and isinstance(at.arg.value, str)):
        path.append(at.attr if isinstance(at, nodes.Getattr) else at.arg.value)  # type: ignore[attr-defined]
        at = at.node
    if isinstance(at, nodes.Name) and not any(name.startswith("_") for name in [*path, at.name]):
        return (at.name, *reversed(path))
    raise Invalid(
        f"The prompt uses {type(node).__name__.lower()!r} on its line {node.lineno}; prompts allow plain substitution only, such as {{{{ text }}}} "
        "or {{ origin.source.name }}.",
        "Prepare the value in a step before (transform.columns), or write the braces inside {% raw %}.",
    )
