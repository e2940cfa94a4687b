"""One request and its answer on the way out, and what a fault may do to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from rowsmith.testing.request import Reply, Request


class Wire(Protocol):
    """The client's connection, byte by byte."""

    def write(self, data: bytes) -> None:
        """Send bytes (buffered by the kernel and the loop)."""
        ...

    async def drain(self) -> None:
        """Wait until the buffer has room."""
        ...

    def close(self) -> None:
        """End the connection after what is buffered."""
        ...

    def reset(self) -> None:
        """End the connection at once with a TCP reset (SO_LINGER 0)."""
        ...


@dataclass(slots=True)
class Exchange:
    """An answer under way. `billed` says whether a provider would charge for it; `retry_after_s` what a refusal asked to wait."""

    request: Request
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    body: bytes = b""
    reply: Reply | None = None
    fault: str = ""
    billed: bool = False
    latency_s: float = 0.0
    retry_after_s: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    deliver: Callable[[Wire, Exchange], Awaitable[None]] | None = None
    close: bool = False

    def head(self, length: int | None = -1) -> bytes:
        """The status line and headers. `length`: -1 the body's own, None chunked, else that number whether true or not."""
        lines = [f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Status')}", *(f"{k}: {v}" for k, v in self.headers.items())]
        lines.append("transfer-encoding: chunked" if length is None else f"content-length: {len(self.body) if length < 0 else length}")
        if self.close:
            lines.append("connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    529: "Overloaded",
}


@dataclass(frozen=True)
class Fault:
    """A way to misbehave. One of these is set; each gets the text after the colon of `name:argument` (empty when there is none).

    `refuse` answers without a model; `content` changes what the model says; `body` changes the bytes around it; `deliver` sends them.
    """

    name: str
    what: str
    billed: bool = True
    refuse: Callable[[Exchange, str], None] | None = None
    content: Callable[[Reply, str], Reply] | None = None
    body: Callable[[Exchange, str], None] | None = None
    deliver: Callable[[Wire, Exchange, str], Awaitable[None]] | None = None
    argument: str = ""
