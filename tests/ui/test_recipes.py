"""Recipes and runs in the web application: found, checked, quoted, started, watched live, gone on with; models, keys and budgets in the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser import Window, window
from running import ask, texts
from served import Desk

from rowsmith.api.events import Stream

TWENTY = texts(*(f"text {n}" for n in range(20)))
PAGES = [
    "/p/default/recipes", "/p/default/recipes?group=documents&find=qa", "/p/default/recipes?find=nosuchword", "/p/default/recipes/document-qa",
    "/p/default/recipes/document-qa/start", "/p/default/recipes/red-team/start", "/p/default/recipes/document-qa/text", "/p/default/recipe-file",
    "/p/default/recipes/nosuch", "/p/default/runs", "/p/default/runs/r1", "/p/default/runs/r99", "/settings/models", "/settings/projects",
]  # fmt: skip


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "basil.md").write_text("# Basil\n\n" + "Basil likes sun, and water every day in its pot. " * 40, encoding="utf-8")
    return tmp_path / "docs"


def priced(desk: Desk, file: str, **model: Any) -> Path:
    """A recipe of twenty calls, each of which reserves a known price."""
    writer = desk.model(price_in=1, price_out=1, max_tokens=100, **model)
    keep = {"kind": "filter.where", "where": "text != 'text 3'"}
    return desk.recipe(TWENTY, keep, ask(), file=file, name="answers", models={"writer": writer})


def quoted(it: Window) -> None:
    it.page.get_by_role("button", name="Check and quote").click()
    it.page.get_by_role("table", name="Quote").wait_for()


def stands(it: Window, state: str) -> None:
    it.page.locator("header").get_by_text(state, exact=True).wait_for(timeout=60_000)


def test_a_recipe_is_found_its_problems_stand_at_their_parameters_and_it_runs_on_5_rows(chromium: Any, desk: Desk, documents: Path) -> None:
    with window(chromium, desk.client) as it:
        it.go("/p/default/recipes")
        it.page.get_by_role("button", name=re.compile("^Documents")).click()
        it.page.get_by_label("Search recipes").fill("pairs borne out")
        it.page.wait_for_url(lambda url: "group=documents" in url and "find=" in url)
        it.page.reload()
        it.page.get_by_role("link", name="document-qa").click()
        it.page.get_by_text("InstructLab").wait_for()
        it.page.get_by_role("link", name="Text", exact=True).click()
        assert "generate.qa" in it.page.get_by_label("document-qa.yaml", exact=True).inner_text()
        it.page.get_by_role("link", name="Start", exact=True).click()
        it.page.get_by_role("button", name="Check and quote").click()
        it.page.get_by_text("The recipe has 3 problems.").wait_for()
        model = it.page.get_by_label("model", exact=True)
        assert model.get_attribute("aria-invalid") == "true"
        assert "Fill it in." in it.page.locator(f"[id='{model.get_attribute('id')}-error']").inner_text()
        it.heard.clear()  # the browser tells of each answer that refuses
        model.fill("openai/m")
        it.page.keyboard.press("Escape")
        it.page.get_by_label("base_url").fill(desk.server.url)
        it.page.get_by_label("input", exact=True).fill(str(documents))
        quoted(it)
        figures = it.page.get_by_role("table", name="Quote").inner_text()
        assert "Rows kept" in figures and "no price known" in figures
        it.page.get_by_role("button", name="Run on 5 rows").click()
        it.page.wait_for_url("**/runs/r*")
        told = desk.client.ended(it.page.url.rpartition("/")[2])
        stands(it, told["state"])
        lost = [*told["dropped"], *told["failed"]]
        assert all(reason.replace("_", " ") in it.page.get_by_role("table", name="Funnel").inner_text() for reason in lost)


def test_a_model_is_picked_from_those_that_are_known(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        it.go("/p/default/recipes/document-qa/start")
        it.page.get_by_label("model", exact=True).click()
        it.page.get_by_label("model", exact=True).fill("gpt-4o-mini")
        option = it.page.get_by_role("option").filter(has_text="openai/gpt-4o-mini").first
        option.wait_for()
        assert "$0.15" in option.inner_text() and "no key" in option.inner_text()
        it.page.keyboard.press("ArrowDown")
        it.page.keyboard.press("Enter")
        assert it.page.get_by_label("model", exact=True).input_value().startswith("openai/gpt-4o-mini")
        assert it.page.get_by_role("listbox").count() == 0


def test_a_run_is_watched_pauses_at_its_cap_and_goes_on_under_a_higher_one(chromium: Any, desk: Desk) -> None:
    path = priced(desk, "priced.yaml")
    with window(chromium, desk.client) as it:
        it.go(f"/p/default/recipe-file?path={path}")
        it.page.get_by_label("Cap in USD").fill("lots")
        assert it.page.get_by_role("button", name="Check and quote").is_disabled()
        it.page.get_by_label("Cap in USD").fill("0.001")
        it.page.get_by_label("Dataset").fill("from-the-web")
        quoted(it)
        it.page.get_by_label("Cap in USD").fill("0.0012")
        it.page.get_by_text("The values have changed since the quote.").wait_for()
        assert it.page.get_by_role("button", name="Run all").count() == 0
        quoted(it)
        it.page.get_by_role("button", name="Run all").click()
        it.page.wait_for_url("**/runs/r*")
        stands(it, "paused")
        it.page.get_by_text("Resume it under a higher cap.").first.wait_for()
        it.page.get_by_role("button", name="Resume", exact=True).click()
        it.page.get_by_label("Cap in USD").fill("1")
        it.page.get_by_role("button", name="Resume run").click()
        stands(it, "finished")
        it.page.get_by_text("19 of 20").wait_for()
        row = it.page.get_by_role("table", name="Funnel").get_by_role("row", name=re.compile("^filter.where"))
        row.get_by_text("1 dropped").wait_for()
        assert row.inner_text().split()[-5:] == ["20", "0", "19", "1", "0"]
        it.page.get_by_text("Began under a cap of $1.00").wait_for()
        it.page.locator("main").get_by_role("link", name="from-the-web").click()
        it.page.get_by_role("heading", name="from-the-web").wait_for()


def test_a_run_is_followed_live_stopped_and_cancelled(chromium: Any, tmp_path: Path) -> None:
    with Desk(tmp_path, latency=0.4) as slow, window(chromium, slow.client) as it:
        it.go("/p/default/runs")
        it.page.get_by_text("No runs yet").wait_for()
        run = slow.client.post("/projects/default/runs", {"recipe": str(priced(slow, "slow.yaml", concurrency=1))}, status=202)["run"]
        row = it.page.get_by_role("row", name=re.compile(f"^answers {run}"))
        row.get_by_text("running").wait_for()
        row.get_by_text(re.compile("^[1-9] of 20")).wait_for()  # told by the stream
        row.get_by_role("link").click()
        it.page.get_by_text(re.compile("^[2-9] of 20")).wait_for()
        it.page.get_by_role("button", name="Stop").click()
        stands(it, "stopped")
        it.page.get_by_role("button", name="Cancel").click()
        it.page.get_by_role("button", name="Cancel run").click()
        stands(it, "cancelled")


@contextmanager
def streams() -> Iterator[list[int]]:
    """How many streams are open at the server: [now, most]."""
    counted = [0, 0]
    before = Stream.listen

    async def listen(self: Stream, after: int | None) -> Any:
        counted[0] += 1
        counted[1] = max(counted)
        try:
            async for message in before(self, after):
                yield message
        finally:
            counted[0] -= 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stream, "listen", listen)
        yield counted


def test_ten_tabs_share_one_stream_and_nothing_polls(chromium: Any, tmp_path: Path) -> None:
    with Desk(tmp_path, latency=0.2) as slow, streams() as counted, window(chromium, slow.client) as it:
        tabs = [it.page, *(it.tab("/p/default/runs") for _ in range(9))]
        tabs[0].goto(f"{slow.client.address}/p/default/runs")
        asked: list[str] = []
        for tab in tabs:
            tab.get_by_text("No runs yet").wait_for()
            tab.on("request", lambda request: asked.append(request.url))
        before = -1
        while before < len(asked):  # the last requests of tabs that open beside each other come late on a busy machine
            before = len(asked)
            tabs[0].wait_for_timeout(2000)
        asked.clear()
        tabs[0].wait_for_timeout(3000)
        assert (counted, asked) == ([1, 1], [])
        slow.client.post("/projects/default/runs", {"recipe": str(priced(slow, "slow.yaml"))}, status=202)
        for tab in tabs:
            tab.get_by_text("19 of 20").wait_for()
        assert counted[1] == 1


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_and_can_be_used_by_all(chromium: Any, desk: Desk, theme: str, width: int) -> None:
    run = desk.client.post("/projects/default/runs", {"recipe": str(priced(desk, "looked-at.yaml"))}, status=202)["run"]
    desk.client.ended(run)
    with window(chromium, desk.client, color_scheme=theme, viewport={"width": width, "height": 844}, reduced_motion="reduce") as it:
        for path in PAGES:
            it.go(path)
            it.page.locator("[role=status][aria-label^=Loading]").first.wait_for(state="detached")
            assert it.faults() == [], path
        it.heard[:] = [one for one in it.heard if "404" not in one]


def test_a_key_is_kept_unseen_a_model_is_tested_and_a_budget_is_set(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        it.go("/settings/models")
        it.page.get_by_role("button", name="Add key").click()
        it.page.get_by_label("Provider").fill("openai")
        key = it.page.get_by_label("Key", exact=True)
        assert key.get_attribute("type") == "password"
        key.fill("sk-made-up-for-this-test-4242")
        it.page.get_by_role("dialog").get_by_role("button", name="Add key").click()
        row = it.page.get_by_role("table", name="Keys").get_by_role("row", name=re.compile("OPENAI_API_KEY"))
        row.get_by_text("ends with 4242").wait_for()
        assert "sk-made-up" not in it.page.content()
        it.page.get_by_role("button", name="Remove OPENAI_API_KEY").click()
        it.page.get_by_role("button", name="Remove key").click()
        it.page.get_by_text("No keys yet.").wait_for()
        it.page.get_by_label("Model", exact=True).fill("openai/m")
        it.page.keyboard.press("Escape")
        it.page.get_by_label("Address", exact=True).fill(desk.server.url)
        it.page.get_by_role("button", name="Test model").click()
        it.page.get_by_text("answers", exact=True).wait_for()
        it.go("/settings/projects")
        it.page.get_by_role("button", name="Change the budget of default").click()
        it.page.get_by_label("US dollars").fill("25")
        it.page.get_by_role("button", name="Set budget").click()
        it.page.get_by_role("table", name="Budgets").get_by_text("$25.00").wait_for()
        assert desk.client.get("/projects/default")["budget_usd"] == 25
