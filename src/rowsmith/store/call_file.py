"""Calls in a file, so that they can be handed on: one line of JSON each, by key, behind a line that says what the file is.

    {"format": "rowsmith calls", "version": 1, "calls": 2}
    {"key": ..., "base": ..., "index": 0, "profile": ..., "model": ..., "raw": ..., "tokens_in": ..., ..., "hash": ...}

`raw` is what the provider sent, as text, or `raw_base64` where it is none. `hash` is over the rest of its line: a line that was changed is
found. The same calls always make the same bytes, so that a file under version control changes only where they do.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson

from rowsmith.core.calls import PICO, Usage
from rowsmith.core.errors import Invalid, Problem
from rowsmith.core.ids import canonical, digest
from rowsmith.store.calls import USAGE, Call

FORMAT = "rowsmith calls"
VERSION = 1
LONGEST_LINE = 16 << 20
"""Bytes; an answer is at most 1 MiB, which JSON can write six times as long."""
MOST_PROBLEMS = 100


def header(calls: int) -> bytes:
    """The first line of a file of so many calls."""
    return orjson.dumps({"format": FORMAT, "version": VERSION, "calls": calls}, option=orjson.OPT_APPEND_NEWLINE)


def line(call: Call) -> bytes:
    """A call's line."""
    said = {
        "key": call.key.hex(), "base": None if call.base is None else call.base.hex(), "index": call.index, "profile": call.profile,
        "model": call.model, **_raw(call.raw or b""), **{name: getattr(call.usage, name) for name in USAGE},
        "cost_usd": None if call.cost is None else call.cost / PICO, "at": call.at,
    }  # fmt: skip
    return orjson.dumps({**said, "hash": digest(canonical(said)).hex()}, option=orjson.OPT_APPEND_NEWLINE)


def _raw(raw: bytes) -> dict[str, str]:
    try:
        return {"raw": raw.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": b64encode(raw).decode()}


class CallFile:
    """A file of calls, read from front to back as often as it is asked for; memory stays small whatever its size.

    Raises (while reading):
        NotFound and other OSErrors as the file system says. Invalid: it is no such file, or of a newer Rowsmith.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self) -> int:
        """Read every line; how many calls there are.

        Raises:
            Invalid: with the lines that are damaged, the first hundred of them.
        """
        problems: list[Problem] = []
        bad = good = 0
        for found in self._read():
            if isinstance(found, Call):
                good += 1
                continue
            bad += 1
            if len(problems) < MOST_PROBLEMS:
                problems.append(found)
        if bad:
            more = f", of which these are the first {MOST_PROBLEMS}" if bad > MOST_PROBLEMS else ""
            what = f"{self.path} has {bad} bad line{'s' * (bad > 1)}{more}. Nothing is imported."
            raise Invalid(what, "Export the calls again, or take the lines out and correct the number of calls in the first one.", problems)
        return good

    def __iter__(self) -> Iterator[Call]:
        """Each call of a file that has been checked.

        Raises:
            Invalid: it is no longer what it was.
        """
        for found in self._read():
            if not isinstance(found, Call):
                raise Invalid(f"{self.path} has changed while it was read. Nothing is imported.", "Import it again.", [found])
            yield found

    def _read(self) -> Iterator[Call | Problem]:
        with open(self.path, "rb") as file:
            expected = self._header(file.readline(LONGEST_LINE))
            count, number = 0, 1
            while text := file.readline(LONGEST_LINE):
                number += 1
                count += 1
                try:
                    yield _call(text)
                except ValueError as error:
                    yield Problem(str(error), file=str(self.path), line=number)
                while not text.endswith(b"\n") and (text := file.readline(LONGEST_LINE)):
                    pass
        if count != expected:
            yield Problem(f"The file should hold {expected} calls, and ends after {count}.", file=str(self.path), line=number)

    def _header(self, text: bytes) -> int:
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            said = None
        if not isinstance(said, dict) or said.get("format") != FORMAT or not isinstance(said.get("calls"), int):
            raise Invalid(f"{self.path} is no file of calls.", "Give one that rowsmith calls export wrote.")
        if said.get("version") != VERSION:
            raise Invalid(f"{self.path} is of version {said.get('version')}; this Rowsmith reads version {VERSION}.", "Install the newer Rowsmith.")
        return int(said["calls"])


def _call(text: bytes) -> Call:
    """The call of a line, or raise ValueError with what is wrong."""
    if not text.endswith(b"\n"):
        raise ValueError(f"The line is longer than {LONGEST_LINE >> 20} MiB." if len(text) == LONGEST_LINE else "The line is cut short.")
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"The line is no JSON: {error}.") from None
    if not isinstance(said, dict):
        raise ValueError("The line is no JSON object.")
    if digest(canonical({name: value for name, value in said.items() if name != "hash"})).hex() != said.get("hash"):
        raise ValueError("The line is not what its hash was made of: it is damaged, or was changed.")
    return _checked(said)


def _checked(said: dict[str, Any]) -> Call:
    """A line that has its hash can still be another's work: each field is looked at."""
    key, base, index = _key(said)
    usage = Usage(*(_count(said, name, 2**40) for name in USAGE))
    cost, at = _amount(said, "cost_usd"), _amount(said, "at")
    if at is None:
        raise ValueError("at is missing.")
    picos = None if cost is None else round(cost * PICO)
    return Call(key, base, index, _name(said, "profile"), _name(said, "model"), True, _answer(said), usage, picos, at)


def _key(said: dict[str, Any]) -> tuple[bytes, bytes | None, int | None]:
    key, index = _bytes(said, "key"), _count(said, "index", 2**31)
    if index is None and said.get("base") is None:
        return key, None, None
    base = _bytes(said, "base")
    if index is None or digest(base, index.to_bytes(4, "big")) != key:
        raise ValueError("The key is not that of its base and index.")
    return key, base, index


def _bytes(said: dict[str, Any], name: str) -> bytes:
    value = said.get(name)
    if not isinstance(value, str) or re.fullmatch("[0-9a-f]{32}", value) is None:
        raise ValueError(f"{name} has not 32 hexadecimal digits.")
    return bytes.fromhex(value)


def _name(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 300 or "\0" in value:
        raise ValueError(f"{name} is no name.")
    return value


def _count(said: dict[str, Any], name: str, below: int) -> int | None:
    value = said.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < below):
        raise ValueError(f"{name} is no count.")
    return value


def _amount(said: dict[str, Any], name: str) -> float | None:
    """A number that its column can hold: a cost of up to 9,007 US dollars is exact in picodollars."""
    value, below = said.get(name), 2**53 / PICO if name == "cost_usd" else 2**53
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < below:
        raise ValueError(f"{name} is no amount.")
    return float(value)


def _answer(said: dict[str, Any]) -> bytes:
    raw, coded = said.get("raw"), said.get("raw_base64")
    if isinstance(raw, str) and coded is None:
        return raw.encode()
    if isinstance(coded, str) and raw is None:
        try:
            return b64decode(coded, validate=True)
        except ValueError:
            pass
    raise ValueError("There is no answer in raw or raw_base64.")


def write(file: IO[bytes], count: int, calls: Iterator[Call]) -> int:
    """Write the calls, of which there are `count`; how many bytes it took."""
    size = file.write(header(count))
    for call in calls:
        size += file.write(line(call))
    return size
