"""What rows hold, counted so that a row can be taken out again: sums and histograms, no means or extremes.

So the statistics of a version are those of its parent, less the rows that went, with the rows that came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rowsmith.core.row import Json
from rowsmith.core.shapes import OTHER, fit, texts
from rowsmith.core.tokens import count_tokens

METHOD = 1
"""Grows when the same rows would be counted otherwise: what was counted by another method is counted anew."""
VOCABULARY = "gpt-4o"
"""Whose tokens are counted."""
_KINDS = {str: "text", bool: "true/false", int: "number", float: "number", list: "list", dict: "mapping", type(None): "null"}
_LONGEST_NAME = 40

Guess = Callable[[str], str]
"""The language of a text."""


def edge(n: int) -> int:
    """The lower edge of the bin that a length falls into: 0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32 ..."""
    if n < 2:
        return n
    power = 1 << (n.bit_length() - 1)
    return power if n < power + power // 2 or power == 1 else power + power // 2


def above(bin_: int) -> int:
    """The lower edge of the next bin."""
    return bin_ + 1 if bin_ < 4 else bin_ * 3 // 2 if bin_ & (bin_ - 1) == 0 else bin_ * 4 // 3


@dataclass(slots=True)
class Lengths:
    """Lengths of many texts: their sum, and how many there are in each bin, by its lower edge."""

    total: int = 0
    bins: Counter[int] = field(default_factory=Counter)

    def add(self, n: int, times: int = 1) -> None:
        """Count a length in, or (`times` -1) out."""
        self.total += n * times
        _count(self.bins, edge(n), times)

    def share(self, part: float) -> int | None:
        """The lower edge of the bin below whose upper edge this share of them lies (0.5: the bin of the median); None of none."""
        left = part * self.bins.total()
        for lower in sorted(self.bins):
            left -= self.bins[lower]
            if left <= 0:
                return lower
        return None

    def dump(self) -> dict[str, Any]:
        """As plain data: the mean beside what it is made of."""
        count = self.bins.total()
        middle = {"median": _span(self.share(0.5)), "p95": _span(self.share(0.95))}
        told = [{"from": lower, "below": above(lower), "count": n} for lower, n in sorted(self.bins.items())]
        return {"total": self.total, "mean": self.total / count if count else None, **middle, "histogram": told}


@dataclass(slots=True)
class Column:
    """One column: rows in which it says something, rows by type, and the tokens of its texts."""

    filled: int = 0
    types: Counter[str] = field(default_factory=Counter)
    tokens: Lengths = field(default_factory=Lengths)


@dataclass(slots=True)
class Statistics:
    """What the rows of a version hold. `bytes` are those of their canonical data, `turns` the messages of a row, `shapes` the rows that fit
    each canonical shape, `unfit` those that have its columns and do not, by why. `duplicates` are rows whose data an earlier row has,
    exactly; None: not counted yet."""

    rows: int = 0
    bytes: int = 0
    tokens: Lengths = field(default_factory=Lengths)
    languages: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    turns: Counter[int] = field(default_factory=Counter)
    columns: dict[str, Column] = field(default_factory=dict)
    shapes: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)
    duplicates: int | None = None

    def add(self, data: Mapping[str, Json], size: int, guess: Guess, times: int = 1) -> None:
        """Count a row in, or (`times` -1) out. `size`: the bytes of its canonical data."""
        self.rows += times
        self.bytes += size * times
        said, tokens = [], 0
        for name, value in data.items():
            found = texts(value)
            said += found
            tokens += self._column(name, value, found, times)
        self.tokens.add(tokens, times)
        _count(self.languages, guess("\n".join(said)), times)
        shape, problem = fit(data)
        _count(self.unfit if problem else self.shapes, f"{shape}: {problem}" if problem else shape, times)
        if isinstance(messages := data.get("messages"), list):
            self._messages(messages, times)

    def _column(self, name: str, value: Json, found: list[str], times: int) -> int:
        column = self.columns.setdefault(name, Column())
        column.filled += times * (value not in (None, "", [], {}))
        _count(column.types, _KINDS.get(type(value), "other"), times)
        tokens = sum(count_tokens(VOCABULARY, text) for text in found)
        column.tokens.add(tokens, times)
        if not column.types:
            del self.columns[name]
        return tokens

    def _messages(self, messages: list[Any], times: int) -> None:
        _count(self.turns, len(messages), times)
        for message in messages:
            role = message.get("role") if isinstance(message, dict) else None
            _count(self.roles, role[:_LONGEST_NAME] if isinstance(role, str) and role else "none", times)

    @property
    def shape(self) -> tuple[str, int]:
        """The shape that most rows fit, and how many rows do not fit it."""
        known = [(n, name) for name, n in self.shapes.items() if name != OTHER]
        count, name = max(known, default=(0, OTHER))
        return name, self.rows - count

    def kept(self) -> dict[str, Any]:
        """As it is stored."""
        columns = {name: [c.filled, dict(c.types), _kept(c.tokens)] for name, c in self.columns.items()}
        counters = {name: {str(key): n for key, n in getattr(self, name).items()} for name in _COUNTERS}
        return {
            "method": METHOD, "rows": self.rows, "bytes": self.bytes, "tokens": _kept(self.tokens), "columns": columns,
            "duplicates": self.duplicates, **counters,
        }  # fmt: skip

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> Statistics | None:
        """What was stored; None when it was counted by another method."""
        if kept["method"] != METHOD:
            return None
        columns = {name: Column(filled, Counter(types), _loaded(tokens)) for name, (filled, types, tokens) in kept["columns"].items()}
        counters = {name: Counter(kept[name]) for name in _COUNTERS if name != "turns"}
        turns = Counter({int(key): n for key, n in kept["turns"].items()})
        return cls(kept["rows"], kept["bytes"], _loaded(kept["tokens"]), **counters, turns=turns, columns=columns, duplicates=kept["duplicates"])

    def dump(self) -> dict[str, Any]:
        """As plain data, for people: shares and means beside what they are made of."""
        shape, unfit = self.shape
        columns = [
            {"name": name, "filled": column.filled / self.rows, "types": _most(column.types), "tokens": column.tokens.dump()}
            for name, column in sorted(self.columns.items())
        ]
        return {
            "rows": self.rows, "bytes": self.bytes, "tokens": self.tokens.dump(), "columns": columns, "languages": _most(self.languages),
            "roles": _most(self.roles), "turns": {str(n): count for n, count in sorted(self.turns.items())}, "duplicates": self.duplicates,
            "shape": shape, "unfit": unfit, "shapes": _most(self.shapes), "problems": _most(self.unfit),
        }  # fmt: skip

    def brief(self) -> dict[str, Any]:
        """The few figures by which two versions are compared."""
        mean = self.tokens.total / self.rows if self.rows else None
        filled = {name: column.filled / self.rows for name, column in sorted(self.columns.items())}
        shape, unfit = self.shape
        facts = {"rows": self.rows, "bytes": self.bytes, "tokens": self.tokens.total, "tokens_mean": mean, "languages": _most(self.languages)}
        return {**facts, "filled": filled, "duplicates": self.duplicates, "shape": shape, "unfit": unfit}


_COUNTERS = ("languages", "roles", "turns", "shapes", "unfit")


def counted(rows: Iterable[tuple[Mapping[str, Json], int]], guess: Guess) -> Statistics:
    """The statistics of rows, each with the bytes of its canonical data. Duplicates are counted apart."""
    found = Statistics()
    for data, size in rows:
        found.add(data, size, guess)
    return found


def _count(counter: Counter[Any], key: Any, times: int) -> None:
    counter[key] += times
    if not counter[key]:
        del counter[key]


def _kept(lengths: Lengths) -> list[Any]:
    return [lengths.total, {str(lower): n for lower, n in lengths.bins.items()}]


def _loaded(kept: list[Any]) -> Lengths:
    return Lengths(kept[0], Counter({int(lower): n for lower, n in kept[1].items()}))


def _span(lower: int | None) -> list[int] | None:
    return None if lower is None else [lower, above(lower) - 1]


def _most(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
