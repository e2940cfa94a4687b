"""What a rule is: a pattern in records that a consumer loses, alters or stops at, with its code, what it means and the fix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from rowsmith.core.own_tokens import Tokens
from rowsmith.core.records import Contents

Effect = Literal["lost", "altered", "stops", "noted"]
"""What becomes of the row: the consumer passes over it; reads it as something else; ends with an error, so that nothing is kept; or it is kept,
and whoever loads it has to know something."""
FAILING = ("lost", "altered", "stops")
Record = Mapping[str, Any]


@dataclass
class Setting:
    """What rules know beside the records. `max_length` is in tokens; `contents` is filled before the first record; `info` is the entry of a
    `dataset_info.json` that lies beside the file."""

    name: str = ""
    tokens: Tokens | None = None
    max_length: int | None = None
    contents: Contents = field(default_factory=Contents)
    info: Mapping[str, Any] | None = None


class Watch:
    """A rule at work on one file, with what it has to remember of it. `forgetful`: it looks at each record alone, and remembers nothing."""

    forgetful: ClassVar[bool] = False

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def row(self, record: Record, line: int) -> str | None:
        """What is found in a record, in words; None: nothing. `line` counts from 1."""
        return None

    def end(self) -> tuple[int, str] | None:
        """What only the whole file shows: in how many rows, and what."""
        return None


class Counting(Watch):
    """One that counts the records, and finds something in the whole file alone."""

    count = 0

    def row(self, record: Record, line: int) -> str | None:
        """Nothing is found in a record."""
        self.count += 1
        return None


@dataclass(frozen=True)
class Rule:
    """`code` is L01 to L45 of the catalogue of silent losses, or a word for what is not silent. `tokens`: it needs the consumer's tokenizer.
    `keys`: it finds something only in records that have one of these; none: in any."""

    code: str
    effect: Effect
    what: str
    fix: str
    watch: Callable[[Setting], Watch]
    tokens: bool = False
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Consumer:
    """Who reads records. `max_length`: the tokens that it takes of a row where nobody says otherwise."""

    name: str
    title: str
    rules: tuple[Rule, ...]
    max_length: int | None = None


def each(found: Callable[[Record], str | None]) -> Callable[[Setting], Watch]:
    """A watch that looks at each record alone."""

    class Each(Watch):
        forgetful = True

        def row(self, record: Record, line: int) -> str | None:
            return found(record)

    return Each


def shape(title: str, *ways: tuple[str, ...]) -> Rule:
    """The rule that a record has to have one of these sets of keys, each with a value."""
    told = " or ".join(" + ".join(keys) for keys in ways)

    def found(record: Record) -> str | None:
        for keys in ways:
            for key in keys:
                if record.get(key) is None:
                    break
            else:
                return None
        return f"It has {', '.join(record) or 'nothing'}, not {told}."

    return Rule("shape", "stops", f"{title} reads {told}; a record without ends its loading with an error.", "Export it in that shape.", each(found))


def turns(record: Record, *keys: str) -> list[dict[str, Any]]:
    """The messages under these keys, one after the other; what is no mapping is left out."""
    found: list[dict[str, Any]] = []
    for key in keys or ("messages",):
        if isinstance(value := record.get(key), list):
            found += [turn for turn in value if isinstance(turn, dict)]
    return found


def shared(one: list[int], other: list[int]) -> int:
    """How many tokens two sequences begin with in common."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count
