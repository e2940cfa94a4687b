"""A request that comes with an `Idempotency-Key` is carried out once: sent again, after a timeout or to a server that has been started again, it is
answered as it was before."""

from __future__ import annotations

from hashlib import blake2b

from fastapi import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rowsmith.api.problems import answer
from rowsmith.store.receipts import Receipt, Receipts

HEADER = "idempotency-key"
MOST = 1 << 20
"""Bytes of an answer that is kept; a longer one, or one that is no JSON (a download), is not."""


class Once:
    """Middleware."""

    def __init__(self, app: ASGIApp, receipts: Receipts) -> None:
        self.app = app
        self.receipts = receipts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry a request out, or give the answer that it had."""
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" and scope["method"] == "POST" else None
        if key is None:
            return await self.app(scope, receive, send)
        if not 1 <= len(key) <= 200 or not key.isprintable():
            return await answer(422, "Invalid", "The Idempotency-Key is not 1 to 200 printable characters.", "Send a UUID.")(scope, receive, send)
        if (body := await _whole(receive)) is None:
            return None
        request = blake2b(b"\0".join((scope["path"].encode(), scope["query_string"], body)), digest_size=16).digest()
        if (before := await run_in_threadpool(self.receipts.claim, key, request)) is not None:
            return await _again(before, request)(scope, receive, send)
        said = _Said(send)
        try:
            await self.app(scope, _given(body, receive), said)
        finally:
            if said.worth_keeping:
                await run_in_threadpool(self.receipts.keep, key, said.status, said.kind, bytes(said.body))
            else:
                await run_in_threadpool(self.receipts.drop, key)
        return None


class _Said:
    """What is sent, kept beside."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status, self.kind, self.body, self._whole = 0, "", bytearray(), False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.kind = message["status"], Headers(raw=message["headers"]).get("content-type", "")
        elif len(self.body) <= MOST:
            self.body += message.get("body", b"")
            self._whole = not message.get("more_body")
        await self._send(message)

    @property
    def worth_keeping(self) -> bool:
        """Whether it is a whole answer, and none that tells of a trouble here."""
        return self._whole and len(self.body) <= MOST and 200 <= self.status < 500 and ("json" in self.kind or not self.body)


def _again(before: Receipt, request: bytes) -> Response:
    if before.request != request:
        return answer(422, "Invalid", "This Idempotency-Key came with another request before.", "Send a new key with each new request.")
    if before.status is None:
        return answer(409, "Conflict", "The request with this Idempotency-Key is still being carried out.", "Send it again in a moment.")
    return Response(before.body, before.status, {"Idempotency-Replayed": "true"}, before.kind or None)


async def _whole(receive: Receive) -> bytes | None:
    """The body of a request; None where the sender has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _given(body: bytes, receive: Receive) -> Receive:
    """A body that has been read, to be read again."""
    first = True

    async def again() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again
