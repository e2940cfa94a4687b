"""Which files a pattern names. Sources use it to check and to peek; whoever lends a step its Context uses it for `Context.paths`."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from rowsmith.core.errors import NotFound

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|hf:", re.IGNORECASE)
_folder: ContextVar[Path | None] = ContextVar("rowsmith_recipe_folder", default=None)


@contextmanager
def relative_to(folder: Path) -> Iterator[None]:
    """Within it, `Step.check` and `Step.columns` take relative paths from this folder (the recipe's)."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def is_address(pattern: str) -> bool:
    """Whether it stands for something outside, and no path: `https://...`, `s3://...`, `hf:owner/name`."""
    return bool(_ADDRESS.match(pattern))


def known(pattern: str) -> list[Path] | None:
    """The files that the pattern names, before a run: none where nothing is there, None where a relative pattern's folder is not known, or
    it is an address."""
    folder = _folder.get()
    if is_address(pattern):
        return None
    if folder is None and not Path(pattern).expanduser().is_absolute():
        return None
    try:
        return expand([pattern], folder or Path())
    except NotFound:
        return []


def expand(patterns: Sequence[str], folder: Path) -> list[Path]:
    """The files that the patterns name, each once, in the order of the patterns and sorted within each.

    A pattern is a file, a folder (all files below it, hidden ones left out) or a glob (`**` for any depth). Relative ones are taken from
    `folder`; where nothing is there, from the current folder, as a path given on the command line is meant.

    Raises:
        NotFound: a pattern names no file, or is empty; says which and where.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        if not pattern.strip():
            raise NotFound("The path is empty, and names no file or folder.", "Write `.` for the folder itself.")
        matches = sorted(_matches(folder / Path(pattern).expanduser())) or sorted(_matches(Path.cwd() / Path(pattern).expanduser()))
        if not matches:
            raise NotFound(*_missing(pattern, folder))
        found.update(dict.fromkeys(matches))
    return list(found)


def _matches(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if path.is_dir():
        return list(_below(path))
    return [found for name in glob.iglob(str(path), recursive=True) if (found := Path(name)).is_file()]


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (path for name in files if not name.startswith(".") and (path := Path(here, name)).is_file())


def _missing(pattern: str, folder: Path) -> tuple[str, str]:
    path = folder / Path(pattern).expanduser()
    where = str(folder.absolute())
    if path.is_dir():
        return f"The folder {str(path)!r} holds no files.", "Put the documents there, or name another folder."
    if glob.has_magic(pattern):
        return f"No file matches {pattern!r} in {where!r}.", "Check the pattern; `**` stands for folders of any depth."
    fix = "Check the path; a relative one is taken from the recipe's folder, then from the current one."
    return f"There is no file or folder {pattern!r} in {where!r}.", fix
