"""The tab Review: queues that are made and worked through with the keyboard, blind; and the reviews of one row in its drawer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import Window, window
from running import jsonl
from served import Desk

DATASET = "/projects/default/datasets/answers"
REVIEW = "/p/default/datasets/answers/review"


@pytest.fixture(scope="module")
def answers(desk: Desk) -> Desk:
    """With a dataset `answers` of six rows: pairs, a chat, labels."""
    said = "In the sun, with water every day. " + "It likes light. " * 80
    chat = [{"role": "user", "content": "Where does basil grow?"}, {"role": "assistant", "content": said}]
    rows = [
        {
            "input": f"How often is plant {n} watered?", "chosen": f"Every {n + 1} days.", "rejected": "Never.", "messages": chat,
            "label": ["care", "soil"][n % 2],
        }
        for n in range(6)
    ]  # fmt: skip
    folder: Path = desk.folder
    desk.lab.project().datasets.import_([jsonl(folder / "answers.jsonl", rows)], "answers")
    return desk


def stands(it: Window, done: int, left: int) -> None:
    it.page.get_by_role("status").filter(has_text=f"{done} done, {left} left").wait_for()


def test_a_queue_is_made_and_worked_through_with_the_keyboard(chromium: Any, answers: Desk) -> None:
    client = answers.client
    with window(chromium, client, viewport={"width": 1440, "height": 900}) as it:
        it.go(REVIEW)
        it.page.get_by_text("Nothing to review").wait_for()
        it.page.get_by_role("button", name="New queue").click()
        it.page.get_by_label("How many").fill("4")
        people = it.page.get_by_label("Reviewers")
        you = people.input_value()
        people.fill(f"{you}, ben")
        it.page.get_by_role("button", name="Make queue").click()
        stands(it, 0, 4)
        queue = int(re.findall(r"queue=(\d+)", it.page.url)[0])
        theirs = client.get(f"{DATASET}/queues/{queue}/next", reviewer="ben")["shown"]
        said = {**{name: theirs[name] for name in ("reviewer", "place", "row", "token")}, "verdict": "reject", "note": "too short"}
        client.post(f"{DATASET}/queues/{queue}/reviews", said, status=201)

        row = it.page.get_by_role("article", name="Row")
        row.get_by_text("In the sun, with water every day.").first.wait_for()
        row.get_by_text("Never.").wait_for()
        assert "too short" not in it.page.content()
        it.page.get_by_role("button", name="soil").wait_for()
        it.page.keyboard.press("2")
        it.page.get_by_role("button", name="soil", pressed=True).wait_for()
        it.page.keyboard.press("n")
        it.page.keyboard.type("as it is")
        it.page.keyboard.press("Escape")
        it.page.keyboard.press("a")
        stands(it, 1, 3)
        before = it.page.get_by_role("region", name="Row before")
        before.get_by_text("too short").wait_for()
        first = client.get(f"{DATASET}/reviews", by=you)["items"][0]
        assert (first["verdict"], first["label"], first["note"], first["row"]) == ("accept", "soil", "as it is", theirs["row"])

        it.page.keyboard.press("s")
        before.wait_for(state="detached")
        stands(it, 1, 3)
        it.page.keyboard.press("f")
        it.page.get_by_label("chosen").fill("Once a week.")
        it.page.keyboard.press("Control+Enter")
        stands(it, 2, 2)
        fixed = client.get(f"{DATASET}/reviews", by=you)["items"][0]
        assert (fixed["verdict"], fixed["fields"]) == ("accept", {"chosen": "Once a week."})

        it.page.keyboard.press("u")
        it.page.get_by_text("reviewed before").wait_for()
        row.get_by_text("Once a week.").wait_for()
        it.page.keyboard.press("ArrowLeft")
        it.page.wait_for_url(re.compile("back=2"))
        row.get_by_text("reviewed before").wait_for()
        assert it.page.get_by_label("Note").input_value() == "as it is"
        it.page.keyboard.press("ArrowRight")
        row.get_by_text("Once a week.").wait_for()
        it.page.keyboard.press("r")
        it.page.get_by_role("region", name="Row before").get_by_text("rejected").wait_for()
        newest = client.get(f"{DATASET}/reviews", row=fixed["row"], by=you)["items"]
        assert [one["verdict"] for one in newest] == ["reject", "accept"]
        stands(it, 2, 2)
        for done in (3, 4):
            it.page.keyboard.press("a")
            stands(it, done, 4 - done)
        it.page.get_by_text("All reviewed").wait_for()
        it.page.locator("main").get_by_role("button", name="All queues").last.click()
        table = it.page.get_by_role("table", name="Queues")
        table.get_by_text("5 of 8").wait_for()
        with it.page.expect_download() as download:
            it.page.get_by_role("link", name="Download CSV").click()
        assert download.value.suggested_filename == "answers.reviews.csv"


def test_what_cannot_be_reviewed_is_told_with_its_remedy(chromium: Any, answers: Desk) -> None:
    made = answers.client.post(f"{DATASET}/queues", {"by": "audit", "n": 2, "seed": 7}, status=201)
    with window(chromium, answers.client) as it:
        it.go(f"{REVIEW}?queue={made['n']}")
        stands(it, 0, 2)
        shown = answers.client.get(f"{DATASET}/queues/{made['n']}/next")["shown"]
        answers.client.patch(f"{DATASET}/rows/{shown['row']}", {"set": {"input": "Another question?"}})
        it.page.keyboard.press("a")
        it.page.get_by_role("alert").wait_for()
        it.heard.clear()  # the browser tells of each answer that refuses
        it.page.get_by_role("button", name="Try again").click()
        it.page.get_by_role("article", name="Row").get_by_text("Another question?").wait_for()
        it.page.keyboard.press("a")
        stands(it, 1, 1)
        it.go(f"{REVIEW}?queue=99")
        it.page.get_by_text("There is no queue 99").wait_for()
        it.page.get_by_role("button", name="All queues").click()
        it.page.get_by_role("button", name="New queue").click()
        it.page.get_by_label("Which rows").select_option("adjudicate")
        it.page.get_by_role("button", name="Make queue").click()
        it.page.get_by_role("alert").wait_for()
        it.heard.clear()


def test_one_row_is_reviewed_in_its_drawer(chromium: Any, answers: Desk) -> None:
    row = answers.client.get(f"{DATASET}/rows", where="input = 'How often is plant 5 watered?'")["items"][0]["id"]
    with window(chromium, answers.client, viewport={"width": 1440, "height": 900}) as it:
        it.go(f"/p/default/datasets/answers/rows?row={row}&place=5")
        reviews = it.page.get_by_role("region", name="Reviews")
        reviews.get_by_text("Label, score, note").click()
        reviews.get_by_label("Label").fill("odd")
        reviews.get_by_label("Score").fill("0.25")
        reviews.get_by_role("button", name="Reject").click()
        reviews.get_by_role("listitem").filter(has_text="odd").wait_for()
        made = answers.client.get(f"{DATASET}/reviews", row=row, unblind=True)["items"][0]
        assert (made["verdict"], made["label"], made["score"]) == ("reject", "odd", 0.25)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_all_of_it_fits_and_can_be_used_by_all(chromium: Any, answers: Desk, theme: str, width: int) -> None:
    made = answers.client.post(f"{DATASET}/queues", {"by": "audit", "n": 2, "reviewers": ["ana", "ben"]}, status=201)
    with window(chromium, answers.client, color_scheme=theme, viewport={"width": width, "height": 844}, reduced_motion="reduce") as it:
        for path in [REVIEW, f"{REVIEW}?queue={made['n']}", "/p/default/datasets/questions/review"]:
            it.go(path)
            it.page.locator("[role=status][aria-label^=Loading]").first.wait_for(state="detached")
            assert it.faults() == [], path
        it.go(f"{REVIEW}?queue={made['n']}")
        accept = it.page.get_by_role("button", name="Accept")
        accept.wait_for()
        box = accept.bounding_box()
        places = it.page.get_by_role("navigation").last.bounding_box() if width == 390 else None
        assert box is not None and box["y"] + box["height"] <= (places["y"] if places else 844)
        it.page.get_by_role("button", name="Fix").click()
        assert it.faults() == [], "fix"
        it.page.keyboard.press("Escape")
        accept.click()
        it.page.get_by_role("region", name="Row before").wait_for()
        assert it.faults() == [], "row before"
        it.go(REVIEW)
        it.page.get_by_role("button", name="New queue").click()
        it.page.get_by_role("dialog").wait_for()
        assert it.faults() == [], "new queue"
