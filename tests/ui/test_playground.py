"""The playground in a browser: a prompt or a row, one or two models side by side, what they answer and why they do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import window
from running import jsonl
from served import Desk

from rowsmith.core.prompts import Prompt
from rowsmith.testing import Reply, Request

AT = "/p/default/playground"


def reply(request: Request) -> Any:
    if "story" in request.text:
        return Reply("It was a dark and", finish="length")
    return f"{request.model} says {request.text[::-1]}"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Two models with prices, a dataset, and a stored prompt."""
    folder: Path = tmp_path_factory.mktemp("playground")
    with Desk(folder, reply) as made:
        for model in ("openai/m", "openai/other"):
            made.lab.models.add(model, price_in=1, price_out=2)
        rows = [{"input": f"question {n}", "answer": f"answer {n}"} for n in range(30)]
        made.lab.project().datasets.import_([jsonl(folder / "rows.jsonl", rows)], "questions")
        variables = {"tone": {"default": "calm", "help": "How it sounds"}, "length": {"expand": ["short", "long"]}}
        made.lab.project().prompts.add(Prompt(title="Answers", text="{{ input }} Be {{ tone }}, {{ length }}.", variables=variables), "answers")
        yield made


def test_a_text_with_variables_goes_to_two_models_side_by_side(chromium: Any, lab: Desk) -> None:
    with window(chromium, lab.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(AT)
        send = it.page.get_by_role("button", name="Send", exact=True)
        assert send.is_disabled()
        it.page.get_by_label("Text", exact=True).fill("Say {{ word }}.")
        it.page.get_by_label("Model", exact=True).fill("openai/m")
        it.page.keyboard.press("Escape")
        it.page.get_by_label("Address of model").fill(lab.server.url)
        it.page.get_by_text("'word' has no value.").wait_for()
        assert send.is_disabled()
        it.page.get_by_label("word", exact=True).fill("tea")
        it.page.get_by_role("button", name="Compare with another model").click()
        it.page.get_by_label("Second model", exact=True).fill("openai/other")
        it.page.keyboard.press("Escape")
        it.page.get_by_label("Address of second model").fill(lab.server.url)
        it.page.get_by_role("button", name="Send to both").wait_for()
        it.page.get_by_label("Temperature").fill("0.5")
        it.page.wait_for_url(re.compile(r"temperature=0\.5"))
        it.page.wait_for_timeout(400)
        it.page.keyboard.press("Control+Enter")
        first = it.page.get_by_role("region", name="Answer of model")
        second = it.page.get_by_role("region", name="Answer of second model")
        first.get_by_text("m says .aet yaS").wait_for()
        second.get_by_text("other says .aet yaS").wait_for()
        assert first.bounding_box()["y"] == second.bounding_box()["y"] and {one.data["temperature"] for one in lab.asked} == {0.5}
        assert "bought now" in first.inner_text() and "ended by itself" in first.inner_text() and re.search(r"\$0\.0000\d", first.inner_text())
        asked = len(lab.asked)
        it.page.keyboard.press("Control+Enter")
        first.get_by_text("stored already").wait_for()
        first.get_by_role("button", name="Ask anew").click()
        first.get_by_text("bought now").wait_for()
        assert len(lab.asked) == asked + 1
        it.page.reload()
        it.page.get_by_role("button", name="Send to both").wait_for()
        assert it.page.get_by_label("word", exact=True).input_value() == "tea"
        first.get_by_text("Its answer shows here.").wait_for()
        it.page.set_viewport_size({"width": 390, "height": 844})
        assert first.bounding_box()["y"] < second.bounding_box()["y"]


def test_a_row_is_opened_from_its_drawer_and_a_stored_prompt_is_asked_with_it(chromium: Any, lab: Desk) -> None:
    with window(chromium, lab.client, viewport={"width": 1440, "height": 900}) as it:
        row = lab.client.get("/projects/default/datasets/questions/rows")["items"][3]["id"]
        it.go(f"/p/default/datasets/questions/rows?row={row}&place=3")
        it.page.get_by_role("link", name="Open in Playground").click()
        it.page.wait_for_url(f"**/playground?*row={row}*")
        it.page.get_by_text("from the row").wait_for()
        assert it.page.get_by_label("Text", exact=True).input_value() == "{{ input }}"
        it.page.get_by_text("A stored prompt").click()
        it.page.wait_for_url("**prompt=answers**")
        it.page.get_by_label("tone", exact=True).fill("kind")
        it.page.get_by_label("length", exact=True).select_option("long")
        it.page.get_by_text("What is sent").click()
        it.page.get_by_text("question 3 Be kind, long.").wait_for()
        it.page.get_by_label("Model", exact=True).fill("openai/m")
        it.page.keyboard.press("Escape")
        it.page.get_by_label("Address of model").fill(lab.server.url)
        it.page.get_by_role("button", name="Send", exact=True).click()
        it.page.get_by_role("region", name="Answer of model").get_by_text(".gnol ,dnik eB 3 noitseuq").wait_for()
        it.page.get_by_role("button", name="Leave the row out").click()
        it.page.get_by_text("'input' has no value.").wait_for()
        it.page.get_by_role("button", name="Choose a row").click()
        it.page.get_by_label("Search", exact=True).fill('"question 7"')
        it.page.keyboard.press("Enter")
        it.page.get_by_role("button", name=re.compile("^input question 7")).click()
        it.page.get_by_text("question 7 Be kind, long.").wait_for()
        it.page.get_by_role("link", name=re.compile("^Run r")).click()
        it.page.wait_for_url("**/runs/r*")


def test_no_answer_says_why_and_what_to_do(chromium: Any, lab: Desk) -> None:
    with window(chromium, lab.client) as it:
        it.go(f"{AT}?a=openai/m")
        it.page.get_by_label("Text", exact=True).fill("Tell a story.")
        it.page.get_by_label("Address of model").fill(lab.server.url)
        send = it.page.get_by_role("button", name="Send", exact=True)
        send.click()
        it.page.get_by_text("Raise max_tokens and send again.").wait_for()
        it.page.get_by_text("It was a dark and").wait_for()
        it.page.get_by_label("Address of model").fill("http://127.0.0.1:9/v1")
        it.page.get_by_text("The question has changed since.").wait_for()
        send.click()
        it.page.get_by_text("Start the model server, or correct base_url.").wait_for()
        it.page.get_by_label("Text", exact=True).fill("Tell {{ a story.")
        it.page.get_by_role("alert").filter(has_text="{{").wait_for()
        assert send.is_disabled()
        it.heard.clear()  # the browser tells of each answer that refuses


def test_without_a_model_the_way_to_one_is_shown(chromium: Any, tmp_path: Path) -> None:
    with Desk(tmp_path) as bare, window(chromium, bare.client) as it:
        it.go(AT)
        it.page.get_by_text("No model can be asked yet").wait_for()
        it.page.get_by_role("button", name="Use a server of my own").click()
        it.page.get_by_label("Address of model").wait_for()
        it.go(AT)
        it.page.get_by_role("link", name="Add a key").click()
        it.page.wait_for_url("**/settings/models")


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_playground_fits_and_can_be_used_by_all(chromium: Any, lab: Desk, theme: str, width: int) -> None:
    row = lab.client.get("/projects/default/datasets/questions/rows")["items"][3]["id"]
    with window(chromium, lab.client, color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce") as it:
        it.go(f"{AT}?prompt=answers&dataset=questions&row={row}&a=openai/m&b=openai/other")
        for side in ("model", "second model"):
            it.page.get_by_label(f"Address of {side}").fill(lab.server.url)
        it.page.get_by_text("What is sent").click()
        it.page.get_by_role("button", name="Send to both").click()
        it.page.get_by_role("region", name="Answer of second model").get_by_label("Answer", exact=True).wait_for()
        it.page.get_by_role("region", name="Answer of model").get_by_label("Answer", exact=True).wait_for()
        assert it.faults() == []
        it.page.get_by_role("button", name="Leave the row out").click()
        it.page.get_by_role("button", name="Choose a row").click()
        it.page.get_by_role("button", name=re.compile("^input question")).first.wait_for()
        assert it.faults() == []
