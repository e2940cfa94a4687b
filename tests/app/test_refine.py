"""A prompt of the project refined in one go, from reviews of a dataset and from files, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from refiners import Model, change, theme
from running import jsonl

from rowsmith.app.refined import Refined
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.prompts import Prompt

ASK = "Answer: where is order {{ order }} ?"
FRIENDLY = "Be friendly. Answer: where is order {{ order }} ?"
DEAR = "starts_with(answer, 'Dear')"
BY_HAND = """
themes:
  - name: formal
    notes: [too formal]
    where: starts_with(answer, 'Dear')
"""


@pytest.fixture
def model() -> Model:
    made = Model()
    made.grouping = {"themes": [theme("formal", (1, "too formal"), (2, "too formal"), where=DEAR)]}
    made.changing = [change(FRIENDLY)]
    return made


@pytest.fixture
def shop(where: Place, model: Model) -> Iterator[Workshop]:
    with Workshop(where, model) as made:
        yield made


def prompts(shop: Workshop) -> Any:
    return shop.lab.project().prompts


def refined(shop: Workshop, **more: Any) -> Refined:
    return prompts(shop).refine("orders", **{"rows": "t", "model": "openai/m", "base_url": shop.server.url, **more})  # type: ignore[no-any-return]


def stocked(shop: Workshop, count: int = 12, *, answered: bool = True) -> list[str]:
    """A prompt, and a dataset of what it gave; the ids of its rows."""
    prompts(shop).add(Prompt(text=ASK), "orders")
    said = {"answer": "Dear customer, it is on its way."} if answered else {}
    shop.run({"kind": "read.rows", "rows": [{"id": f"{n:02}", "order": f"{n:02}", **said} for n in range(count)]})
    return [row.id for row in shop.lab.project().datasets.rows("t")]


def reviewed(shop: Workshop, ids: list[str]) -> None:
    """Two rows are too formal, and one is good that says Hi."""
    reviews = shop.lab.project().reviews
    for row in ids[:2]:
        reviews.add("t", row, verdict="reject", note="too formal")
    reviews.add("t", ids[2], verdict="accept", values={"answer": "Hi, it is on its way."})


def notes(shop: Workshop, text: str, name: str = "notes.yaml") -> Path:
    path = shop.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_reviews_become_a_better_prompt(shop: Workshop, model: Model) -> None:
    reviewed(shop, stocked(shop))
    before = prompts(shop).get("orders")
    found = refined(shop)
    assert (found.verdict, found.base, [one.by for one in found.themes]) == ("accepted", before.version, ["expression"])
    assert found.themes[0].silent and not found.themes[0].weak
    now = prompts(shop).get("orders")
    assert (now.version, now.prompt.text) == (found.version, FRIENDLY)
    assert [(one.input, one.answer) for one in now.prompt.examples] == [("02", "Hi, it is on its way.")]
    assert now.message == f"Refined from 3 notes. {found.test and found.test.said()}" and "fell from 100% to 0% over 11 inputs" in now.message
    assert found.test and found.test.left_out == {"shown as an example": 1}
    assert model.counts == {"group": 1, "detect": 0, "change": 1, "write": 22}
    assert len(found.asked) == 4 and found.dump()["test"]["accepted"] is True and found.notes == ()
    model.changing = [change("Be friendly and short: where is order {{ order }} ?")]
    assert "All notes are older than this version of the prompt: they may be on what it does no more." in refined(shop).notes


def test_a_bad_change_is_refused_and_can_be_overruled(shop: Workshop, model: Model) -> None:
    reviewed(shop, stocked(shop))
    model.changing = [change("Please answer: where is order {{ order }} ?")]
    found = refined(shop)
    assert (found.verdict, found.version, found.test and found.test.decision.verdict) == ("refused", None, "did not fall")
    assert prompts(shop).get("orders").version == found.base
    asked = len(shop.asked)
    anyway = refined(shop, accept_anyway=True)
    kept = prompts(shop).get("orders")
    assert (anyway.verdict, anyway.version, len(shop.asked)) == ("overruled", kept.version, asked)
    assert kept.author == shop.lab.who
    assert kept.message.startswith(f"Refined from 3 notes, kept by {shop.lab.who} although it was not accepted. The failure rate did not fall: 100%")


def test_too_few_inputs_say_where_more_come_from(shop: Workshop) -> None:
    reviewed(shop, stocked(shop))
    found = refined(shop, limit=5)
    assert found.test and (found.test.decision.verdict, found.test.decision.inputs) == ("too few to tell", 4)
    assert "t has 12 rows: try more of them (--limit)." in found.notes
    assert refined(shop, limit=12).verdict == "accepted"


def test_a_dataset_that_is_too_small_says_what_to_give(shop: Workshop) -> None:
    reviewed(shop, stocked(shop, 4))
    assert any("Give a dataset with more rows" in note for note in refined(shop).notes)


def test_without_a_model_everything_works_but_the_asking(shop: Workshop, model: Model) -> None:
    reviewed(shop, stocked(shop))
    changed = notes(shop, FRIENDLY, "new.md")
    found = refined(shop, model=None, base_url=None, notes=notes(shop, BY_HAND), change=changed)
    assert (found.verdict, found.test, found.asked, shop.asked) == ("refused", None, (), [])
    assert [(one.by, len(one.caught), len(one.silent), one.weak) for one in found.themes] == [("expression", 2, 1, False)]
    assert found.change and f"-{ASK}" in found.change.diff
    assert "It was not tested: without a model both prompts cannot be tried." in found.notes
    with pytest.raises(Invalid, match="Notes are grouped by a model"):
        refined(shop, model=None, base_url=None, change=changed)
    with pytest.raises(Invalid, match="A change is proposed by a model"):
        refined(shop, model=None, base_url=None, notes=notes(shop, BY_HAND))
    kept = refined(shop, model=None, base_url=None, notes=notes(shop, BY_HAND), change=changed, accept_anyway=True)
    assert kept.verdict == "overruled" and prompts(shop).get("orders").message.endswith("It was not tested.")
    assert shop.asked == []


def test_a_change_of_a_person_is_tried_as_any_other(shop: Workshop, model: Model) -> None:
    reviewed(shop, stocked(shop))
    found = refined(shop, notes=notes(shop, BY_HAND), change=notes(shop, FRIENDLY, "new.md"))
    assert (found.verdict, model.counts["group"], model.counts["change"]) == ("accepted", 0, 0)
    with pytest.raises(Invalid, match="It lost"):
        refined(shop, notes=notes(shop, BY_HAND), change=notes(shop, "Be friendly.", "new.md"))


def test_notes_from_a_file_on_rows_and_on_samples_of_their_own(shop: Workshop, model: Model) -> None:
    ids = stocked(shop)
    said = f"""
notes:
  - {{row: {ids[0][:8]}, note: too formal, verdict: bad}}
  - {{row: {ids[1]}, verdict: good}}
  - {{row: {ids[2]}, edit: {{answer: Hi!}}}}
  - {{input: {{order: "99"}}, output: {{answer: Dear Sir}}, note: too formal}}
"""
    model.grouping = {"themes": [theme("formal", (1, "too formal"), (3, "too formal"), where=DEAR)]}
    found = refined(shop, notes=notes(shop, said))
    assert [len(found.themes[0].caught), len(found.themes[0].false), found.themes[0].weak] == [2, 1, True]
    assert found.test and any("Weak detectors: formal" in note for note in found.test.notes)
    assert [one.answer for one in prompts(shop).get("orders").prompt.examples] == ["Hi!"]
    assert '{"order":"99","answer":"Dear Sir"}' in model.asked["group"][0].text
    alone = f"notes: [{{input: {{order: '1'}}, output: {{answer: Dear Sir}}, note: too formal}}]{BY_HAND}"
    model.changing = [change("Be really friendly: where is order {{ order }} ?")]
    few = refined(shop, rows="", notes=notes(shop, alone))
    assert few.test and (few.test.decision.verdict, few.test.decision.inputs) == ("too few to tell", 1)


def test_rows_without_answers_are_noted_as_they_were_seen(shop: Workshop, model: Model) -> None:
    """Notes on what `prompts test` showed: the stored answers are the samples."""
    ids = stocked(shop, answered=False)
    asked = shop.model()
    prompts(shop).test("orders", rows="t", limit=12, model="openai/m", base_url=asked["base_url"])
    found = refined(shop, notes=notes(shop, f"notes:\n  - {{row: {ids[0]}, note: too formal}}\n  - {{row: {ids[1]}, note: too formal}}\n"))
    assert (found.verdict, found.themes[0].weak, model.counts["write"]) == ("accepted", False, 12 + 24)


def test_edits_alone_are_examples_that_only_a_person_can_accept(shop: Workshop) -> None:
    ids = stocked(shop)
    shop.lab.project().edits.set("t", ids[3], {"answer": "Hi!"})
    found = refined(shop)
    assert (found.verdict, found.themes, found.test) == ("refused", (), None)
    assert found.change and [one.answer for one in found.change.prompt.examples] == ["Hi!"]
    assert refined(shop, accept_anyway=True).verdict == "overruled"


def test_notes_of_an_older_text_count_for_nothing(shop: Workshop) -> None:
    ids = stocked(shop)
    reviewed(shop, ids)
    shop.lab.project().reviews.add("t", ids[5], note="rude")
    shop.lab.project().edits.set("t", ids[5], {"answer": "Dear friend"})
    found = refined(shop)
    assert "Of what rows said before: 1 review, counted for nothing." in found.notes
    assert all(quote.words != "rude" for one in found.themes for quote in one.theme.quotes)


def test_what_cannot_be_refined_is_told(shop: Workshop) -> None:
    ids = stocked(shop)
    with pytest.raises(Invalid, match="Nothing is noted"):
        refined(shop)
    with pytest.raises(NotFound, match="No dataset is called 'nowhere'"):
        refined(shop, rows="nowhere")
    with pytest.raises(NotFound, match="no row 'ffff' in t"):
        refined(shop, notes=notes(shop, "notes: [{row: ffff, note: x}]"))
    with pytest.raises(Invalid, match="no dataset is given"):
        refined(shop, rows="", notes=notes(shop, "notes: [{row: ffff, note: x}]"))
    with pytest.raises(Invalid, match="No theme of the file rests on a note"):
        refined(shop, notes=notes(shop, f"notes: [{{row: {ids[0]}, note: rude}}]{BY_HAND}"))
    with pytest.raises(Invalid, match="no variable 'mood'"):
        refined(shop, values={"mood": 1}, notes=notes(shop, f"notes: [{{row: {ids[0]}, note: rude}}]"))
    first = prompts(shop).get("orders").version
    prompts(shop).add(Prompt(text=FRIENDLY), "orders")
    with pytest.raises(Conflict, match="is not the newest version of 'orders'"):
        prompts(shop).refine(f"orders@{first}", rows="t")
    assert shop.asked == []


def test_what_models_were_shown_of_rows_is_forgotten_with_their_source(shop: Workshop, model: Model) -> None:
    for name, word in (("secret", "clandestine"), ("open", "public")):
        jsonl(shop.folder / f"{name}.jsonl", [{"id": f"{name}{n}", "order": f"{word}{n}", "answer": f"Dear {word}"} for n in range(6)])
    prompts(shop).add(Prompt(text=ASK), "orders")
    shop.run({"kind": "read.files", "paths": ["secret.jsonl", "open.jsonl"], "format": "jsonl"})
    ids = {row.data["order"]: row.id for row in shop.lab.project().datasets.rows("t")}
    for order in ("clandestine0", "public0"):
        shop.lab.project().reviews.add("t", ids[order], verdict="reject", note="too formal")
    model.grouping = {"themes": [theme("formal", (1, "too formal"), (2, "too formal"), question='Is "Dear" there?')]}
    assert refined(shop).verdict == "accepted"
    told = shop.lab.project().provenance.forget("secret.jsonl")
    assert len(told.runs) >= 6
    for run in shop.runs.list():
        record = shop.runs.get(run.run)
        assert "clandestine" not in str(record.recipe) + str([row.data for row in shop.runs.rows(run.run)])
    assert any("public5" in str(shop.runs.get(run.run).recipe) for run in shop.runs.list())
    assert not any("clandestine" in path.read_bytes().decode("latin-1") for path in Path(shop.where.folder / "home").rglob("*.db*"))
