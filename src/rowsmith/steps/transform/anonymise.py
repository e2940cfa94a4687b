"""Hides personal data and credentials in the texts of a row."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from pydantic import Field

from rowsmith.core.edits import Edit, apply, moved
from rowsmith.core.pii.hiding import Hiding, How
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.said import replaced
from rowsmith.core.step import Step
from rowsmith.steps.recognising import Recognising
from rowsmith.steps.spans import edited


class Anonymise(Recognising, Step):
    """Takes what `score.pii` finds out of every text of a row, chats and preferences too.

    mask: `[email]` stands there. replace: a made-up value of the same kind and form, which is reserved for examples (example.org, 192.0.2.1,
    555-0100) or wrong by its own check digit. hash: the kind and 16 digits of a keyed hash. With replace and hash the same value becomes the same
    everywhere, in this dataset and in the next one with the same key; without a key whoever guesses a value can try out what becomes of it.

    `origin.anonymised` counts what was hidden by kind; where the text has a place in its source, `origin.source.edits` keeps it true; flags of other
    checks move with their texts, those of `score.pii` on what was hidden go.
    """

    how: How = Field("mask", description="mask, replace with a made-up value, or hash with a key.")
    mask: str = Field("[{kind}]", description="What stands in the place of a value with `mask`; {kind} is its kind.")
    key_from: str = Field("", description="Environment variable with the key for replace and hash. It is not kept; the same key, the same values.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row]:
        """The row with nothing of it left."""
        changes: dict[str, tuple[str, list[Edit]]] = {}
        counts = Counter[str]()
        for part, one in self.found(row.data):
            changes.setdefault(part.path, (part.text, []))[1].extend(self._hiding.edits(part.text, [one]))
            counts[one.kind] += 1
        yield self._changed(row, changes, counts) if changes else row

    def check(self) -> list[str]:
        """Own kinds that cannot be, a model for names that is not there, a hash without a key."""
        problems = self.problems()
        if self.how == "hash" and not self.key_from:
            problems.append("A hash without a key can be undone by trying out values: name an environment variable with one by `key_from`.")
        if self.key_from and not os.environ.get(self.key_from):
            problems.append(f"The environment variable {self.key_from}, which `key_from` names, is not set.")
        return problems

    @cached_property
    def _hiding(self) -> Hiding:
        return Hiding(self.how, os.environ.get(self.key_from, "").encode() if self.key_from else b"", self.mask)

    def _changed(self, row: Row, changes: dict[str, tuple[str, list[Edit]]], counts: Counter[str]) -> Row:
        nested = {}
        for path, (text, edits) in changes.items():
            if isinstance(row.data.get(path), str):  # a column of its own, which may have a place in a source
                row = edited(row, path, text, edits)
            else:
                nested[path] = apply(text, edits)
        row = row.with_data(replaced(row.data, nested)) if nested else row
        flags = [flag for one in row.origin.get("flags", ()) for flag in _moved(one, changes)]
        origin = {**row.origin, "anonymised": dict(sorted(counts.items()))}
        return replace(row, origin={**origin, "flags": flags} if "flags" in row.origin else origin)


def _moved(flag: dict[str, Any], changes: dict[str, tuple[str, list[Edit]]]) -> list[dict[str, Any]]:
    """A flag where its text stands now; one of personal data that was hidden is gone."""
    if flag["path"] not in changes:
        return [flag]
    edits = changes[flag["path"]][1]
    if flag["span"] is None:
        return [flag]
    start, end = flag["span"]
    if flag["check"] == "pii" and any(one.start < end and start < one.end for one in edits):
        return []
    return [{**flag, "span": moved(edits, [start, end])}]
