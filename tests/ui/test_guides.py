"""The first five minutes in the web application: look at the sample, say what is needed, five samples, notes, fifty rows under a cap, a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Window, window
from guided import NEEDED, Mind, shown
from refiners import change, theme
from served import Desk

ANSWERS = {
    "Which role does the model take": "A patient support agent", "What is the model to be able to do": "Answer complaints about bills",
    "What is the dataset for": "To compare two prompts", "What does the input look like": "The customer's message",
    "What does the answer look like": "A short reply",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A server over an empty home, with a scripted mind behind it whose calls have a price."""
    with Desk(tmp_path, reply=Mind()) as made:
        made.lab.models.add("openai/priced", price_in=1, price_out=1)
        yield made


def begun(it: Window, desk: Desk, name: str = "support") -> None:
    it.page.get_by_label("Model", exact=True).fill("openai/priced")
    it.page.keyboard.press("Escape")
    it.page.get_by_label("Address of its server").fill(desk.server.url)
    it.page.get_by_label("Name", exact=True).fill(name)
    it.page.get_by_role("button", name="Begin").click()
    it.page.wait_for_url("**/guides/g*")


def says(it: Window, text: str) -> None:
    field = it.page.get_by_label("Your answer")
    field.fill(text)
    field.press("Enter")
    it.page.get_by_role("log").get_by_text(text, exact=True).last.wait_for()


def at_samples(it: Window, desk: Desk) -> str:
    """The id of a talk whose five samples are there."""
    begun = desk.client.post("/projects/default/guides", {"name": "support", "model": "openai/priced", "base_url": desk.server.url}, status=201)
    desk.client.post(f"/projects/default/guides/{begun['id']}/replies", {"act": {"items": NEEDED}}, status=202)
    it.go(f"/p/default/guides/{begun['id']}")
    it.page.get_by_role("button", name="That is all").click()
    it.page.get_by_role("button", name="Make five samples").click()
    sample(it, 5).wait_for()
    return str(begun["id"])


def sample(it: Window, number: int) -> Any:
    return it.page.get_by_role("listitem", name=f"Sample {number}")


def test_the_first_five_minutes(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client, viewport={"width": 1440, "height": 900}) as it:
        it.page.get_by_role("button", name="Open the sample").click()
        it.page.get_by_role("status").filter(has_text=re.compile("^1,998 rows$")).wait_for()
        it.page.keyboard.press("g")
        it.page.keyboard.press("n")
        begun(it, desk)
        for question, answer in ANSWERS.items():
            it.page.get_by_role("log").get_by_text(question).last.wait_for()
            mind: Any = desk._reply
            item = next(name for name, said in NEEDED.items() if said == answer)
            mind.turn = {"kind": "says", "items": [{"item": item, "value": answer, "quote": answer, "how": "stated"}]}
            says(it, answer)
        it.page.get_by_text("5 of 5 needed").wait_for()
        it.page.reload()
        it.page.get_by_role("log").get_by_text("A short reply", exact=True).first.wait_for()
        it.page.get_by_role("button", name="That is all").click()
        it.page.get_by_text("Rows differ in").wait_for()
        it.page.get_by_role("button", name="Make five samples").click()
        sample(it, 5).wait_for()
        sample(it, 2).get_by_role("button", name="Edit").click()
        sample(it, 2).get_by_label("answer").fill("Exactly this.")
        sample(it, 2).get_by_role("button", name="Keep it so").click()
        sample(it, 2).get_by_text("kept, changed by hand").wait_for()
        for number in (1, 3):
            sample(it, number).get_by_role("button", name="Note").click()
            it.page.get_by_label(f"Note on sample {number}").fill("Too cold, be friendly")
            it.page.keyboard.press("Tab")
            it.page.keyboard.press("Enter")
            sample(it, number).get_by_text("Too cold, be friendly").wait_for()
        mind.refiner.grouping = {"themes": [theme("cold", (1, "Too cold"), (3, "Too cold"), where="starts_with(answer, 'Dear')")]}
        prompt = desk.client.get("/projects/default/guides/support")["prompt"]
        friendly = prompt["text"].replace("{{ more }}", "Always be friendly.\n{{ more }}")
        mind.refiner.changing = [change(friendly, prompt["system"])]
        it.page.get_by_role("button", name="Apply 2 notes").click()
        it.page.get_by_text("accepted", exact=True).wait_for(timeout=60_000)
        assert "Always be friendly." in it.page.get_by_label("Change of the prompt").inner_text()
        it.page.get_by_role("list", name="Rows before and after").get_by_text("Hi!").first.wait_for()
        sample(it, 1).get_by_text("Hi!").wait_for()
        it.page.get_by_label("Rows", exact=True).fill("50")
        it.page.get_by_label("Cap in USD").fill("1")
        it.page.get_by_role("button", name="Make 50 rows").click()
        it.page.get_by_role("heading", name="The dataset is made").wait_for(timeout=60_000)
        with it.page.expect_download() as sent:
            it.page.get_by_role("button", name="Download JSON Lines").click()
        assert sent.value.suggested_filename == "support.jsonl"
        rows = [json.loads(line) for line in Path(sent.value.path()).read_text(encoding="utf-8").splitlines()]
        assert len(rows) == 50 and "Exactly this." in [row["answer"] for row in rows]
        assert all(sorted(row) == ["answer", "input"] for row in rows)
        it.page.get_by_role("link", name="Open support").click()
        it.page.get_by_role("status").filter(has_text=re.compile("^50 rows$")).wait_for()


def test_an_existing_prompt_is_read_and_what_shows_each_item_stands_beside_it(chromium: Any, desk: Desk) -> None:
    mind: Any = desk._reply
    mind.analysis = [shown("role_persona", "You are a patient agent.", "A patient agent")]
    with window(chromium, desk.client, viewport={"width": 1440, "height": 900}) as it:
        it.go("/p/default/guides")
        it.page.get_by_role("radio", name="From a prompt of mine").click()
        it.page.get_by_label("Prompt", exact=True).fill("You are a patient agent. Answer {whatever} is asked.")
        begun(it, desk)
        it.page.get_by_text("Read the prompt: it tells 1 of 12 items.").wait_for()
        it.page.get_by_role("list", name="Checklist").get_by_text("“You are a patient agent.”").wait_for()
        it.page.get_by_role("tab", name="Prompt").click()
        assert "Answer {whatever}" in it.page.get_by_label("Its text", exact=True).inner_text()
        it.page.get_by_role("tab", name=re.compile("^Brief")).click()
        it.page.get_by_role("button", name="Write Use case").click()
        it.page.get_by_role("textbox", name="Use case").fill("To train a small model")
        it.page.get_by_role("button", name="Take it").click()
        it.page.get_by_role("list", name="Checklist").get_by_text("To train a small model").wait_for()


def test_a_cap_pauses_the_rows_and_more_of_it_goes_on(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client, viewport={"width": 1440, "height": 900}) as it:
        at_samples(it, desk)
        it.page.get_by_label("Rows", exact=True).fill("0")
        assert it.page.get_by_role("button", name="Make the rows").is_disabled()
        it.page.get_by_label("Rows", exact=True).fill("12")
        it.page.get_by_label("Cap in USD").fill("0.004")
        it.page.get_by_role("button", name="Make 12 rows").click()
        it.page.get_by_role("alert").get_by_text(re.compile("is paused")).wait_for()
        it.page.get_by_label("Cap in USD").fill("1")
        it.page.get_by_role("form", name="Make all rows").get_by_role("button", name="Go on").click()
        it.page.get_by_role("heading", name="The dataset is made").wait_for(timeout=60_000)
        it.go("/p/default/guides")
        it.page.get_by_role("row", name=re.compile("^support")).get_by_text("done").wait_for()


def test_without_a_model_the_talk_is_a_form_and_one_can_be_chosen_later(chromium: Any, desk: Desk) -> None:
    with window(chromium, desk.client) as it:
        it.go("/p/default/guides")
        it.page.get_by_role("button", name="Begin").click()
        it.page.wait_for_url("**/guides/g*")
        guide = it.page.url.rpartition("/")[2]
        desk.client.post(f"/projects/default/guides/{guide}/replies", {"act": {"items": NEEDED}}, status=202)
        it.page.get_by_role("button", name="That is all").click()
        it.page.get_by_role("button", name="Make five samples").click()
        it.page.get_by_label("Model", exact=True).fill("openai/priced")
        it.page.keyboard.press("Escape")
        it.page.get_by_label("Address of its server").fill(desk.server.url)
        it.page.get_by_role("button", name="Make the samples").click()
        sample(it, 5).wait_for()
        it.go("/p/default/datasets")
        it.page.get_by_role("heading", name="Under way").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("theme_", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_and_can_be_used_by_all(chromium: Any, desk: Desk, theme_: str, width: int) -> None:
    with window(chromium, desk.client, color_scheme=theme_, viewport={"width": width, "height": 844}, reduced_motion="reduce") as it:
        it.go("/p/default/guides")
        assert it.faults() == []
        guide = at_samples(it, desk)
        for view in ("talk", "brief", "samples", "prompt"):
            it.go(f"/p/default/guides/{guide}?view={view}")
            it.page.get_by_role("tab").first.wait_for()
            assert it.faults() == [], view
        it.go(f"/p/default/guides/{guide}?view=samples")
        sample(it, 1).get_by_role("button", name="Edit").click()
        sample(it, 2).get_by_role("button", name="Note").click()
        assert it.faults() == []
        it.page.get_by_role("button", name=re.compile("^Make 50 rows")).click()
        it.page.get_by_role("heading", name="The dataset is made").wait_for(timeout=60_000)
        assert it.faults() == []
