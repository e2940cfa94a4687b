"""Options that several commands share, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rowsmith.core.errors import Invalid

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab
    from rowsmith.app.projects import Project

Home = Annotated[str, typer.Option("--home", envvar="ROWSMITH_HOME", help="Folder of everything Rowsmith keeps, or a postgresql:// URL.")]
InProject = Annotated[str, typer.Option("--project", envvar="ROWSMITH_PROJECT", help="Project.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Value of a recipe's parameter; may be repeated.")]

HOME = ".rowsmith"
PROJECT = "default"


def lab(home: str) -> Lab:
    """The Lab at a home."""
    from rowsmith.app.lab import Lab

    return Lab(home)


def project(home: str, name: str) -> Project:
    """A project of a home."""
    return lab(home).project(name)


def values(sets: list[str] | None) -> dict[str, str]:
    """What `--set name=value` says.

    Raises:
        Invalid: one has no `=`.
    """
    out = {}
    for item in sets or []:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise Invalid(f"--set {item!r} gives no value.", "Write --set NAME=VALUE.")
        out[name.strip()] = value
    return out
