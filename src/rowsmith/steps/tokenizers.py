"""Tokenizers of the user's own, as settings of steps name them: the path of a tokenizer.json, or of the folder that holds one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from rowsmith.core.errors import Invalid, RowsmithError
from rowsmith.core.own_tokens import OwnTokenizer
from rowsmith.core.ports import Context
from rowsmith.steps.paths import known

FILE = "tokenizer.json"
MOST_BYTES = 256 << 20


def is_path(name: str) -> bool:
    """Whether it names a file and no model; names of models have no slash."""
    return "/" in name or name.endswith(".json")


def tokenizer_file(name: str) -> str:
    """The file that is meant: itself, or the one in the folder."""
    return name if name.endswith(".json") else f"{name.rstrip('/')}/{FILE}"


def problems(path: str) -> Iterator[str]:
    """What is wrong with a tokenizer before a run; nothing where its folder is not known yet."""
    found = known(path)
    if found is None:
        return
    try:
        if not found:
            raise Invalid(f"There is no tokenizer {path!r}.", f"Give the path of a {FILE}, or of the folder that holds one.")
        _loaded(found[0], path)
    except RowsmithError as error:
        yield str(error)


def pinned(ctx: Context, patterns: Sequence[str]) -> OwnTokenizer:
    """The tokenizer as the run has pinned it.

    Raises:
        Invalid, Unavailable: it cannot be loaded.
    """
    path, *_ = ctx.paths(patterns)
    return _kept(ctx.input(path).path, ctx.input(path).hash, patterns[0])


@lru_cache(maxsize=4)
def _kept(path: Path, hash_: str, name: str) -> OwnTokenizer:
    return _loaded(path, name)


def _loaded(path: Path, name: str) -> OwnTokenizer:
    if (size := path.stat().st_size) > MOST_BYTES:
        raise Invalid(f"{name} has {size:,} bytes, and a tokenizer at most {MOST_BYTES:,}.", f"Give the path of a {FILE}.")
    return OwnTokenizer(path.read_bytes(), name)
