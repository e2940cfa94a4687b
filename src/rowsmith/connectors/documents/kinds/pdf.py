"""PDF: its pages in the order of reading as Markdown, or their plain text; scanned pages by tesseract, where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from subprocess import SubprocessError
from typing import IO, Any

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents.given import Given
from rowsmith.connectors.documents.pdf.blocks import Style, style_of
from rowsmith.connectors.documents.pdf.page import Gathered, Laid, gathered, laid_out, sample
from rowsmith.connectors.documents.pdf.scans import Tesseract, is_scan
from rowsmith.core.documents import Document
from rowsmith.core.lines import stored_text
from rowsmith.core.row import Json

MAGIC = (b"%PDF-",)
SETTINGS = {"layout": "markdown", "ocr": None, "ocr_languages": "eng"}
"""layout: markdown, or plain for pdfium's text as it comes. ocr: tesseract, for pages that are pictures. ocr_languages: its names, `eng+deu`."""
_PASSWORD = 4
_DATE = re.compile(r"D?:?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")
_AMISS = (RuntimeError, ValueError, OSError, LookupError, ArithmeticError, SubprocessError)
"""What a broken page makes of its reader; such a page costs itself alone."""
_TOLD = 20
_SAYS_NOTHING = ("untitled", "anonymous", "unspecified")
"""What writers fill in where nobody has said anything."""


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document: title, author and date are columns where it tells them, and marks say where its pages begin."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(file.read())
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", 0) == _PASSWORD:
            raise Refused("The PDF asks for a password.", "Save it without one, and give that.", "protected") from None
        raise Refused(f"The PDF cannot be read: {error}", "It may be cut off or damaged: copy it again.") from None
    try:
        yield _Pages(document, given).document()
    finally:
        document.close()


@dataclass
class _Pages:
    """The pages of a document, one after the other; the numbers of those of which something is to be said, from 1."""

    pdf: Any
    given: Given
    scanned: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    plain: list[int] = field(default_factory=list)
    white: list[str] = field(default_factory=list)
    style: Style | None = None
    ahead: dict[int, Gathered] = field(default_factory=dict)
    """Pages that were gathered to learn the style."""

    def document(self) -> Document:
        """All of them."""
        if self.given.setting("layout", SETTINGS) == "markdown":
            self.ahead = {number: one for number in sample(len(self.pdf)) if (one := self._gathered(number))}
            self.style = style_of([page.pieces for page in self.ahead.values()])
        parts: list[str] = []
        marks: list[tuple[int, int | str]] = []
        length, before = 0, Laid()
        for number in range(len(self.pdf)):
            page = self._page(number)
            if page.text.strip():
                text = stored_text(page.text)
                between = "" if not parts else " " if before.last and page.first and before.last.goes_on(page.first) else "\n\n"
                length += len(between)
                marks.append((length, number + 1))
                parts += [between, text]
                length += len(text)
                before = page
            self.given.working()
        return Document("".join(parts), "pdf", columns=facts_of(self.pdf), marks={"pages": marks} if marks else {}, notes=self._notes())

    def _page(self, number: int) -> Laid:
        """The page laid out; one whose layout is not found as plain text."""
        laid = self._laid(number, self.style) if self.style else Laid()
        if laid.text:
            self.white += laid.white
            return laid
        try:
            return Laid(self._plain(number))
        except _AMISS:
            self.broken.append(number + 1)
            return Laid()

    def _laid(self, number: int, style: Style) -> Laid:
        try:
            page = self.ahead.pop(number, None) or self._gathered(number)
            return laid_out(page, style) if page else Laid()
        except _AMISS:
            return Laid()

    def _gathered(self, number: int) -> Gathered | None:
        try:
            return gathered(self.pdf, number)
        except _AMISS:
            return None

    def _plain(self, number: int) -> str:
        page = self.pdf[number]
        textpage = page.get_textpage()
        try:
            if not textpage.count_chars():
                return self._pictured(page, number)
            if self.style and (text := _plain(textpage)):
                self.plain.append(number + 1)
                return text
            return _plain(textpage)
        finally:
            textpage.close()
            page.close()

    def _pictured(self, page: Any, number: int) -> str:
        """The text of a page that has no letters: where it is a picture and that is asked for, what tesseract reads."""
        if not is_scan(page):
            return ""
        if self.given.setting("ocr", SETTINGS) != "tesseract":
            self.scanned.append(number + 1)
            return ""
        self.read.append(number + 1)
        return Tesseract(self.given.setting("ocr_languages", SETTINGS), self.given.scratch).read(page)

    def _notes(self) -> tuple[str, ...]:
        count = len(self.pdf)
        hint = "they have no text. Set ocr: tesseract to have them read."
        each = (
            (self.scanned, f"Scanned pages ({len(self.scanned)} of {count}), {hint}"),
            (self.read, f"Scanned pages ({len(self.read)} of {count}), which tesseract has read."),
            (self.broken, f"Pages that cannot be read ({len(self.broken)} of {count})."),
            (self.plain, f"Pages whose layout was not found ({len(self.plain)} of {count}); they are plain text."),
        )
        notes = [f"{text} Pages: {_listed(pages)}." for pages, text in each if pages]
        white = " ".join(self.white)
        return (*notes, *([f"It has white text ({len(white):,} characters), which may be hidden: {white[:500]}"] if white else []))


def _listed(pages: list[int]) -> str:
    return ", ".join(map(str, pages[:_TOLD])) + (" ..." if len(pages) > _TOLD else "")


def _plain(textpage: Any) -> str:
    text: str = textpage.get_text_range()
    return text.replace("\r\n", "\n").replace("\ufffe", "-\n").replace("\x02", "-\n").strip()


def facts_of(pdf: Any) -> dict[str, Json]:
    """Title, author and date as the document tells them; the date as YYYY-MM-DD with as much of the time as it has."""
    told = {name: stored_text(value).strip() for name, value in pdf.get_metadata_dict().items() if value and value not in _SAYS_NOTHING}
    found: dict[str, Json] = {column: told[name] for column, name in (("title", "Title"), ("author", "Author")) if told.get(name)}
    if date := _DATE.match(told.get("CreationDate", "")):
        found["date"] = "-".join(part for part in date.groups()[:3] if part)
    return found
