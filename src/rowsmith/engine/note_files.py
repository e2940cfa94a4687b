"""Notes on samples as a YAML file, and themes that somebody grouped by hand.

notes:
  - {row: 3f2a, note: too formal, verdict: bad}         a row of the dataset, by the beginning of its id
  - {row: 77c0, verdict: good}
  - {row: 90b1, edit: {answer: Hi Ada!}}                what it should say
  - {input: {q: Where is it?}, output: {answer: Dear Sir}, note: stiff}     a sample that is in no dataset
themes:                                                 without them a model groups the notes
  - name: formal
    notes: [too formal, stiff]                          words of the notes that belong to it
    where: starts_with(answer, 'Dear')                  an expression that is true where it shows
    question: Is the answer formal?                     or a question for a judge
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rowsmith.core.errors import Invalid, Problem
from rowsmith.core.samples import Verdict
from rowsmith.core.themes import Proposed
from rowsmith.engine.explain import explain
from rowsmith.engine.text_file import read_text
from rowsmith.engine.yaml_text import parse


class FiledNote(BaseModel):
    """One note: which sample it is of, and what it says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    row: str = Field("", description="The beginning of a row's id.")
    input: dict[str, Any] | None = Field(None, description="The sample itself: values of the prompt's variables.")
    output: dict[str, Any] | None = Field(None, description="The sample itself: what came of it, by column.")
    note: str = Field("", description="Free words.")
    verdict: Verdict = Field("", description="good, bad or nothing.")
    edit: dict[str, Any] | None = Field(None, description="Columns that should say something else, and what.")

    @model_validator(mode="after")
    def _whole(self) -> FiledNote:
        if bool(self.row) == (self.input is not None):
            raise ValueError("give either the row that it is of, or the sample's input")
        if self.output is not None and self.input is None:
            raise ValueError("an output needs the input that it came of")
        if not self.note.strip() and not self.verdict and not self.edit:
            raise ValueError("it says nothing; give a note, a verdict (good, bad) or an edit")
        return self


class FiledTheme(BaseModel):
    """A theme that somebody grouped by hand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80, description="A short name.")
    definition: str = Field("", description="What belongs to it, in a sentence.")
    notes: list[str] = Field(min_length=1, description="Words of the notes that belong to it.")
    where: str = Field("", description="An expression that is true where it shows.")
    question: str = Field("", description="A question for a judge, whose yes means that it shows.")

    def proposed(self) -> Proposed:
        """As a theme that is to be checked against the notes."""
        return Proposed(self.name, self.definition, [(None, words) for words in self.notes], self.where, self.question)


class NoteFile(BaseModel):
    """What a file of notes holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    notes: list[FiledNote] = Field(default_factory=list, description="The notes.")
    themes: list[FiledTheme] = Field(default_factory=list, description="Themes, where somebody grouped the notes.")


def read(path: Path) -> NoteFile:
    """The notes in a file.

    Raises:
        NotFound: there is no such file. Invalid: it cannot be read, with every problem, its line and fix.
    """
    data, lines, problems = parse(read_text(path, "file of notes", "Give the path of a YAML file: docs/refining.md."), str(path))
    if not isinstance(data, dict):
        raise _invalid([lines.problem((), "It holds no notes.", "Write 'notes:', and below it one note a line.")])
    try:
        found = NoteFile.model_validate(data)
    except ValidationError as error:
        raise _invalid([*problems, *explain(error, NoteFile, data, (), "the file", lines)]) from None
    if problems:
        raise _invalid(problems)
    return found


def _invalid(problems: list[Problem]) -> Invalid:
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return Invalid(f"The file of notes has {count}.", "Nothing was asked.", problems)
