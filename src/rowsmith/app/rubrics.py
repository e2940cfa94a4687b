"""Rubrics: those that can be named, and what may be said of one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowsmith.core.rubric import Rubric
from rowsmith.engine.rubric_files import named, rubric


@dataclass(frozen=True, slots=True)
class Found:
    """A rubric: where it stands (a file here, or it ships), why nobody can be judged by it, and what makes it weak."""

    name: str
    place: str
    rubric: Rubric

    @property
    def problems(self) -> tuple[str, ...]:
        """Why it cannot be used."""
        return tuple(self.rubric.problems())

    @property
    def lint(self) -> tuple[str, ...]:
        """What makes judges by it less sure than they could be."""
        return tuple(self.rubric.lint())

    @property
    def row(self) -> tuple[str, ...]:
        """As a row of a table."""
        return self.name, ", ".join(self.rubric.criteria), "{} to {}".format(*self.rubric.scale), self.place, self.rubric.about

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        told = {"name": self.name, "place": self.place, **self.rubric.model_dump(mode="json")}
        return {**told, "problems": list(self.problems), "lint": list(self.lint)}


def listing(base: Path) -> list[Found]:
    """The rubrics that a recipe in this folder can name, sorted.

    Raises:
        Invalid: one of the folder's own is no rubric.
    """
    return [find(name, base) for name in named(base)]


def find(spoken: str, base: Path) -> Found:
    """A rubric by its name, or by its file.

    Raises:
        NotFound: there is none. Invalid: it is no rubric.
    """
    file = spoken.endswith((".yaml", ".yml"))
    own = named(base).get(spoken)
    place = spoken if file else "ships" if own is None else str(own)
    return Found(spoken, place, Rubric.model_validate(rubric({"file": spoken} if file else spoken, base)))
