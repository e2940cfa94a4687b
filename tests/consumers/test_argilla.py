"""Argilla's library 2.8.0. It can do nothing without a server, so the one that plays Argilla answers it, and is held to it: the library makes a
dataset from our settings and logs our records, and reads what we pushed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from argilla_server import OWNER, TIME, argilla_server
from consumer import asked
from reviewing import SHAPES, files, gathered

from rowsmith.app.lab import Lab
from rowsmith.formats import argilla

ENVIRONMENT, READER = "argilla", "argilla_client"


def test_it_makes_datasets_of_our_settings_and_logs_our_records(tmp_path: Path) -> None:
    with argilla_server() as server:
        server.workspaces.append({"id": "6b5b5c5e-0000-4000-8000-000000000001", "name": "team", "inserted_at": TIME, "updated_at": TIME})
        cases: list[dict[str, Any]] = []
        for name, (path, rows) in files(argilla.FORMAT, tmp_path).items():
            settings = argilla.settings(gathered(argilla.see, argilla.FORMAT, rows))
            told = {"name": name, "path": str(path), "settings": settings, "workspace": "team"}
            cases.append({**told, "url": server.environ["ARGILLA_API_URL"], "key": OWNER})
        said = asked(ENVIRONMENT, READER, cases, tmp_path)
        assert {name: one["kept"] for name, one in said.items()} == {name: len(rows) for name, rows in SHAPES.items()}
        ids = {record["external_id"] for record in server.every()}
        assert f"{0:032x}" in ids


@pytest.mark.parametrize("name", SHAPES)
def test_it_reads_what_was_pushed(name: str, tmp_path: Path) -> None:
    with argilla_server() as server, Lab(tmp_path / "home", environ=server.environ) as lab:
        path, rows = files(argilla.FORMAT, tmp_path)[name]
        lab.project().datasets.import_([path], "t", format="argilla")
        pushed = lab.project().reviewers.push("t", "argilla:team/reviews")
        assert pushed.added == len(rows)
        server.respond(server.every()[0], verdict="accept", score=4, note="fine")
        told = {"name": "it", "dataset": "reviews", "workspace": "team", "url": server.environ["ARGILLA_API_URL"], "key": OWNER}
        (found,) = asked(ENVIRONMENT, READER, [told], tmp_path).values()
    assert [record["fields"] for record in found["records"]] == [argilla.FORMAT.row(row)["fields"] for row in rows]
    assert found["records"][0]["responses"]["verdict"][0]["value"] == "accept"
    assert ["verdict", True] in found["questions"]
    suggested = {name: one["value"] for name, one in argilla.FORMAT.row(rows[0]).get("suggestions", {}).items()}
    assert {name: one["value"] for name, one in found["records"][0]["suggestions"].items()} == suggested
