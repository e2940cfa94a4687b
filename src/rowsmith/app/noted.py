"""Samples and notes on them, from the rows of a dataset, their reviews, and a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.ids import canonical, digest
from rowsmith.core.row import Row
from rowsmith.core.samples import Note, Sample, Verdict, edited
from rowsmith.core.themes import Proposed
from rowsmith.engine.note_files import FiledNote, NoteFile
from rowsmith.engine.note_files import read as read_file

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

_VERDICTS: dict[str, Verdict] = {"accept": "good", "reject": "bad", "": ""}


@dataclass(slots=True)
class Noted:
    """Samples, those that somebody noted something on first; the notes; themes that somebody grouped; and how many reviews were of what rows say no
    more. `rows`: how many rows the dataset has. `newest_at`: when the newest review was made; None where notes are from elsewhere, too."""

    samples: list[Sample] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    themes: list[Proposed] = field(default_factory=list)
    outdated: int = 0
    rows: int = 0
    newest_at: float | None = None

    @property
    def noted(self) -> list[str]:
        """The samples that notes are on, or that somebody edited."""
        on = {note.sample for note in self.notes}
        return [sample.id for sample in self.samples if sample.id in on or sample.edited]


def noted(lab: Lab, project: str, rows: str, file: str | Path | None, answer: str, limit: int, seed: int) -> Noted:
    """What was noted.

    Args:
        rows: a dataset (`name@version`, `run:r12`), whose reviews are notes; empty for none.
        file: a YAML file of notes (engine.note_files).
        answer: the column that holds what came of the prompt; the others are its input.
        limit: most samples, noted ones aside; `seed` chooses others.

    Raises:
        NotFound: there is no such dataset, file or row. Invalid: the file cannot be used, or a row is named in it that stands for several.
    """
    filed = read_file(Path(file)) if file else NoteFile()
    found = Noted(themes=[theme.proposed() for theme in filed.themes])
    known: dict[str, Sample] = {}
    if rows:
        known = _of_dataset(lab, project, rows, filed.notes, answer, limit, seed, found)
    elif named := [note.row for note in filed.notes if note.row]:
        raise Invalid(f"The notes name the row {named[0]!r}, and no dataset is given.", "Name the dataset: --rows DATASET.")
    for note in filed.notes:
        sample = _sample_of(note, known, rows)
        if note.edit:
            sample = edited(sample, {**(sample.output or {}), **note.edit})
        known[sample.id] = sample
        if note.note.strip() or note.verdict:
            found.notes.append(Note(sample=sample.id, text=note.note, verdict=note.verdict))
    on = {note.sample for note in found.notes}
    every = list(known.values())
    found.samples = [one for one in every if one.id in on or one.edited] + [one for one in every if one.id not in on and not one.edited]
    return found


def _of_dataset(lab: Lab, project: str, rows: str, filed: Sequence[FiledNote], answer: str, limit: int, seed: int, found: Noted) -> dict[str, Sample]:
    """The rows that notes are on, and others up to the limit; the notes that reviews make are added to `found`."""
    from rowsmith.app.datasets import Datasets
    from rowsmith.app.edits import Edits
    from rowsmith.app.reviews import Reviews

    datasets, of_run = Datasets(lab, project), rows.startswith("run:")
    every = [] if of_run else Reviews(lab, project).list(rows)
    reviews = [each.review for each in reversed(every) if each.current]
    by_hand = {review.row for review in reviews if review.fields} | ({edit.id for edit in Edits(lab, project).list(rows)} if _branch(rows) else set())
    found.outdated = len(every) - len(reviews)
    beginnings = tuple({note.row.lower() for note in filed if note.row})
    wanted = {review.row for review in reviews} | by_hand
    known: dict[str, Sample] = {}
    for row in datasets.rows(rows):
        found.rows += 1
        if row.id in wanted or (beginnings and row.id.startswith(beginnings)):
            known[row.id] = _sample(row, answer, row.id in by_hand)
    more = [row for row in datasets.rows(rows, sample=limit, seed=seed) if row.id not in known]
    known.update({row.id: _sample(row, answer, False) for row in more[: max(0, limit - len(known))]})
    for review in reviews:
        words, verdict = review.note or review.label or "", _VERDICTS[review.verdict]
        if review.row in known and (words.strip() or verdict):
            found.notes.append(Note(sample=review.row, text=words, verdict=verdict))
    if reviews and not filed:
        found.newest_at = max(review.created_at for review in reviews)
    return known


def _branch(rows: str) -> bool:
    """Whether edits that are not committed lie over the rows: those of a branch, not of a version."""
    return not rows.startswith("run:") and "@" not in rows


def _sample(row: Row, answer: str, by_hand: bool) -> Sample:
    said = {name: value for name, value in row.data.items() if name != answer}
    output = {answer: row.data[answer]} if row.data.get(answer) is not None else None
    parents = row.origin.get("parents") or ()
    return Sample(id=row.id, input=said, output=output, edited=by_hand and output is not None, parent=str(parents[0]) if parents else "")


def _sample_of(note: FiledNote, known: Mapping[str, Sample], rows: str) -> Sample:
    """The sample that a note of the file is on."""
    if note.input is not None:
        name = digest(canonical({"input": note.input, "output": note.output})).hex()
        return known.get(name) or Sample(id=name, input=note.input, output=note.output)
    meant = [name for name in known if name.startswith(note.row.lower())]
    if not meant:
        raise NotFound(f"There is no row {note.row!r} in {rows}.", "Give the beginning of an id, as rowsmith rows --json shows it.")
    if len(meant) > 1:
        raise Invalid(f"{note.row!r} is the beginning of {len(meant)} rows of {rows}.", "Give more of the id.")
    return known[meant[0]]
