"""The report on quality in a real Chromium: both themes, both widths, by keyboard, for screen readers, without its script, and on paper."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from quality_results import GRADING, empty, hostile, many, rich

from rowsmith.app.quality_report import html
from rowsmith.app.quality_report_words import points
from rowsmith.connectors.web.browser import PROGRAMS
from rowsmith.core.quality import Part

RESULTS = {"rich": rich, "empty": empty, "many": many, "hostile": hostile}
LOOKED = [
    *(("rich", theme, width) for theme in ("light", "dark") for width in (1440, 390)), ("empty", "light", 390), ("empty", "dark", 1440),
    ("hostile", "light", 390), ("hostile", "dark", 1440), ("many", "light", 390),
]  # fmt: skip
AXE = "async () => (await axe.run(document, {resultTypes: ['violations']}))"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report of each kind."""
    folder = tmp_path_factory.mktemp("reports")
    for name, result in RESULTS.items():
        (folder / f"{name}.html").write_text(html(result()), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser; without one these tests are left out, and in CI there has to be one."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        assert os.environ.get("CI") != "true", "Chromium is missing"
        pytest.skip("NOT TESTED IN A BROWSER: install chromium")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, chromium_sandbox=not root)
        yield browser
        browser.close()


class Opened:
    """A report in a tab. What it asks for beside itself, and every error and complaint of the browser, is in `heard`."""

    def __init__(self, chromium: Any, file: Path, **how: Any) -> None:
        self.context = chromium.new_context(**how)
        self.page = self.context.new_page()
        self.heard: list[str] = []
        self.page.on("request", lambda request: self.heard.append(request.url) if request.url != file.as_uri() else None)
        self.page.on("console", lambda message: self.heard.append(message.text))
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("dialog", lambda dialog: self.heard.append(dialog.message))
        self.page.goto(file.as_uri())

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def text(self, selector: str) -> str:
        return " ".join(self.page.inner_text(selector).split())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "theme", "width"), LOOKED)
def test_it_fits_asks_for_nothing_and_axe_finds_nothing(chromium: Any, pages: Path, name: str, theme: str, width: int) -> None:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    with Opened(chromium, pages / f"{name}.html", viewport={"width": width, "height": 900}, color_scheme=theme) as it:
        assert it.page.evaluate("document.documentElement.scrollWidth") <= width
        assert it.page.title().startswith("Quality of ") and "OUT" not in it.page.evaluate("document.title.slice(0, 3)")
        it.page.evaluate(f"{axe}; 0")
        found = it.page.evaluate(AXE)
        assert len(found["passes"]) > 20, "it has looked"
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
        assert it.heard == []


def test_other_weights_give_the_grade_that_the_library_gives(chromium: Any, pages: Path) -> None:
    chance = random.Random(3)
    result = rich()
    with Opened(chromium, pages / "rich.html") as it:
        assert it.text(".yours-panel p") == f"With these weights {result['grade']} 78.6 as reported"
        for _ in range(5):
            weights = {part["name"]: chance.choice([0, 0, 1, 2.5, 30]) for part in result["parts"]}
            for name, weight in weights.items():
                it.page.fill(f".part[data-name='{name}'] input", str(weight))
            score = GRADING.whole([Part(**{**part, "weight": weights[part["name"]]}) for part in result["parts"]])
            said = it.text(".yours-panel p")
            if score is None:
                assert "no part has a weight" in said
            else:
                assert said.startswith(f"With your weights {GRADING.grade(score)} {int(score * 1000 + 1e-6) / 10:.1f} ")
        assert it.text(".hero-grade").endswith(f"{result['grade']} 78.6 of 100"), "the report's own grade stays"
        it.page.click(".reset")
        assert it.text(".yours-panel p") == f"With these weights {result['grade']} 78.6 as reported"
        assert it.heard == []


def test_a_part_of_few_rows_counts_in_the_page_as_in_the_library(chromium: Any, tmp_path: Path) -> None:
    parts = [GRADING.part("form", "", 4, 100), GRADING.part("grounding", "", 3, 12, 100), GRADING.part("pii", "", 1, 100)]
    score = GRADING.whole(parts)
    assert score is not None
    result = {**rich(), "parts": [part.dump() for part in parts], "score": score, "grade": GRADING.grade(score)}
    (tmp_path / "few.html").write_text(html(result), encoding="utf-8")
    with Opened(chromium, tmp_path / "few.html") as it:
        for weight in (14, 1, 200, 0):
            it.page.fill(".part[data-name='grounding'] input", str(weight))
            changed = [replace(part, weight=weight if part.name == "grounding" else part.weight) for part in parts]
            score, interval = GRADING.whole(changed), GRADING.interval(changed)
            assert score is not None and interval is not None
            said, between = it.text(".yours-panel p"), GRADING.between(interval)
            assert f" {GRADING.grade(score)} {points(score)}" in said
            told = "" if between is None else f"between {between[0]} and {between[1]} ({points(interval[0])} to {points(interval[1])})"
            assert told in said and bool(told) == ("between" in said)
        assert it.heard == []


def test_the_map_tells_rows_to_a_pointer_and_to_a_keyboard_and_shows_one_cluster(chromium: Any, pages: Path) -> None:
    with Opened(chromium, pages / "rich.html") as it:
        it.page.focus(".map")
        first = it.text(".map-said")
        assert first.startswith("Cluster 1, ") and "How do I do number" in first
        it.page.keyboard.press("ArrowRight")
        assert it.text(".map-said") != first and it.page.get_attribute(".map .ring", "visibility") == "visible"
        it.page.keyboard.press("End")
        assert it.text(".map-said").startswith("Cluster 3, ")
        it.page.click(".pick-cluster[data-cluster='2']")
        assert it.page.get_attribute(".pick-cluster[data-cluster='2']", "aria-pressed") == "true"
        assert it.page.locator(".point.on").count() == it.page.locator(".point.k2").count()
        it.page.focus(".map")
        it.page.keyboard.press("Home")
        assert it.text(".map-said").startswith("Cluster 2, ")
        it.page.locator(".point.k2").first.hover(force=True)
        assert it.page.inner_text(".tip") in {one.get_attribute("data-tip") for one in it.page.locator(".point.k2").all()}
        assert it.heard == []


def test_weights_are_copied_as_a_file_that_the_command_reads(chromium: Any, pages: Path) -> None:
    from yaml import safe_load

    with Opened(chromium, pages / "rich.html", permissions=["clipboard-read", "clipboard-write"]) as it:
        it.page.fill(".part[data-name='near-duplicates'] input", "2.5")
        it.page.click(".copy-weights")
        it.page.wait_for_function("document.querySelector('.copy-weights').textContent === 'Copied'")
        own = safe_load(it.page.evaluate("navigator.clipboard.readText()"))
    assert own["parts"]["near-duplicates"] == {"weight": 2.5} and own["parts"]["pii"] == {"weight": 12}
    assert set(own["parts"]) == {part["name"] for part in rich()["parts"]}


def test_commands_are_copied_as_they_stand(chromium: Any, pages: Path) -> None:
    with Opened(chromium, pages / "rich.html", permissions=["clipboard-read", "clipboard-write"]) as it:
        it.page.click("#advice .copy >> nth=1")
        it.page.wait_for_function("document.querySelectorAll('#advice .copy')[1].textContent === 'Copied'")
        assert it.page.evaluate("navigator.clipboard.readText()") == rich()["recommendations"][1]["command"]


def test_flags_are_filtered_by_check_reason_and_words(chromium: Any, pages: Path) -> None:
    counts = rich()["counts"]
    with Opened(chromium, pages / "rich.html") as it:
        shown = "() => [...document.querySelectorAll('.flag')].filter((one) => one.checkVisibility()).map((one) => one.dataset.reason)"
        it.page.select_option("[name=check]", "pii")
        assert f"with {sum(counts['pii'].values())} flags that fit" in it.text(".found")
        it.page.select_option("[name=reason]", "iban")
        assert it.page.evaluate(shown) == ["iban"] * counts["pii"]["iban"]
        it.page.select_option("[name=check]", "form")
        assert it.page.input_value("[name=reason]") == "", "a reason that this check has not is given up"
        it.page.fill("[name=find]", "no such words")
        assert it.text(".found") == "No flag fits." and it.page.evaluate(shown) == []
        it.page.click(".pick[data-reason=refusal]")
        assert set(it.page.evaluate(shown)) == {"refusal"} and it.page.input_value("[name=find]") == ""
        assert it.heard == []


def test_rows_come_in_pages_and_a_link_to_one_always_leads_there(chromium: Any, pages: Path) -> None:
    with Opened(chromium, pages / "rich.html") as it:
        rows = it.page.locator(".row")
        last = rows.last.get_attribute("id")
        assert it.page.locator(".row:visible").count() == 50
        it.page.click(".more-rows")
        assert it.page.locator(".row:visible").count() == 100
        assert it.page.evaluate("document.activeElement.closest('.row').id") == rows.nth(50).get_attribute("id"), "the first new one has the focus"
        it.page.select_option("[name=check]", "toxicity")
        it.page.evaluate("(id) => { location.hash = id }", last)
        it.page.wait_for_function("(id) => document.getElementById(id).checkVisibility()", arg=last)


def test_a_keyboard_reaches_everything(chromium: Any, pages: Path) -> None:
    """Tab goes through the page in its order, each stop can be seen, and the theme and a weight change by keys."""
    with Opened(chromium, pages / "rich.html") as it:
        it.page.keyboard.press("Tab")
        assert it.text(":focus") == "Skip to the content"
        it.page.keyboard.press("Tab")
        it.page.keyboard.press("ArrowRight")
        it.page.keyboard.press("ArrowRight")
        assert it.page.evaluate("document.documentElement.dataset.theme") == "dark"
        seen = []
        for _ in range(40):
            it.page.keyboard.press("Tab")
            seen.append(it.page.evaluate("[document.activeElement.tagName, document.activeElement.checkVisibility()]"))
        assert all(visible for _, visible in seen)
        assert {"A", "INPUT", "BUTTON", "PRE"} <= {tag for tag, _ in seen}
        it.page.focus(".part[data-name=form] input")
        it.page.keyboard.press("ArrowUp")
        assert "With your weights" in it.text(".yours-panel p")


def test_bars_say_what_they_are_below_the_pointer(chromium: Any, pages: Path) -> None:
    with Opened(chromium, pages / "rich.html") as it:
        bins = it.page.locator(".histogram .bin")
        bins.first.hover()
        assert it.text(".tip") == bins.first.get_attribute("data-tip").replace("\u00a0", " ")


def test_themes_are_chosen_and_kept(chromium: Any, pages: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with Opened(chromium, pages / "rich.html", color_scheme="dark") as it:
        dark = it.page.evaluate(ground)
        it.page.click(".theme label:has-text('Light')")
        assert it.page.evaluate(ground) != dark
        it.page.reload()
        assert it.page.evaluate(ground) != dark
        it.page.click(".theme label:has-text('System')")
        assert it.page.evaluate(ground) == dark


def test_without_its_script_all_of_it_is_there(chromium: Any, pages: Path) -> None:
    with Opened(chromium, pages / "rich.html", java_script_enabled=False) as it:
        assert it.page.locator(".row:visible").count() == len({flag["row"] for flag in rich()["flags"]})
        assert it.page.locator("input:visible, button:visible, select:visible").count() == 0, "nothing stands there that does nothing"
        weight = next(part["weight"] for part in rich()["parts"] if part["name"] == "form")
        assert it.text(".part[data-name=form] .weight").startswith(f"{weight:g} ")


def test_on_paper_there_are_neither_controls_nor_a_dark_ground(chromium: Any, pages: Path) -> None:
    with Opened(chromium, pages / "rich.html", color_scheme="dark") as it:
        it.page.click(".theme label:has-text('Dark')")
        it.page.emulate_media(media="print")
        assert it.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert it.page.locator("button:visible, select:visible, nav:visible").count() == 0
        assert it.text(".found").startswith("50 of "), "what is not printed is said"
        assert it.page.pdf().startswith(b"%PDF")


def test_nothing_of_the_rows_acts(chromium: Any, pages: Path) -> None:
    with Opened(chromium, pages / "hostile.html") as it:
        assert it.page.title() != "OUT" and it.heard == []
        assert it.page.evaluate("document.querySelectorAll('script, img, style').length") == 2
        it.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=1\"><style>body{color:red}</style>')")
        assert it.page.title() != "1" and it.page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)", "the policy holds"
        assert any("Content Security Policy" in said for said in it.heard)
