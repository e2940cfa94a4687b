"""Patterns of paths with forward slashes: `*` and `?` stay within a folder, `**` stands for folders of any depth, `[ab]` for one of these."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

MAGIC = re.compile(r"[*?\[]")
_PART = re.compile(r"\*\*/|/\*\*\Z|\*+|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)
_MOST = 32
"""Stars in one pattern: what a pattern may cost grows with each."""


def matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path is one of those that the patterns name. A pattern without a slash is held against the last part of a path (`*.md`), one
    that ends in a slash names all below that folder, and so does the plain path of a folder.

    >>> asked = matcher(["docs/", "src/**/*.py", "*.md"])
    >>> [asked(path) for path in ("docs/a/b.txt", "src/a.py", "src/x/y/a.py", "deep/down/README.md", "lib/a.py")]
    [True, True, True, True, False]
    """
    wanted = [_compiled(pattern) for pattern in patterns]

    def asked(path: str) -> bool:
        return any(found.fullmatch(path if whole else path.rpartition("/")[2]) for found, whole in wanted)

    return asked


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> tuple[re.Pattern[str], bool]:
    whole = "/" in pattern
    plain = pattern.strip("/")
    below = "(?:/.*)?" if whole and not MAGIC.search(plain) else "/.*" if pattern.endswith("/") else ""
    return re.compile("".join(_translated(part) for part in _PART.findall(_few_stars(plain))) + below, re.DOTALL), whole


def _few_stars(pattern: str) -> str:
    """The pattern; in one with very many stars those too many stand for themselves, for no path needs them."""
    count = 0
    signs = []
    for sign in pattern:
        count += sign == "*"
        signs.append("[*]" if sign == "*" and count > _MOST else sign)
    return "".join(signs)


def _translated(part: str) -> str:
    if part == "**/":
        return "(?:.*/)?"
    if part == "/**":
        return "/.*"
    if part.startswith("*"):
        return "[^/]*" if part == "*" else ".*"
    if part == "?":
        return "[^/]"
    if part.startswith("[") and len(part) > 2:
        inner = part[1:-1].replace("\\", "\\\\")
        return f"[^/{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    return re.escape(part)
