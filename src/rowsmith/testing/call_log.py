"""The outside witness: an append-only JSONL file with one line for each request, written before it is answered.

A request's line: `n`, `at` (Unix time), `mono` (monotonic seconds), `path`, `model`, `body` (BLAKE2b, 32 hexadecimal digits), `nth`
(arrival of this body, from 1), `text` (first 200 characters of the last user message), `key`, `fault`, `status`, `billed`, `in_flight`,
`max_in_flight`, `tokens_in`, `tokens_out`, `cost_usd`, `retry_after_s`. A second line with `n`, `ended` (monotonic seconds) and `written`
follows when the answer is out or the client has gone; it may come late.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True)
class Call:
    """One request as the log has it. `written` is None while nobody knows whether the whole answer went out."""

    n: int
    at: float
    mono: float
    path: str
    model: str
    body: str
    nth: int
    text: str
    key: str
    fault: str
    status: int
    billed: bool
    in_flight: int
    max_in_flight: int
    tokens_in: int
    tokens_out: int
    cost_usd: float
    retry_after_s: float | None = None
    ended: float | None = None
    written: bool | None = None


_FIELDS = {field.name for field in fields(Call)}


class CallLog:
    """The log as it stands now. A last line that is still being written is left out."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.requests = _read(self.path)

    def __len__(self) -> int:
        return len(self.requests)

    @property
    def billed(self) -> list[Call]:
        """The requests for which a provider would charge."""
        return [call for call in self.requests if call.billed]

    @property
    def max_in_flight(self) -> int:
        """The most requests that were open at one time."""
        return max((call.in_flight for call in self.requests), default=0)

    @property
    def span_s(self) -> float:
        """Seconds from the first request to the end of the last answer."""
        ends = [call.ended or call.mono for call in self.requests]
        return max(ends) - min(call.mono for call in self.requests) if ends else 0.0

    def repeated(self, by: str = "body", *, billed: bool = True) -> dict[str, int]:
        """Calls beyond the first for each body (or each `key`, with by="key"); only those that cost money unless `billed` is False."""
        counts = Counter(getattr(call, by) for call in self.requests if call.billed or not billed)
        return {name: count - 1 for name, count in counts.items() if count > 1}

    def cost(self) -> float:
        """USD that the provider charges for everything served, exact to a picodollar."""
        return sum(round(call.cost_usd * 10**12) for call in self.requests) / 10**12

    def faults(self) -> dict[str, int]:
        """How often each fault was served; the empty name counts the requests without one."""
        return dict(Counter(call.fault for call in self.requests))

    def early(self, grace_s: float = 0.1, by: str = "model") -> list[Call]:
        """Requests that came before a refusal's wait was over, for the same model (or the same `body`, `key`, `path`).

        What arrives within `grace_s` seconds after the refusal may have been on its way already and is not counted, nor is what
        comes at most 5 ms before the time.
        """
        found, waits = [], dict[str, list[tuple[float, float]]]()
        for call in self.requests:
            own = waits.setdefault(getattr(call, by), [])
            own[:] = [(told, until) for told, until in own if until > call.mono]
            if any(told + grace_s < call.mono < until - 0.005 for told, until in own):
                found.append(call)
            if call.retry_after_s is not None:
                own.append((call.mono, call.mono + call.retry_after_s))
        return found


def wait_for_calls(path: str | Path, count: int, timeout_s: float = 30.0) -> None:
    """Block until the log holds `count` requests.

    Raises:
        TimeoutError: it does not in time.
    """
    end, seen, rest = time.monotonic() + timeout_s, 0, b""
    with open(path, "rb") as file:
        while True:
            lines = (rest + file.read()).split(b"\n")
            rest = lines.pop()
            seen += sum(b'"ended":' not in line for line in lines)
            if seen >= count:
                return
            if time.monotonic() > end:
                raise TimeoutError(f"{path} holds {seen} requests after {timeout_s:g} s, not {count}.")
            time.sleep(0.002)


class LogWriter:
    """Appends to a call log. `begin` is in the file when it returns; `end` is kept back until the next write or `flush`."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._ends: list[bytes] = []

    def begin(self, line: dict[str, Any]) -> None:
        """Write a request's line."""
        if self._ends:
            os.write(self._file, b"".join(self._ends) + orjson.dumps(line) + b"\n")
            self._ends.clear()
        else:
            os.write(self._file, orjson.dumps(line) + b"\n")

    def end(self, n: int, written: bool) -> None:
        """Note that request `n` is over."""
        self._ends.append(b'{"n":%d,"ended":%f,"written":%b}\n' % (n, time.monotonic(), b"true" if written else b"false"))

    def flush(self) -> None:
        """Write what was kept back."""
        if self._ends:
            os.write(self._file, b"".join(self._ends))
            self._ends.clear()

    def close(self) -> None:
        """Write what was kept back and close the file."""
        self.flush()
        os.close(self._file)


def _read(path: Path) -> list[Call]:
    begun: dict[int, dict[str, Any]] = {}
    done: list[dict[str, Any]] = []
    for line in path.read_bytes().split(b"\n")[:-1]:
        value = orjson.loads(line)
        if "ended" in value:
            begun.get(value["n"], {}).update(value)
        else:
            if value["n"] in begun:  # a second server appends to the same file and counts from 1 again
                done.append(begun.pop(value["n"]))
            begun[value["n"]] = value
    everything = sorted([*done, *begun.values()], key=lambda value: value["mono"])
    return [Call(**{name: item for name, item in value.items() if name in _FIELDS}) for value in everything]
