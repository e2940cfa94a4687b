"""reStructuredText, as docutils parses it: no file is inserted, nothing raw taken over, nothing fetched.

Directives and roles that docutils has not (those of Sphinx) are read for what is written in them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO, Any

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.connectors.documents.missing import needed
from rowsmith.connectors.documents.restructured import written
from rowsmith.core.documents import Document

SUFFIXES = (".rst", ".rest")
_DIRECTIVE = re.compile(r"^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([\w:.+-]+?)::(?:[ \t]|$)", re.MULTILINE)
_ROLE = re.compile(r":([A-Za-z][\w:.+-]*):`")
_TARGET = re.compile(r"(?s)^(.*?)\s*<[^<>]*>$")
_SETTINGS = {
    "file_insertion_enabled": False, "raw_enabled": False, "report_level": 5, "halt_level": 5, "_disable_config": True, "syntax_highlight": "none",
    "line_length_limit": 1 << 24, "smart_quotes": False, "sectsubtitle_xform": False, "doctitle_xform": True,
}  # fmt: skip
_NAMING = ("literalinclude", "toctree", "index")
"""Directives of Sphinx that hold names alone."""
_OUTSIDE = ("include", "literalinclude", "raw")


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document as Markdown; the fields of its head (author, date ...) and its title are columns."""
    publish_doctree = needed("docutils.core", "reStructuredText").publish_doctree
    text, notes = decoded(file.read(), given)
    told = set(_DIRECTIVE.findall(text))
    _know(told, set(_ROLE.findall(text)))
    try:
        tree = publish_doctree(text, settings_overrides={**_SETTINGS, "warning_stream": io.StringIO()})
    except (ValueError, AttributeError, KeyError, IndexError, AssertionError, TypeError) as error:  # what its parser meets in what is none
        raise Refused(f"docutils cannot read it: {error}.", "Repair it, or give it as plain text (kind: txt).") from None
    out = written(tree)
    out.notes += notes
    if left := sorted(told.intersection(_OUTSIDE)):
        out.notes.append(f"What these directives would bring in is not read: {', '.join(left)}.")
    yield out.document("rst", {"title": tree.get("title"), **dict(_fields(tree))})


def _fields(tree: Any) -> Iterator[tuple[str, str]]:
    """Author, date and the like, as the head of the document lists them."""
    from docutils import nodes

    for info in tree.findall(nodes.docinfo):
        for one in info:
            if isinstance(one, nodes.field):
                yield one[0].astext().strip().lower().replace(" ", "_"), one[1].astext().strip()
            else:
                yield one.tagname, one.astext().strip()


def _know(directives: set[str], roles: set[str]) -> None:
    """Make docutils take those that it has not for their contents."""
    from docutils import nodes
    from docutils.parsers.rst import Directive
    from docutils.parsers.rst import directives as known
    from docutils.parsers.rst import roles as known_roles

    class Passed(Directive):  # type: ignore[misc]
        """What a directive holds, read as text around it is; those that only name files hold nothing."""

        has_content, optional_arguments, final_argument_whitespace = True, 1 << 10, True
        option_spec = _AnyOption()

        def run(self) -> list[Any]:
            if self.name in _NAMING:
                return []
            found = nodes.container()
            if self.name in ("code-block", "sourcecode", "highlight", "code"):
                return [nodes.literal_block("\n".join(self.content), "\n".join(self.content), classes=["code", *self.arguments[:1]])]
            if self.arguments:
                found += nodes.paragraph("", "", *self.state.inline_text(" ".join(self.arguments), self.lineno)[0])
            self.state.nested_parse(self.content, self.content_offset, found)
            return [found]

    def words(name: str, rawtext: str, text: str, lineno: int, inliner: Any, options: Any = None, content: Any = None) -> tuple[list[Any], list[Any]]:
        shown = re.sub(r"(?<!\\)\\(.)", r"\1", nodes.unescape(text))
        named = _TARGET.match(shown)
        shown = named[1] if named and named[1] else shown.lstrip("~!").rpartition(".")[2] if shown.startswith("~") else shown.lstrip("!")
        literal = name.rpartition(":")[2] in _CODE
        return [nodes.literal(rawtext, shown) if literal else nodes.inline(rawtext, shown)], []

    from docutils.parsers.rst.languages import en

    for name in directives:
        if name not in en.directives:
            known.register_directive(name, Passed)
    for name in roles:
        if name not in en.roles:
            known_roles.register_local_role(name, words)


_CODE = ("func", "meth", "class", "mod", "attr", "data", "exc", "obj", "file", "command", "option", "envvar", "kbd", "samp", "program", "const")


class _AnyOption(dict[str, Any]):
    """Options of any name, whose values are texts."""

    def __getitem__(self, name: str) -> Any:
        return lambda value: value or ""

    def __contains__(self, name: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True
