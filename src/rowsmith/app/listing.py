"""The formats, and what each can carry: it writes a sample of each kind of row, and reads it again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from inspect import cleandoc
from sys import modules
from typing import Any

from rowsmith import registry
from rowsmith.formats import carried


@dataclass(frozen=True, slots=True)
class FormatFacts:
    """A format: what it is, the columns that it needs (one of these sets; none: any), what it never holds, whether it is read, too, and of each
    kind of row whether it carries it `whole`, in `part`, or not at all (`no`). `consumer`: who usually reads it (none: nobody in particular)."""

    name: str
    title: str
    extension: str
    needs: list[list[str]]
    drops: list[str]
    reads: bool
    carries: dict[str, str]
    origin: str
    consumer: str

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def list_formats() -> list[FormatFacts]:
    """Every format that is built in or installed, by name."""
    return [_facts(name, registry.format(name), found.origin) for name, found in registry.formats().items()]


def _facts(name: str, format: Any, origin: str) -> FormatFacts:
    title = cleandoc(modules[type(format).__module__].__doc__ or "").split("\n\n")[0].replace("\n", " ")
    needs = [list(columns) for columns in format.needs]
    return FormatFacts(name, title, format.extension, needs, list(format.drops), format.reads, carried(format), origin, format.consumer)
