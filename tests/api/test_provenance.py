"""Where a row came from, over HTTP."""

from __future__ import annotations

from pathlib import Path

from running import jsonl
from served import Desk


def test_the_way_back_of_a_row_is_told(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.lab.project().datasets.import_([jsonl(tmp_path / "rows.jsonl", [{"text": "one"}])], "qa")
        row = desk.client.get("/projects/default/datasets/qa/rows")["items"][0]["id"]
        told = desk.client.get(f"/projects/default/rows/{row}/origin", within="qa")
        assert told["sources"][0]["name"] == "rows.jsonl" and told["changes"][0]["dataset"] == "qa"
        assert desk.client.get(f"/projects/default/rows/{row[:8]}/origin")["id"] == row
        assert desk.client.get("/projects/default/rows/zz/origin", status=422)["fix"].startswith("It has 32 digits")
        assert desk.client.get(f"/projects/default/rows/{'0' * 32}/origin", status=404)["what"]
