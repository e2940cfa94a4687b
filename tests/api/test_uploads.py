"""Uploads in parts, what they are, and what is imported of them."""

from __future__ import annotations

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


TABLE = (b"question,answer\nWhat is", b" tea?,A drink.\nWhat is a port?,A har", b"bour.\nWhat?,\n")


def test_a_file_comes_in_parts_is_recognised_mapped_and_imported(desk: Desk) -> None:
    file = sent(desk, "../../faq.csv", *TABLE)
    told = desk.client.post("/detect", {"file": file})
    assert (told["container"], told["columns"], told["rows"]) == ("csv", ["question", "answer"], 3)
    assert told["candidates"][0]["evidence"]
    mapped = desk.client.post("/detect", {"file": file, "map": {"format": "jsonl", "rename": {"question": "input", "answer": None}}})
    assert mapped["preview"][0]["row"] == {"input": "What is tea?"}
    assert desk.client.post("/detect", {"file": file, "map": {"renamed": {}}}, status=422)["problems"]
    done = desk.client.post("/projects/default/imports", {"files": [file], "into": "faq", "format": "jsonl", "columns": ["question"]})
    assert (done["kept"], done["rejected_count"], done["state"]) == (3, 0, "finished")
    rows = desk.client.get("/projects/default/datasets/faq/rows")["items"]
    assert [row["data"] for row in rows][1] == {"question": "What is a port?"}
    origin = desk.client.get(f"/projects/default/datasets/faq/rows/{rows[0]['id']}")["origin"]
    assert origin["source"]["name"] == "faq.csv"


def test_records_that_become_no_rows_are_listed(desk: Desk) -> None:
    file = sent(desk, "rows.jsonl", b'{"input": "a"}\n{"input"', b"\n")
    wanted: dict[str, Any] = {"files": [file], "into": "qa", "format": "jsonl"}
    assert desk.client.post("/projects/default/imports", {**wanted, "strict": True}, status=422)["what"]
    done = desk.client.post("/projects/default/imports", wanted)
    assert (done["kept"], done["rejected_count"], done["rejected"][0]["line"]) == (1, 1, 2)


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
