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

_DIRECTIVE = re.compile(r"^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([\w:.+-]+?)::(?:[ \t]|$)", re.MULTILINE)
_ROLE = re.compile(r":([A-Za-z][\w:.+-]*):`")
_SETTINGS = {
    "file_insertion_enabled": False, "raw_enabled": False, "report_level": 5, "halt_level": 5, "_disable_config": True, "syntax_highlight": "none",
    "line_length_limit": 1 << 24, "smart_quotes": False, "sectsubtitle_xform": False, "doctitle_xform": True,
}  # fmt: skip
_OUTSIDE = ("include", "literalinclude", "raw")


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document as Markdown; the fields of its head (author, date ...) and its title are columns."""
    publish_doctree = needed("docutils.core", "reStructuredText").publish_doctree
    text, notes = decoded(file.read(), given)
    from rowsmith.connectors.documents.sphinx import know

    told = set(_DIRECTIVE.findall(text))
    know(told, set(_ROLE.findall(text)))
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
                name = one[0].astext().strip().lower().replace(" ", "_")
                yield name if name != "text" else "field_text", one[1].astext().strip()
            else:
                yield one.tagname, one.astext().strip()
