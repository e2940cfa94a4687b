"""Coverage: which parts of the sources no row of a dataset came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rowsmith.app.datasets import Datasets
from rowsmith.app.lab import Lab
from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.engine.retrace import rows_read
from rowsmith.steps.coverage import Coverage, Document, Span, places
from rowsmith.store.runs import Run, Runs

EVERY_RUN = 1_000_000
EXCERPT = 80


@dataclass(frozen=True, slots=True)
class Covered:
    """A document: its name (and its `member` within an archive), how many characters it has, how many of them rows came from and how many rows,
    and what is `left`: {start, end, text (the beginning)}."""

    name: str
    member: str
    characters: int
    covered: int
    rows: int
    left: list[dict[str, Any]]

    @property
    def share(self) -> float:
        """Which share is covered, 0 to 1."""
        return self.covered / self.characters if self.characters else 1.0

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "share": round(self.share, 6)}


def coverage(lab: Lab, project: str, spoken: str) -> list[Covered]:
    """The documents that runs read for a dataset, in the order in which they were read, and what of them its rows came from. Documents are read
    again, from the home's copies. One that has changed since and that no row came from is left out.

    Raises:
        NotFound: there is no such dataset. Invalid: no run has read a document for it. Conflict: what was read is not there any more.
    """
    datasets = Datasets(lab, project)
    version = datasets.get(spoken)
    known = Coverage()
    for row in datasets.rows(spoken):
        known.add(row.origin)
    name = next(dataset.name for dataset in datasets.list() if dataset.n == version.dataset)
    found: dict[Document, Covered] = {}
    for run in sorted((run for run in Runs(lab.db).newest(project, EVERY_RUN) if run.dataset == name), key=lambda run: run.n):
        for row in _documents(lab, run):
            for document, (start, end) in places(row.origin):
                found[document] = _covered(known, document, end, row, start)
    if not found:
        raise Invalid(f"No run has read a document for {spoken}.", "Coverage is that of documents: of read.files, read.web and read.repository.")
    newest = {(one.name, one.member): one for one in found.values()}
    return [one for one in found.values() if one.rows or newest[one.name, one.member] is one]


def _documents(lab: Lab, run: Run) -> Iterator[Row]:
    for position, step in enumerate(run.recipe["steps"]):
        pinned = run.lock.get("inputs", {}).get(step.get("name") or step["kind"], {})
        if pinned and not run.lock["takes"][position]:
            yield from (row for row in rows_read(lab.files, run, position, pinned) if isinstance(row, Row))


def _covered(known: Coverage, document: Document, length: int, row: Row, start: int) -> Covered:
    text = next((value for value in row.data.values() if isinstance(value, str) and len(value) == length - start), "")
    left = [_left(span, text) for span in known.left(document, length) if text[slice(*span)].strip()]
    space = sum(one["end"] - one["start"] for one in left)
    return Covered(document[0], document[1], length, length - space, known.rows.get(document, 0), left)


def _left(span: Span, text: str) -> dict[str, Any]:
    return {"start": span[0], "end": span[1], "text": " ".join(text[slice(*span)].split())[:EXCERPT]}
