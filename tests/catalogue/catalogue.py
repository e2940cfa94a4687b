"""Recipes of the catalogue carried out as their tests script them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from case import Case, usual
from running import Bench
from sandboxed import require_sandbox

from rowsmith.app.catalogue import copied, one
from rowsmith.app.results import Result
from rowsmith.core.row import Row
from rowsmith.testing import Request


def case_of(name: str) -> Case:
    """What the tests know of a recipe."""
    found: Case = import_module(f"scripted.{name.replace('-', '_')}").CASE
    return found


def settings(name: str, case: Case, url: str) -> dict[str, str]:
    """What is given to a recipe, of which it takes what it declares."""
    sets = {"model": "openai/large", "base_url": url, **case.sets}
    return {key: value for key, value in sets.items() if key in one(name).parameters}


def laid_out(case: Case, folder: Path) -> None:
    """The files of a case, in a folder, where it can be carried out at all."""
    if case.executes:
        require_sandbox()
    for path, content in case.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)


def edited(name: str, folder: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of a recipe, as its user has changed it."""
    path = copied(name, folder / "mine.yaml", force=True)
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(data)
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def carried_out(
    name: str, folder: Path, *, answers: Callable[[Request], Any] = lambda request: None, kept: int | None = None, target: str | None = "",
    asked: list[Request] | None = None, environ: Mapping[str, str] | None = None, edit: Callable[[dict[str, Any]], None] | None = None, **sets: str,
) -> tuple[Result, list[Row]]:  # fmt: skip
    """The result of a run in a folder of its own, and its rows: as the recipe's case has it, with other `sets`, and with `answers` where these give
    something.

    target: rows to go on for; default: those of the case; None: once over the input, however many there are. kept: rows that there must be; default:
    the target. asked: is given every request. environ: what the home's environment has beside. edit: changes a copy of the recipe, which is run in
    its place.
    """
    case = case_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    laid_out(replace(case, executes=False) if sets.get("execute") == "false" else case, folder)

    def reply(request: Request) -> Any:
        if request.inputs is not None:
            return None
        if asked is not None:
            asked.append(request)
        for answer in (answers, case.reply, usual):
            if (said := answer(request)) is not None:
                return said
        return None

    with pytest.MonkeyPatch.context() as patch, Bench(folder, reply) as bench:
        patch.chdir(folder)
        bench.environ |= environ or {}
        project, wanted = bench.lab.project("default"), None if target is None else int(target or case.target)
        given = {**settings(name, case, bench.server.url), **sets}
        recipe = edited(name, folder, edit) if edit else name
        if isinstance(recipe, Path):
            declared = yaml.safe_load(recipe.read_text(encoding="utf-8"))["parameters"]
            given = {key: value for key, value in given.items() if key in declared}
        result = project.runs.start(recipe, sets=given, target=wanted)
        assert target is None or result.kept == (wanted if kept is None else kept), result
        return result, list(project.datasets.rows(name)) if result.kept else []
