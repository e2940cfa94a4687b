"""Checks of a plug-in, to assess datasets with: one that sees each row, one that sees all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rowsmith.registry import plugins

PLUGIN = '''
import re

from rowsmith.core.flags import Flag
from rowsmith.core.said import parts, said
from rowsmith.core.step import EmbedderRole, ModelRole
from rowsmith.steps.checking import Check


class Swearing(Check):
    """Flags a word."""

    kind = "acme.swearing"
    word: str = "damn"
    into: str = "swearing"

    def rows(self, row, ctx):
        flags = [
            Flag("acme.swearing", part.role, f"says {self.word}", 1.0, part.path, found.span())
            for part in parts(row.data) for found in re.finditer(self.word, part.text)
        ]
        yield self.told(row, {self.into: len(flags)}, flags)


class Twins(Check):
    """Flags rows that say what an earlier row says."""

    kind = "acme.twins"

    def all(self, new, kept, ctx):
        first = {}
        for row in new:
            twin = first.setdefault(said(row.data), row.id)
            yield self.told_of_set(row, {}, [] if twin == row.id else [Flag("twins", "twin", f"the same as row {twin}")])


class Asked(Check):
    """Asks a model, and flags what it says."""

    kind = "acme.asked"
    model: ModelRole = "writer"

    async def rows(self, row, ctx):
        answer = await ctx.ask([{"role": "user", "content": "Is it bad? " + said(row.data)}], model=self.model)
        return [self.told(row, {}, [Flag("acme.asked", "bad")] if "bad" in str(answer.value) else [])]


class Embedded(Check):
    """Asks for an embedding."""

    kind = "acme.embedded"
    model: EmbedderRole = "other"
    into: str = "size"

    async def rows(self, row, ctx):
        found = await ctx.embed([said(row.data)], model=self.model)
        return [self.told(row, {self.into: len(found.vectors[0])}, [])]


class Broken(Check):
    """Cannot check rows that say `unreadable`."""

    kind = "acme.broken"

    def rows(self, row, ctx):
        from rowsmith.core.errors import RowFailed

        if "unreadable" in said(row.data):
            raise RowFailed("unreadable", "It cannot be checked.")
        yield row


class Labelled(Check):
    """Scores rows that have a label."""

    kind = "acme.labelled"
    into: str = "labelled"

    def rows(self, row, ctx):
        yield self.told(row, {self.into: 0.0 if "label" in row.data else None}, [])
'''
PAIRS = (
    ("How far is the moon?", "About 384,000 km."),
    ("Who wrote Emma?", "Jane Austen, damn it."),
    ("What is seven times six?", "It is 42."),
    ("Who wrote Emma?", "Jane Austen, damn it."),
    ("Is tea a fruit?", "No, tea is made of leaves, and the leaves are dried."),
    ("damn, is it late?", "It is damn late."),
    ("Who wrote Emma?", "Jane Austen, damn it."),
    ("Where is Oslo?", "In Norway."),
)
"""Rows 2, 4, 6 and 7 (from 1) swear, 4 and 7 repeat 2."""
CHECKS = ("acme.swearing", "acme.twins")


def trusted(folder: Path) -> None:
    """Put the plug-in into a project's folder, trusted."""
    path = folder / "plugins" / "acme.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(PLUGIN, encoding="utf-8")
    plugins.trust(path)


def alpaca(pairs: Sequence[tuple[str, str]] = PAIRS) -> list[dict[str, Any]]:
    return [{"instruction": question, "input": "", "output": answer} for question, answer in pairs]


def sharegpt(pairs: Sequence[tuple[str, str]] = PAIRS) -> list[dict[str, Any]]:
    return [{"conversations": [{"from": "human", "value": one}, {"from": "gpt", "value": other}]} for one, other in pairs]


def openai(pairs: Sequence[tuple[str, str]] = PAIRS) -> list[dict[str, Any]]:
    return [{"messages": [{"role": "user", "content": one}, {"role": "assistant", "content": other}]} for one, other in pairs]


def lines(path: Path, records: Sequence[Any], more: str = "") -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records) + more, encoding="utf-8")
    return path
