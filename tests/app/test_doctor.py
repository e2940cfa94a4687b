"""The doctor: how the home is kept, what is installed, which model servers answer, what to do next."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from homes import Place

import rowsmith
from rowsmith.app.doctor import doctor
from rowsmith.app.lab import Lab

KEY = "sk-0123456789abcdef"
LISTED = {"object": "list", "data": [{"id": "llama3.2"}, {"id": "qwen3:4b"}]}


@contextmanager
def listing(said: Any = LISTED, status: int = 200) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A model server that answers every GET with `said`; its host and port, and (path, key) of what it was asked."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Authorization", "")))
            body = said if isinstance(said, bytes) else orjson.dumps(said)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def of(facts: dict[str, Any], provider: str) -> dict[str, Any]:
    (found,) = [server for server in facts["servers"] if server["provider"] == provider]
    return dict(found)


def test_it_says_how_the_home_is_kept(where: Place) -> None:
    with where.lab() as lab:
        facts = doctor("home", lab, offline=True)
        assert (facts["rowsmith"], facts["home"]) == (rowsmith.__version__, "home")
        assert facts["profile"] == ("postgresql" if where.database else "wal+flock")
        assert facts["schema"] == where.query("SELECT version_num FROM alembic_version")[0][0]
        assert (facts["files"], facts["problems"]) == (str(where.files), [])
        assert (where.database or "rowsmith.db") in facts["database"]


def test_a_local_server_is_found_with_its_models_and_the_next_step_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with listing() as (host, asked):
        monkeypatch.setenv("OLLAMA_HOST", host)
        facts = doctor(".rowsmith", None)
    assert asked == [("/v1/models", "")]
    assert of(facts, "ollama") == {
        "provider": "ollama", "address": f"http://{host}/v1", "local": True, "models": ("llama3.2", "qwen3:4b"), "trouble": "", "answered": True
    }  # fmt: skip
    assert facts["next"] == [
        "Ask a model once: `rowsmith models test ollama/llama3.2`.", "There is no home in .rowsmith yet; the first `rowsmith run RECIPE` makes one."
    ]  # fmt: skip
    assert "database" not in facts


def test_offline_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with listing() as (host, asked):
        monkeypatch.setenv("OLLAMA_HOST", host)
        assert doctor(".rowsmith", None, offline=True)["servers"] == []
    assert asked == []


@pytest.mark.parametrize(
    ("said", "status", "trouble"),
    [
        ({"error": {"message": f"Incorrect API key provided: {KEY}"}}, 401, "HTTP 401: Incorrect API key provided: [key]"),
        (b"<html>It works!</html>", 200, "what answers there gives no list of models"),
        (b"", 500, "HTTP 500"),
    ],
)
def test_a_server_that_answers_strangely_is_told_and_its_key_is_not(
    said: Any, status: int, trouble: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with listing(said, status) as (host, asked):
        monkeypatch.setenv("OLLAMA_HOST", host)
        with Lab(tmp_path / "home", environ={"OLLAMA_HOST": host, "OLLAMA_API_KEY": KEY}) as lab:
            lab.keys.allow("OLLAMA_API_KEY", f"http://{host}")
            facts = doctor("home", lab)
    assert asked == [("/v1/models", f"Bearer {KEY}")]
    found = of(facts, "ollama")
    assert (found["models"], found["trouble"], found["answered"]) == (None, trouble, True)
    assert f"ollama gives no list of its models at http://{host}/v1: {trouble}" in facts["next"]
    assert KEY not in str(facts)


def test_servers_that_are_not_there_are_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    facts = doctor(".rowsmith", None)
    assert (of(facts, "ollama")["answered"], any("127.0.0.1:9" in step for step in facts["next"])) == (False, False)
    if not any(server["models"] for server in facts["servers"]):
        assert any("No model answers yet" in step and "keys add" in step for step in facts["next"])


def test_every_extra_is_told_with_what_it_installs() -> None:
    extras = doctor(".rowsmith", None, offline=True)["extras"]
    assert set(extras) >= {"postgres", "keyring", "litellm", "local"}
    assert all(version and version[0].isdigit() for version in extras["local"].values())


def test_it_works_where_a_loop_runs_already(monkeypatch: pytest.MonkeyPatch) -> None:
    async def notebook() -> dict[str, Any]:
        return doctor(".rowsmith", None)

    with listing() as (host, _):
        monkeypatch.setenv("OLLAMA_HOST", host)
        assert of(asyncio.run(notebook()), "ollama")["models"]
