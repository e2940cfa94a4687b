"""Uploads in parts, what they are, and what is imported of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from served import Desk

from rowsmith.app import uploads


def sent(desk: Desk, name: str, *parts: bytes) -> str:
    upload = str(desk.client.post("/uploads", {"name": name}, status=201)["id"])
    for n, part in reversed([*enumerate(parts, 1)]):
        assert put(desk, upload, n, part) == 204
    assert desk.client.get(f"/uploads/{upload}")["parts"] == [*range(1, len(parts) + 1)]
    assert desk.client.post(f"/uploads/{upload}/complete")["complete"]
    return f"upload:{upload}"


def put(desk: Desk, upload: str, n: int, part: bytes) -> int:
    path = f"/uploads/{upload}/parts/{n}"
    return desk.client.http.put(path, content=part, headers={"Content-Type": "application/octet-stream"}).status_code


def imported(desk: Desk, wanted: dict[str, Any]) -> dict[str, Any]:
    """What an import has come to that a worker carried out."""
    run = desk.client.post("/projects/default/imports", wanted, status=202)["run"]
    desk.client.ended(run)
    return dict(desk.client.get(f"/projects/default/imports/{run}"))


TABLE = (b"question,answer\nWhat is", b" tea?,A drink.\nWhat is a port?,A har", b"bour.\nWhat?,\n")


def test_a_file_comes_in_parts_is_recognised_mapped_and_imported(desk: Desk) -> None:
    file = sent(desk, "../../faq.csv", *TABLE)
    told = desk.client.post("/detect", {"file": file})
    assert (told["container"], told["columns"], told["rows"]) == ("csv", ["question", "answer"], 3)
    assert told["candidates"][0]["evidence"]
    mapped = desk.client.post("/detect", {"file": file, "map": {"format": "jsonl", "rename": {"question": "input", "answer": None}}})
    assert mapped["preview"][0]["row"] == {"input": "What is tea?"}
    assert desk.client.post("/detect", {"file": file, "map": {"renamed": {}}}, status=422)["problems"]
    done = imported(desk, {"files": [file], "into": "faq", "format": "jsonl", "columns": ["question"]})
    assert (done["kept"], done["rejected_count"], done["state"], bool(done["version"])) == (3, 0, "finished", True)
    rows = desk.client.get("/projects/default/datasets/faq/rows")["items"]
    assert [row["data"] for row in rows][1] == {"question": "What is a port?"}
    origin = desk.client.get(f"/projects/default/datasets/faq/rows/{rows[0]['id']}")["origin"]
    assert origin["source"]["name"] == "faq.csv"


def test_records_that_become_no_rows_are_listed(desk: Desk) -> None:
    file = sent(desk, "rows.jsonl", b'{"input": "a"}\n{"input"', b"\n")
    wanted: dict[str, Any] = {"files": [file], "into": "qa", "format": "jsonl"}
    looked = imported(desk, {**wanted, "commit": False})
    assert (looked["kept"], looked["rejected"][0]["line"], looked["version"]) == (1, 2, None)
    assert desk.client.get("/projects/default/datasets/qa/rows", status=404)["fix"]
    done = desk.client.post(f"/projects/default/imports/{looked['run']}/commit")
    assert (done["run"], done["kept"], done["rejected_count"], bool(done["version"])) == (looked["run"], 1, 1, True)
    rejects = desk.client.http.get(f"/projects/default/imports/{done['run']}/rejects").text.splitlines()
    assert [json.loads(line)["record"] for line in rejects] == ['{"input"\n']


def test_a_run_that_is_no_import_has_no_outcome_of_one(desk: Desk) -> None:
    run = desk.started({"kind": "read.rows", "rows": [{"a": "b"}]})["run"]
    desk.client.ended(run)
    assert desk.client.post(f"/projects/default/imports/{run}/commit", status=404)["fix"]
    for path in (f"imports/{run}", f"imports/{run}/rejects", "imports/r99"):
        assert desk.client.get(f"/projects/default/{path}", status=404)["fix"]


def test_a_sample_dataset_ships_whose_rows_say_that_they_are_of_rowsmith(desk: Desk) -> None:
    [sample] = desk.client.get("/samples")["items"]
    done = imported(desk, {"files": [f"sample:{sample['name']}"], "into": "sample"})
    assert done["kept"] == sample["rows"] and not done["rejected_count"]
    row = desk.client.get("/projects/default/datasets/sample/rows", limit=1)["items"][0]
    assert desk.client.get(f"/projects/default/datasets/sample/rows/{row['id']}")["origin"]["source"]["name"] == "rowsmith.jsonl"
    assert desk.client.post("/projects/default/imports", {"files": ["sample:none"], "into": "x"}, status=404)["fix"]


def test_an_upload_that_is_not_whole_is_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = desk.client.post("/uploads", {"name": "a.csv"}, status=201)["id"]
    assert desk.client.post("/detect", {"file": f"upload:{upload}"}, status=409)["fix"]
    assert put(desk, upload, 2, b"b") == 204 and put(desk, upload, 0, b"b") == 422
    assert "Part 1" in desk.client.post(f"/uploads/{upload}/complete", status=422)["what"]
    monkeypatch.setattr("rowsmith.api.uploads.PART_BYTES", 3)
    assert put(desk, upload, 1, b"four") == 422 and desk.client.get(f"/uploads/{upload}")["parts"] == [2]
    assert put(desk, upload, 1, b"a,") == 204 and put(desk, upload, 2, b"b\n") == 204
    assert desk.client.post(f"/uploads/{upload}/complete")["bytes"] == 4
    assert put(desk, upload, 1, b"a") == 409
    desk.client.delete(f"/uploads/{upload}")
    assert desk.client.get(f"/uploads/{upload}", status=404)["fix"] and desk.client.get("/uploads/..%2f..", status=404)
    monkeypatch.setattr(uploads, "DAYS", -1)
    old = desk.client.post("/uploads", {"name": "b"}, status=201)["id"]
    desk.client.post("/uploads", {"name": "c"}, status=201)
    assert desk.client.get(f"/uploads/{old}", status=404)
