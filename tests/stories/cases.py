"""What a table of options is made of: cases of two settings that must give two results, and the row that they work on by default."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Plain = dict[str, Any]

PROSE = (
    "Tea is a drink made from leaves. It is drunk in Assam because the climate is warm. "
    "The harvest begins in March 1998. A bush yields 12 kg of leaves each year.\n\n"
    "Coffee is a drink made from beans. To roast coffee, heat the beans for ten minutes. Peru exports 40 tons of beans.\n"
)
DOCUMENT = {"text": PROSE, "other": "Something else is a thing that stands here.", "title": "Drinks", "n": 3}


@dataclass(frozen=True)
class Case:
    """Two settings of a step that must give two results. `rows` are what it works on, `answer` what a model says, `origin` that of each row."""

    one: Plain
    two: Plain
    rows: tuple[Plain, ...] = (DOCUMENT,)
    answer: Any = None
    origin: Plain = field(default_factory=dict)


def to(setting: str, one: Any, two: Any, rows: tuple[Plain, ...] = (DOCUMENT,), answer: Any = None, **both: Any) -> Case:
    """A case in which one setting has two values; ... stands for its default."""
    return Case(*({**both, **({} if value is ... else {setting: value})} for value in (one, two)), rows, answer)
