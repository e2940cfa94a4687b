"""Unpacked exports: the folder gives what the file gave that it was."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from running import called

from rowsmith.steps.unpacked import exports, pack


def said(second: int, text: str, user: str = "U1") -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": f"17000000{second:02}.000100"}


FILES = {
    "users.json": [{"id": "U1", "name": "ann", "profile": {"display_name": "Ann"}}, {"id": "U2", "name": "bo"}],
    "channels.json": [{"id": "C1", "name": "general"}], "dms.json": [{"id": "D1"}], "integration_logs.json": [],
    "general/2023-11-14.json": [said(1, "Hello <@U2>"), said(2, "Hi", "U2")], "general/2023-11-15.json": [said(5, "Next day")],
    "D1/2023-11-15.json": [said(9, "Psst")],
}  # fmt: skip


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """The folder `chat`, and beside it `chat.zip` of the same files."""
    with ZipFile(tmp_path / "chat.zip", "w") as archive:
        for name, body in FILES.items():
            (path := tmp_path / "chat" / name).parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(body))
            archive.writestr(name, json.dumps(body))
    return tmp_path / "chat"


def read(folder: Path, *words: str, code: int = 0) -> tuple[list[Any], dict[str, Any]]:
    done = called(["read", *words, "--json"], {}, folder)
    assert done.returncode == code, (done.stdout, done.stderr)
    *rows, last = map(json.loads, done.stdout.splitlines())
    return rows, last


def told(rows: list[Any]) -> list[Any]:
    """The rows without what differs between a folder and a file of another name."""
    return [
        {**row, "origin": {name: row["origin"]["source"].get(name) for name in ("member", "span", "marks", "notes", "read_as")}} for row in rows
    ]


@pytest.mark.parametrize("spoken", ["chat", "chat/", "chat/**", "chat/**/*.json"])
def test_a_folder_gives_the_conversations_that_its_zip_gives(tmp_path: Path, export: Path, spoken: str) -> None:
    (zipped, _), (rows, summary) = read(tmp_path, "chat.zip"), read(tmp_path, spoken)
    assert told(rows) == told(zipped) and len(rows) == 2 and not summary["skipped"]
    assert rows[1]["title"] == "general" and [one["name"] for one in rows[1]["messages"]] == ["Ann", "bo", "Ann"]
    source = rows[1]["origin"]["source"]
    assert (source["name"], source["folder"], source["member"]) == ("chat", True, "general")


def test_within_another_folder_with_other_files(tmp_path: Path, export: Path) -> None:
    (tmp_path / "chat.zip").unlink()
    (export / "notes.md").write_text("# Notes\n")
    (tmp_path / "users.json").write_text('[{"text": "no export: it stands alone"}]')
    names = [row["origin"]["source"]["name"] for row in read(tmp_path, ".")[0]]
    assert sorted(names) == ["chat", "chat", "chat/notes.md", "users.json"]
    assert [row["origin"]["source"]["name"] for row in read(export, ".")[0]] == ["chat", "chat", "notes.md"]


def test_where_it_is_not_wanted_every_file_is_itself(tmp_path: Path, export: Path) -> None:
    names = {row["origin"]["source"]["name"] for row in read(tmp_path, "chat", "--set", "format=json")[0]}
    assert {"users.json", "channels.json", "general/2023-11-14.json"} <= names
    assert {row["origin"]["source"]["name"] for row in read(tmp_path, "chat", "--set", "kinds=[json]")[0]} >= {"users.json"}
    assert [row["title"] for row in read(tmp_path, "chat", "--set", "format=slack")[0]] == ["D1", "general"]
    days = read(tmp_path, "chat/general")[0]
    assert [row["origin"]["source"]["name"] for row in days] == ["2023-11-14.json", "2023-11-15.json"]


def test_a_run_over_it_is_known_by_what_is_in_it(tmp_path: Path, export: Path) -> None:
    recipe = tmp_path / "r.json"
    recipe.write_text(json.dumps({"name": "chats", "steps": [{"kind": "read.files", "path": "chat"}, {"kind": "chunk.turns", "size": 200}]}))
    env = {"ROWSMITH_HOME": str(tmp_path / "home")}

    def tell(*words: str) -> Any:
        done = called([*words, "--json"], env, tmp_path)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    first = tell("run", str(recipe))
    for path in export.rglob("*.json"):
        os.utime(path, (time.time() + 60,) * 2)
    assert (first["kept"], tell("run", str(recipe))["run"]) == (2, first["run"]), "the same files are the same run"
    (export / "general/2023-11-16.json").write_text(json.dumps([said(11, "More.")]))
    assert tell("run", str(recipe))["run"] != first["run"]
    assert tell("trace", "chat")["rows"] >= 2
    tell("verify")
    assert tell("forget", "chat", "--yes")["rows"] >= 2
    assert tell("trace", "chat")["rows"] == 0


def test_a_broken_day_costs_its_conversation(tmp_path: Path, export: Path) -> None:
    (export / "general/2023-11-15.json").write_text("[{]")
    rows, summary = read(tmp_path, "chat")
    assert [row["title"] for row in rows] == ["D1"]
    assert [one["source"] for one in summary["skipped"]] == ["chat/general"]


def test_what_is_an_export_and_what_is_none(tmp_path: Path) -> None:
    lists = [tmp_path / "users.json", tmp_path / "channels.json"]
    day = tmp_path / "general" / "2023-11-14.json"
    assert exports([*lists, day]) == {tmp_path: [*lists, day]}
    assert exports(lists) == exports([lists[0], day]) == exports([*lists, tmp_path / "2023-11-14.json"]) == {}
    assert exports([*lists, day, tmp_path / "general" / "canvas.md"])[tmp_path] == [*lists, day]


def test_packing_is_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    for name in ("1", "2"):
        pack({"b/c.json": tmp_path / "a", "a.json": tmp_path / "a"}, tmp_path / name)
        os.utime(tmp_path / "a", (1, 1))
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    with ZipFile(tmp_path / "1") as archive:
        assert (archive.namelist(), archive.read("b/c.json")) == (["a.json", "b/c.json"], b"x" * 3_000_000)
