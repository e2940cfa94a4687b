"""A document that a file gives, before it is a row."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowsmith.core.languages_of_code import NAMES
from rowsmith.core.languages_of_code import SUFFIXES as CODE
from rowsmith.core.row import Json

SUFFIXES: dict[str, tuple[str, ...]] = {
    "adoc": (".adoc", ".asciidoc"), "ass": (".ass", ".ssa"), "chatgpt": (), "claude_code": (),
    "code": (*CODE, *(name for name in NAMES if "." not in name)),
    "codex": (), "docx": (".docx", ".docm", ".dotx", ".dotm"), "eml": (".eml", ".emlx"), "epub": (".epub",), "html": (".html", ".htm", ".xhtml"),
    "ipynb": (".ipynb",), "mbox": (".mbox", ".mbx"), "md": (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"), "odp": (".odp", ".otp"),
    "ods": (".ods", ".ots"), "odt": (".odt", ".ott"), "pdf": (".pdf",), "pptx": (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx"),
    "rst": (".rst", ".rest"), "slack": (), "srt": (".srt",), "txt": (".txt", ".text", ".log"), "vtt": (".vtt",), "xlsx": (".xlsx", ".xlsm", ".xltx"),
}  # fmt: skip
"""The kinds of documents with the endings of their files' names (or whole names, without a dot), lower case; none where what is in a file tells it.
Each is a module in connectors/documents/kinds."""
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


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins with these bytes, 1,024 of them, is a PDF."""
    return b"%PDF-" in head


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page of a document as a picture: its number, from 1, the hash under which the home keeps it (PNG), its size in pixels and in bytes."""

    number: int
    file: str
    width: int
    height: int
    bytes: int
