"""Notes grouped into themes by a model, and themes detected by one. Both are asked by ordinary steps; a note that nobody made counts for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from rowsmith import content
from rowsmith.core.errors import Invalid
from rowsmith.core.samples import Note, Sample
from rowsmith.core.themes import Grouped, Proposed, Theme, grouped
from rowsmith.steps.generate.columns import Columns

MOST_NOTES = 200
"""Most notes that are grouped at once."""
MOST_SHOWN = 20
"""Most samples with notes that a model is shown, and most that are good."""
LONGEST = 1_500
"""Characters that are shown of one value of a sample."""
_TEXT = {"type": "string"}
_NOTE = {
    "type": "object", "properties": {"number": {"type": "integer"}, "words": _TEXT}, "required": ["number", "words"], "additionalProperties": False,
}  # fmt: skip
_THEME = {
    "type": "object",
    "properties": {"name": _TEXT, "definition": _TEXT, "notes": {"type": "array", "items": _NOTE}, "where": _TEXT, "question": _TEXT},
    "required": ["name", "definition", "notes", "where", "question"],
    "additionalProperties": False,
}  # fmt: skip
SCHEMA = {"type": "object", "properties": {"themes": {"type": "array", "items": _THEME}}, "required": ["themes"], "additionalProperties": False}


def question(notes: Sequence[Note], samples: Sequence[Sample]) -> tuple[dict[str, Any], Columns]:
    """The row and the step that ask a model to group notes.

    Raises:
        Invalid: there are none, or too many for one question.
    """
    worded = sum(bool(note.text.strip()) for note in notes)
    if not worded:
        raise Invalid("There are no notes to group.", "Note in free words what is wrong with single samples.")
    if worded > MOST_NOTES:
        raise Invalid(f"There are {worded:,} notes in words; {MOST_NOTES} are grouped at once.", "Leave out notes that say the same.")
    names = {sample.id: f"sample {number}" for number, sample in enumerate(samples, 1)}
    lines = [_line(number, note, names.get(note.sample, note.sample)) for number, note in enumerate(notes, 1) if note.text.strip()]
    columns = dict.fromkeys(name for sample in samples for name in sample.said)
    step = Columns(prompt=content.prompt("themes"), system=content.prompt("themes_system"), schema_=SCHEMA, fence=["samples", "notes"])
    said = "\n".join(f"{names[sample.id]}{mark}: {orjson.dumps(shown(sample.said)).decode()}" for sample, mark in _marked(notes, samples))
    return {"columns": ", ".join(columns), "samples": said or "(none)", "notes": "\n".join(lines)}, step


def _marked(notes: Sequence[Note], samples: Sequence[Sample]) -> list[tuple[Sample, str]]:
    """The samples that a model is shown: those with notes in words first, and as many that are good, which are marked."""
    worded = {note.sample for note in notes if note.text.strip()}
    good = {note.sample for note in notes if note.verdict == "good"}
    there = [sample for sample in samples if sample.output is not None]
    noted = [(sample, " (good)" if sample.id in good else "") for sample in there if sample.id in worded and not sample.edited]
    return noted[:MOST_SHOWN] + [(sample, " (good)") for sample in there if sample.edited or sample.id in good - worded][:MOST_SHOWN]


def read(answer: Mapping[str, Any], notes: Sequence[Note]) -> Grouped:
    """The themes that the model named and that rest on notes which are there."""
    proposed = [
        Proposed(one["name"], one["definition"], [(note["number"], note["words"]) for note in one["notes"]], one["where"], one["question"])
        for one in answer["themes"]
    ]  # fmt: skip
    return grouped(proposed, notes)


def detection(themes: Sequence[Theme], said: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], Columns]:
    """The rows and the step that ask a model the questions of themes about samples, all questions in one call for each."""
    reason = {"type": "object", "properties": {"reason": _TEXT, "yes": {"type": "boolean"}}, "required": ["reason", "yes"],
              "additionalProperties": False}  # fmt: skip
    names = [f"q{number}" for number, _ in enumerate(themes, 1)]
    schema = {"type": "object", "properties": dict.fromkeys(names, reason), "required": names, "additionalProperties": False}
    asked = "\n".join(f"{name}: {theme.question}" for name, theme in zip(names, themes, strict=True))
    step = Columns(prompt=content.prompt("detect"), system=content.prompt("detect_system"), schema_=schema, fence=["sample"])
    return [{"sample": dict(one), "questions": asked} for one in said], step


def detected(answer: Mapping[str, Any], themes: Sequence[Theme]) -> dict[str, bool]:
    """What the model answered, by the names of the themes."""
    return {theme.name: bool(answer[f"q{number}"]["yes"]) for number, theme in enumerate(themes, 1)}


def shown(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a sample says, long values cut."""
    out = {}
    for name, value in said.items():
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        out[name] = value if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    return out


def _line(number: int, note: Note, sample: str) -> str:
    verdict = f" ({note.verdict})" if note.verdict else ""
    return f"{number}. {sample}{verdict}: {' '.join(note.text.split())}"
