"""The tab Quality: checks run, their grade with its parts, marks that lead to their rows, rows taken out, the report."""

from __future__ import annotations

import re
from typing import Any

import pytest
from browser import Window, window
from running import jsonl
from served import Desk

DATASET = "/projects/default/datasets/mixed"
QUALITY = "/p/default/datasets/mixed/quality"


@pytest.fixture(scope="module")
def mixed(desk: Desk) -> Desk:
    """With a dataset `mixed` of which some rows are wanting."""
    rows: list[dict[str, Any]] = [
        {"input": f"How is the number {n} written in words, and why?", "answer": f"It is the number {n}, written as people say it. " * (n + 1)}
        for n in range(20)
    ]
    rows += [{"input": "Who is to be asked?", "answer": "Write to ada.lovelace@firma-lovelace.de, she knows all about it."}] * 3
    desk.lab.project().datasets.import_([jsonl(desk.folder / "mixed.jsonl", rows)], "mixed")
    return desk


def checked(it: Window) -> None:
    it.page.get_by_role("button", name="Run checks").click()
    it.page.get_by_role("button", name="Run checks, free").click()
    it.page.get_by_role("heading", name="Grade", exact=True).wait_for(timeout=60_000)


def test_checks_run_and_every_mark_leads_to_its_rows(chromium: Any, mixed: Desk) -> None:
    with window(chromium, mixed.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(QUALITY)
        it.page.get_by_text("Not checked yet").wait_for()
        checked(it)
        [run] = mixed.client.get(f"{DATASET}/quality")["items"]
        found = mixed.client.get(f"{DATASET}/quality/{run['run']}")
        table = it.page.get_by_role("table", name="Parts of the grade")
        for part in found["parts"]:
            cells = table.get_by_role("row", name=re.compile(f"^{re.escape(part['name'])} ")).inner_text()
            assert part["grade"] in cells and f"{part['score']:.2f}" in cells and f"{part['weight']:g}" in cells
        marks = [*found["counts"]["pii"], *found["counts"]["duplicates"]]
        assert marks
        flags = it.page.get_by_role("list", name="pii", exact=True)
        reason, rows = next(iter(found["counts"]["pii"].items()))
        flags.get_by_role("link", name=f"{reason.replace('_', ' ')}: show {rows} rows").click()
        it.page.get_by_role("status").filter(has_text=f"{rows} matching rows").wait_for()
        it.page.get_by_text(f"pii: {reason.replace('_', ' ')}").wait_for()
        it.page.get_by_role("combobox", name="Add a condition").fill("length(input) > 1000")
        it.page.keyboard.press("Enter")
        it.page.get_by_text("No rows match").wait_for()
        it.page.get_by_role("button", name=re.compile("^Remove the mark")).click()
        it.page.wait_for_url(re.compile(r"rows\?(?!.*marked)"))
        it.page.go_back()
        it.page.go_back()
        it.page.go_back()
        it.page.get_by_role("heading", name="Grade", exact=True).wait_for()
        bars = it.page.get_by_role("list", name="answer: how many rows").get_by_role("link")
        label = bars.first.get_attribute("aria-label")
        bars.first.click()
        count = re.findall(r"(\d+) rows", str(label))[0]
        it.page.get_by_role("status").filter(has_text=re.compile(f"^{count} matching row")).wait_for()


def test_flagged_rows_are_taken_out_and_the_report_is_saved(chromium: Any, mixed: Desk) -> None:
    with window(chromium, mixed.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(QUALITY)
        if it.page.get_by_text("Not checked yet").is_visible():
            checked(it)
        it.page.get_by_role("link", name="Download report").wait_for()
        with it.page.expect_download() as download:
            it.page.get_by_role("link", name="Download report").click()
        assert download.value.suggested_filename == "mixed.quality.html"
        advice = it.page.get_by_role("listitem").filter(has_text="Keep one of the rows that say the same")
        advice.get_by_role("button", name="Remove").click()
        it.page.get_by_role("dialog").get_by_role("button", name="Remove 2 rows").click()
        it.page.get_by_text(re.compile("2 rows removed: version")).wait_for()
        it.page.get_by_text("of an earlier version").wait_for()
        assert advice.get_by_role("button", name="Remove").count() == 0
        assert mixed.client.get(f"{DATASET}/rows")["total"] == 21


def test_what_asks_a_model_says_its_price_first(chromium: Any, mixed: Desk) -> None:
    with window(chromium, mixed.client) as it:
        it.go(QUALITY)
        it.page.get_by_role("button", name="Run checks").click()
        it.page.get_by_label("Model", exact=True).fill("openai/nothing-such")
        it.page.keyboard.press("Tab")
        it.page.get_by_role("button", name="Say what it costs").click()
        it.page.get_by_role("alert").wait_for()
        assert it.page.get_by_role("button", name="Run checks", exact=True).count() <= 1
        it.heard.clear()


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_all_of_it_fits_and_can_be_used_by_all(chromium: Any, mixed: Desk, theme: str, width: int) -> None:
    run = mixed.client.post(f"{DATASET}/quality", {}, status=202)["run"]
    mixed.client.ended(run)
    with window(chromium, mixed.client, color_scheme=theme, viewport={"width": width, "height": 844}, reduced_motion="reduce") as it:
        it.go(f"{QUALITY}?run={run}")
        it.page.get_by_role("heading", name="Grade", exact=True).wait_for()
        assert it.faults() == [], "found"
        it.page.get_by_role("button", name="Run checks").click()
        it.page.get_by_role("button", name="Run checks, free").wait_for()
        assert it.faults() == [], "run checks"
        it.go("/p/default/datasets/questions/quality")
        it.page.get_by_text("Not checked yet").wait_for()
        assert it.faults() == [], "not checked"
        it.go(f"/p/default/datasets/mixed/rows?marked={run}:flag:pii")
        it.page.get_by_role("status").filter(has_text="row").first.wait_for()
        assert it.faults() == [], "marked rows"
