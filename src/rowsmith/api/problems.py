"""Errors as HTTP tells them: `application/problem+json` with `what` is wrong and its `fix` (RFC 9457)."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from rowsmith.core.errors import Invalid, RowsmithError

log = logging.getLogger(__name__)


class ProblemAt(BaseModel):
    """One thing wrong with what was sent."""

    what: str
    fix: str = ""
    file: str = ""
    line: int = 0


class Problem(BaseModel):
    """An error: `error` is its kind, `what` the fact, `fix` the next step."""

    type: str = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    error: str = Field(examples=["NotFound"])
    what: str = Field(examples=["There is no dataset 'quesions' in project 'default'."])
    fix: str = Field("", examples=["Did you mean 'questions'?"])
    problems: list[ProblemAt] = []


def answer(status: int, error: str, what: str, fix: str = "", **more: Any) -> Response:
    """A response that tells of an error."""
    told = {**more, "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "error": error, "what": what, "fix": fix}
    return Response(orjson.dumps({"problems": [], **told}, default=str), status, media_type="application/problem+json")


def add_to(app: FastAPI) -> None:
    """Tell all errors of the application in this form."""
    app.add_exception_handler(RowsmithError, _ours)
    app.add_exception_handler(RequestValidationError, _of_request)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, RowsmithError)
    found = error.problems if isinstance(error, Invalid) else ()
    problems = [{"what": one.what, "fix": one.fix, "file": one.file, "line": one.line} for one in found]
    return answer(error.status, type(error).__name__, error.what, error.fix, **{**error.more, "problems": problems})


async def _of_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [{"what": f"{_place(one['loc'])}: {one['msg']}", "fix": "", "file": "", "line": 0} for one in error.errors()]
    what = f"{len(problems)} of the values sent cannot be used: {problems[0]['what']}." if problems else "What was sent cannot be used."
    return answer(422, "Invalid", what, "See the description of the request: /api/v1/openapi.json.", problems=problems)


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in (loc[1:] if len(loc) > 1 and loc[0] in ("body", "query", "path", "header") else loc))


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = {404: ("NotFound", "There is nothing at this address.", "The addresses are listed in /api/v1/openapi.json.")}
    known[405] = ("Invalid", f"{request.method} is not possible here.", "The methods are listed in /api/v1/openapi.json.")
    kind, what, fix = known.get(error.status_code, ("Invalid", f"{error.detail}.".replace("..", "."), ""))
    response = answer(error.status_code, kind, what, fix)
    response.headers.update(error.headers or {})
    return response


async def _unforeseen(request: Request, error: Exception) -> Response:
    number = secrets.token_hex(4)
    log.error("error %s at %s %s", number, request.method, request.scope["path"], exc_info=error)
    return answer(500, "Error", f"Something went wrong here (error {number}).", "The server's log says more under this number. Please report it.")
