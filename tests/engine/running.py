"""Recipes as plain data, carried out by a Lab in the test's own folder against a scripted model server."""

from __future__ import annotations

import io
import json
import subprocess
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import yaml
from lent import made_home

from rowsmith import Lab
from rowsmith.app.results import Result
from rowsmith.cli.main import main
from rowsmith.core.row import Row
from rowsmith.testing import ModelServer, Request

Plain = dict[str, Any]
COUNTS = ("kept", "cancelled", "pending")


class Bench:
    """`bench.run(step, step, target=3)` runs these steps; `asked` holds every request that the server saw, `texts` their last user message.

    The server answers with `reply(request)` where it is given, else with what fits the schema. Steps are mappings as YAML has them.
    """

    def __init__(self, folder: Path, reply: Any = None, **script: Any) -> None:
        self.folder = folder
        self.environ: dict[str, str] = {}
        self.asked: list[Request] = []
        self._reply = reply
        self.server = ModelServer(self._answer, **script)
        self._lab: Lab | None = None

    def __enter__(self) -> Bench:
        self.server.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._lab is not None:
            self._lab.close()
        self.server.__exit__(*error)

    def _answer(self, request: Request) -> Any:
        self.asked.append(request)
        return self._reply(request) if self._reply else None

    @property
    def lab(self) -> Lab:
        """The Lab, opened when first used."""
        if self._lab is None:
            self._lab = Lab(made_home(self.folder / "home"), environ=self.environ)
        return self._lab

    @property
    def runs(self) -> Any:
        """The runs of the default project."""
        return self.lab.project().runs

    @property
    def texts(self) -> list[str]:
        """What was asked, in order of arrival."""
        return [request.text for request in self.asked]

    def model(self, **settings: Any) -> Plain:
        """A model of the scripted server."""
        return {"model": "openai/m", "base_url": self.server.url, **settings}

    def recipe(self, *steps: Plain, file: str = "recipe.yaml", **top: Any) -> Path:
        """A recipe file with these steps; roles `writer` and `judge` are there unless `models` says otherwise."""
        path = self.folder / file
        models = {"writer": self.model(), "judge": self.model()}
        said = {"name": "t", "models": models, **top, "steps": list(steps)}
        path.write_text(yaml.dump(said, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")
        return path

    def run(self, *steps: Plain, top: Plain | None = None, **options: Any) -> Result:
        """Run these steps as one recipe; `options` are those of Runs.start."""
        result: Result = self.runs.start(self.recipe(*steps, **(top or {})), **options)
        conserved(result)
        return result

    def rows(self, result: Result) -> list[Row]:
        """The kept rows of a run, in row order."""
        return list(self.runs.rows(result.run))

    def said(self, result: Result, column: str = "text") -> list[Any]:
        """One column of the kept rows."""
        return [row.data.get(column) for row in self.rows(result)]


def conserved(result: Result | Plain) -> None:
    """requested = kept + dropped + failed + cancelled + pending, and the funnel adds up to the same sums."""
    told = result if isinstance(result, dict) else result.dump()
    assert told["requested"] == sum(told[name] for name in COUNTS) + sum(told["dropped"].values()) + sum(told["failed"].values()), told
    over = told["dropped"].get("over_target", 0)
    for side in ("dropped", "failed"):
        summed = sum(sum(passage[side].values()) for passage in told["funnel"])
        assert summed == sum(told[side].values()) - (over if side == "dropped" else 0), told
    for passage in told["funnel"]:
        assert passage["passed"] >= 0


def texts(*said: str) -> Plain:
    """A source of rows with a column `text`."""
    return {"kind": "read.rows", "rows": [{"text": text} for text in said]}


def ask(prompt: str = "Say {{ text }}", **settings: Any) -> Plain:
    """A step that asks for a column `answer`."""
    return {"kind": "generate.columns", "prompt": prompt, "output": {"answer": "string"}, **settings}


def jsonl(path: Path, rows: Sequence[Any]) -> Path:
    """A JSONL file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def called(arguments: list[str], env: dict[str, str], folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command line in this process, which is quicker; whatever is no error of ours is a traceback."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("sys.stdin", io.StringIO(stdin))
        for name, value in env.items():
            patch.setenv(name, value)
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code or 0
        except Exception:  # noqa: BLE001 - what a user would see as a traceback
            err.write(traceback.format_exc())
            code = 70
    return subprocess.CompletedProcess(arguments, int(code), out.getvalue(), err.getvalue())
