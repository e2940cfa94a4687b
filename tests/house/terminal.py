"""The commands of the terminal and their options, and where texts speak of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

from rowsmith.cli.main import app

ROOT = Path(__file__).parents[2]


@cache
def commands() -> dict[str, frozenset[str]]:
    """Each command as typed (`project create`), with its options; "" is `rowsmith` itself."""
    every: Any = typer.main.get_command(app)
    found = {"": options(every)}
    for name, command in every.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {sub}": options(one) for sub, one in (inner or {}).items()}
        found |= {} if inner and not command.invoke_without_command else {name: options(command)}
    return found


def options(command: Any) -> frozenset[str]:
    names = {name for param in command.params for name in (*param.opts, *param.secondary_opts) if name.startswith("-")}
    return frozenset({*names, "--help"})


def spoken(text: str) -> Iterator[tuple[str, str]]:
    """Each `rowsmith ...` of a text's code: the command it names (an unknown word as it stands) and the rest of the line."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    for code in [*blocks, *inline]:
        for line in code.replace("\\\n", " ").splitlines():
            if found := re.match(r"\s*(?:\$ )?(?:\S*/bin/)?rowsmith(?:\s+(.*))?$", line):
                yield _named((found[1] or "").split("#")[0].split())


def _named(words: list[str]) -> tuple[str, str]:
    two, one = " ".join(words[:2]), words[0] if words else ""
    if one.startswith("-"):
        return "", " ".join(words)
    return (two, " ".join(words[2:])) if two in commands() else (one, " ".join(words[1:]))


def problems(text: str) -> list[str]:
    """Commands and options that the text speaks of and that do not exist."""
    out = []
    for command, rest in spoken(text):
        if command not in commands() and not re.fullmatch(r"[A-Z|\[].*|\.\.\.|project|plugins|\w+(\|\w+)+", command):
            out.append(f"rowsmith {command}")
        known = commands().get(command, frozenset())
        out += [f"rowsmith {command} {option}" for option in re.findall(r"(?<!\S)\[?(--[a-z-]+)", rest) if known and option not in known]
    return out
