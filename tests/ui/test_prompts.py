"""Prompts in a browser: begun, written with what may be wrong marked, kept as versions, compared, tagged, restored, and tried as A and B."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Window, window
from running import jsonl
from served import Desk

from rowsmith.core.prompts import Prompt
from rowsmith.testing import Request

AT = "/p/default/recipes/prompts"
TONE = {"tone": {"default": "calm", "help": "How it sounds"}}


def reply(request: Request) -> Any:
    if request.schema:  # a judge
        return None
    return f"Said: {request.text[::-1]}"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A prompt with two versions, the first of which has a tag, and a dataset."""
    folder: Path = tmp_path_factory.mktemp("prompts")
    with Desk(folder, reply) as made:
        rows = [{"input": f"question {n}", "answer": f"answer {n}"} for n in range(30)]
        made.lab.project().datasets.import_([jsonl(folder / "rows.jsonl", rows)], "questions")
        prompts = made.lab.project().prompts
        prompts.add(Prompt(title="Answers", text="In a {{ tone }} voice: {{ input }}", variables=TONE, tags=["qa"]), "answers", message="Begun")
        prompts.tag("answers", "v1")
        later = Prompt(title="Answers", text="In a {{ tone }} voice, in one sentence: {{ input }}", variables=TONE, parameters={"max_tokens": 90})
        prompts.add(later, "answers", message="Shorter")
        yield made


def editor(it: Window, label: str) -> Any:
    return it.page.get_by_role("textbox", name=label, exact=True)


def log(lab: Desk, prompt: str = "answers") -> list[Any]:
    return list(lab.client.get(f"/projects/default/prompts/{prompt}/log")["items"])


def test_a_prompt_is_begun_written_and_kept_as_versions(chromium: Any, lab: Desk) -> None:
    with window(chromium, lab.client, viewport={"width": 1440, "height": 900}) as it:
        it.go("/p/default/recipes")
        it.page.get_by_role("link", name="Prompts", exact=True).click()
        it.page.get_by_role("row", name=re.compile("^answers")).wait_for()
        it.page.get_by_role("button", name="New prompt").click()
        it.page.get_by_label("Name").fill("summary")
        it.page.get_by_label("Text").fill("Summarise {{ text }}")
        it.page.get_by_role("button", name="Create prompt").click()
        it.page.get_by_role("heading", name="summary").wait_for()
        text = editor(it, "Text")
        text.click()
        it.page.keyboard.press("Control+End")
        it.page.keyboard.type(" in {{ te")
        it.page.get_by_role("option", name="text").wait_for()
        it.page.keyboard.press("Escape")
        it.page.keyboard.type("ngth }} words")  # the closing braces are typed over
        it.page.get_by_text("not declared: each row gives it").nth(1).wait_for()
        assert text.inner_text() == "Summarise {{ text }} in {{ tength }} words"
        it.page.get_by_role("button", name="Declare tength").click()
        it.page.get_by_label("Type of tength").select_option("integer")
        it.page.get_by_label("Value of tength from").select_option("default")
        it.page.get_by_label("Default of tength").fill("30")
        it.page.get_by_label("Temperature").fill("0.3")
        it.page.get_by_role("button", name="Add an example").click()
        it.page.get_by_label("Input 1").fill("A long report on tea.")
        it.page.get_by_label("Answer 1").fill("Tea is popular.")
        it.page.get_by_label("What was done").fill("With a length")
        it.page.keyboard.press("Control+Enter")
        it.page.get_by_text("Kept as the newest version.").wait_for()
        it.page.get_by_text("Nothing is changed.").wait_for()
        kept = lab.client.get("/projects/default/prompts/summary")
        assert (kept["message"], kept["prompt"]["variables"]["tength"]["default"]) == ("With a length", 30)
        assert (kept["prompt"]["parameters"], kept["prompt"]["examples"][0]["answer"]) == ({"temperature": 0.3}, "Tea is popular.")
        text.click()
        it.page.keyboard.press("Control+End")
        it.page.keyboard.type("{% if %}")
        it.page.get_by_role("alert").first.wait_for()
        it.page.keyboard.press("Control+Enter")
        it.page.get_by_role("alert").nth(1).wait_for()
        it.heard.clear()  # the browser tells of each answer that refuses
        assert len(log(lab, "summary")) == 2


def test_who_wrote_meanwhile_is_not_written_over(chromium: Any, lab: Desk) -> None:
    with window(chromium, lab.client) as it:
        lab.lab.project().prompts.add(Prompt(text="First"), "shared")
        it.go(f"{AT}/shared")
        editor(it, "Text").fill("Mine")
        lab.lab.project().prompts.add(Prompt(text="Theirs"), "shared", message="theirs")
        it.page.get_by_role("button", name="Keep version").click()
        it.page.get_by_text("Somebody kept another version meanwhile.").wait_for()
        assert lab.client.get("/projects/default/prompts/shared")["prompt"]["text"] == "Theirs" and editor(it, "Text").inner_text() == "Mine"
        it.page.get_by_role("button", name="Keep mine after theirs").click()
        it.page.get_by_role("button", name="Keep version").click()
        it.page.get_by_text("Kept as the newest version.").wait_for()
        assert [one["message"] for one in log(lab, "shared")] == ["", "theirs", ""]
        lab.lab.project().prompts.add(Prompt(text="Followed"), "shared")
        editor(it, "Text").get_by_text("Followed").wait_for()
        it.heard.clear()


def test_versions_are_compared_tagged_forked_and_restored(chromium: Any, lab: Desk) -> None:
    second, first = (one["version"] for one in log(lab))
    with window(chromium, lab.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(f"{AT}/answers/versions")
        it.page.get_by_role("textbox", name="Text, after").wait_for()
        assert "in one sentence" in it.page.get_by_role("textbox", name="Text, after").inner_text()
        assert "in one sentence" not in it.page.get_by_role("textbox", name="Text, before").inner_text()
        it.page.get_by_text("parameters.max_tokens").wait_for()
        it.page.get_by_role("button", name=f"Compare to {first[:12]}").click()
        it.page.wait_for_url(f"**now={first}*")
        it.page.get_by_text("This is the first version").wait_for()
        it.page.get_by_role("button", name=f"Tag {second[:12]}").click()
        it.page.get_by_label("Tag", exact=True).fill("short")
        it.page.get_by_role("button", name="Tag version").click()
        it.page.get_by_role("button", name="Delete short").wait_for()
        assert lab.client.get("/projects/default/prompts/answers@short")["version"] == second
        it.page.get_by_role("button", name="Delete short").click()
        it.page.get_by_text("Tag short is deleted.").wait_for()
        it.page.keyboard.press("Escape")
        it.page.get_by_role("button", name="Undo").click()
        it.page.get_by_role("list", name="Versions").get_by_text("short", exact=True).wait_for()
        it.page.get_by_role("button", name=f"More for {first[:12]}").click()
        it.page.get_by_role("menuitem", name="Restore this version").click()
        it.page.get_by_text("is the newest version again").wait_for()
        assert [one["version"] for one in log(lab)[1:]] == [second, first]
        it.page.get_by_role("button", name=f"More for {first[:12]}").click()
        with it.page.expect_download() as saved:
            it.page.get_by_role("menuitem", name="Download as Markdown").click()
        assert saved.value.suggested_filename == "answers.md" and "{{ tone }}" in Path(saved.value.path()).read_text(encoding="utf-8")
        it.page.get_by_role("button", name=f"More for {first[:12]}").click()
        it.page.get_by_role("menuitem", name="Fork").click()
        it.page.get_by_label("Name").fill("forked")
        it.page.get_by_role("button", name="Fork prompt").click()
        it.page.wait_for_url("**/recipes/prompts/forked")


def test_two_versions_are_tried_on_the_same_rows_and_judged(chromium: Any, lab: Desk) -> None:
    with window(chromium, lab.client, viewport={"width": 1440, "height": 900}) as it:
        versions = {one["message"]: one["version"] for one in log(lab)}
        it.go(f"{AT}/answers/test?a={versions['Begun'][:12]}&b={versions['Shorter'][:12]}&rows=8")
        it.page.get_by_role("button", name="Show what is sent").click()
        results = it.page.get_by_role("region", name="Results")
        results.get_by_text("as it would be sent").first.wait_for()
        before = len(lab.asked)
        it.page.get_by_label("Model", exact=True).fill("openai/m")
        it.page.keyboard.press("Escape")
        it.page.get_by_label("Address").fill(lab.server.url)
        it.page.keyboard.press("Control+Enter")
        results.get_by_text("8 of 8 answered").nth(1).wait_for()
        assert len(lab.asked) == before + 16
        answers = [one.inner_text()[::-1] for one in results.get_by_label(re.compile("^Answer")).all()]
        rows = [re.search(r"question \d+", one).group() for one in answers]  # type: ignore[union-attr]
        assert rows[::2] == rows[1::2] and "in one sentence" in answers[1] and "in one sentence" not in answers[0]
        it.page.get_by_label("What makes one better").fill("short")
        it.page.get_by_role("button", name="Judge", exact=True).click()
        it.page.get_by_text(re.compile("^8 pairs ·")).wait_for()
        assert any(b"short" in one.body for one in lab.asked[before + 16 :])


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_prompts_fit_and_can_be_used_by_all(chromium: Any, lab: Desk, theme: str, width: int) -> None:
    with window(chromium, lab.client, color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce") as it:
        it.go(AT)
        it.page.get_by_role("row", name=re.compile("^answers")).wait_for()
        assert it.faults() == []
        it.go(f"{AT}/answers")
        editor(it, "System text").wait_for()
        it.page.get_by_text(re.compile(r"^\d findings?$")).click()
        it.page.get_by_text("undeclared").first.wait_for()
        assert it.faults() == []
        it.go(f"{AT}/answers/versions?now={log(lab)[-2]['version']}")
        it.page.get_by_role("textbox", name="Text, after").wait_for()
        assert it.faults() == []
        it.go(f"{AT}/answers/test?rows=2&b=v1")
        it.page.get_by_role("button", name="Show what is sent").click()
        it.page.get_by_role("region", name="Results").get_by_text("as it would be sent").first.wait_for()
        assert it.faults() == []
