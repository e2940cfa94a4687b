"""Patterns of paths with forward slashes: `*` and `?` stay within a folder, `**` stands for folders of any depth, `[ab]` and `[!ab]` for one sign.

Whatever the pattern, holding a path against it takes at most the product of their lengths: what lies between two stars has one length, so
the first place where it fits is as good as any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

MAGIC = re.compile(r"[*?\[]")
_SIGN = re.compile(r"\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
Fits = Callable[[str], bool]


def matcher(patterns: Sequence[str]) -> Fits:
    """Whether a path is one of those that the patterns name. A pattern without a slash is held against the last part of a path (`*.md`), one
    that ends in a slash names all below that folder, and so does the plain path of a folder.

    >>> asked = matcher(["docs/", "src/**/*.py", "*.md"])
    >>> [asked(path) for path in ("docs/a/b.txt", "src/a.py", "src/x/y/a.py", "deep/down/README.md", "lib/a.py")]
    [True, True, True, True, False]
    """
    wanted = [_compiled(pattern) for pattern in patterns]
    return lambda path: any(fits(path) for fits in wanted)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Fits:
    plain = pattern.strip("/")
    if "/" not in pattern:
        last = _part(plain)
        return lambda path: last(path.rpartition("/")[2])
    ways = [_whole(f"{plain}/**")] if pattern.endswith("/") or not MAGIC.search(plain) else []
    ways += [] if pattern.endswith("/") else [_whole(plain)]
    return lambda path: any(way(path.split("/")) for way in ways)


def _whole(pattern: str) -> Callable[[list[str]], bool]:
    """A pattern of a whole path, given as its parts. At its end `**` stands for at least one of them."""
    parts = pattern.split("/")
    parts += ["*"] if parts[-1] == "**" else []
    runs: list[list[Fits]] = [[]]
    for part in parts:
        if part != "**":
            runs[-1].append(_part(part))
        elif runs[-1] or len(runs) == 1:
            runs.append([])
    return lambda path: _in_order(len(path), [(len(run), _run(path, run)) for run in runs])


def _run(path: list[str], run: list[Fits]) -> Callable[[int], bool]:
    return lambda at: all(fits(part) for fits, part in zip(run, path[at:], strict=False))


@lru_cache(maxsize=4096)
def _part(pattern: str) -> Fits:
    """A pattern of one part of a path."""
    pieces = [[_sign(sign) for sign in _SIGN.findall(piece)] for piece in re.sub(r"\*+", "*", pattern).split("*")]
    compiled = [(len(piece), re.compile("".join(piece), re.DOTALL)) for piece in pieces]
    return lambda text: _in_order(len(text), [(size, _piece(text, found)) for size, found in compiled])


def _piece(text: str, piece: re.Pattern[str]) -> Callable[[int], bool]:
    return lambda at: piece.match(text, at) is not None


def _in_order(length: int, pieces: list[tuple[int, Callable[[int], bool]]]) -> bool:
    """Whether pieces of these lengths fit, the first at the beginning, the last at the end, the others between them, one after the other."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first[0] == length and first[1](0)
    end = length - last[0]
    if first[0] > end or not first[1](0) or not last[1](end):
        return False
    at = first[0]
    for size, fits in pieces[1:-1]:
        at = next((place for place in range(at, end - size + 1) if fits(place)), -1)
        if at < 0:
            return False
        at += size
    return True


def _sign(sign: str) -> str:
    """A regular expression for one sign of a pattern."""
    if sign == "?":
        return "."
    if sign.startswith("[") and len(sign) > 2:
        inner = re.sub(r"([\\\[\]^&~|])", r"\\\1", sign[1:-1].removeprefix("!"))
        try:
            re.compile(f"[{inner}]")
        except re.error:  # a range that ends before it begins
            return re.escape(sign[0]) + "(?!)"
        return f"[{'^' if sign[1] == '!' else ''}{inner}]"
    return re.escape(sign)
