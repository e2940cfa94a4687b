"""Pages of PDFs from the file to the model and out again: drawn once, kept by hash, and gone when their document is forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from media_files import png
from running import ask
from sheets import blank, broken, locked, pdf

from rowsmith.app.proof import verify
from rowsmith.steps.media import look
from rowsmith.testing.dialect import request_bytes

CORPUS = Path(__file__).parents[1] / "corpus" / "files"
READ = {"kind": "read.pages", "paths": ["papers"]}
LOOK = {**ask("What is on it?"), "attach": ["image"], "forward": ["image", "page"]}


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    (where.folder / "papers").mkdir()
    (where.folder / "papers" / "two.pdf").write_bytes(pdf("The first page.", "The second page."))
    with Workshop(where, lambda request: {"answer": "A page."}) as made:
        yield made


def papers(shop: Workshop, **files: bytes) -> None:
    for name, body in files.items():
        (shop.folder / "papers" / f"{name}.pdf").write_bytes(body)


def pictures(shop: Workshop) -> list[bytes]:
    return [body for name in shop.lab.files if (body := shop.lab.files.path(name).read_bytes()).startswith(b"\x89PNG")]


def test_each_page_is_a_row_with_its_picture_and_its_text(shop: Workshop) -> None:
    done = shop.run(READ, LOOK)
    assert (done.kept, done.failed, done.dropped) == (2, {}, {})
    rows = shop.rows(done)
    assert [row.data["page"] for row in rows] == [1, 2]
    sent = {body for request in shop.asked for part in request.parts if part["type"] != "text" for body in [request_bytes(part)]}
    assert sent == set(pictures(shop)) and len(sent) == 2
    for row in rows:
        path = shop.lab.files.path(row.data["image"]["file"])
        kind, facts = look(path)
        assert (kind, facts) == ("image/png", {name: row.data["image"][name] for name in ("width", "height")})
        assert path.stat().st_size == row.data["image"]["bytes"]
        assert row.origin["source"]["page"] == row.data["page"] and row.origin["source"]["name"] == "two.pdf"
    assert verify(shop.lab, "t").problems == []


def test_the_text_of_a_page_is_its_own(shop: Workshop) -> None:
    done = shop.run(READ)
    assert [(row.data["text"], row.data["document"]) for row in shop.rows(done)] == [("The first page.", "two.pdf"), ("The second page.", "two.pdf")]


@pytest.mark.parametrize("name", ["plain-chromium-en.pdf", "scanned-en.pdf", "tables-reportlab-en.pdf", "chromium-ja.pdf"])
def test_documents_as_they_come(shop: Workshop, name: str) -> None:
    done = shop.run({**READ, "paths": [str(CORPUS / name)]})
    rows = shop.rows(done)
    assert done.kept == len(rows) > 0 and not done.failed
    assert all(bool(row.data["text"]) is (name != "scanned-en.pdf") for row in rows)
    assert all(max(row.data["image"]["width"], row.data["image"]["height"]) <= 1568 for row in rows)


def test_what_cannot_be_drawn_is_told_and_the_rest_is_read(shop: Workshop) -> None:
    papers(shop, blank=blank(), broken=broken(), locked=locked(), image=png(), empty=b"", note=b"no PDF at all")
    done = shop.run(READ)
    assert done.kept == 2
    assert done.failed == {"broken_file": 1, "protected": 1, "other_kind": 2, "empty_file": 1} and done.dropped == {"blank_page": 1}
    told = {one["detail"] for one in shop.runs.failures(done.run)} if hasattr(shop.runs, "failures") else set()
    assert not told or any("password" in detail for detail in told)


def test_chosen_pages_and_sizes(shop: Workshop) -> None:
    papers(shop, two=pdf("one", "two", "three", size=(720, 720)))
    for pages, numbers in (("2", [2]), ("2-", [2, 3]), ("1,3", [1, 3])):
        assert [row.data["page"] for row in shop.rows(shop.run({**READ, "pages": pages}))] == numbers
    done = shop.run({**READ, "pages": "3, 9"})
    assert (done.kept, done.failed) == (1, {"no_page": 1})
    assert shop.rows(shop.run({**READ, "dpi": 72, "pages": "1"}))[0].data["image"]["width"] == 720
    assert shop.rows(shop.run({**READ, "dpi": 72, "longest": 100, "pages": "1"}))[0].data["image"]["width"] == 100


def test_pages_are_drawn_once(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    from rowsmith.connectors.documents import pages

    shop.run(READ, LOOK)
    monkeypatch.setattr(pages, "_said", lambda task: pytest.fail("drawn again"))
    again = shop.run(READ, LOOK, new=True, offline=True)
    assert (again.kept, again.calls) == (2, 0)


def test_offline_they_are_drawn_all_the_same(shop: Workshop) -> None:
    assert shop.run(READ, offline=True).kept == 2


def test_pages_go_with_their_document_and_no_sooner(shop: Workshop) -> None:
    papers(shop, other=pdf("Another paper."))
    shop.run(READ, LOOK)
    assert len(pictures(shop)) == 3
    project = shop.lab.project()
    name = next(name for name in shop.lab.files if b"Another" in shop.lab.files.path(name).read_bytes())
    for blob in list(shop.lab.files):
        _age(shop.lab.files.path(blob))
    project.provenance.forget(name)
    assert len(pictures(shop)) == 2
    assert verify(shop.lab).problems == []


def _age(path: Path) -> None:
    import os

    os.utime(path, (1, 1))


def test_an_export_takes_the_pages_along(shop: Workshop) -> None:
    shop.run(READ, LOOK)
    done = shop.lab.project().datasets.export("t", "jsonl", shop.folder / "out.jsonl", provenance="none")
    rows: list[dict[str, Any]] = [json.loads(line) for line in (shop.folder / "out.jsonl").read_bytes().splitlines()]
    assert done.files_out == 2 and all((shop.folder / row["image"]["path"]).is_file() for row in rows)
