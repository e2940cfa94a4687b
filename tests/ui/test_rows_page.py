"""The rows of a dataset in the web application: found, sorted, opened, linked to, edited, undone, committed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import Window, window
from running import jsonl
from served import Desk

ROWS = "/p/default/datasets/teas/rows"


@pytest.fixture(scope="module")
def teas(desk: Desk) -> Desk:
    """With a dataset `teas` of 450 rows of every kind of column."""
    chat = [{"role": "user", "content": "Which tea grows in Assam?"}, {"role": "assistant", "content": "A strong black one."}]
    rows = [
        {
            "input": f"How is tea {n:03} made?", "answer": f"With water at {60 + n % 40} degrees. " + "It steeps. " * (n % 40), "minutes": n % 7,
            "organic": n % 3 == 0, "labels": ["green", "loose"] if n % 2 else ["black"], "messages": chat, "chosen": "Slowly.", "rejected": "Fast.",
            "place": {"hill": n},
        }
        for n in range(450)
    ]  # fmt: skip
    folder: Path = desk.folder
    desk.lab.project().datasets.import_([jsonl(folder / "teas.jsonl", rows)], "teas")
    return desk


def cell(it: Window, row: int, column: str) -> Any:
    """The cell of a row, as a reader of the screen counts it from 1, below a header."""
    at = it.page.locator(f"[role=columnheader][data-column='{column}']").get_attribute("aria-colindex")
    return it.page.locator(f"[role=row][aria-rowindex='{row + 1}'] [aria-colindex='{at}']")


def says(it: Window, text: str) -> None:
    it.page.get_by_role("status").filter(has_text=re.compile(f"^{re.escape(text)}$")).wait_for()


def test_rows_are_filtered_sorted_opened_and_linked_to(chromium: Any, teas: Desk) -> None:
    with window(chromium, teas.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(ROWS)
        says(it, "450 rows")
        it.page.keyboard.press("/")
        field = it.page.get_by_role("combobox", name="Add a condition")
        field.fill("min")
        it.page.get_by_role("option", name="minutes").click()
        field.press("End")
        field.type(" = 3")
        field.press("Enter")
        says(it, "64 matching rows")
        assert "where=minutes" in it.page.url and it.page.get_by_role("button", name="Edit the condition minutes = 3").is_visible()

        it.page.locator("[data-column='input'] .grid-label").click()
        it.page.locator("[data-column='input'] .grid-label").click()
        it.page.wait_for_url("**sort=-input**")
        cell(it, 1, "input").get_by_text("How is tea 444 made?").wait_for()

        cell(it, 1, "input").click()
        it.page.keyboard.press("ArrowDown")
        it.page.keyboard.press("Space")
        drawer = it.page.get_by_role("complementary", name="Row 2")
        drawer.get_by_text("How is tea 437 made?").wait_for()
        drawer.get_by_text("A strong black one.").wait_for()
        drawer.get_by_text("teas.jsonl").wait_for()
        it.page.keyboard.press("j")
        it.page.get_by_role("complementary", name="Row 3").get_by_text("How is tea 430 made?").wait_for()
        it.page.keyboard.press("k")
        drawer.wait_for()

        other = it.tab(it.page.url.removeprefix(teas.client.address))
        other.get_by_role("complementary", name="Row 2").get_by_text("How is tea 437 made?").wait_for()
        other.close()
        it.page.go_back()
        drawer.wait_for(state="detached")
        assert "where=minutes" in it.page.url and "sort=-input" in it.page.url


def test_the_way_back_keeps_the_place(chromium: Any, teas: Desk) -> None:
    with window(chromium, teas.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(ROWS)
        says(it, "450 rows")
        it.page.get_by_role("grid").focus()
        it.page.keyboard.press("Control+ArrowDown")
        cell(it, 450, "input").get_by_text("How is tea 449 made?").wait_for()
        it.page.wait_for_url("**at=**")
        it.page.get_by_role("link", name="Versions").click()
        it.page.wait_for_url("**/versions")
        it.page.go_back()
        cell(it, 445, "input").get_by_text("How is tea 444 made?").wait_for()


def test_what_the_server_refuses_is_told_with_its_remedy(chromium: Any, teas: Desk) -> None:
    with window(chromium, teas.client) as it:
        it.go(ROWS)
        says(it, "450 rows")
        field = it.page.get_by_role("combobox", name="Add a condition")
        field.fill("minutes >")
        field.press("Enter")
        assert "minutes >" in it.page.get_by_role("alert").inner_text()
        it.heard.clear()  # the browser tells of each answer that refuses
        it.page.get_by_role("button", name="Remove the condition minutes >").click()
        it.page.get_by_role("alert").wait_for(state="detached")
        field.fill("minuts = 3")
        field.press("Enter")
        it.page.get_by_text("No rows match").wait_for()
        it.page.get_by_text("minuts").filter(has_text="minutes").wait_for()
        it.page.get_by_role("button", name="Clear filter and search").click()
        says(it, "450 rows")


def test_rows_are_edited_undone_tagged_at_once_and_committed(chromium: Any, teas: Desk) -> None:
    with window(chromium, teas.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(ROWS)
        says(it, "450 rows")
        cell(it, 1, "input").click()
        it.page.keyboard.press("Enter")
        it.page.keyboard.press("Control+a")
        it.page.keyboard.type("What is new?")
        it.page.keyboard.press("Enter")
        it.page.get_by_role("button", name="Commit 1 edited row").wait_for()
        first = teas.client.get("/projects/default/datasets/teas/rows", limit=1)["items"][0]
        assert first["data"]["input"] == "What is new?"

        teas.client.patch(f"/projects/default/datasets/teas/rows/{first['id']}", {"set": {"input": "Theirs?"}, "seen": first["revision"]})
        cell(it, 1, "input").dblclick()
        it.page.keyboard.press("Control+a")
        it.page.keyboard.type("Mine?")
        it.page.keyboard.press("Enter")
        note = it.page.get_by_role("status").filter(has_text="Someone else has changed this cell")
        note.wait_for()
        assert "Theirs?" in note.inner_text() and "Mine?" in note.inner_text()
        it.heard.clear()
        note.get_by_role("button", name="Use mine").click()
        cell(it, 1, "input").get_by_text("Mine?").wait_for()
        it.page.get_by_role("grid").focus()
        it.page.keyboard.press("Control+z")
        cell(it, 1, "input").get_by_text("Theirs?").wait_for()

        it.page.get_by_role("grid").focus()
        it.page.keyboard.press("Control+a")
        cell(it, 3, "input").click()
        it.page.keyboard.press("x")
        bar = it.page.get_by_role("toolbar", name="Selected rows")
        bar.get_by_text("All 450 rows that match, minus 1").wait_for()
        bar.get_by_role("button", name="Tag").click()
        it.page.get_by_label("Value").fill("checked, short")
        it.page.get_by_role("button", name="Set in 449 rows").click()
        it.page.get_by_text("tags set in 449 rows.").wait_for()
        tagged = teas.client.get("/projects/default/datasets/teas/rows", where="length(tags) = 2", limit=1)
        assert tagged["total"] == 449

        it.page.get_by_role("button", name=re.compile("^Commit 449 edited rows")).click()
        it.page.get_by_role("textbox", name="Message").fill("Tags")
        it.page.get_by_role("dialog").get_by_role("button", name="Commit", exact=True).click()
        it.page.get_by_text("Committed to main.").wait_for()
        assert teas.client.get("/projects/default/datasets/teas/versions")["items"][0]["message"] == "Tags"


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_all_of_it_fits_and_can_be_used_by_all(chromium: Any, teas: Desk, theme: str, width: int) -> None:
    with window(chromium, teas.client, color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce") as it:
        row = teas.client.get("/projects/default/datasets/teas/rows", limit=1)["items"][0]["id"]
        for path in [ROWS, f"{ROWS}?where=minutes+%3D+3+AND+organic&row={row}&place=0", f"{ROWS}?search=nothing+such"]:
            it.go(path)
            it.page.get_by_role("status").filter(has_text="row").first.wait_for()
            if "row=" in path:
                it.page.get_by_role("complementary").get_by_text("teas.jsonl").wait_for()
            assert it.faults() == [], path
        it.go(ROWS)
        for button in ["View", "Branch, tag or version: main"]:
            it.page.get_by_role("button", name=button).click()
            it.page.get_by_role("dialog").wait_for()
            assert it.faults() == [], button
            it.page.keyboard.press("Escape")
