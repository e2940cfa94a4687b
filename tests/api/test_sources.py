"""Sources are looked at before anything is made of them: documents, what cleaning would change, chunks; and taken as a dataset."""

from __future__ import annotations

from pathlib import Path

import pytest
from served import Desk

PAGE = "# Basil\n\n" + "".join(f"Fact {n}: basil likes sun, and water every day.\n\n" for n in range(60))


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "docs").mkdir()
    for name in ("basil", "mint", "sage"):
        (tmp_path / "docs" / f"{name}.md").write_text(PAGE.replace("asil", name) + "Page  1 of 3 \n", encoding="utf-8")
    return str(tmp_path / "docs")


def test_documents_are_looked_at_and_nothing_is_kept(desk: Desk, folder: str) -> None:
    told = desk.client.post("/projects/default/sources/look", {"source": folder, "limit": 2})
    assert told["kind"] == "read.files" and [one["name"] for one in told["documents"]] == ["basil.md", "mint.md"]
    one = told["documents"][0]
    assert one["characters"] > len(one["text"]) * 0.5 > 0 and one["text"].startswith("# B")
    assert desk.client.get("/projects/default/runs")["items"] == []
    assert desk.client.post("/projects/default/sources/look", {"source": "nowhere"}, status=404)["fix"]
    assert desk.client.post("/projects/default/sources/look", {"source": folder, "table": "t"}, status=422)["fix"]
    assert desk.client.post("/projects/default/sources/look", {"source": folder, "settings": {"colour": 1}}, status=422)["problems"]


def test_cleaning_shows_before_and_after_with_counts(desk: Desk, folder: str) -> None:
    told = desk.client.post("/projects/default/sources/clean", {"source": folder, "step": "transform.whitespace"})
    assert len(told["cleaned"]) == 3
    one = told["cleaned"][0]
    assert one["before_characters"] > one["after_characters"] and one["change_count"] == len(one["changes"]) > 0
    assert desk.client.post("/projects/default/sources/clean", {"source": folder, "step": "chunk.tokens"}, status=422)["fix"]
    assert desk.client.post("/projects/default/sources/clean", {"source": folder, "step": "transform.none"}, status=422)["what"]


def test_chunks_have_sizes_and_spans(desk: Desk, folder: str) -> None:
    told = desk.client.post("/projects/default/sources/chunk", {"source": folder, "by": "markdown", "chunk_settings": {"size": 200}, "limit": 4})
    sizes = told["sizes"]
    assert sizes["count"] > 4 == len(told["chunks"]) and sizes["min"] <= sizes["mean"] <= sizes["max"] <= 200
    first, second = told["chunks"][:2]
    assert first["name"] == "basil.md" and first["start"] < first["end"] <= second["end"] and first["tokens"] > 0
    assert desk.client.post("/projects/default/sources/chunk", {"source": folder, "by": "magic"}, status=404)["fix"]


def test_what_a_source_gives_becomes_a_dataset(desk: Desk, folder: str) -> None:
    run = desk.client.post("/projects/default/sources/take", {"source": folder, "into": "herbs"}, status=202)["run"]
    assert desk.client.ended(run)["kept"] == 3
    wanted = {"source": folder, "into": "parts", "by": "markdown", "chunk_settings": {"size": 200}}
    assert desk.client.ended(desk.client.post("/projects/default/sources/take", wanted, status=202)["run"])["kept"] > 4
    row = desk.client.get("/projects/default/datasets/parts/rows", limit=1)["items"][0]
    assert desk.client.get(f"/projects/default/datasets/parts/rows/{row['id']}")["origin"]["source"]["name"] == "basil.md"
    assert desk.client.post("/projects/default/sources/take", {**wanted, "into": "a@b"}, status=422)["fix"]


def test_an_upload_is_a_source_and_has_a_place_for_recipes(desk: Desk) -> None:
    upload = desk.client.post("/uploads", {"name": "basil.md"}, status=201)["id"]
    put = desk.client.http.put(f"/uploads/{upload}/parts/1", content=PAGE.encode(), headers={"Content-Type": "application/octet-stream"})
    assert put.status_code == 204
    desk.client.post(f"/uploads/{upload}/complete")
    assert desk.client.post("/projects/default/sources/look", {"source": f"upload:{upload}"})["documents"][0]["name"] == "basil.md"
    assert Path(desk.client.post("/projects/default/sources/place", {"source": f"upload:{upload}"})["place"]).read_text(encoding="utf-8") == PAGE


def test_what_runs_have_fetched_is_listed(desk: Desk) -> None:
    assert desk.client.get("/projects/default/sources") == {"items": [], "total": 0, "next": None}
    assert desk.client.get("/projects/default/sources/fetched", address="https://x.example", status=404)["fix"]
    assert desk.client.post("/projects/default/sources/refresh?address=https://x.example", status=404)["fix"]
