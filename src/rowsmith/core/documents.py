"""A document that a file gives, before it is a row."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowsmith.core.row import Json

SUFFIXES: dict[str, tuple[str, ...]] = {
    "html": (".html", ".htm", ".xhtml"),
    "md": (".md", ".markdown", ".mdown", ".mkd"),
    "txt": (".txt", ".text"),
}
"""The kinds of documents, with the endings of their files' names; none where what is in a file tells it (connectors/documents/kinds)."""
ARCHIVES = (".zip", ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".gz", ".bz2", ".xz", ".zst")
"""The endings of files that hold files."""

Marks = dict[str, list[tuple[int, int | str]]]
"""Where the parts of a text begin: {"pages": [(0, 1), (1830, 2)]} says that page 2 begins at character 1830. Names: pages, slides, sheets, lines,
times, turns, cells, sections. Offsets rise, the first is 0."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, or one of several things that it says: a report, a message of a mailbox, a conversation, a member of an archive.

    text: its words in reading order; Markdown where it has structure (headings, tables, lists).
    kind: what it was read as: pdf, docx, html ...
    member: its path within an archive, or its number in a mailbox; empty for the file itself.
    columns: what else is known of it, by the name of a column: title, author, language, sent_at, messages ...
    marks: where its parts begin.
    notes: what whoever reads it has to know.
    """

    text: str
    kind: str
    member: str = ""
    columns: dict[str, Json] = field(default_factory=dict)
    marks: Marks = field(default_factory=dict)
    notes: tuple[str, ...] = ()
