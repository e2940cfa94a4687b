"""Exports over HTTP: checked, looked at, written on the server, downloaded."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from running import jsonl
from served import Desk


def filled(desk: Desk) -> None:
    rows = [{"input": f"question {n}", "answer": "=1+1" if n == 3 else f"answer {n}", "part": "ab"[n % 2]} for n in range(5)]
    desk.lab.project().datasets.import_([jsonl(desk.folder / "rows.jsonl", rows)], "qa", format="jsonl")


AT = "/projects/default"


def test_formats_check_and_preview(desk: Desk) -> None:
    filled(desk)
    assert "openai" in [one["name"] for one in desk.client.get("/formats")["items"]]
    shown = desk.client.get(f"{AT}/datasets/qa/export-preview", format="jsonl")["items"]
    assert [one["record"]["input"] for one in shown] == ["question 0", "question 1", "question 2"]
    unfit = desk.client.get(f"{AT}/datasets/qa/export-preview", format="dpo", limit=1)["items"]
    assert unfit[0]["record"] is None and unfit[0]["reason"]
    assert desk.client.get(f"{AT}/datasets/qa/export-preview", format="nothing", status=404)["fix"]
    found = desk.client.post(f"{AT}/datasets/qa/export-check", {"format": "openai"})
    assert found["rows_in"] == 5
    assert desk.client.post(f"{AT}/datasets/qa/export-check", {"format": "jsonl"}, status=422)["fix"]


def test_an_export_on_the_server(desk: Desk) -> None:
    filled(desk)
    path = str(desk.folder / "out.jsonl")
    done = desk.client.post(f"{AT}/exports", {"datasets": ["qa"], "format": "jsonl", "path": path, "where": "part = 'a'"})
    assert (done["rows_out"], len(Path(path).read_text(encoding="utf-8").splitlines())) == (3, 3)
    assert desk.client.post(f"{AT}/exports", {"datasets": ["no"], "format": "jsonl", "path": path}, status=404)["what"]


def test_a_download_is_a_file_or_an_archive_and_leaves_nothing_behind(desk: Desk) -> None:
    filled(desk)
    one = desk.client.http.post(f"{AT}/downloads", json={"datasets": ["qa"], "format": "csv", "spreadsheet_safe": True})
    assert (one.status_code, one.headers["content-disposition"]) == (200, 'attachment; filename="qa.csv"')
    assert len(one.text.splitlines()) == 6 and "\n=1" not in one.text and ",=1" not in one.text
    for more in ({"split_by": "part"}, {"provenance": "sidecar"}, {"lock": True}):
        many = desk.client.http.post(f"{AT}/downloads", json={"datasets": ["qa"], "format": "jsonl", **more})
        assert (many.status_code, many.headers["content-type"]) == (200, "application/zip"), many.text
        assert len(zipfile.ZipFile(io.BytesIO(many.content)).namelist()) > 2
    assert desk.client.http.post(f"{AT}/downloads", json={"datasets": ["qa"], "format": "jsonl", "where": "("}).status_code == 422
    assert [path for path in desk.folder.rglob("deliveries/*") if path.is_dir()] == []
