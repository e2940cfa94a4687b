"""A canary key: a server that repeats it in every way it can, and a hunt for it through everything that was written."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
import threading
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import inspect

from rowsmith.store.database import Database

DEPTH = 6
VIRTUAL = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"


class Parrot(ThreadingHTTPServer):
    """Answers as the question's last word says, and repeats the key that it was sent each time. `keys` holds all that it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.keys: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    def __enter__(self) -> Parrot:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is killed leaves."""


class _Answers(BaseHTTPRequestHandler):
    server: Parrot
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        self.server.keys.append(key)
        text = str(body["messages"][-1]["content"])
        how = text.split()[-1]
        error = json.dumps({"error": {"message": f"Wrong key {key} (Bearer {key})", "type": key, "code": key}}).encode()
        if how.isdigit():
            wait = {"Retry_After": "3600"} if how == "429" else {}
            return self._say(int(how), error, **wait)
        if how == "redirect":
            return self._say(307, error, Location=f"{self.server.url}/other?key={key}")
        if how == "page":
            return self._say(200, f"<html>Your key is {key}</html>".encode(), "text/html")
        if how == "broken":
            self._say(200, error[:20] + key.encode(), length=10_000)
            self.close_connection = True
            return None
        said = {"answer": f"{text} {key}" if how == "repeats" else text}
        message = {"role": "assistant", "content": json.dumps(said)}
        usage = {"prompt_tokens": 20, "completion_tokens": 10}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        answer = {"debug": {"Authorization": f"Bearer {key}"}, "usage": usage, "choices": [choice]}
        return self._say(200, json.dumps(answer).encode(), x_key=key)

    def _say(self, status: int, body: bytes, kind: str = "application/json", length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length or len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


def forms(key: str) -> dict[str, bytes]:
    """How a key may lie in bytes."""
    raw = key.encode()
    out = {"as it is": raw, "backwards": raw[::-1], "hex": raw.hex().encode(), "UTF-16": key.encode("utf-16-le")}
    out["quoted"] = quote(key, safe="").encode()
    for shift in range(3):  # base64 of a longer text: what does not depend on its neighbours
        coded = b64encode(b"\0" * shift + raw).rstrip(b"=")
        out[f"base64 at {shift}"] = coded[(0, 2, 3)[shift] : -2]
    return out


def hunted(key: str, name: str, data: bytes) -> list[str]:
    """Where the key lies in these bytes, or in anything that unpacks from them."""
    wanted = forms(key)
    return [f"{place} ({form})" for place, layer in layers(name, data) for form, needle in wanted.items() if needle in layer]


def layers(name: str, data: bytes, depth: int = DEPTH) -> Iterator[tuple[str, bytes]]:
    """The bytes, and what lies in them: archives, compressed blocks, base64."""
    yield name, data
    if depth:
        for inner, found in _inside(data):
            yield from layers(f"{name} > {inner}", found, depth - 1)


def _inside(data: bytes) -> Iterator[tuple[str, bytes]]:
    if data[:2] == b"\x1f\x8b":
        yield "gunzip", gzip.decompress(data)
    for start in (0, 1):
        if data[start : start + 1] == b"\x78":
            try:
                yield "inflate", zlib.decompress(data[start:])
            except zlib.error:
                continue
    if data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                if (file := tar.extractfile(member)) is not None:
                    yield member.name, file.read()
    if data[:1] == b"[":  # rows of a backup: bytes stand there as base64
        for coded in re.findall(rb'"([A-Za-z0-9+/]{16,}={0,2})"', data):
            if len(coded) % 4 == 0:
                yield "base64", b64decode(coded)


def files(folder: Path, *without: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, but for those folders."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(path.is_relative_to(one) for one in without):
            yield str(path.relative_to(folder)), path.read_bytes()


def rows(db: Database) -> Iterator[tuple[str, bytes]]:
    """Every value of every table; what a virtual table shows lies in the tables that it keeps for itself."""
    with db.read() as conn:
        virtual = set(conn.exec_driver_sql(VIRTUAL).scalars()) if db.dialect == "sqlite" else set()
        for table in sorted(set(inspect(conn).get_table_names()) - virtual):
            for number, row in enumerate(conn.exec_driver_sql(f'SELECT * FROM "{table}"').mappings()):
                for column, value in row.items():
                    yield f"{table}[{number}].{column}", bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


@contextmanager
def parrot() -> Iterator[Parrot]:
    """A running one."""
    with Parrot() as server:
        yield server
