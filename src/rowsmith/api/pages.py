"""The web application's files, and the link by which a browser is let in."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from rowsmith.api.problems import answer
from rowsmith.api.session import COOKIE, Session

MISSING = "The web application is not built here. Build it with: make ui"


def add_to(app: FastAPI, web: Path) -> None:
    """Serve the files of a folder; every address that is none of theirs and none of the API's opens the application, which knows its own."""
    root = web.resolve()

    @app.get("/launch", include_in_schema=False)
    def launch(request: Request, token: str = "") -> Response:
        session: Session = request.app.state.session
        if not session.open(token):
            fix = "End the server and run rowsmith serve again: it prints a new one."
            return answer(401, "Refused", "This link has been used, or is of another server.", fix)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, session.cookie, httponly=True, samesite="strict", max_age=30 * 86_400)
        return response

    @app.get("/{path:path}", include_in_schema=False)
    def page(request: Request, path: str) -> Response:
        if "\0" in path or (path.startswith(("api/", "assets/")) and not (root / path).is_file()):
            return answer(404, "NotFound", "There is nothing at this address.", "The addresses are listed in /api/v1/openapi.json.")
        asked = (root / path).resolve()
        if asked.is_file() and asked.is_relative_to(root) and asked.name != "index.html":
            return FileResponse(asked)
        index = root / "index.html"
        if not index.is_file():
            return HTMLResponse(f"<!doctype html><title>Rowsmith</title><p>{MISSING}</p>", 503)
        return HTMLResponse(index.read_text(encoding="utf-8").replace("__NONCE__", request.state.nonce))
