"""Coverage, plans and worth over HTTP; and rows without personal data."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import ask, jsonl
from served import Desk


@pytest.fixture
def covered(desk: Desk, tmp_path: Path) -> str:
    """A dataset of a document's parts."""
    (tmp_path / "tea.txt").write_text("Tea is made of leaves. Water is hot. " * 20)
    read, chunk = {"kind": "read.files", "paths": ["tea.txt"]}, {"kind": "chunk.sentences", "size": 60}
    desk.client.ended(desk.started(read, chunk, ask(), into="tea", limit=2)["run"])
    return "/projects/default/datasets/tea"


def test_what_of_a_document_is_covered(desk: Desk, covered: str) -> None:
    (told,) = desk.client.get(f"{covered}/coverage")["items"]
    assert told["name"] == "tea.txt" and 0 < told["covered"] < told["characters"] and told["left"]
    assert desk.client.get(f"{covered}/plan") is None
    assert desk.client.get("/projects/default/datasets/none/coverage", status=404)["fix"]


def test_what_a_dataset_teaches(desk: Desk, tmp_path: Path) -> None:
    said = [{"text": f"{word} {n} of the {word} kind", "label": word} for n in range(30) for word in ("warm", "cold")]
    desk.lab.project().datasets.import_([jsonl(tmp_path / "rows.jsonl", said)], "kinds")
    told = desk.client.post("/projects/default/datasets/kinds/worth", {"seeds": 2, "by": []})
    assert told["probe"] == "classifier"
    assert desk.client.post("/projects/default/datasets/kinds/worth", {"probe": "none"}, status=422)["what"]


def test_rows_without_personal_data(desk: Desk, tmp_path: Path) -> None:
    said = [{"text": "write to ann@example.com"}, {"text": "nothing of the kind"}]
    desk.lab.project().datasets.import_([jsonl(tmp_path / "rows.jsonl", said)], "mail")
    sent = desk.client.http.post("/projects/default/datasets/mail/redact", json={})
    assert (sent.status_code, sent.headers["x-rowsmith-hidden"]) == (200, "1")
    assert "ann@example.com" not in sent.text and "nothing of the kind" in sent.text
    kept = desk.client.http.post("/projects/default/datasets/mail/redact", json={"kinds": ["phone"]})
    assert "ann@example.com" in kept.text
    assert desk.client.post("/projects/default/datasets/mail/redact", {"kinds": ["none"]}, status=404)["fix"]
