"""What sources of documents have in common, and those that are outside: they are fetched into files before the run, and read like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from rowsmith.core.documents import Document
from rowsmith.core.fetching import LEFT_OUT
from rowsmith.core.ports import Context, Input
from rowsmith.core.records import Fault, Record
from rowsmith.core.row import Bad, New
from rowsmith.steps.licensed import Licensed

HOW = ("layout", "ocr", "ocr_languages", "readable", "outputs")
"""Settings of sources of documents that say how these are read."""


class Documents(Licensed):
    """A source that reads documents: a row for each, its text in one column, what else is known of it in columns of their own."""

    text_column: str = Field("text", description="Column that holds a document's text.", min_length=1)
    layout: Literal["markdown", "plain"] = Field("markdown", description="Of PDF: headings, tables and columns as Markdown, or plain text.")
    ocr: Literal["tesseract"] | None = Field(None, description="Program that reads scanned pages of PDF. Default: they are noted, and not read.")
    ocr_languages: str = Field("eng", description="Languages of scanned pages as tesseract calls them, such as eng+deu.", min_length=3)
    readable: bool = Field(False, description="Of HTML: the main text alone, without navigation and footers.")
    outputs: bool = Field(False, description="Of notebooks: what cells have printed, too.")

    def how(self) -> dict[str, Any]:
        """What is said of documents to whoever reads them."""
        return {name: getattr(self, name) for name in HOW}

    def document(self, source: Input, found: Document) -> New:
        """The row of one document. Its id comes from its name, so that another text under the name is the same row, changed."""
        place: dict[str, Any] = {"name": source.name, "file": Path(source.name).name, "hash": source.hash, **source.facts}
        place |= {"member": found.member} if found.member else {}
        place |= {"read_as": found.kind, "span": [0, len(found.text)]}
        place |= {"marks": {name: [list(mark) for mark in marks] for name, marks in found.marks.items()}} if found.marks else {}
        place |= {"notes": list(found.notes)} if found.notes else {}
        return New({**found.columns, self.text_column: found.text}, {"source": self.licensed(place)}, key=found.member)

    def missed(self, ctx: Context) -> Iterator[Bad]:
        """What was asked for and did not come: each takes a slot, of its own."""
        for one in ctx.missed():
            yield Bad(one.reason, one.detail, one.name, left_out=one.reason in LEFT_OUT)


class Outside(Documents):
    """A source that a connector fetches: all settings of its own are the connector's."""

    def asked(self) -> dict[str, Any]:
        """The connector's settings, as far as they are not the defaults."""
        reading = {*Documents.model_fields, "kind", "from"}
        return {name: value for name, value in self.settings().items() if name not in reading}

    def inputs(self, ctx: Context) -> list[Input]:
        """The files that came."""
        return [ctx.input(path) for path in ctx.paths([self.address])]

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """A row for every document and record that came, and a bad one for what did not come or cannot be read."""
        yield from self.missed(ctx)
        for source, found in ctx.documents(self.inputs(ctx), records=True, **self.how()):
            if isinstance(found, Fault):
                yield Bad(found.reason, found.detail, found.where)
            else:
                yield self.document(source, found) if isinstance(found, Document) else self._record(source, found)

    def _record(self, source: Input, found: Record) -> New:
        """The row of one record; its id comes from what it says."""
        member = {"member": found.file[len(source.name) + 1 :]} if found.file != source.name else {}
        return New(found.data, {"source": self.licensed({"name": source.name, "hash": source.hash, **source.facts, **member, "line": found.line})})
