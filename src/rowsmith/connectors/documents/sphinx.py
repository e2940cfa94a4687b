"""What Sphinx and others add to reStructuredText, read for what is written in it.

Imports docutils, so it is loaded when the first such file is read."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes, utils
from docutils.parsers.rst import Directive, directives, roles
from docutils.parsers.rst.languages import en

_TARGET = re.compile(r"(?s)^(.*?)\s*<[^<>]*>$")
_CODE = ("func", "meth", "class", "mod", "attr", "data", "exc", "obj", "file", "command", "option", "envvar", "kbd", "samp", "program", "const")
_CODE_BLOCKS = ("sourcecode", "highlight", "code-block")
_NAMING = ("literalinclude", "toctree", "index")
"""Directives that hold names alone."""


class _AnyOption(dict[str, Any]):
    """Options of any name, whose values are texts."""

    def __getitem__(self, name: str) -> Any:
        return lambda value: value or ""

    def __contains__(self, name: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True


class Passed(Directive):  # type: ignore[misc]
    """What a directive holds, read as the text around it is."""

    has_content, optional_arguments, final_argument_whitespace = True, 1 << 10, True
    option_spec = _AnyOption()

    def run(self) -> list[Any]:
        """Its argument as a paragraph, and its contents."""
        if self.name in _NAMING:
            return []
        if self.name in _CODE_BLOCKS:
            code = "\n".join(self.content)
            return [nodes.literal_block(code, code, classes=["code", *self.arguments[:1]])]
        found = nodes.container()
        if self.arguments:
            found += nodes.paragraph("", "", *self.state.inline_text(" ".join(self.arguments), self.lineno)[0])
        self.state.nested_parse(self.content, self.content_offset, found)
        return [found]


def _words(name: str, rawtext: str, text: str, lineno: int, inliner: Any, options: Any = None, content: Any = None) -> tuple[list[Any], list[Any]]:
    """A role: its title where it has one, of ~a.b.c the last name, code where it names code."""
    shown = utils.unescape(text)
    named = _TARGET.match(shown)
    shown = named[1] if named and named[1] else shown.rpartition(".")[2] if shown.startswith("~") else shown.lstrip("!")
    return [(nodes.literal if name.rpartition(":")[2] in _CODE else nodes.inline)(rawtext, shown.lstrip("~"))], []


def know(named_directives: set[str], named_roles: set[str]) -> None:
    """Make docutils take those that it has not for their contents."""
    for name in named_directives:
        if name not in en.directives:
            directives.register_directive(name, Passed)
    for name in named_roles:
        if name not in en.roles:
            roles.register_local_role(name, _words)
