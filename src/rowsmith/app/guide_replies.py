"""Replies: what is typed at the prompt, and what a file of replies holds. A text says something; at the samples it may be an order (edit, keep, drop,
note, again). A mapping is the same order in data, byte for byte.

    name: support
    model: openai/gpt-4o-mini
    rows: 50
    items: {role_persona: A patient support agent}
    replies:
      - Answer complaints about bills
      - looks good
      - {edit: 2, answer: "..."}
      - {again: [3]}
      - continue
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt, ValidationError, model_validator

from rowsmith.app.guide import Guide
from rowsmith.app.guide_refining import INPUTS
from rowsmith.core.errors import Conflict, Invalid, NotFound, Problem
from rowsmith.engine.explain import explain, shown
from rowsmith.engine.text_file import read_text
from rowsmith.engine.yaml_text import parse

_EDIT = re.compile(r"^edit\s+(\d+)\s+(input|answer)\s*:?[ \t]*\n?(.+)$", re.IGNORECASE | re.DOTALL)
_NUMBERS = re.compile(r"^(keep|drop|again|regenerate)((?:[\s,]+\d+)*|\s+all)$", re.IGNORECASE)
_REFINE = re.compile(r"^refine(?:\s+(\d+))?$", re.IGNORECASE)
_NOTE = re.compile(r"^note\s+(?:(\d+)\s*:?\s+)?(\S.*)$", re.IGNORECASE | re.DOTALL)
Number = Annotated[int, Field(ge=1)]


class Act(BaseModel):
    """One order in data. It has one of items, edit, keep, drop, note and again."""

    model_config = ConfigDict(extra="forbid")

    items: dict[str, str | None] | None = Field(None, description="Items of the checklist by name; null opens one again.")
    edit: Number | None = Field(None, description="The sample to change by hand, with `input` or `answer` or both.")
    input: str | None = Field(None, description="With edit: its input, byte for byte.")
    answer: str | None = Field(None, description="With edit: its answer, byte for byte.")
    keep: list[Number] | None = Field(None, description="Samples to keep as they are.")
    drop: list[Number] | None = Field(None, description="Samples not to keep after all.")
    note: str | None = Field(None, description="What is wrong, with `sample` of one, else of all.")
    sample: Number | None = Field(None, description="With note: the sample.")
    again: list[Number] | Literal["all"] | None = Field(None, description="Samples to have made again, or all.")
    refine: Number | None = Field(None, description="Change the prompt by the notes, and try it on so many rows beside the prompt as it is.")
    accept: Literal["anyway"] | None = Field(None, description="anyway: take the change that the re-test did not accept.")

    @model_validator(mode="after")
    def _one(self) -> Act:
        given = [name for name in ("items", "edit", "keep", "drop", "note", "again", "refine", "accept") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"it has {' and '.join(given) or 'no order'}; give one of items, edit, keep, drop, note, again, refine, accept")
        if (self.edit is None) != (self.input is None and self.answer is None):
            raise ValueError("edit goes with input or answer")
        if self.sample is not None and self.note is None:
            raise ValueError("sample goes with note")
        return self


class Replies(BaseModel):
    """A file of replies. Options of the command line go before what it says."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", description="Of the session and the dataset.")
    prompt: str | None = Field(None, description="An existing prompt: a file, from the replies' folder, or a prompt of the project.")
    brief: str | None = Field(None, description="A brief, from the replies' folder.")
    model: str | None = Field(None, description="provider/name.")
    base_url: str | None = Field(None, description="Address of the model's server.")
    rows: PositiveInt | None = Field(None, description="Rows of the dataset.")
    format: Literal["jsonl", "csv"] | None = Field(None, description="jsonl or csv.")
    output: str | None = Field(None, description="Path of the file with the rows.")
    budget: NonNegativeFloat | None = Field(None, description="Most that the whole session may cost, in US dollars.")
    items: dict[str, str | None] = Field(default_factory=dict, description="Items of the checklist by name, said before all replies.")
    replies: list[str | Act] = Field(default_factory=list, description="What is said, in order: a text, or an order in data.")

    @property
    def settings(self) -> dict[str, Any]:
        """As `Guides.begin` takes them, those that are given."""
        said = {**self.model_dump(exclude_unset=True, exclude={"items", "replies", "budget"}), "budget_usd": self.budget}
        return {name: value for name, value in said.items() if value is not None}

    @property
    def said(self) -> list[str | Act]:
        """All replies, the items first."""
        return [*([Act(items=self.items)] if self.items else []), *self.replies]


def load(path: Path) -> Replies:
    """The replies in a file.

    Raises:
        NotFound: there is no such file. Invalid: it cannot be read, with every problem, its line and fix.
    """
    data, lines, problems = parse(read_text(path, "file of replies", "Give the path of a YAML file: docs/guide.md."), str(path))
    if not isinstance(data, dict):
        raise _invalid([lines.problem((), f"It holds {shown(data)[:40]}, no replies.", "Begin with 'replies:' and a list. See docs/guide.md.")])
    try:
        found = Replies.model_validate(data)
    except ValidationError as error:
        raise _invalid([*problems, *explain(error, Replies, data, (), "the replies", lines)]) from None
    if problems:
        raise _invalid(problems)
    beside = {name: str(path.parent / said) for name in ("prompt", "brief") if (said := getattr(found, name)) and (path.parent / said).is_file()}
    return found.model_copy(update=beside)


def _invalid(problems: list[Problem]) -> Invalid:
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return Invalid(f"The file of replies has {count}.", "Nothing was said. Its form: docs/guide.md.", problems)


def reply(guide: Guide, said: str | Act | Mapping[str, Any], **watched: Any) -> None:
    """Say or do one thing, and what is to be done then without anything being said (`Guide.go_on`).

    Raises:
        Invalid, NotFound, Conflict: it cannot be said or done now. Unavailable: as of `Guide.go_on`.
    """
    act = said if isinstance(said, Act) else order(said) if isinstance(said, str) and guide.phase == "samples" else None
    if isinstance(said, Mapping):
        act = Act.model_validate(said)
    if act is None:
        guide.say(str(said))
    else:
        _do(guide, act, **watched)
    guide.go_on(**watched)


def order(text: str) -> Act | None:
    """The order that a text gives at the samples; None where it is none."""
    said = text.strip("\n")
    if found := _EDIT.match(said.lstrip()):
        return Act.model_validate({"edit": int(found[1]), found[2].lower(): found[3]})
    if found := _NUMBERS.match(said.strip()):
        numbers, verb = [int(number) for number in re.findall(r"\d+", found[2])], found[1].lower().replace("regenerate", "again")
        if verb == "again":
            return Act(again=numbers or "all")
        return Act.model_validate({verb: numbers}) if numbers else None
    if found := _REFINE.match(said.strip()):
        return Act(refine=int(found[1] or INPUTS))
    if re.fullmatch(r"(accept|take it|overrule)\s*(anyway)?", said.strip(), re.IGNORECASE) and said.strip().lower() != "accept":
        return Act(accept="anyway")
    if found := _NOTE.match(said.strip()):
        return Act(note=found[2], sample=int(found[1]) if found[1] else None)
    return None


def _do(guide: Guide, act: Act, **watched: Any) -> None:
    if act.items is not None:
        guide.set(act.items)
    elif act.edit is not None:
        guide.edit(act.edit, input=act.input, answer=act.answer)
    elif act.keep is not None or act.drop is not None:
        guide.pin(*(act.keep or act.drop or ()), pinned=act.keep is not None)
    elif act.note is not None:
        guide.note(act.note, act.sample)
    elif act.again is not None:
        guide.refuse(*(() if act.again == "all" else act.again))
    elif act.refine is not None:
        guide.refine(act.refine, **watched)
    else:
        guide.overrule()


def unattended(guide: Guide, replies: Replies, **watched: Any) -> None:
    """Say all replies of a file that were not taken yet, one turn each; a talk that was broken off goes on where it stood.

    Raises:
        Invalid: one cannot be said, which is named; or they end before the dataset is made.
    """
    guide.go_on(**watched)
    every = replies.said
    for number in range(guide.state.taken, len(every)):
        if guide.phase == "done" or (guide.phase == "sampling" and guide.state.model is None):
            left = len(every) - number
            raise Invalid(f"{left} of the {len(every)} replies are left over: the session is at {guide.phase}.", "Take them out.")
        guide.taking()
        try:
            reply(guide, every[number], **watched)
        except (Invalid, NotFound) as error:
            raise type(error)(f"Reply {number + 1}: {error.what}", error.fix) from None
    if guide.phase in ("checklist", "summary", "samples"):
        raise Ended(guide)


class Ended(Conflict):
    """The replies end before the dataset is made. `more` is the talk as it stands."""

    def __init__(self, guide: Guide) -> None:
        asked = f"{guide.question} ({', '.join(guide.state.told)})" if guide.state.told else guide.question
        super().__init__(f"The replies end at: {asked}", f"Add what is missing, or go on by hand: rowsmith guide {guide.name}.")
        self.more = guide.dump()
