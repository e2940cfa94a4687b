"""What a page that is open elsewhere in the browser, or a program without the token, can do to a server on this machine: nothing."""

from __future__ import annotations

import http.client
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served import Client, Desk

from rowsmith.api.application import make
from rowsmith.api.safety import BODY, OPEN
from rowsmith.api.session import Session
from rowsmith.app.lab import Lab
from rowsmith.core.errors import Invalid, Unavailable


def raw(client: Client, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
    """A request with exactly these headers."""
    parts = urlsplit(client.address)
    wire = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=30)
    wire.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": parts.netloc, **headers}.items():
        wire.putheader(name, value)
    wire.endheaders(body)
    got = wire.getresponse()
    found = got.status, {name.lower(): value for name, value in got.getheaders()}, got.read()
    wire.close()
    return found


def signed(client: Client) -> dict[str, str]:
    return {"Authorization": client.http.headers["authorization"]}


def test_nobody_without_the_token_is_heard_by_any_route(desk: Desk, tmp_path: Path) -> None:
    with Lab(tmp_path / "home") as lab:
        app = make(lab, Session(tmp_path), ["x"])
        told = [(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods]
    asked = 0
    for method, path in told:
        if path not in OPEN:
            status, _, body = raw(desk.client, method, path.replace("{", "").replace("}", ""), {})
            assert (method, path, status) == (method, path, 401), body
            asked += 1
    assert asked > 15
    for method in ("GET", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "BREW"):
        for path in ("/", "/assets/x.js", "//api/v1/projects", "/api/v1/health/", "/API/v1/health", "/api/v1/%2e%2e/projects"):
            assert raw(desk.client, method, path, {})[0] in (401, 405), (method, path)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:80", "", "127.0.0.1:80@evil.example"])
def test_a_name_that_was_bound_to_this_machine_elsewhere_is_refused(desk: Desk, host: str) -> None:
    for path in ("/api/v1/health", "/api/v1/projects", "/"):
        assert raw(desk.client, "GET", path, {**signed(desk.client), "Host": host})[0] in (400, 403)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_a_page_of_another_site_changes_nothing(desk: Desk, headers: dict[str, str]) -> None:
    body = b'{"name": "taken"}'
    sent = {**signed(desk.client), "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    assert raw(desk.client, "POST", "/api/v1/projects", sent, body)[0] == 403
    assert [one["name"] for one in desk.client.get("/projects")["items"]] == ["default"]
    own = {name: value for name, value in sent.items() if name not in headers}
    assert raw(desk.client, "POST", "/api/v1/projects", {**own, "Origin": desk.client.address, "Sec-Fetch-Site": "same-origin"}, body)[0] == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_of_another_page_is_not_taken_for_json(desk: Desk, kind: str) -> None:
    body = b'{"name": "taken"}'
    sent = {**signed(desk.client), "Content-Length": str(len(body)), **({"Content-Type": kind} if kind else {})}
    assert raw(desk.client, "POST", "/api/v1/projects", sent, body)[0] == 415


def test_a_body_is_cut_off_before_it_is_read(desk: Desk) -> None:
    sent = {**signed(desk.client), "Content-Type": "application/json", "Content-Length": str(BODY + 1)}
    assert raw(desk.client, "POST", "/api/v1/projects", sent)[0] == 413


def test_every_answer_says_what_a_page_may_do(desk: Desk) -> None:
    nonces = set()
    for path, headers in (("/api/v1/health", {}), ("/api/v1/projects", {}), ("/", signed(desk.client)), ("/api/v1/no", signed(desk.client))):
        _, got, _ = raw(desk.client, "GET", path, headers)
        policy = got["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and got["x-content-type-options"] == "nosniff" and got["referrer-policy"] == "no-referrer"
        assert "server" not in got
        nonces.add(policy.partition("nonce-")[2].partition("'")[0])
    assert len(nonces) == 4


def test_the_launch_link_opens_once_and_its_cookie_outlives_the_server(tmp_path: Path) -> None:
    first = Session(tmp_path)
    link = first.launch()
    assert not first.open("") and not first.open(link + "x")
    assert (first.open(link), first.open(link)) == (True, False)
    again = Session(tmp_path)
    assert again.allows(first.cookie, "") and again.allows("", first.token)
    assert not again.allows("", "") and not again.allows(first.token, "") and not again.allows("", first.cookie)
    assert stat.S_IMODE((tmp_path / "serve.token").stat().st_mode) == 0o600
    (tmp_path / "serve.token").write_text("short")
    with pytest.raises(Unavailable, match="holds no token"):
        Session(tmp_path)


def test_a_browser_is_let_in_by_its_link(desk: Desk) -> None:
    token = desk.client.session.launch()
    status, got, _ = raw(desk.client, "GET", f"/launch?token={token}", {})
    assert (status, got["location"]) == (303, "/")
    cookie = got["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert raw(desk.client, "GET", "/api/v1/projects", {"Cookie": cookie.partition(";")[0]})[0] == 200
    assert raw(desk.client, "GET", "/api/v1/projects", {"Cookie": "rowsmith=wrong"})[0] == 401
    assert raw(desk.client, "GET", f"/launch?token={token}", {})[0] == 401


def test_a_server_that_others_can_reach_is_refused(tmp_path: Path) -> None:
    from rowsmith.api.serving import serve

    with Lab(tmp_path / "home") as lab, pytest.raises(Invalid, match="can be reached by others"):
        serve(lab, tmp_path, host="0.0.0.0")
