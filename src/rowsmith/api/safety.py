"""What every request passes before it reaches an act, and every response before it leaves: a page that is open elsewhere in the browser must not
reach a server on this machine (Host, Origin, Sec-Fetch-Site, the session), and no text of a row may become a program in the page (CSP)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rowsmith.api.problems import answer
from rowsmith.api.session import COOKIE, Session

OPEN = ("/launch", "/api/v1/health")
"""What may be asked without a session."""
SAFE = ("GET", "HEAD", "OPTIONS")
BODY = 8 << 20
"""Most bytes of a body that is no upload; an upload's parts are counted where they are taken."""
UPLOADS = "/api/v1/uploads/"
BODIES = ("application/json", "multipart/form-data", "application/octet-stream")


class Safety:
    """Middleware: `hosts` are those by which the server is known, such as 127.0.0.1:8700."""

    def __init__(self, app: ASGIApp, session: Session, hosts: Iterable[str]) -> None:
        self.app = app
        self.session = session
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        nonce = scope.setdefault("state", {})["nonce"] = secrets.token_urlsafe(16)
        headers = Headers(scope=scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(MutableHeaders(scope=message), scope["path"], nonce)
            await send(message)

        if (refused := self._refusal(scope, headers)) is not None:
            status, what, fix = refused
            if status == 401 and "text/html" in headers.get("accept", ""):
                said = f"<!doctype html><title>Rowsmith</title><h1>{what}</h1><p>{fix}</p>"
                return await HTMLResponse(said, status)(scope, receive, guarded)
            return await answer(status, "Refused", what, fix)(scope, receive, guarded)
        await self.app(scope, _capped(receive) if not scope["path"].startswith(UPLOADS) else receive, guarded)
        return None

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str, str] | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self.hosts:
            return 403, f"This server is not known as {host!r}.", f"Use {min(self.hosts, key=len)}."
        if scope["method"] not in SAFE:
            if origin is not None and origin.partition("://")[2] not in self.hosts:
                return 403, f"A page of {origin} may not change anything here.", "Open the application itself."
            if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                return 403, "A page of another site may not change anything here.", "Open the application itself."
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in BODIES and (kind or headers.get("content-length", "0") != "0"):
                return 415, f"A body of type {kind or 'none'} is not taken.", "Send application/json."
        if not headers.get("content-length", "0").isdigit():
            return 400, "The length of the body is no number.", "Send a Content-Length in bytes."
        if int(headers.get("content-length", "0")) > BODY and not scope["path"].startswith(UPLOADS):
            return 413, f"The body is larger than {BODY:,} bytes.", "Send files in parts: POST /api/v1/uploads."
        if scope["path"] not in OPEN and not self.session.allows(_cookie(headers), _bearer(headers)):
            fix = "Open the link that rowsmith serve prints, or send Authorization: Bearer with the token in the home's serve.token."
            return 401, "Nobody is signed in here.", fix
        return None


def _capped(receive: Receive) -> Receive:
    """A body without a length is cut off at the cap, too."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY:
            return {"type": "http.disconnect"}
        return message

    return counted


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _bearer(headers: Headers) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _guard(headers: MutableHeaders, path: str, nonce: str) -> None:
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
        "manifest-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if "cache-control" not in headers:
        headers["Cache-Control"] = "no-store" if not path.startswith("/assets/") else "public, max-age=31536000, immutable"
