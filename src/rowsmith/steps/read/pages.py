"""Pages of documents, each as a picture and as text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt

from rowsmith.core.documents import Document, DrawnPage, is_pdf
from rowsmith.core.errors import Invalid
from rowsmith.core.fetching import LEFT_OUT, Missed
from rowsmith.core.page_numbers import page_numbers
from rowsmith.core.ports import Context, Input
from rowsmith.core.row import Bad, New
from rowsmith.core.step import InputPaths
from rowsmith.steps.licensed import Licensed
from rowsmith.steps.paths import is_address, known

SUFFIX = ".pdf"
Place = tuple[int, int]


class ReadPages(Licensed):
    """Reads PDF page by page: a row for each page, with the page as a picture (`image`), its text, its number, and the document's name
    and title. Paths may be addresses (https://): their files are fetched once.

    A page is drawn once, in a process of its own with bounded memory and time, when a run pins its inputs; the home keeps the picture (PNG) by its
    hash, and the row refers to it: `image: {file, media_type, name, bytes, width, height}`. The text is that of read.files, empty where a page has
    none, as a scan without `ocr`.

    A file that is no PDF, asks for a password or is damaged is a failed row that says so; so is a page that cannot be drawn, while the other pages
    are read. An empty page is dropped (`blank_page`). In folders and globs the files that end in .pdf are taken.

    Origin: `source` {name, file, hash, page, read_as, span, notes}, span being the text's place in that of the whole document; and licence and terms
    where they are given.
    """

    paths: InputPaths = Field(description="Files, folders or globs of PDF, from the recipe's folder, else from the current one.", min_length=1)
    pages: str = Field("", description="Numbers of the pages that are read, such as 1-20, 25, 30- (from 30 on). Default: all.")
    dpi: Annotated[int, Field(ge=20, le=600)] = Field(130, description="Dots to the inch at which a page is drawn.")
    longest: Annotated[int, Field(ge=64, le=8192)] = Field(
        1568, description="Most dots of a picture's longer side; larger pages are drawn smaller. Most models see no more."
    )
    image_column: str = Field("image", min_length=1, description="Column that refers to the picture.")
    text_column: str = Field("text", min_length=1, description="Column that holds the text.")
    layout: Literal["markdown", "plain"] = Field("markdown", description="The text's headings, tables and columns as Markdown, or plain text.")
    ocr: Literal["tesseract"] | None = Field(None, description="Program that reads scanned pages. Default: they have no text.")
    ocr_languages: str = Field("eng", description="Languages of scanned pages as tesseract calls them, such as eng+deu.", min_length=3)
    max_file_bytes: PositiveInt = Field(256 * 1024 * 1024, description="Largest document, in bytes.")

    def check(self) -> list[str]:
        """Pages that are none, and paths that name no PDF."""
        try:
            page_numbers(self.pages)
        except Invalid as error:
            return [str(error)]
        columns = [self.image_column, self.text_column, "page", "document", "title"]
        if len(set(columns)) < len(columns):
            return [f"Two columns would have one name: {', '.join(columns)}. Choose other names for `image_column` and `text_column`."]
        return [problem for pattern in self.paths for problem in self._path_problems(pattern)]

    def _path_problems(self, pattern: str) -> list[str]:
        found = known(pattern)
        if found is None:
            return []
        if not found:
            return [f"There is no file {pattern!r}. Check the path; a relative one is taken from the recipe's folder."]
        return [] if _taken(pattern, found) else [f"None of the {len(found)} files that {pattern!r} names ends in {SUFFIX}. Save them as PDF."]

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        return frozenset([self.image_column, self.text_column, "page", "document", "title"])

    def media(self) -> dict[str, list[str]]:
        return {self.image_column: ["image"]}

    def drawing(self) -> dict[str, Any]:
        return {"dpi": self.dpi, "longest": self.longest, "pages": self.pages}

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """Every page of every document, documents in the order of `paths`."""
        for path in dict.fromkeys(path for pattern in self.paths for path in _taken(pattern, ctx.paths([pattern]))):
            source = ctx.input(path)
            yield from self._document(source, ctx)

    def _document(self, source: Input, ctx: Context) -> Iterator[New | Bad]:
        size = source.path.stat().st_size
        if size > self.max_file_bytes:
            yield Bad("large_file", f"The file has {size:,} bytes; max_file_bytes is {self.max_file_bytes:,}.", source.name)
            return
        with source.path.open("rb") as file:
            head = file.read(1024)
        if not is_pdf(head):
            what = "The file is no PDF, and pages of PDFs are drawn. Save it as PDF." if head else "The file is empty."
            yield Bad("other_kind" if head else "empty_file", what, source.name)
            return
        said: Document | None = None
        for _, found in ctx.documents([source], kind="pdf", layout=self.layout, ocr=self.ocr, ocr_languages=self.ocr_languages):
            if isinstance(found, Document):
                said = found
            elif getattr(found, "reason", "") != "no_text":
                yield Bad(found.reason, found.detail, source.name)  # type: ignore[union-attr]
                return
        pages = ctx.drawn(source, **self.drawing())
        if not pages:
            yield Bad("no_page", "No page of the file can be drawn. Open it in a reader of PDF, and save it anew.", source.name)
        places = _places(said) if said else {}
        for page in pages:
            if isinstance(page, Missed):
                yield Bad(page.reason, page.detail, f"{source.name} page {page.name}", left_out=page.reason in LEFT_OUT)
            else:
                yield self._page(source, page, said, places.get(page.number))

    def _page(self, source: Input, page: DrawnPage, said: Document | None, place: Place | None) -> New:
        reference = {
            "file": page.file, "media_type": "image/png", "name": f"{source.name} page {page.number}", "bytes": page.bytes, "width": page.width,
            "height": page.height,
        }  # fmt: skip
        text = said.text[place[0] : place[1]] if said and place else ""
        title = str(said.columns.get("title", "")) if said else ""
        data = {self.image_column: reference, self.text_column: text, "page": page.number, "document": source.name, "title": title}
        where: dict[str, Any] = {"name": source.name, "file": Path(source.name).name, "hash": source.hash, **source.facts, "page": page.number}
        where |= {"read_as": "pdf", **({"span": list(place)} if place else {}), **({"notes": list(said.notes)} if said and said.notes else {})}
        return New(data, {"source": self.licensed(where)}, key=f"page {page.number}")


def _taken(pattern: str, found: list[Path]) -> list[Path]:
    """What is named itself, whatever it is called; of folders and globs what ends as PDF does."""
    if is_address(pattern) or (len(found) == 1 and found[0].name == Path(pattern).name):
        return found
    return [path for path in found if path.suffix.lower() == SUFFIX]


def _places(said: Document) -> dict[int, Place]:
    """Where the text of each page stands, by its number."""
    marks = [*said.marks.get("pages", ()), (len(said.text), 0)]
    return {int(number): (start, start + len(said.text[start:end].rstrip())) for (start, number), (end, _) in pairwise(marks)}
