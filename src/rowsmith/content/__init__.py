"""What ships as data: prompts, one Markdown file each, and profiles of servers, one YAML file each. Any room may read it; it imports nothing
of ours but the errors."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from rowsmith.core.errors import NotFound, choose


@cache
def prompt(name: str) -> str:
    """The text of the prompt that ships as `content/prompts/<name>.md`, without the file's last newline.

    Raises:
        NotFound: there is none of that name.
    """
    found = _within("prompts", ".md")
    if name not in found:
        raise NotFound(f"No prompt that ships with Rowsmith is called {name!r}.", choose(name, list(found)))
    return str(found[name].read_text(encoding="utf-8")).removesuffix("\n")


@cache
def profile(name: str) -> str:
    """The YAML of the profile that ships as `content/profiles/<name>.yaml`.

    Raises:
        NotFound: there is none of that name.
    """
    found = _within("profiles", ".yaml")
    if name not in found:
        raise NotFound(f"No profile that ships with Rowsmith is called {name!r}.", choose(name, list(found)))
    return str(found[name].read_text(encoding="utf-8"))


def profiles() -> list[str]:
    """The names of the profiles that ship, sorted."""
    return sorted(_within("profiles", ".yaml"))


def _within(folder: str, ending: str) -> dict[str, Any]:
    items = files("rowsmith.content").joinpath(folder).iterdir()
    return {item.name.removesuffix(ending): item for item in items if item.name.endswith(ending)}
