"""Sources in the web application: documents that are dropped, a database; their text, cleaning, chunks; and what is made of them."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from browser import Window, window
from served import Desk

MANUAL = "# Kettle\n\n" + "".join(f"## Part {n}\n\nFill the kettle  to mark {n} and press the switch until it clicks.  \n\n\n\n" for n in range(40))


def dropped(it: Window) -> None:
    it.go("/p/default/sources")
    it.page.get_by_label("File", exact=True).set_input_files({"name": "kettle.md", "mimeType": "text/markdown", "buffer": MANUAL.encode()})
    it.page.get_by_role("list", name="Documents").get_by_text("kettle.md").wait_for()


def test_a_document_is_looked_at_cleaned_cut_and_asked_about(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client, viewport={"width": 1440, "height": 900}) as it:
        it.go("/p/default/add")
        it.page.get_by_role("link", name="Documents and other sources").click()
        dropped(it)
        assert "# Kettle" in it.page.get_by_label("Text of kettle.md").inner_text()
        it.page.get_by_role("tab", name="Cleaned").click()
        it.page.get_by_label("What goes").select_option(label="White space")
        it.page.get_by_text(re.compile(r"before, .* after, 161 changes$")).wait_for()
        assert "mark" in it.page.get_by_label("After: kettle.md").inner_text()
        it.page.reload()
        it.page.get_by_role("tab", name="Chunks").click()
        it.page.get_by_label("Most tokens").fill("60")
        it.page.keyboard.press("Tab")
        chunks = it.page.get_by_role("list", name="Chunks")
        chunks.get_by_text(re.compile(r"^characters 0 to \d")).wait_for()
        it.page.get_by_role("list", name="Sizes in tokens").wait_for()
        it.page.get_by_role("radio", name="Chunks").click()
        it.page.get_by_role("button", name="Take the chunks as a dataset").click()
        it.page.wait_for_url("**/runs/r*")
        made = desk.client.ended(it.page.url.rpartition("/")[2])
        assert made["dataset"] == "kettle" and made["kept"] > 10
        dropped(it)
        it.page.get_by_role("button", name="Questions and answers from it").click()
        it.page.wait_for_url("**/recipes/document-qa/start**")
        place = it.page.get_by_label("input", exact=True).input_value()
        assert Path(place).read_text(encoding="utf-8") == MANUAL


def test_a_database_is_looked_at_and_taken_as_a_dataset(chromium: Any, desk: Desk) -> None:
    file = desk.folder / "faq.db"
    with sqlite3.connect(file) as faq:
        faq.execute("CREATE TABLE faq (id INTEGER PRIMARY KEY, question TEXT, answer TEXT)")
        faq.executemany("INSERT INTO faq VALUES (?, ?, ?)", [(n, f"What is {n}?", f"It is {n}.") for n in range(30)])
    faq.close()
    with window(chromium, desk.client) as it:
        it.go("/p/default/sources?kind=database")
        it.page.get_by_label("Database", exact=True).fill(f"sqlite:///{file}")
        it.page.get_by_label("Table").fill("faq")
        it.page.get_by_role("button", name="Look at it").click()
        it.page.get_by_role("list", name="Documents").get_by_text("What is 3?").wait_for()
        it.page.get_by_label("Dataset").fill("from-a-database")
        it.page.get_by_role("button", name="Take the documents as a dataset").click()
        it.page.wait_for_url("**/runs/r*")
        assert desk.client.ended(it.page.url.rpartition("/")[2])["kept"] == 30


def test_what_cannot_be_read_is_said_with_its_remedy(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        it.go("/p/default/sources?kind=web")
        it.page.get_by_label("Address").fill("http://169.254.169.254/latest")
        it.page.get_by_role("button", name="Look at it").click()
        said = it.page.locator("[role=alert], [aria-label=Skipped]").first
        said.wait_for()
        assert "169.254.169.254" in said.inner_text()
        it.page.get_by_role("button", name="Another source").click()
        it.page.get_by_label("Most pages").wait_for()
        it.heard.clear()  # the browser tells of each answer that refuses


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_and_can_be_used_by_all(chromium: Any, desk: Desk, theme: str, width: int) -> None:
    with window(chromium, desk.client, color_scheme=theme, viewport={"width": width, "height": 844}, reduced_motion="reduce") as it:
        for kind in ("files", "web", "repository", "database"):
            it.go(f"/p/default/sources?kind={kind}")
            assert it.faults() == [], kind
        dropped(it)
        assert it.faults() == []
        it.page.get_by_role("tab", name="Cleaned").click()
        it.page.get_by_role("list", name="Cleaned").get_by_text("kettle.md").first.wait_for()
        assert it.faults() == []
        it.page.get_by_role("tab", name="Chunks").click()
        it.page.get_by_role("list", name="Chunks").get_by_text("kettle.md").first.wait_for()
        assert it.faults() == []
