"""Each bad shape, as a client that reads bytes sees it."""

from __future__ import annotations

import gzip
import json
import socket
import time
import zlib
from typing import Any

import pytest

from rowsmith.testing import SHAPES, ModelServer

TEXT = "Rivers flow from the hills to the sea."


def raw(server: ModelServer, fault: str, path: str = "/v1/chat/completions", most: int = 1 << 22) -> bytes:
    """Everything that comes back on a connection of its own, up to `most` bytes."""
    body = {"model": "m", "messages": [{"role": "user", "content": TEXT}], "response_format": {"type": "json_object"}}
    data = json.dumps(body).encode()
    server.change(faults={fault: 1})
    with socket.create_connection(("127.0.0.1", int(server.root.rsplit(":", 1)[1])), timeout=10) as client:
        client.sendall(b"POST %b HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (path.encode(), len(data), data))
        got = b""
        while len(got) < most and (piece := client.recv(1 << 16)):
            got += piece
    return got


@pytest.fixture(scope="module")
def server() -> Any:
    with ModelServer() as running:
        yield running


def split(got: bytes) -> tuple[bytes, bytes]:
    head, _, body = got.partition(b"\r\n\r\n")
    return head, body


def content(server: ModelServer, fault: str) -> tuple[str, str]:
    choice = json.loads(split(raw(server, fault))[1])["choices"][0]
    return choice["message"]["content"], choice["finish_reason"]


def test_there_are_at_least_the_shapes_of_the_battery() -> None:
    assert len(SHAPES) >= 30


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_comes_with_status_200_in_both_dialects(server: ModelServer, shape: str, path: str) -> None:
    small = shape if shape not in ("oversized", "gzip_bomb") else f"{shape}:2"
    head, _ = split(raw(server, small, path))
    assert head.startswith(b"HTTP/1.1 200 ")
    assert server.calls.requests[-1].fault == small


def test_contents(server: ModelServer) -> None:
    good, _ = content(server, "wrong_content_type")
    value = json.loads(good)
    assert content(server, "cut") == (good[: len(good) // 2], "length")
    assert content(server, "cut_json") == (good[: len(good) // 2], "stop")
    assert content(server, "content_filter")[1] == "content_filter"
    assert content(server, "bom")[0] == f"\ufeff{good}"
    assert f"```json\n{good}\n```" in content(server, "fenced")[0]
    assert content(server, "two_values")[0].startswith(good)
    assert content(server, "empty_content") == ("", "stop")
    assert content(server, "nan")[0] == '{"answer": Infinity}'
    assert "\\u0000" in content(server, "nul")[0]
    assert json.loads(content(server, "lone_surrogate")[0])["answer"] == "half \ud83d of a pair"
    assert content(server, "duplicate_keys")[0].count('"answer"') == 2
    assert set(json.loads(content(server, "wrong_schema")[0])).isdisjoint(value)
    assert content(server, "deep_json")[0].startswith("[" * 1000)
    assert len(content(server, "huge_integer")[0]) > 5000
    with pytest.raises(ValueError):
        json.loads(content(server, "malformed")[0])


def test_bodies(server: ModelServer) -> None:
    body = {shape: split(raw(server, shape))[1] for shape in ("bad_utf8", "bom_body", "surrogate_body", "html", "empty_body", "empty_choices")}
    with pytest.raises(UnicodeDecodeError):
        body["bad_utf8"].decode()
    assert body["bom_body"].startswith(b"\xef\xbb\xbf{")
    assert b"\\ud800" in body["surrogate_body"]
    assert body["html"].startswith(b"<!doctype html>")
    assert body["empty_body"] == b""
    assert json.loads(body["empty_choices"])["choices"] == []
    message = json.loads(split(raw(server, "refusal"))[1])["choices"][0]["message"]
    assert (message["content"], message["refusal"] != "") == (None, True)
    assert json.loads(split(raw(server, "tool_call"))[1])["choices"][0]["message"]["tool_calls"]
    assert json.loads(split(raw(server, "content_null"))[1])["choices"][0]["message"]["content"] is None
    assert json.loads(split(raw(server, "bad_usage"))[1])["usage"]["prompt_tokens"] == -5
    assert json.loads(split(raw(server, "error_body"))[1])["error"]
    assert b"text/plain" in split(raw(server, "wrong_content_type"))[0]
    head, events = split(raw(server, "sse_without_end"))
    assert (b"text/event-stream" in head, b"[DONE]" in events) == (True, False)
    with pytest.raises(ValueError):
        json.loads(split(raw(server, "malformed_envelope"))[1])


def test_lengths_that_lie(server: ModelServer) -> None:
    def promised(got: bytes) -> tuple[int, int]:
        head, body = split(got)
        return int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]), len(body)

    long, short = promised(raw(server, "length_too_long:7")), promised(raw(server, "length_too_short:7"))
    assert (long[0] - long[1], short[0] - short[1]) == (7, -7)
    chunked = split(raw(server, "unterminated_chunks"))[1]
    assert not chunked.endswith(b"0\r\n\r\n")


def test_large_bodies(server: ModelServer) -> None:
    head, body = split(raw(server, "oversized:3"))
    assert len(body) > 3 << 20
    head, small = split(raw(server, "gzip_bomb:64"))
    assert b"content-encoding: gzip" in head
    assert len(small) < 200_000
    unpacked = gzip.decompress(small)
    assert len(unpacked) > 64 << 20
    assert json.loads(unpacked)["choices"]
    assert zlib.decompressobj(31).decompress(small, 1000) == b" " * 1000


def test_a_client_that_stops_reading_a_large_body_is_noted(server: ModelServer) -> None:
    raw(server, "oversized:64", most=1 << 16)
    server.change(faults={})
    deadline = time.monotonic() + 10
    while server.calls.requests[-1].written is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert server.calls.requests[-1].written is False
