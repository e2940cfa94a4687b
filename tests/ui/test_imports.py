"""Data comes in through the web application: a file that is dropped, recognised, mapped and imported; what becomes no row; the sample that ships."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from browser import Window, window
from served import Desk

TABLE = "Question;Reply;Nr\n" + "".join(f"What is {n}?;It is {n}.;{n}\n" for n in range(30)) + "broken;line\n"
PAIRS = "".join(json.dumps({"instruction": f"How many are {n}?", "input": "", "output": f"{n}."}) + "\n" for n in range(5))


def chosen(it: Window, name: str, text: str) -> None:
    it.page.get_by_label("File", exact=True).set_input_files({"name": name, "mimeType": "text/plain", "buffer": text.encode()})


def rows(it: Window, said: str) -> None:
    it.page.get_by_role("status").filter(has_text=re.compile(f"^{said}$")).wait_for()


def test_a_file_is_recognised_mapped_and_imported_and_its_broken_line_is_listed(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client, viewport={"width": 1440, "height": 900}) as it:
        it.page.get_by_role("link", name="Add", exact=True).click()
        chosen(it, "faq.csv", TABLE)
        it.page.get_by_text("30 of 30 sampled records fit").wait_for()
        assert it.page.get_by_role("radio", name=re.compile("^input-answer")).get_attribute("aria-checked") == "true"
        it.page.get_by_text("1 broken", exact=True).wait_for()
        it.page.get_by_text("The record has 2 fields").wait_for()
        it.page.reload()
        it.page.get_by_label("Name of Nr").fill("number")
        preview = it.page.get_by_role("list", name="Preview")
        preview.get_by_text("number", exact=True).first.wait_for()
        it.page.get_by_label("Take Nr").uncheck()
        preview.get_by_text("number", exact=True).first.wait_for(state="detached")
        it.page.get_by_label("Name of Reply").fill("input")
        it.page.get_by_text("Two columns would be called input.").wait_for()
        assert it.page.get_by_role("button", name="Import", exact=True).is_disabled()
        it.page.get_by_label("Name of Reply").fill("answer")
        assert it.page.get_by_label("Dataset").input_value() == "faq"
        it.page.keyboard.press("Control+Enter")
        it.page.get_by_text("1 record became no row").wait_for()
        with it.page.expect_download() as sent:
            it.page.get_by_role("link", name="Download all of them").click()
        with open(sent.value.path(), encoding="utf-8") as file:
            assert json.loads(file.read())["line"] == 32
        it.page.get_by_role("link", name="Open faq").click()
        rows(it, "30 rows")
    assert sorted(desk.client.get("/projects/default/datasets/faq/rows", limit=1)["items"][0]["data"]) == ["answer", "input"]


def test_records_are_looked_at_before_they_are_committed(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        it.go("/p/default/add")
        chosen(it, "pairs.jsonl", PAIRS + "{broken\n")
        it.page.get_by_label("Look at every record first").check()
        it.page.get_by_role("button", name="Look at every record").click()
        it.page.get_by_text("nothing yet").wait_for()
        it.page.reload()
        it.page.get_by_role("button", name="Import 5 rows into pairs").click()
        it.page.get_by_role("link", name="Open pairs").click()
        rows(it, "5 rows")


def test_what_is_no_file_of_records_is_said_with_its_remedy(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        it.go("/p/default/add")
        it.page.get_by_label("Or one that the server reaches").fill("nowhere.csv")
        it.page.get_by_role("button", name="Look at it").click()
        assert "There is no file 'nowhere.csv'." in it.page.get_by_role("alert").inner_text()
        it.page.get_by_role("button", name="Another file").click()
        it.page.get_by_text("Drop a file here").wait_for()
        it.heard.clear()  # the browser tells of each answer that refuses


def test_an_empty_project_opens_the_sample_that_ships(chromium: Any, desk: Desk) -> None:
    desk.client.post("/projects", {"name": "newcomer"}, status=201)
    with window(chromium, desk.client) as it:
        it.go("/p/newcomer/datasets")
        it.page.get_by_text("none of it is yours").wait_for()
        it.page.get_by_role("button", name="Open the sample").click()
        it.page.wait_for_url("**/datasets/sample/rows**")
        rows(it, "1,998 rows")


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_and_can_be_used_by_all(chromium: Any, desk: Desk, theme: str, width: int) -> None:
    desk.client.post("/projects", {"name": f"empty-{theme}-{width}"}, status=201)
    with window(chromium, desk.client, color_scheme=theme, viewport={"width": width, "height": 844}, reduced_motion="reduce") as it:
        it.go(f"/p/empty-{theme}-{width}/datasets")
        assert it.faults() == []
        it.go("/p/default/add")
        assert it.faults() == []
        chosen(it, "faq.csv", TABLE)
        it.page.get_by_role("list", name="Preview").wait_for()
        assert it.faults() == []
        it.page.get_by_role("button", name="Import", exact=True).click()
        it.page.get_by_text("1 record became no row").wait_for()
        assert it.faults() == []
