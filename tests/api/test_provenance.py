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


def test_what_came_of_a_source_and_its_forgetting(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        project, said = "/projects/default", [{"text": text} for text in ("one", "two", "three")]
        desk.lab.project().datasets.import_([jsonl(tmp_path / "rows.jsonl", said)], "qa")
        found = desk.client.get(f"{project}/trace", source="rows.jsonl", limit=2)
        assert (found["counts"]["rows"], len(found["items"]), found["total"], found["next"]) == (3, 2, 3, 2)
        assert len(desk.client.get(f"{project}/trace", source="rows.jsonl", start=2)["items"]) == 1
        assert desk.client.get(f"{project}/trace", source="other.jsonl", status=404)["fix"]
        assert desk.client.post(f"{project}/forget", {"source": "rows.jsonl"})["rows"] == 3  # only told
        assert desk.client.get(f"{project}/datasets/qa/rows")["total"] == 3
        gone = desk.client.post(f"{project}/forget", {"source": "rows.jsonl", "dry_run": False})
        assert (gone["rows"], gone["dry_run"]) == (3, False)
        assert desk.client.get(f"{project}/datasets/qa/rows")["total"] == 0
        (one,) = desk.client.get(f"{project}/forgotten")["items"]
        assert (one["source"], one["state"]) == ("rows.jsonl", "done")
        assert desk.client.post(f"{project}/forgotten/lift", {"source": "rows.jsonl"})["rows"] == 3
        assert desk.client.post(f"{project}/forgotten/lift", {"source": "none"}, status=404)["what"]
