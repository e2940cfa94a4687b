"""Only `connectors` and the wire of the gate to models open network connections, so that every address goes through one table."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "rowsmith"
MAY = {"connectors", "llm/wire.py", "testing"}
CLIENTS = {
    "aiohttp", "ftplib", "http.client", "httpcore", "httpx", "httpx2", "imaplib", "niquests", "nntplib", "poplib", "pycurl", "requests", "smtplib",
    "socketserver", "telnetlib", "tornado", "twisted", "urllib.request", "urllib3", "websocket", "websockets", "xmlrpc",
}  # fmt: skip
CALLS = {"create_connection", "open_connection", "open_unix_connection", "create_datagram_endpoint", "sock_connect", "connect_ex", "urlopen"}


def opens(code: str) -> list[str]:
    """What in this code opens connections, or could."""
    found: list[str] = []
    for node in ast.walk(ast.parse(code)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{name}" for name in names)]
        found += [name for name in names if any(name == client or name.startswith(f"{client}.") for client in CLIENTS)]
        found += [name for name in names if name.rpartition(".")[2] in CALLS]
        if isinstance(node, ast.Attribute) and node.attr in CALLS:
            found.append(node.attr)
    return found


def test_nobody_else_opens_a_connection() -> None:
    files = [path for path in SOURCES.rglob("*.py") if not {path.relative_to(SOURCES).parts[0], path.relative_to(SOURCES).as_posix()} & MAY]
    assert len(files) > 100
    assert {str(path.relative_to(SOURCES)): found for path in files if (found := opens(path.read_text(encoding="utf-8")))} == {}


def test_those_who_may_do() -> None:
    assert [name for name in ("llm/wire.py", "connectors/egress.py") if not opens((SOURCES / name).read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "code",
    ["import requests", "import httpx as h", "from aiohttp import ClientSession", "import urllib.request", "from urllib import request",
     "import http.client", "from http import client", "from socket import create_connection", "socket.create_connection(('h', 1))",
     "await asyncio.open_connection('h', 1)",
     "loop.create_connection(p, 'h', 1)", "import urllib3.util", "def f():\n    import httpx"],
)  # fmt: skip
def test_it_is_noticed(code: str) -> None:
    assert opens(code)


@pytest.mark.parametrize("code", ["from urllib.parse import urlsplit", "import socket\nsocket.gethostname()", "from http import HTTPStatus"])
def test_what_opens_nothing_is_let_be(code: str) -> None:
    assert not opens(code)
