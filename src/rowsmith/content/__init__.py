"""What ships as data: prompts, one Markdown file each. Any room may read it; it imports nothing of ours but the errors."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from rowsmith.core.errors import NotFound, choose


@cache
def prompt(name: str) -> str:
    """The text of the prompt that ships as `content/prompts/<name>.md`, without the file's last newline.

    Raises:
        NotFound: there is none of that name.
    """
    folder = files("rowsmith.content").joinpath("prompts")
    found = {item.name.removesuffix(".md"): item for item in folder.iterdir() if item.name.endswith(".md")}
    if name not in found:
        raise NotFound(f"No prompt that ships with Rowsmith is called {name!r}.", choose(name, list(found)))
    return found[name].read_text(encoding="utf-8").removesuffix("\n")
