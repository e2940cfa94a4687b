"""How people settle single conflicts of a merge: `ROW:FIELD=ours`, `=theirs`, `=base` or `=value:JSON`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, cast, get_args

import orjson

from rowsmith.core.errors import Invalid, choose
from rowsmith.core.merge import ROW, Clash
from rowsmith.store.merging import Prefer, Rows, Terms

_FORM = re.compile(r"(?P<row>[0-9a-fA-F]{32})(?::(?P<field>[^=]+))?=(?P<value>ours|theirs|base|value:.*)", re.DOTALL)
_WRITE = "Write ROW:FIELD=ours, =theirs, =base or =value:JSON, with the row's whole id; ROW=ours or ROW=theirs where one side removed the row."


class Choices:
    """What was chosen, and whether each choice met a conflict.

    Raises:
        Invalid: one cannot be read.
    """

    def __init__(self, spoken: Sequence[str]) -> None:
        self._used: set[tuple[str, str]] = set()
        self._chosen = dict(self._read(item) for item in spoken)

    def terms(self, rows: str, prefer: str) -> Terms:
        """As the merge takes them.

        Raises:
            Invalid: `rows` or `prefer` is not known.
        """
        how = _one_of(rows, get_args(Rows), "way to choose rows")
        return Terms(cast(Rows, how), cast(Prefer, _one_of(prefer, get_args(Prefer), "side to prefer")), self._chosen)

    def all_used(self, *_: Any) -> None:
        """Within the transaction that publishes: nothing was settled that is no conflict.

        Raises:
            Invalid: something was.
        """
        for row, field in self._chosen.keys() - self._used:
            what = f"field {field!r} of row {row}" if field != ROW else f"row {row}"
            raise Invalid(f"There is no conflict in {what}.", "Leave this --resolve out; without any, the conflicts are listed.")

    def _read(self, spoken: str) -> tuple[tuple[str, str], Callable[[Clash], Any]]:
        found = _FORM.fullmatch(spoken)
        if found is None:
            raise Invalid(f"{spoken!r} settles no conflict.", _WRITE)
        at = (found["row"].lower(), found["field"] or ROW)
        if at[1] == ROW and found["value"] not in ("ours", "theirs"):
            raise Invalid(f"{spoken!r} gives a value for a whole row.", _WRITE)
        side = found["value"] if not found["value"].startswith("value:") else ""
        value = None if side else _value(found["value"].removeprefix("value:"))

        def choose(clash: Clash) -> Any:
            self._used.add(at)
            return getattr(clash, side) if side else value

        return at, choose


def _one_of(spoken: str, known: Sequence[str], what: str) -> str:
    if spoken not in known:
        raise Invalid(f"{spoken!r} is no {what}.", choose(spoken, [name for name in known if name]))
    return spoken


def _value(text: str) -> Any:
    """JSON, or the text itself where it is none."""
    try:
        return orjson.loads(text)
    except ValueError:
        return text
