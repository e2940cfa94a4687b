"""Text of others within a prompt: printed between lines with a mark that it cannot hold, so that it is data and no order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rowsmith.core.ids import canonical

Path = tuple[str | None, ...]
"""Where a printed value comes from: ("row", "text"). None stands for whatever lies within: an entry of a list, what a filter made of it."""


def fenced(shown: Mapping[str, Any], mark: str) -> str:
    """The columns, each below a line that bears the mark. Texts stand as they are, other values as JSON."""
    parts = [f"--- {mark} {name} ---\n{value if isinstance(value, str) else canonical(value).decode()}" for name, value in shown.items()]
    return "\n".join([*parts, f"--- {mark} end ---"])


@dataclass(frozen=True, slots=True)
class Fence:
    """What is fenced off wherever a prompt prints it or a part of it: paths, with the name that stands in the line above; and the mark."""

    paths: Mapping[tuple[str, ...], str]
    mark: str

    def name(self, sources: Iterable[Path]) -> str:
        """The name above a value that comes of these paths; empty where none of them is fenced off."""
        found = [self.paths[fence] if len(fence) <= len(path) else str(path[0]) for path in sources for fence in self.paths if _meet(path, fence)]
        return ", ".join(dict.fromkeys(found))


def _meet(path: Path, fence: tuple[str, ...]) -> bool:
    """Whether the one lies within the other."""
    for step, other in zip(path, fence, strict=False):
        if step is None:
            return True
        if step != other:
            return False
    return True
