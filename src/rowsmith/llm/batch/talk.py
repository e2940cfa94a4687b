"""Requests about batches to one server: over the gate's wire, with its key and deadlines, sent again where that is safe."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from rowsmith.llm import verdict
from rowsmith.llm.deadlines import Attempt
from rowsmith.llm.form import Form
from rowsmith.llm.retry_after import retry_after
from rowsmith.llm.tolerant import Unreadable, envelope
from rowsmith.llm.wire import Lost, NotSent, Parts

if TYPE_CHECKING:
    from yarl import URL

PASSING = frozenset[verdict.Kind](("throttled", "overload", "failing", "lost"))
TRIES = 4
"""How often what may be sent again is sent at most, before whoever asked is told."""
LONGEST_S = 60.0
LARGE = 10
"""How many times a live call's deadlines it may take to hand requests over or to fetch results."""
CHUNK = 1 << 18


class Refused(Exception):
    """The server said no. `status` is HTTP's, `passing` whether the same may succeed later, `wait_s` what it asks to wait (None: nothing)."""

    def __init__(self, status: int, said: str, passing: bool, wait_s: float | None) -> None:
        super().__init__(said or f"The server answered HTTP {status}.")
        self.status, self.passing, self.wait_s = status, passing, wait_s


@dataclass(slots=True, frozen=True)
class Enclosed:
    """A body that is a file, between a head and a tail; `joined`: its lines, separated by this instead."""

    head: bytes
    path: Path
    tail: bytes
    joined: bytes = b""

    @property
    def size(self) -> int:
        """Bytes in all."""
        inner = self.path.stat().st_size
        return len(self.head) + len(self.tail) + (inner if not self.joined else inner - 1)

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        with self.path.open("rb") as file:
            part = file.read(CHUNK)
            while part:
                following = file.read(CHUNK)
                yield self._part(part, last=not following)
                part = following
        yield self.tail

    def _part(self, part: bytes, *, last: bool) -> bytes:
        if not self.joined:
            return part
        return (part[:-1] if last else part).replace(b"\n", self.joined)


class Way(Protocol):
    """What carries the requests: the wire, or the sender of a carrier that has batches."""

    async def send(
        self, attempt: Attempt, method: str, url: URL, headers: Mapping[str, str], body: bytes | Parts = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """See llm.wire.Wire."""
        ...

    async def fetch(
        self, attempt: Attempt, url: URL, headers: Mapping[str, str], sink: Callable[[bytes], None]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """See llm.wire.Wire."""
        ...


class Talk:
    """What is asked of one server. The form gives key, headers, deadlines and address."""

    def __init__(self, wire: Way, form: Form, *, backoff_s: float = 0.5) -> None:
        self.form, self.model = form, form.model
        self._way = wire if form.sender is None else cast(Way, form.sender)
        self._backoff_s = backoff_s
        path = form.url.path
        for end in ("/chat/completions", "/messages"):
            path = path.removesuffix(end)
        self._base = form.url.with_path(path, keep_query=True)
        self._large = replace(form.deadlines, first_byte=LARGE * form.deadlines.first_byte, total=LARGE * form.deadlines.total)

    def url(self, path: str, **query: str | int) -> URL:
        """The address below the server's base."""
        return self._base.with_path(f"{self._base.path.rstrip('/')}/{path}", keep_query=True).update_query(query)

    async def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """What stands there."""
        return await self._again(lambda: self._send("GET", self.url(path, **query), b"", self.form.headers, self.form.deadlines))

    async def post(self, path: str, body: bytes | Enclosed, *, kind: str = "application/json", again: bool = False) -> dict[str, Any]:
        """Send `body`; once more after trouble on the way only where it does no harm (`again`).

        Raises:
            Lost: it is not known whether it has been done.
        """
        headers = {**self.form.headers, "Content-Type": kind}

        async def send() -> dict[str, Any]:
            return await self._send("POST", self.url(path), body, headers, self.form.deadlines if isinstance(body, bytes) else self._large)

        return await (self._again(send) if again else send())

    async def fetch(self, path: str, sink: Callable[[bytes], None]) -> None:
        """Stream what stands there into `sink`."""
        status, headers, raw = await self._way.fetch(Attempt(self._large), self.url(path), self.form.headers, sink)
        if status >= 300:
            raise self._refused(status, headers, self.form.without_key(raw))

    async def _again(self, send: Callable[[], Any]) -> dict[str, Any]:
        for tries in range(1, TRIES + 1):
            wait: float | None = None
            try:
                found: dict[str, Any] = await send()
                return found
            except (NotSent, Lost):
                if tries == TRIES:
                    raise
            except Refused as error:
                wait = error.wait_s
                if tries == TRIES or not error.passing or (wait or 0) > LONGEST_S:
                    raise
            await asyncio.sleep(random.uniform(0.5, 1.0) * self._backoff_s * 2**tries if wait is None else wait)
        raise AssertionError("unreachable")

    async def _send(self, method: str, url: URL, body: bytes | Enclosed, headers: Mapping[str, str], deadlines: Any) -> dict[str, Any]:
        status, told, said = await self._way.send(Attempt(deadlines), method, url, headers, body)
        raw = self.form.without_key(said)
        if status >= 300:
            raise self._refused(status, told, raw)
        try:
            read = envelope(raw)
        except Unreadable as error:
            raise Lost("garbled", f"the reply cannot be read: {error}") from None
        if not isinstance(read, dict):
            raise Lost("garbled", "the reply is not a JSON object")
        return read

    def _refused(self, status: int, headers: Mapping[str, str], raw: bytes) -> Exception:
        """The pause that it means for the run, or Refused."""
        said = verdict.message_of(raw, self.form.secret)
        kind = self.form.provider.trouble(status, headers, raw)
        if kind == "quota":
            return verdict.empty_account(said, self.form.place)
        if kind == "key" and (pause := verdict.pause_for(kind, status, said, self.form)) is not None:
            return pause
        return Refused(status, said, kind in PASSING, retry_after(headers, error=verdict.error_of(raw)))
