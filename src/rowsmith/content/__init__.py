"""What ships as data: prompts, one Markdown file each, profiles of servers, one YAML file each, and how languages are told apart.
Any room may read it; it imports nothing of ours but the errors."""

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


@cache
def page(name: str) -> str:
    """The text of `content/pages/<name>.md`.

    Raises:
        NotFound: there is none of that name.
    """
    found = _within("pages", ".md")
    if name not in found:
        raise NotFound(f"No page that ships with Rowsmith is called {name!r}.", choose(name, list(found)))
    return str(found[name].read_text(encoding="utf-8"))


def languages() -> dict[str, Any]:
    """How languages are told apart, as core.languages takes it: `content/languages.yaml`."""
    return _yaml("languages")


def columns() -> dict[str, list[str]]:
    """What other people call our columns, by our names: `content/columns.yaml`."""
    return _yaml("columns")


def boilerplate() -> dict[str, Any]:
    """What belongs to a page and not to its text, by rule and language: `content/boilerplate.yaml`."""
    return _yaml("boilerplate")


def injections() -> dict[str, Any]:
    """How text that is addressed to a model gives itself away, by rule and language: `content/injections.yaml`."""
    return _yaml("injections")


@cache
def _yaml(name: str) -> dict[str, Any]:
    from yaml import safe_load

    found: dict[str, Any] = safe_load(files("rowsmith.content").joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def _within(folder: str, ending: str) -> dict[str, Any]:
    items = files("rowsmith.content").joinpath(folder).iterdir()
    return {item.name.removesuffix(ending): item for item in items if item.name.endswith(ending)}
