from __future__ import annotations

import socket
import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from rowsmith.core.errors import NotFound
from rowsmith.testing import FAULTS, ModelServer
from rowsmith.testing.faults import fault
from rowsmith.testing.rate_meter import RateMeter

DELIVERIES = ["hang", "stall", "slow_headers", "slow_body", "endless", "late", "reset_after", "reset_before", "reset_body", "closed"]


def retry_after(form: str, ask: Any) -> tuple[dict[str, str], float | None]:
    with ModelServer(faults={f"429:{form}": 1}, retry_after_s=1.5) as server:
        return ask(server, "x").headers, server.calls.requests[0].retry_after_s


def test_every_form_of_retry_after(ask: Any) -> None:
    assert retry_after("seconds", ask)[0]["retry-after"] == "2"
    headers, promised = retry_after("date", ask)
    assert 1.5 <= (parsedate_to_datetime(headers["retry-after"]) - parsedate_to_datetime(headers["date"])).total_seconds() <= 4
    assert 1.5 <= promised <= 2.5
    assert retry_after("ms", ask)[0]["retry-after-ms"] == "1500"
    assert retry_after("reset", ask)[0]["x-ratelimit-reset-requests"] == "1.5s"
    assert retry_after("negative", ask)[0]["retry-after"] == "-5"
    assert retry_after("day", ask) == (retry_after("86400", ask)[0] | {}, 86400.0)
    assert retry_after("garbage", ask)[1] is None
    assert not {"retry-after", "retry-after-ms"} & set(retry_after("missing", ask)[0])
    assert retry_after("7", ask)[1] == 7.0


def test_mixed_takes_several_forms(ask: Any) -> None:
    with ModelServer(faults={"429": 1}, retry_after="mixed") as server:
        seen = {tuple(sorted(k for k in ask(server, f"row {i}").headers if "r" in k)) for i in range(30)}
    assert len(seen) >= 3


@pytest.mark.parametrize("status", ["400", "403", "500", "502", "503", "504", "529"])
def test_statuses_are_not_billed(ask: Any, post: Any, status: str) -> None:
    with ModelServer(faults={status: 1}, price_in=1) as server:
        got = ask(server, "x")
        assert (got.status, "retry-after" in got.headers) == (int(status), False)
        assert got.json["error"]["message"]
        body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
        assert post(server.root, body, "/v1/messages").json["type"] == "error"
        assert server.calls.cost() == 0
        assert server.calls.billed == []


def test_bodies_that_are_no_request_get_400(post: Any) -> None:
    with ModelServer() as server:
        for body in (b"{", b"[]", b'{"model": "m"}', b'{"messages": []}'):
            assert post(server.root, body).status == 400
        assert len(server.calls) == 4


def first_bytes(server: ModelServer, seconds: float) -> bytes:
    """What comes within so many seconds, or until the end; b"reset" at the end of it when the connection is reset."""
    data = b'{"model":"m","messages":[{"role":"user","content":"x"}]}'
    got, end = b"", time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", int(server.root.rsplit(":", 1)[1])), timeout=10) as client:
        client.sendall(b"POST /v1/messages HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(data), data))
        while (left := end - time.monotonic()) > 0:
            client.settimeout(left)
            try:
                piece = client.recv(4096)
            except TimeoutError:
                return got + b"..."
            except ConnectionResetError:
                return got + b"reset"
            if not piece:
                return got
            got += piece
    return got + b"..."


def test_faults_of_the_road() -> None:
    with ModelServer() as server:
        got = {}
        for name in DELIVERIES:
            server.change(faults={{"slow_headers": "slow_headers:0.01", "slow_body": "slow_body:0.01", "late": "late:0.01"}.get(name, name): 1})
            got[name] = first_bytes(server, 0.5)
        calls = {call.fault.split(":")[0]: call for call in server.calls.requests}
    assert got["hang"] == b"..."
    assert b'"type"' in got["stall"]
    assert got["stall"].endswith(b"...")
    assert b"HTTP/1.1 200 OK".startswith(got["slow_headers"][:15])
    assert b"\r\n\r\n" in got["slow_body"]
    assert got["slow_body"].endswith(b"...")
    assert len(got["endless"]) > 10_000
    assert got["late"].endswith(b"}}")
    assert got["reset_after"] == got["reset_before"] == b"reset"
    assert got["reset_body"].startswith(b"HTTP/1.1 200 OK")
    assert got["reset_body"].endswith(b"reset")
    assert got["closed"] == b""
    assert [name for name in DELIVERIES if not calls[name].billed] == ["reset_before"]
    assert set(DELIVERIES) <= set(FAULTS)


def test_reset_before_can_be_scripted_for_a_body(ask: Any) -> None:
    with ModelServer(fault_sequence=["reset_before"]) as server:
        with pytest.raises(ConnectionResetError):
            ask(server, "x")
        assert ask(server, "x").status == 200
        assert [call.billed for call in server.calls.requests] == [False, True]
        assert server.calls.repeated() == {}
        assert len(server.calls.repeated(billed=False)) == 1


def test_late_success_is_billed_though_the_client_has_gone(ask: Any) -> None:
    with ModelServer(faults={"late:20": 1}, price_out=1) as server:
        with pytest.raises(TimeoutError):
            ask(server, "x", timeout_s=0.05)
        server.change(faults={})
        ask(server, "x")
        late, good = server.calls.requests
        assert (late.billed, late.written, good.written) == (True, False, True)
        assert late.cost_usd == good.cost_usd > 0
        assert list(server.calls.repeated().values()) == [1]


@pytest.mark.parametrize(
    ("text", "message"),
    [("malfromed", "Did you mean 'malformed'"), ("429:later", "form of Retry-After"), ("html:5", "takes no argument"), ("stall:x", "not a number")],
)
def test_unknown_faults_are_named(text: str, message: str) -> None:
    with pytest.raises(NotFound, match=message):
        fault(text)


def test_the_rate_meter_tells_the_true_wait() -> None:
    meter = RateMeter(rpm=60, burst=2)
    assert [meter.ask(100.0), meter.ask(100.0)] == [0.0, 0.0]
    assert meter.ask(100.25) == pytest.approx(0.75)
    assert meter.ask(101.0) == 0.0
    assert meter.ask(101.5) == pytest.approx(0.5)
