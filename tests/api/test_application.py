"""What the application is made of: every noun that has routes, and the files of the web."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import httpx
import pytest
from served import Desk

import rowsmith.api
from rowsmith.api.application import make
from rowsmith.api.bodies import Body
from rowsmith.api.session import Session
from rowsmith.app.lab import Lab

MODULES = sorted(path.stem for path in Path(rowsmith.api.__file__).parent.glob("*.py"))


def test_every_route_of_every_noun_is_served(tmp_path: Path) -> None:
    with Lab(tmp_path / "home") as lab:
        described = make(lab, Session(tmp_path), []).openapi()["paths"]
    served = {one["operationId"] for methods in described.values() for one in methods.values()}
    routers = [module.router for name in MODULES if hasattr(module := import_module(f"rowsmith.api.{name}"), "router")]
    written = {route.operation_id for router in routers for route in router.routes}
    assert len(routers) > 10 and written == served


@pytest.mark.parametrize("path", ["/assets/none.js", "/api/v1/none", "/%00"])
def test_what_is_not_there_is_no_page(desk: Desk, path: str) -> None:
    assert httpx.get(f"{desk.client.address}{path}", headers=desk.client.http.headers, trust_env=False, timeout=60).status_code == 404


def test_a_browser_that_is_not_signed_in_reads_what_to_do(desk: Desk) -> None:
    page = httpx.get(desk.client.address, headers={"Accept": "text/html"}, trust_env=False, timeout=60)
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (401, "text/html") and "rowsmith serve" in page.text


def test_what_an_address_cannot_ask_for_is_refused(desk: Desk) -> None:
    told = desk.client.get("/projects", status=422, limitt=3)
    assert "limitt" in told["what"] and "limit" in told["fix"]
    assert desk.client.get("/health", status=422, limit=3)["fix"]


def test_every_body_is_cleaned_and_refuses_what_it_does_not_know() -> None:
    routers = [module.router for name in MODULES if hasattr(module := import_module(f"rowsmith.api.{name}"), "router")]
    fields = [field for router in routers for route in router.routes for field in route.dependant.body_params]
    kinds = {field.field_info.annotation for field in fields}
    assert len(kinds) > 40 and [kind for kind in kinds if not issubclass(kind, Body)] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/projects", '{"name": "%s"}'), ("POST", "/projects/default/runs", '{"recipe": "%s"}'),
        ("POST", "/projects/default/guides", '{"name": "one", "text": "%s"}'), ("PUT", "/models/openai%%2Fx", '{"licence": "%s"}'),
        ("POST", "/detect", '{"file": "%s"}'), ("POST", "/uploads", '{"name": "%s"}'),
    ],
)
def test_half_a_character_is_no_trouble(desk: Desk, method: str, path: str, body: str) -> None:
    said = body.replace("%s", "half \\ud800")
    told = desk.client.http.request(method, path.replace("%%", "%"), content=said, headers={"content-type": "application/json"})
    assert told.status_code < 500, told.text
