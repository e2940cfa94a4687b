"""The tab Use: what a format's consumer will keep, a download, a split looked at and made, a push without its key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import window
from running import jsonl
from served import Desk

DATASET = "/projects/default/datasets/pairs"
USE = "/p/default/datasets/pairs/use"


@pytest.fixture(scope="module")
def pairs(desk: Desk) -> Desk:
    """With a dataset `pairs` of twenty rows."""
    rows = [{"input": f"What is the number {n * 7919}?", "answer": f"A number, and {n * 104729} another.", "label": "ab"[n % 2]} for n in range(20)]
    desk.lab.project().datasets.import_([jsonl(desk.folder / "pairs.jsonl", rows)], "pairs")
    return desk


def test_a_format_is_checked_and_downloaded(chromium: Any, pairs: Desk) -> None:
    with window(chromium, pairs.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(USE)
        it.page.get_by_label("Find a format").fill("trl sft")
        it.page.get_by_role("button", name=re.compile("^trl-sft ?TRL")).click()
        it.page.wait_for_url("**format=trl-sft**")
        check = it.page.get_by_role("region", name="Export check")
        check.get_by_text(re.compile("keeps 20 of 20 rows")).wait_for()
        assert "What is the number 0?" in it.page.get_by_label("first records", exact=True).inner_text()
        it.page.get_by_label("Only rows where").fill("label = 'a'")
        with it.page.expect_download() as download:
            it.page.get_by_role("button", name="Download", exact=True).click()
        path = Path(download.value.path())
        assert (download.value.suggested_filename, len(path.read_text(encoding="utf-8").splitlines())) == ("pairs.jsonl", 10)
        it.page.get_by_label("Find a format").fill("csv")
        it.page.get_by_role("button", name=re.compile("^csv ?Comma")).click()
        with it.page.expect_download() as download:
            it.page.get_by_role("button", name="Download", exact=True).click()
        assert download.value.suggested_filename == "pairs.csv"
        it.page.get_by_label("Find a format").fill("dpo")
        it.page.get_by_text("needs input, chosen, rejected").first.wait_for()
        it.page.reload()
        it.page.wait_for_url("**format=csv**")
        it.page.get_by_text("Comma-separated values: the columns as they stand").wait_for()


def test_a_split_is_looked_at_and_made(chromium: Any, pairs: Desk) -> None:
    with window(chromium, pairs.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(USE)
        field = it.page.get_by_label("Parts", exact=True)
        field.fill("train")
        it.page.get_by_text("is no part").wait_for()
        field.fill("train=0.5, test=0.5")
        for tie in ("rows of one source", "near-duplicates"):
            it.page.get_by_label(tie).uncheck()
        it.page.get_by_label("Same shares of").select_option("label")
        it.page.get_by_role("button", name="Preview").click()
        table = it.page.get_by_role("table", name="Parts")
        assert table.get_by_role("row", name=re.compile("^train")).inner_text().split() == ["train", "10", "10"]
        assert pairs.client.get(f"{DATASET}/rows", where="split = 'test'")["total"] == 0
        it.page.get_by_role("button", name="Split", exact=True).click()
        it.page.get_by_text(re.compile("^Split: version .* The parts share nothing")).wait_for()
        assert pairs.client.get(f"{DATASET}/rows", where="split = 'test' AND label = 'a'")["total"] == 5


def test_a_push_without_a_key_says_how_to_give_it(chromium: Any, pairs: Desk) -> None:
    with window(chromium, pairs.client) as it:
        it.go(USE)
        it.page.get_by_label("Name there").fill("me/pairs")
        it.page.get_by_role("button", name="Push").click()
        told = it.page.get_by_role("alert")
        told.wait_for()
        assert "There is no token for huggingface.co." in told.inner_text() and "HF_TOKEN" in told.inner_text()
        it.heard.clear()  # the browser tells of each answer that refuses
        it.page.get_by_role("radio", name="Argilla").click()
        told.wait_for(state="detached")
        with it.page.expect_download() as download:
            it.page.get_by_role("link", name="Proof bundle").click()
        assert download.value.suggested_filename == "pairs.bundle.zip"


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_all_of_it_fits_and_can_be_used_by_all(chromium: Any, pairs: Desk, theme: str, width: int) -> None:
    with window(chromium, pairs.client, color_scheme=theme, viewport={"width": width, "height": 844}, reduced_motion="reduce") as it:
        for format in ("trl-sft", "csv", "dpo"):
            it.go(f"{USE}?format={format}")
            it.page.get_by_text("may be used to train").wait_for()
            it.page.locator("[role=status][aria-label^=Loading]").first.wait_for(state="detached")
            assert it.faults() == [], format
        it.page.get_by_role("button", name="Preview").click()
        it.page.get_by_role("table", name="Parts").wait_for()
        assert it.faults() == [], "split"
        it.heard[:] = [one for one in it.heard if "422" not in one]
