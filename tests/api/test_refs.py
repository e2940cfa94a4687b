"""The names of versions over HTTP."""

from __future__ import annotations

from pathlib import Path

from running import jsonl
from served import Desk


def test_branches_and_tags_come_with_what_they_name(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        project = desk.lab.project()
        project.datasets.import_([jsonl(tmp_path / "rows.jsonl", [{"text": "one"}])], "qa")
        project.history.branch("qa", "draft")
        project.history.tag("qa", "v1", message="first")
        head = project.datasets.get("qa").id
        told = desk.client.get("/projects/default/datasets/qa/refs")
        assert [(ref["name"], ref["kind"], ref["version"]) for ref in told["items"]] == [
            ("draft", "branch", head), ("main", "branch", head), ("v1", "tag", head),
        ]  # fmt: skip
        assert told["items"][2]["message"] == "first" and told["total"] == 3
        assert desk.client.get("/projects/default/datasets/gone/refs", status=404)["what"] == "No dataset is called 'gone'."
