"""Options that several commands share, and how they are read."""

from __future__ import annotations

import os
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.core.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rowsmith.app.keys import Keys
    from rowsmith.app.lab import Lab
    from rowsmith.app.projects import Project

Home = Annotated[str, typer.Option("--home", envvar="ROWSMITH_HOME", help="Folder of everything Rowsmith keeps, or a postgresql:// URL.")]
InProject = Annotated[str, typer.Option("--project", envvar="ROWSMITH_PROJECT", help="Project.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
Offline = Annotated[bool, typer.Option("--offline", help="Send nothing: stored answers alone; what is not stored fails as not_recorded. No key.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Value of a recipe's parameter; may be repeated.")]

HOME = ".rowsmith"
_AGE = r"(\d{1,6})([mhd])"
PROJECT = "default"
SplitBy = Annotated[
    str | None, typer.Option("--split-by", metavar="COL", help="Part the rows by this column's values: a folder, with files for each split.")
]
ShardRows = Annotated[int | None, typer.Option("--shard-rows", metavar="N", help="Write a folder of numbered files, each of N rows at most.")]
Suffix = Annotated[
    str | None, typer.Option("--suffix", metavar="SUFFIX", help="Container and packing of the files in a folder: .jsonl.gz, .parquet, .csv ...")
]
SpreadsheetSafe = Annotated[
    bool, typer.Option("--spreadsheet-safe", help="CSV and TSV: disarm text that a spreadsheet would take for a formula. Not reversible.")
]


def lab(home: str, *, make: bool = False) -> Lab:
    """The Lab at a home; with `make`, a new one where there is none.

    Raises:
        NotFound: there is none, so that a mistyped name is told and leaves no empty home behind.
    """
    from rowsmith.app.lab import Lab, is_home

    if not make and not is_home(home):
        raise NotFound(f"There is no home in {home}.", "Name the folder of one: --home DIR. A first rowsmith run makes one.")
    return Lab(home)


def project(home: str, name: str, *, make: bool = False) -> Project:
    """A project of a home; `make` as for lab."""
    return lab(home, make=make).project(name)


def keys(home: str) -> Keys:
    """The keys of a home, which is opened when it has to be asked; where there is none, those of the environment and the keyring."""
    from rowsmith.app.keys import Keys
    from rowsmith.app.lab import is_home

    return Keys(os.environ, cache(partial(lab, home)) if is_home(home) else None)


def one_of(given: Mapping[str, object]) -> str:
    """The option that is given, among those that exclude each other; empty where none is.

    Raises:
        Invalid: more than one is.
    """
    asked = [name for name, value in given.items() if value]
    if len(asked) > 1:
        raise Invalid(f"{' and '.join(asked)} cannot go together.", "Give one of them.")
    return "".join(asked)


def needs(what: str, given: Mapping[str, object], fix: str) -> None:
    """Options that mean nothing without `what` are refused, not passed over.

    Raises:
        Invalid: one of them is given.
    """
    for name, value in given.items():
        if value:
            raise Invalid(f"{name} needs {what}.", fix)


def values(sets: list[str] | None, option: str = "--set") -> dict[str, str]:
    """What `--set name=value` says, or another option that is given so.

    Raises:
        Invalid: one has no `=`.
    """
    out = {}
    for item in sets or []:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise Invalid(f"{option} {item!r} gives no value.", f"Write {option} NAME=VALUE.")
        out[name.strip()] = value
    return out


def moment(text: str) -> float:
    """Seconds since 1970 of a local time (`2026-01-31`, `2026-01-31T12:00`), or of so long ago (`90m`, `12h`, `7d`).

    Raises:
        Invalid: it is neither.
    """
    import re
    import time
    from datetime import datetime

    if re.fullmatch(_AGE, text):
        return time.time() - age(text)
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError):
        raise Invalid(f"{text!r} is no time.", "Write it like 2026-01-31, 2026-01-31T12:00, 90m, 12h or 7d.") from None


def age(text: str) -> float:
    """Seconds of a length of time: `90m`, `12h`, `7d`.

    Raises:
        Invalid: it is none.
    """
    import re

    found = re.fullmatch(_AGE, text)
    if found is None:
        raise Invalid(f"{text!r} is no length of time.", "Write it like 90m, 12h or 7d.")
    return int(found[1]) * {"m": 60, "h": 3600, "d": 86400}[found[2]]
