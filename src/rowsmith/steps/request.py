"""How the asking steps put a request together: messages made afresh from prompts and a scope, and the columns that they may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.fences import Fence, Path
from rowsmith.core.ports import Context
from rowsmith.core.prompt import Text, parse
from rowsmith.core.row import Row

BESIDE = frozenset({"scores", "origin", "id"})
"""What a prompt can name of a row beside its columns."""


async def messages(
    ctx: Context, system: str, user: str, scope: Mapping[str, Any], more: Sequence[str] = (), files: Sequence[Mapping[str, str]] = (),
    fence: Fence | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The messages of one request: the system prompt unless it is empty, then the user's, with the texts of `more` below it, and the parts
    of `files` before it; what is fenced off stands between its lines."""
    said = "\n\n".join([await ctx.rendered(user, scope, fence), *more])
    asked: list[dict[str, Any]] = [{"role": "user", "content": [*files, {"type": "text", "text": said}] if files else said}]
    return [{"role": "system", "content": await ctx.rendered(system, scope, fence)}, *asked] if system else asked


@lru_cache(maxsize=256)
def variables(*prompts: str) -> frozenset[str] | None:
    """The variables of the prompts together; None when one cannot be read, which the recipe's own check reports."""
    try:
        return frozenset[str]().union(*(parse(prompt).variables for prompt in prompts))
    except Invalid:
        return None


@lru_cache(maxsize=256)
def shown(*prompts: str) -> frozenset[Path]:
    """What the prompts print, with dotted fields: ("row",), ("row", "text"). Of one that cannot be read, nothing."""
    return frozenset[Path]().union(*(found.shown for found in _read(prompts)))


def altered(name: str, *prompts: str) -> list[str]:
    """What is wrong with prompts that do something else with a fenced record than print it."""
    if any(name in found.opened for found in _read(prompts)):
        return [f"{{{{ {name} }}}} is fenced off as data and stands as it is: no filter, loop or field can be used on it. Name the row's columns."]
    return []


def _read(prompts: Iterable[str]) -> Iterator[Text]:
    for prompt in prompts:
        try:
            yield parse(prompt)
        except Invalid:  # which the recipe's own check reports
            continue


def prompt_problems(used: Collection[str], needed: Collection[str], given: Collection[str], valid: Collection[str]) -> list[str]:
    """What is wrong with prompts that use the variables `used`: a needed one is absent, or a setting that was given has no place in them.
    `valid`: those that the step gives."""
    choice = f"It can use: {', '.join(sorted(valid))}, and the row's columns."
    absent = [f"No prompt of this step uses {{{{ {name} }}}}; it cannot work without. {choice}" for name in needed if name not in used]
    idle = [f"{name!r} is set, but no prompt of this step uses {{{{ {name} }}}}, so it would change nothing." for name in given if name not in used]
    return absent + idle


def pick(row: Row, columns: Collection[str]) -> dict[str, Any]:
    """The given columns of a row.

    Raises:
        RowFailed: `missing_column`, naming those that the row lacks.
    """
    if lacking := [name for name in columns if name not in row.data]:
        raise RowFailed("missing_column", f"The row has no column {', '.join(map(repr, lacking))}; it has {', '.join(row.data) or 'none'}.")
    return {name: row.data[name] for name in columns}


def text_of(row: Row, column: str) -> str:
    """The text in a column.

    Raises:
        RowFailed: `missing_column`, or `not_text` where it holds something else.
    """
    value = pick(row, [column])[column]
    if not isinstance(value, str):
        raise RowFailed("not_text", f"Column {column!r} holds {type(value).__name__}, not text.")
    return value


def texts_in(row: Row, columns: Sequence[str]) -> list[str]:
    """The texts that these columns hold, each a text or a list of texts; blank ones left out.

    Raises:
        RowFailed: `missing_column`, or `not_text`.
    """
    found: list[str] = []
    for name, value in pick(row, columns).items():
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in several):
            raise RowFailed("not_text", f"Column {name!r} holds neither a text nor a list of texts.")
        found += [one for one in several if not blank(one)]
    return found


def blank(value: Any) -> bool:
    """Whether it is a text without a visible character."""
    return isinstance(value, str) and not value.strip()
