"""An answer that the asker has already is not sent again: each JSON answer to a GET has an ETag, the hash of its bytes."""

from __future__ import annotations

from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 4 << 20
"""Bytes of an answer that is held back to be hashed; a larger one goes out as it comes."""


class ETags:
    """Middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, or that nothing changed."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/api/"):
            return await self.app(scope, receive, send)
        known = Headers(scope=scope).get("if-none-match", "")
        held: list[Message] = []
        size = 0

        async def hold(message: Message) -> None:
            nonlocal size
            if message["type"] == "http.response.start":
                if message["status"] == 200 and Headers(raw=message["headers"]).get("content-type", "").startswith("application/json"):
                    held.append(message)
                    return
            elif held:
                held.append(message)
                size += len(message.get("body", b""))
                if message.get("more_body") and size < MOST:
                    return
                if not message.get("more_body"):
                    _mark(held, known)
                for one in held:
                    await send(one)
                held.clear()
                return
            await send(message)

        await self.app(scope, receive, hold)
        return None


def _mark(held: list[Message], known: str) -> None:
    digest = blake2b(digest_size=16)
    for message in held[1:]:
        digest.update(message.get("body", b""))
    tag = f'"{digest.hexdigest()}"'
    headers = MutableHeaders(scope=held[0])
    headers["ETag"] = tag
    if "cache-control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    if tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        held[0]["status"] = 304
        del headers["content-length"], headers["content-type"]
        held[1:] = [{"type": "http.response.body", "body": b""}]
