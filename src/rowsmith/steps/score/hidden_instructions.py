"""Scans texts for instructions to a model that do not belong there, and flags, quarantines or removes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from rowsmith.core.edits import Edit
from rowsmith.core.flags import Flag, flagged
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import parts
from rowsmith.core.step import Column
from rowsmith.steps.cleaning import Cleaning
from rowsmith.steps.instructions import LIKELY_FROM, Finding, scan, weight
from rowsmith.steps.request import text_of
from rowsmith.steps.spans import place

MOST = 100
"""Most findings that a row's origin keeps."""
_SENTENCE = 500
_ENDS = re.compile(r"[.!?。！？؟](?=\s|$)|\n")
_WHOLE = ("tags", "zero_width", "variation", "bidi", "hidden_text", "encoded")


class HiddenInstructions(Cleaning):
    """Scans a text for instructions to a model (prompt injection) and scores how much speaks for them: `scores.<into>`, 0 for nothing.

    What is found: characters without a shape that carry a message (tags, zero_width, variation, bidi); hidden_text (comments, elements that are
    hidden or white, and what the reader of the file noted in `origin.source.notes`); text that is encoded (base64, hexadecimal, URL, rot13,
    backwards); override ("ignore previous instructions"), persona, address ("if you are an AI"), leak, exfiltration, steering, grader ("score
    10") in ten languages; markers of roles and tools calls. Each rule has a weight, 1 or 0.5, and the score is their sum. What only speaks of
    such instructions (quoted, in code, as an example) does not count. Where the rules find less than 1, a small model learnt from examples says how
    probable an order to a model is; from `likely` on that is a finding with weight 1 and the rule `likely`.

    A text whose score is at least `threshold` is flagged: `origin.hidden_instructions` lists the findings {rule, weight, span, excerpt}, the span in
    characters of the source, and `origin.flags` has them too; and `action` says what becomes of it. With an empty `column` all that a row says
    is looked at, whatever its shape; its score is that of its worst text. No list of rules finds all: keep sources fenced in prompts, as they are.
    """

    column: Column = Field("text", description="Column that holds the text. Empty: all texts of the row, wherever they stand.")
    action: Literal["flag", "quarantine", "remove"] = Field(
        "flag",
        description="flag: the row goes on with its score and findings. quarantine: it is dropped (`hidden_instructions`). remove: the sentences "
        "that were found are cut out.",
    )
    threshold: Annotated[float, Field(gt=0)] = Field(1.0, description="From which score on a text is flagged; 0.5 for every suspicion.")
    likely: float = Field(LIKELY_FROM, gt=0, le=1, description="From which probability what the rules do not find counts as `likely`; 1: never.")
    into: str = Field("hidden_instructions", min_length=1, description="Name of the score.")
    aside: str = Field("hidden_text", description="Column with what was hidden in the file, text or a list, where there is one; empty for none.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its score, or a Drop that names the first finding."""
        said = {part.path: part.text for part in parts(row.data)} if not self.column else {_path(self.column): text_of(row, self.column)}
        every = {path: self._findings(row, text) for path, text in said.items()}
        total = max(map(weight, every.values()), default=0)
        findings = [one for found in every.values() for one in found]
        scored = row.with_scores({self.into: total})
        if total < self.threshold:
            yield scored
        elif self.action == "quarantine":
            yield Drop("hidden_instructions", "; ".join(f"{one.rule}: {one.excerpt}" for one in findings[:3]))
        else:
            found = [(path, one) for path, each in every.items() for one in each][:MOST]
            told = [self._told(row, path, one) for path, one in found]
            noted = replace(scored, origin={**row.origin, "hidden_instructions": told})
            marked = flagged(noted, [Flag("injection", one.rule, one.excerpt, one.weight, path, (one.start, one.end)) for path, one in found])
            yield from super().rows(marked, ctx) if self.action == "remove" else [marked]

    def edits(self, row: Row, text: str) -> Sequence[Edit]:
        """Where texts are cut: the sentences with a finding, and the hidden parts."""
        findings = self._findings(row, text)
        if self.action != "remove" or weight(findings) < self.threshold:
            return []
        found: list[Edit] = []
        for start, end in sorted(_cut(text, one) for one in findings):
            if found and start <= found[-1].end:
                found[-1] = found[-1]._replace(end=max(end, found[-1].end))
            elif start < end:
                found.append(Edit(start, end, ""))
        return found

    def _findings(self, row: Row, text: str) -> list[Finding]:
        """What is told of the whole file counts for its document and not for each chunk of it."""
        source = row.origin.get("source")
        notes = source.get("notes") if isinstance(source, dict) and "chunk" not in row.origin else None
        return scan(text, [*_texts(row.data.get(self.aside)), *_texts(notes)], self.likely)

    def check(self) -> list[str]:
        """Text is cut out of one column alone."""
        return [] if self.column or self.action != "remove" else ["action: remove cuts text out of one column; name it with `column`."]

    def _told(self, row: Row, path: str, one: Finding) -> dict[str, Any]:
        if not self.column:
            return {"rule": one.rule, "weight": one.weight, "path": path, "row_span": [one.start, one.end], "excerpt": one.excerpt}
        where = place(row, self.column, row.data[self.column], one.start, one.end) or {"row_span": [one.start, one.end]}
        return {"rule": one.rule, "weight": one.weight, **where, "excerpt": one.excerpt}


def _path(column: str) -> str:
    return next(part.path for part in parts({column: ""}))


def _cut(text: str, one: Finding) -> tuple[int, int]:
    """What goes with a finding: its sentence, or the hidden part alone."""
    if one.rule in _WHOLE:
        return one.start, one.end
    begin = max(0, one.start - _SENTENCE)
    starts = [found.end() for found in _ENDS.finditer(text, begin, one.start)]
    end = _ENDS.search(text, max(one.start, one.end - 1), min(len(text), one.end + _SENTENCE))
    stop = one.end if end is None else end.start() if end[0] == "\n" else end.end()
    return (starts[-1] if starts else begin), max(stop, one.end)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
