"""kill -9 during an import and a conversion: no half version and no half file, and the same command again brings every row once."""

from __future__ import annotations

import json
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from rowsmith import Lab
from rowsmith.core.errors import RowsmithError
from rowsmith.core.row import Row
from rowsmith.testing import CommandLine, failpoint_env, visits

pytestmark = pytest.mark.slow
ROWS = 700


def prepared(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    lines = [json.dumps({"instruction": f"{n}?", "input": "", "output": f"{n}."}) for n in range(ROWS)]
    lines.insert(500, "{broken")
    (folder / "in.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def spoken(folder: Path, *words: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    with CommandLine(*words, env={"ROWSMITH_HOME": str(folder / "home"), **(env or {})}, cwd=folder) as command:
        code = command.wait(120)
        return code, command.out


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_an_import_that_is_killed_goes_on_and_loses_nothing(tmp_path: Path) -> None:
    words = ["import", "in.jsonl", "--into", "t", "--json"]
    whole = prepared(tmp_path / "whole")
    code, out = spoken(whole, *words, env=failpoint_env({}, tmp_path / "trace"))
    assert (code, json.loads(out.splitlines()[-1])["kept"]) == (0, ROWS)
    points = sorted(visits(tmp_path / "trace"))
    assert len(points) >= 4
    said = [row.data for row in rows(whole)]
    for number, point in enumerate(points[:: len(points) // 4]):
        folder = prepared(tmp_path / f"killed-{number}")
        assert spoken(folder, *words, env=failpoint_env({point: "kill"}))[0] == -signal.SIGKILL, point
        assert names(folder) <= {"in.jsonl", "home", "t.rejects.jsonl"}
        standing = [len(list(rows(folder)))] if "t" in datasets(folder) else []
        assert standing in ([], [ROWS]), point
        code, out = spoken(folder, *words)
        told = json.loads(out.splitlines()[-1])
        assert (code, told["read"], told["kept"], [one["line"] for one in told["rejected"]]) == (0, ROWS + 1, ROWS, [501]), point
        assert [row.data for row in rows(folder)] == said
        assert spoken(folder, "verify", "t", "--json")[0] == 0


def rows(folder: Path) -> list[Row]:
    with Lab(folder / "home") as lab:
        return list(lab.project().datasets.rows("t"))


def datasets(folder: Path) -> list[str]:
    with Lab(folder / "home") as lab:
        return [one.name for one in lab.project().datasets.list() if lab.project().datasets.versions(one.name)]


def test_a_conversion_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    words = ["convert", "in.jsonl", "out.jsonl", "--to", "sharegpt", "--json"]
    whole = prepared(tmp_path / "whole")
    assert spoken(whole, *words, env=failpoint_env({}, tmp_path / "trace"))[0] == 0
    made = (whole / "out.jsonl").read_bytes()
    assert len(made.splitlines()) == ROWS
    points = sorted(visits(tmp_path / "trace"))
    assert "export.rename.before" in points
    for number, point in enumerate(points):
        folder = prepared(tmp_path / f"killed-{number}")
        (folder / "out.jsonl").write_bytes(b"old\n")
        assert spoken(folder, *words, env=failpoint_env({point: "kill"}))[0] == -signal.SIGKILL, point
        assert (folder / "out.jsonl").read_bytes() in (b"old\n", made), point
        assert spoken(folder, *words)[0] == 0
        assert (folder / "out.jsonl").read_bytes() == made


def kept(folder: Path) -> int:
    """How many rows a run that may only just begin has kept."""
    if not (folder / "home" / "rowsmith.db").exists():
        return 0
    with suppress(RowsmithError), Lab(folder / "home") as lab:  # its tables may only just be made
        return sum(run.kept for run in lab.project().runs.list())
    return 0


def test_an_import_that_is_stopped_says_so_and_goes_on(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "stopped")
    (folder / "in.jsonl").write_text("".join(json.dumps({"text": f"text {n}"}) + "\n" for n in range(60_000)), encoding="utf-8")
    words = ["import", "in.jsonl", "--into", "t", "--strict", "--json"]
    with CommandLine(*words, env={"ROWSMITH_HOME": str(folder / "home")}, cwd=folder) as command:
        while not kept(folder):
            assert command.process.poll() is None
        command.process.send_signal(signal.SIGTERM)
        assert command.wait(60) == 5
        assert (command.result["state"], command.result["version"], command.result["kept"] < 60_000) == ("stopped", None, True)
    code, out = spoken(folder, *words)
    assert (code, json.loads(out.splitlines()[-1])["kept"]) == (0, 60_000)
