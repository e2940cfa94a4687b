"""What would make a dataset better, as commands that do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote

from rowsmith.app.quality_result import Recommendation
from rowsmith.app.quality_run import Target
from rowsmith.core.quality import Part

_DO = {
    "duplicates": ("Keep one of the rows that say the same", "--remove duplicates"),
    "near-duplicates": ("Keep one of the rows that say almost the same", "--remove near-duplicates"),
    "semantic-duplicates": ("Keep one of the rows that mean the same", "--remove semantic-duplicates --embedder provider/name"),
    "contamination": ("Remove what the evaluation set holds: it could judge no model that has seen this", "--remove contamination --against FILE"),
    "grounding": ("Remove answers that say what their source does not", "--remove grounding"),
    "toxicity": ("Look at the toxic rows, and remove them unless they are what the dataset is for", "--remove toxicity"),
    "form": ("Remove malformed rows", "--remove form"),
    "labels": ("Look at the doubtful labels before anything else; remove those rows", "--remove labels"),
    "language": ("Remove rows in another language", "--remove language"),
    "injection": ("Remove rows that hold instructions to a model", "--remove injection"),
}
"""By check: what to do, and the options of `rowsmith quality` that do it."""


def recommendations(at: Target, parts: Sequence[Part], given: Mapping[str, str], lacking: int = 0) -> tuple[Recommendation, ...]:
    """What to do, the worst part first. `given`: options of the command by their placeholders, as they were given: {"FILE": "eval.jsonl"}; `lacking`:
    rows that topics lack."""
    return tuple(one for part in sorted(parts, key=lambda part: part.score) if part.score < 1 for one in _of_part(at, part, given, lacking))


def _suffix(at: Target) -> str:
    return ".jsonl" if at.version is not None else Path(at.spoken).suffix or ".jsonl"


def _of_part(at: Target, part: Part, given: Mapping[str, str], lacking: int) -> Iterator[Recommendation]:
    name, into = quote(at.spoken), "" if at.version is not None else " --into NAME"
    if part.name == "pii":
        yield Recommendation("Mask or replace personal data", part.flagged, f"rowsmith redact {name} -o redacted{_suffix(at)}")
    elif part.name == "diversity":
        yield Recommendation("Vary what the rows are made by (docs/variation.md)", part.rows, "rowsmith steps generate.variants")
    elif part.name == "topics":
        command = f"rowsmith quality {name} --topics {quote(given.get('TOPICS', 'FILE'))} --gaps gaps.yaml"
        yield Recommendation(
            "Make rows of the topics that are thin or missing: this writes a recipe, and rowsmith run gaps.yaml --set model=provider/name makes them",
            lacking, command,
        )  # fmt: skip
    elif part.name == "bias":
        what = "Give groups the same share: sample by the column that names them"
        command = f"balance {name} --by COLUMN" if at.version is not None else f"import {name} --into NAME && rowsmith balance NAME --by COLUMN"
        yield Recommendation(what, part.rows, f"rowsmith {command}")
    elif part.flagged:
        what, options = _DO.get(part.name, ("Remove the rows that the check flags", f"--remove {part.name}"))
        for placeholder, value in given.items():
            options = options.replace(placeholder, quote(value))
        yield Recommendation(what, part.flagged, f"rowsmith quality {name} {options}{into}")
