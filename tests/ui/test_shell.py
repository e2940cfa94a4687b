"""The shell of the web application: the places, the palette, themes, shortcuts, projects, and what has to hold on every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from browser import Window, window
from served import Desk

PAGES = [
    "/p/default/datasets", "/p/default/datasets/questions/rows", "/p/default/datasets/questions/versions",
    "/p/empty/datasets", "/p/default/recipes", "/p/default/runs",
    "/p/default/playground", "/settings/appearance", "/settings/shortcuts", "/nowhere",
]  # fmt: skip


@pytest.fixture(scope="module")
def empty(desk: Desk) -> None:
    desk.client.post("/projects", {"name": "empty"}, status=201)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_and_can_be_used_by_all(chromium: Any, desk: Desk, empty: None, theme: str, width: int) -> None:
    with window(chromium, desk.client, color_scheme=theme, viewport={"width": width, "height": 844}, reduced_motion="reduce") as it:
        for path in PAGES:
            it.go(path)
            assert it.faults() == [], path


def palette(it: Window) -> None:
    it.page.keyboard.press("Control+k")


def project(it: Window, item: str) -> None:
    it.page.get_by_role("button", name=re.compile("^Project")).click()
    it.page.get_by_role("menuitem", name=item).click()


OVER: dict[str, Callable[[Window], None]] = {
    "palette": palette,
    "help": lambda it: it.page.keyboard.press("?"),
    "projects": lambda it: it.page.get_by_role("button", name=re.compile("^Project")).click(),
    "new project": lambda it: project(it, "New project"),
    "rename project": lambda it: project(it, "Rename default"),
    "delete project": lambda it: project(it, "Delete default"),
    "theme": lambda it: it.page.get_by_role("button", name="Theme").click(),
    "you": lambda it: it.page.get_by_role("button", name="You").click(),
}


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_over_a_page_fits_can_be_used_and_goes_with_escape(chromium: Any, desk: Desk, theme: str) -> None:
    with window(chromium, desk.client, color_scheme=theme, viewport={"width": 390, "height": 844}, reduced_motion="reduce") as it:
        for name, act in OVER.items():
            it.go("/")
            act(it)
            over = it.page.locator("[role=dialog], [role=menu]")
            over.wait_for()
            assert it.faults() == [], name
            it.page.keyboard.press("Escape")
            over.wait_for(state="detached")


def test_the_places_are_reached_by_pointer_by_keys_and_by_the_palette(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        it.page.get_by_role("link", name="Runs").click()
        it.page.wait_for_url("**/p/default/runs")
        it.page.keyboard.press("g")
        it.page.keyboard.press("s")
        it.page.wait_for_url("**/settings/appearance")
        it.page.keyboard.press("Control+k")
        it.page.get_by_placeholder("Find a place").fill("questions")
        it.page.keyboard.press("Enter")
        it.page.wait_for_url("**/p/default/datasets/questions/rows")
        it.page.go_back()
        it.page.wait_for_url("**/settings/appearance")


def test_the_list_of_datasets_says_what_is_there_and_follows_what_happens(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        row = it.page.get_by_role("row", name=re.compile("^questions"))
        assert row.inner_text().split("\t")[:3] == ["questions", "40", "1"]
        desk.lab.project().datasets.import_([str(desk.folder / "rows.jsonl")], "more")
        it.page.get_by_role("row", name=re.compile("^more")).wait_for()


def test_a_project_is_made_renamed_and_deleted_by_its_name_alone(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        project(it, "New project")
        it.page.get_by_label("Name", exact=True).fill("bad/name")
        it.page.get_by_role("button", name="Create project").click()
        assert it.page.get_by_role("alert").inner_text().strip()
        it.heard.clear()  # the browser tells of each answer that refuses
        it.page.get_by_label("Name", exact=True).fill("fresh")
        it.page.keyboard.press("Enter")
        it.page.wait_for_url("**/p/fresh/datasets")
        it.page.get_by_text("What is the data for?").wait_for()
        project(it, "Rename fresh")
        it.page.get_by_label("Name", exact=True).fill("default")
        it.page.get_by_role("button", name="Rename project").click()
        it.page.get_by_text("There is a project called 'default' already.").wait_for()
        it.heard.clear()  # the browser tells of the answer that refuses
        it.page.get_by_label("Name", exact=True).fill("fresher")
        it.page.get_by_role("button", name="Rename project").click()
        it.page.wait_for_url("**/p/fresher/**")
        it.page.get_by_text("Project fresh is called fresher now.").wait_for()
        assert {"fresh", "fresher"} & {one["name"] for one in desk.client.get("/projects")["items"]} == {"fresher"}
        project(it, "Delete fresher")
        delete = it.page.get_by_role("button", name="Delete project")
        it.page.get_by_label("Type fresher to confirm").fill("fresh")
        assert delete.is_disabled()
        it.page.get_by_label("Type fresher to confirm").fill("fresher")
        delete.click()
        it.page.get_by_text("Project fresher is deleted.").wait_for()
        assert "fresher" not in [one["name"] for one in desk.client.get("/projects")["items"]]


def test_the_theme_is_there_before_the_page_is_painted_and_stays(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client, color_scheme="light") as it:
        ground = "getComputedStyle(document.body).backgroundColor"
        light = it.page.evaluate(ground)
        it.page.get_by_role("button", name="Theme").click()
        it.page.get_by_role("menuitemradio", name="Dark").click()
        dark = it.page.evaluate(ground)
        assert dark != light
        it.context.add_init_script("addEventListener('DOMContentLoaded', () => { window.first = document.documentElement.dataset.theme })")
        it.go("/settings/appearance")
        assert (it.page.evaluate("window.first"), it.page.evaluate(ground)) == ("dark", dark)


def test_a_theme_of_ones_own_is_made_warned_of_saved_and_deleted(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client, color_scheme="light") as it:
        it.go("/settings/appearance")
        it.page.get_by_role("button", name="New theme").click()
        it.page.get_by_label("Text", exact=True).fill("#eeeeee")
        it.page.get_by_text("Text on ground is hard to read").wait_for()
        assert it.page.evaluate("getComputedStyle(document.body).color") == "rgb(238, 238, 238)"
        with it.page.expect_download() as saved:
            it.page.get_by_role("button", name="Save My theme to a file").click()
        assert saved.value.suggested_filename == "My-theme.theme.json"
        it.page.get_by_role("button", name="Delete My theme").click()
        assert it.page.evaluate("getComputedStyle(document.body).color") != "rgb(238, 238, 238)"
        it.page.get_by_role("button", name="Undo").click()
        assert it.page.evaluate("getComputedStyle(document.body).color") == "rgb(238, 238, 238)"
        it.page.get_by_label("Theme file").set_input_files(saved.value.path())
        it.page.get_by_role("listitem").get_by_text("My theme 2").wait_for()


def test_shortcuts_are_chosen_and_single_characters_turned_off(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        it.go("/settings/shortcuts")
        it.page.get_by_role("button", name=re.compile("^Show keyboard shortcuts:")).click()
        it.page.keyboard.press("Control+k")
        assert "taken" in it.page.get_by_role("alert").inner_text()
        it.page.keyboard.press("Control+h")
        it.page.keyboard.press("Control+h")
        it.page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
        it.page.keyboard.press("Escape")
        it.page.get_by_role("switch").click()
        it.page.keyboard.press("g")
        it.page.keyboard.press("r")
        it.page.keyboard.press("Control+k")
        it.page.get_by_role("dialog", name="Search and run anything").wait_for()
        assert it.page.url.endswith("/settings/shortcuts")


def test_ten_tabs_share_one_stream(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        asked: list[str] = []
        it.context.on("request", lambda request: asked.append(request.url) if "/events/stream" in request.url else None)
        tabs = [it.page, *(it.tab() for _ in range(9))]
        desk.client.post("/projects", {"name": "told"}, status=201)
        for tab in tabs:
            tab.get_by_role("button", name=re.compile("^Project")).click()
            tab.get_by_role("menuitemradio", name="told").wait_for()
        assert asked == []
        it.page.close()
        tabs[1].wait_for_timeout(500)
        assert len(asked) == 1 and "after=" in asked[0]


def test_what_the_server_refuses_is_shown_with_its_remedy(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        it.go("/p/default/datasets/gone/versions")
        said = it.page.get_by_role("alert").inner_text()
        assert "No dataset is called 'gone'." in said and "questions" in said
        it.heard.clear()
