"""Rows of documents for tests of cleaning, and what a step makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from step_context import StepContext, row

from rowsmith.core.edits import apply
from rowsmith.core.row import Drop, Row

CTX = StepContext(Path())


def document(text: str, **marks: Any) -> Row:
    """A document's row; marks by name: pages=[[0, 1], [1830, 2]]."""
    return row({"text": text, "n": 1}, origin={"source": {"name": "f", "span": [0, len(text)], **({"marks": marks} if marks else {})}})


def paged(pages: list[str]) -> Row:
    """A document of pages."""
    starts = [sum(map(len, pages[:number])) for number in range(len(pages))]
    return document("".join(pages), pages=[[start, number + 1] for number, start in enumerate(starts)])


def cleaned(step: Any, what: str | Row) -> str:
    """The text after the step; the span and edits of the row must tell where it came from."""
    before = document(what) if isinstance(what, str) else what
    (after,) = step.rows(before, CTX)
    if isinstance(after, Drop):
        return after.reason
    source, text = after.origin["source"], before.data["text"]
    assert (after.id, after.data["n"]) == (before.id, 1)
    assert apply(text[slice(*source["span"])], source.get("edits", []), source["span"][0]) == after.data["text"]
    said: str = after.data["text"]
    return said
