"""What sources outside have in common: they are fetched into files before the run, and their files are read as documents or records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rowsmith.core.documents import Document
from rowsmith.core.ports import Context, Input
from rowsmith.core.records import Fault
from rowsmith.core.row import Bad, New
from rowsmith.steps.licensed import Licensed


class Documents(Licensed):
    """A source that reads documents: a row for each, its text in `column`, what else is known of it in columns of their own."""

    def documents(self, ctx: Context, sources: Iterable[Input], column: str, given: Mapping[str, Any]) -> Iterator[New | Bad]:
        """A row for every document of these files, and a bad one for what cannot be read."""
        for source, found in ctx.documents(sources, **given):
            yield Bad(found.reason, found.detail, found.where) if isinstance(found, Fault) else self.document(source, found, column)

    def document(self, source: Input, found: Document, column: str) -> New:
        """The row of one document. Its id comes from its name, so that another text under the name is the same row, changed."""
        place: dict[str, Any] = {"name": source.name, "file": Path(source.name).name, "hash": source.hash, **source.facts}
        place |= {"member": found.member} if found.member else {}
        place |= {"kind": found.kind, "span": [0, len(found.text)]}
        place |= {"marks": {name: [list(mark) for mark in marks] for name, marks in found.marks.items()}} if found.marks else {}
        place |= {"notes": list(found.notes)} if found.notes else {}
        return New({**found.columns, column: found.text}, {"source": self.licensed(place)}, key=found.member)

    def missed(self, ctx: Context) -> Iterator[Bad]:
        """What was asked for and did not come: each takes a slot that failed."""
        for one in ctx.missed():
            yield Bad(one.reason, one.detail, one.name)
