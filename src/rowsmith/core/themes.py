"""Themes that notes come to, each with a detector that is checked against the very samples that carry the notes.

A detector is an expression (core.expressions) that is true where the theme shows, or a yes/no question for a judge. Source of checking what
people said against assertions: Shankar et al., "Who Validates the Validators?", arXiv 2404.12272.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse
from rowsmith.core.samples import Note, Sample

By = Literal["expression", "judge", "nothing"]
Fires = Mapping[str, bool | None]
"""Whether a detector fires, by sample; None where it cannot be told."""


class Quote(BaseModel):
    """A note that a theme rests on, in its own words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sample: str
    words: str


class Theme(BaseModel):
    """What several notes have in common: a failure that has a name, and how it is detected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80, description="A short name.")
    definition: str = Field("", description="What belongs to it, in a sentence.")
    quotes: tuple[Quote, ...] = Field((), description="The notes that it rests on.")
    where: str = Field("", description="An expression that is true where it shows; empty for none.")
    question: str = Field("", description="A question for a judge, whose yes means that it shows; empty for none.")

    @property
    def carriers(self) -> frozenset[str]:
        """The samples that its notes are of."""
        return frozenset(quote.sample for quote in self.quotes)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A theme as somebody proposes it: `notes` are (number of the note from 1, or None: any; words that stand in it)."""

    name: str
    definition: str
    notes: Sequence[tuple[int | None, str]]
    where: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Grouped:
    """Notes in themes. Each note with words is in one theme or more, or among `unassigned`. `invented` counts notes that were named and that
    nobody made; they are in no theme."""

    themes: tuple[Theme, ...]
    unassigned: tuple[Note, ...]
    invented: int = 0

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {"themes": [one.model_dump() for one in self.themes], "unassigned": [one.model_dump() for one in self.unassigned],
                "invented": self.invented}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """A theme, and what its detector does on the noted samples: `caught` carry the note and it fires, `missed` carry it and it does not, `false`
    are good and it fires; `silent` are good and it does not. `why` says why the expression is not what detects it (`by`)."""

    theme: Theme
    by: By
    caught: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    why: str = ""

    @property
    def weak(self) -> bool:
        """Whether it fails on a sample that tells, or on all: nothing that it should catch was there."""
        return bool(self.missed or self.false or not self.caught)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "theme": self.theme.model_dump(), "weak": self.weak}


def grouped(proposed: Iterable[Proposed], notes: Sequence[Note]) -> Grouped:
    """Notes in themes as somebody proposes it, with what rests on no note left out. Themes of one name are one: the first one's definition and
    detector hold."""
    themes: dict[str, Theme] = {}
    used: set[int] = set()
    invented = 0
    for one in proposed:
        found: list[int] = []
        for number, words in one.notes:
            places = _places(number, words, notes)
            invented += not places
            found += places
        name = " ".join(one.name.split())[:80]
        if not found or not name:
            continue
        used.update(found)
        before = next((theme for key, theme in themes.items() if key == name.casefold()), None)
        quotes = [Quote(sample=notes[place].sample, words=notes[place].text) for place in found]
        every = tuple(dict.fromkeys([*(before.quotes if before else ()), *quotes]))
        theme = before or Theme(name=name, definition=one.definition.strip(), where=one.where.strip(), question=one.question.strip())
        themes[name.casefold()] = theme.model_copy(update={"quotes": every})
    left = (note for place, note in enumerate(notes) if place not in used and note.text.strip())
    return Grouped(tuple(themes.values()), tuple(left), invented)


def _places(number: int | None, words: str, notes: Sequence[Note]) -> list[int]:
    """Which notes are meant: those that hold the words; spaces and letters' case are equal."""
    wanted = " ".join(words.split()).casefold()
    if not wanted:
        return []
    holds = [place for place, note in enumerate(notes) if wanted in " ".join(note.text.split()).casefold()]
    return holds if number is None else [place for place in holds if place == number - 1]


def telling(theme: Theme, notes: Sequence[Note], samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """The samples that tell whether a detector of the theme is right: those that carry it, and those that are good and do not. One that carries it
    and is good, or was edited since, tells nothing of the first."""
    good = {note.sample for note in notes if note.verdict == "good"} - {note.sample for note in notes if note.verdict == "bad"}
    there = [sample for sample in samples if sample.output is not None]
    carry = [sample for sample in there if sample.id in theme.carriers and sample.id not in good and not sample.edited]
    sound = [sample for sample in there if sample.id not in theme.carriers and (sample.id in good or sample.edited)]
    return carry, sound


def checked(theme: Theme, by: By, fires: Fires, notes: Sequence[Note], samples: Sequence[Sample], why: str = "") -> Checked:
    """What a detector that fires so comes to. What cannot be told counts as not fired."""
    carry, sound = telling(theme, notes, samples)

    def among(those: Sequence[Sample], fired: bool) -> tuple[str, ...]:
        return tuple(sample.id for sample in those if (fires.get(sample.id) is True) == fired)

    return Checked(theme, by, among(carry, True), among(carry, False), among(sound, True), among(sound, False), why)


def expression_problem(where: str, columns: Iterable[str]) -> str:
    """Why an expression cannot detect anything in rows with these columns, as a sentence; empty where it can."""
    try:
        found = parse(where)
    except Invalid as error:
        return str(error)
    known = set(columns)
    if strange := sorted(found.columns - known):
        return f"The expression {where!r} names {', '.join(strange)}, and the samples have {', '.join(sorted(known))}."
    return "" if found.columns else f"The expression {where!r} is the same for every sample."


def fires(where: str, said: Mapping[str, Any]) -> bool:
    """Whether the expression is true of what a sample says."""
    return parse(where).test(said) is True
