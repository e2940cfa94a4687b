"""Figures of the whole dataset in the quality report, such as diversity and bias: plain data of any form, as lists, tables and plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rowsmith.app.quality_report_plots import Histogram, histogram
from rowsmith.app.quality_report_words import figure, line, number, text, words

_MOST, _COLUMNS, _DEEP = 40, 8, 3


@dataclass(slots=True)
class Block:
    """What there is under one heading: single figures, sentences, tables, plots, and blocks below it. `more` says what is left out."""

    name: str
    figures: list[tuple[str, str]] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    plots: list[Histogram] = field(default_factory=list)
    below: list[Block] = field(default_factory=list)
    more: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under heads, with a name."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    more: str


def block(name: str, found: Mapping[str, Any], rows: int, deep: int = 0) -> Block:
    """Plain data as a block: numbers and texts are figures, lists of texts sentences, lists of mappings tables, what has bins plots."""
    made = Block(words(name))
    for key, value in list(found.items())[:_MOST]:
        _put(made, str(key), value, rows, deep)
    if len(found) > _MOST:
        made.more = f"and {len(found) - _MOST:,} more figures, which --json has"
    return made


def _put(made: Block, key: str, value: Any, rows: int, deep: int) -> None:
    if isinstance(value, Mapping):
        if "bins" in value:
            made.plots.append(histogram(words(key), value, rows))
        elif (said := _interval(value)) is not None:
            made.figures.append((words(key), said))
        elif value and deep < _DEEP:
            _nested(made, key, value, rows, deep)
    elif _pair(value):
        made.figures.append((words(key), f"{number(value[0])} to {number(value[1])}"))
    elif isinstance(value, list | tuple):
        _listed(made, key, value)
    else:
        made.figures.append((words(key), _said(value)))


def _nested(made: Block, key: str, value: Mapping[str, Any], rows: int, deep: int) -> None:
    """Mappings of one form below each other are a table."""
    inner = list(value.values())
    plain = all(isinstance(one, Mapping) and all(_cell(v) for v in one.values()) for one in inner)
    if plain and len(inner) > 1:
        made.tables.append(_table(key, [{"": words(name), **one} for name, one in value.items()]))
    else:
        made.below.append(block(key, value, rows, deep + 1))


def _cell(value: Any) -> bool:
    """Whether a value fits into a cell of a table."""
    return not isinstance(value, Mapping | list | tuple) or _pair(value) or (isinstance(value, Mapping) and _interval(value) is not None)


def _listed(made: Block, key: str, value: Sequence[Any]) -> None:
    if value and all(isinstance(one, Mapping) for one in value):
        made.tables.append(_table(key, value))
    elif key in ("findings", "notes", "warnings"):
        made.sentences += [text(one) for one in value[:_MOST]]
    elif value:
        shown = ", ".join(_said(one) for one in value[:12])
        made.figures.append((words(key), f"{shown} and {len(value) - 12:,} more" if len(value) > 12 else shown))


def _table(name: str, found: Sequence[Mapping[str, Any]]) -> Table:
    keys = list(dict.fromkeys(str(key) for one in found[:_MOST] for key in one))[:_COLUMNS]
    rows = [[_said(one.get(key, "")) for key in keys] for one in found[:_MOST]]
    return Table(words(name), [words(key) for key in keys], rows, f"and {len(found) - _MOST:,} more" if len(found) > _MOST else "")


def _interval(value: Mapping[str, Any]) -> str | None:
    """A figure with its interval in one line, where a mapping is one."""
    low, high = figure(value.get("low")), figure(value.get("high"))
    middle = next((value[key] for key in ("value", "mean", "estimate", "share", "rate", "difference") if figure(value.get(key)) is not None), None)
    if low is None or high is None or middle is None or len(value) > 5:
        return None
    return f"{number(middle)} ({number(low)} to {number(high)})"


def _pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(figure(one) is not None for one in value)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "not measured"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, Mapping):
        return _interval(value) or text(", ".join(f"{words(key)} {_said(one)}" for key, one in list(value.items())[:8]))
    if isinstance(value, list | tuple):
        return f"{number(value[0])} to {number(value[1])}" if _pair(value) else line(", ".join(_said(one) for one in value[:8]))
    return text(value)
