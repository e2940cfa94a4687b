"""The code on docs/python.md does what the page says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from terminal import ROOT

from rowsmith.testing import ModelServer, Request

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


def block(language: str, nth: int = 0) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[nth]


def ran(*words: str, folder: Path, **more: str) -> str:
    env = {**os.environ, "ROWSMITH_CONFIG": str(folder / "config"), **more}
    done = subprocess.run([sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_recipe_in_python(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(block("python"), encoding="utf-8")
    said = ran("page.py", folder=tmp_path)
    assert said == "finished 2 {'nameless': 1}\nHello, Ada!\nHello, Grace!\n"
    assert "`finished 2 {'nameless': 1}`" in PAGE
    assert (tmp_path / "greetings.jsonl").read_text(encoding="utf-8").count("\n") == 2


def test_it_works_within_a_running_loop(tmp_path: Path) -> None:
    code = block("python").replace("\n", "\n    ")
    (tmp_path / "page.py").write_text(f"import asyncio\nasync def cell():\n    {code}\nasyncio.run(cell())\n", encoding="utf-8")
    assert ran("page.py", folder=tmp_path).startswith("finished 2 ")


def test_a_step_of_your_own(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "shout.py").write_text(block("python", 1), encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text(block("yaml"), encoding="utf-8")
    rowsmith = ("-m", "rowsmith.cli.main")
    ran(*rowsmith, "plugins", "trust", "plugins", folder=tmp_path)
    assert "empty_text 1" in ran(*rowsmith, "run", "recipe.yaml", folder=tmp_path)
    assert ran(*rowsmith, "rows", "loud", folder=tmp_path) == '{"text":"HELLO"}\n'


ASK = """
name: asked
models:
  writer: {model: MODEL, base_url: "URL"}
steps:
  - kind: read.rows
    rows: [{text: bread}, {text: tea}]
  - {kind: generate.columns, prompt: "Ask about {{ text }}.", output: {question: string}}
"""


def asked(folder: Path, model: str, url: str, **env: str) -> str:
    (folder / "recipe.yaml").write_text(ASK.replace("MODEL", model).replace("URL", url), encoding="utf-8")
    ran("-m", "rowsmith.cli.main", "plugins", "trust", "plugins", folder=folder)
    return ran("-m", "rowsmith.cli.main", "run", "recipe.yaml", folder=folder, **env)


def test_a_profile_of_your_own(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "acme.yaml").write_text(block("yaml", 1), encoding="utf-8")
    seen: list[Request] = []
    with ModelServer(lambda request: seen.append(request), api_key="sk-acme-00000000") as server:
        model = "acme/large, seed: 7"
        assert "2 requested = 2 kept" in asked(tmp_path, model, server.url, ACME_API_KEY="sk-acme-00000000")
        assert [request.data["random_seed"] for request in seen] == [7, 7]
        assert seen[0].data["response_format"]["type"] == "json_schema"


@contextmanager
def plain() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server with the protocol of the page's Plain."""
    seen: list[dict[str, Any]] = []

    class Serving(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append({"path": self.path, "key": self.headers["X-Key"], **json.loads(self.rfile.read(int(self.headers["Content-Length"])))})
            body = json.dumps({"text": '{"question": "What is it?"}', "cut": False, "tokens": [5, 7]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Serving) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


def test_a_provider_of_your_own(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "plain.py").write_text(block("python", 3), encoding="utf-8")
    with plain() as (url, seen):
        assert "2 requested = 2 kept" in asked(tmp_path, "plain/small, max_tokens: 50", url, PLAIN_KEY="k-plain")
    assert [(one["path"], one["key"], one["model"], one["most"]) for one in seen] == [("/generate", "k-plain", "small", 50)] * 2
    assert "Ask about bread." in seen[0]["prompt"] + seen[1]["prompt"]
    rowsmith = ("-m", "rowsmith.cli.main")
    recipe = (tmp_path / "recipe.yaml").read_text(encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text(recipe.replace("max_tokens: 50", "seed: 1"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *rowsmith, "check", "recipe.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "ROWSMITH_CONFIG": str(tmp_path / "config"), "PLAIN_KEY": "k"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "Plain has no seed. Leave it out." in " ".join((done.stdout + done.stderr).split())
