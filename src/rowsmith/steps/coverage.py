"""Which parts of documents rows came from, in characters of the documents' own text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Span = tuple[int, int]
Document = tuple[str, str, str]
"""A document's name, its name within an archive or a mailbox (empty for the file itself), and the hash of its file: spans are of that very text."""


def places(origin: Mapping[str, Any]) -> Iterator[tuple[Document, Span]]:
    """The documents and spans that an origin names."""
    said = origin.get("source")
    for source in said if isinstance(said, list) else [said]:
        if isinstance(source, Mapping) and isinstance(span := source.get("span"), list | tuple):
            name, member, hash_ = (str(source.get(one, "")) for one in ("name", "member", "hash"))
            yield (name, member, hash_), (int(span[0]), int(span[1]))


@dataclass
class Coverage:
    """Spans by document; `rows` counts those that came of each."""

    rows: dict[Document, int] = field(default_factory=dict)
    _spans: dict[Document, list[Span]] = field(default_factory=dict)
    _merged: set[Document] = field(default_factory=set)

    def add(self, origin: Mapping[str, Any]) -> None:
        """A row that came of what its origin names."""
        for document, span in places(origin):
            self.rows[document] = self.rows.get(document, 0) + 1
            self._spans.setdefault(document, []).append(span)
            self._merged.discard(document)

    def spans(self, document: Document) -> list[Span]:
        """What is covered of a document: spans in order that neither overlap nor touch."""
        if document not in self._merged and document in self._spans:
            self._spans[document] = merged(self._spans[document])
            self._merged.add(document)
        return self._spans.get(document, [])

    def share(self, document: Document, span: Span) -> float:
        """Which share of a span is covered, 0 to 1; an empty one is."""
        start, end = span
        inside = sum(min(end, behind) - max(start, first) for first, behind in self.spans(document) if first < end and behind > start)
        return inside / (end - start) if end > start else 1.0

    def left(self, document: Document, length: int) -> list[Span]:
        """What is not covered of a document of so many characters."""
        bounds = [0, *(place for span in self.spans(document) for place in span), length]
        return [(start, end) for start, end in zip(bounds[::2], bounds[1::2], strict=True) if start < end]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters in as few spans as there can be, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
