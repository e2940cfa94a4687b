"""Variation carried out: the forecast and the count, values stored with what is made of them, ids that decide, tables, prompts, topics and people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from running import ask, texts

from rowsmith.app.proof import verify
from rowsmith.app.quotes import quote
from rowsmith.core.errors import Invalid
from rowsmith.core.prompts import Prompt
from rowsmith.core.row import Row
from rowsmith.testing import Request

SUPPORT = {
    "tone": {"formal": 3, "plain": 1},
    "product": ["phone", "laptop"],
    "problem": {"by": "product", "values": {"phone": ["battery", "screen"], "laptop": {"fan": 2, "keyboard": 1}}},
}
TWELVE = {"tone": ["formal", "plain", "angry"], "product": ["phone", "laptop"], "language": {"languages": ["de", "fr"]}}
WRITE = ask("{{ text }}: {{ tone }}, {{ product }}")


def reply(request: Request) -> Any:
    """Lists as many topics or people as it is asked for; else an answer of its own to every question."""
    wanted = request.schema.get("properties", {}) if request.schema else {}
    if "topics" in wanted or "personas" in wanted:
        name = "topics" if "topics" in wanted else "personas"
        count = int(re.search(r"(?:Name|Describe) (\d+)", request.text)[1])  # type: ignore[index]
        last = re.findall(r"topic: (.*)$|^(P\S*)$", request.text, re.M)
        stem = "".join(last[0]).rpartition(" > ")[2] if last else name[0].upper()
        return {name: [f"{stem}{n}" for n in range(count)]}
    return {"answer": f"{request.model}: {request.text}"}


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where, reply) as made:
        yield made


def vary(values: Any, **more: Any) -> dict[str, Any]:
    return {"kind": "generate.variants", "name": "vary", "values": values, **more}


def variants(rows: list[Row]) -> dict[str, dict[str, Any]]:
    return {row.id: row.origin["variant"] for row in rows}


def test_the_forecast_of_rows_is_the_count(shop: Workshop) -> None:
    steps = (texts("a", "b", "c", "d"), vary(TWELVE), WRITE)
    found = quote(shop.runs, shop.recipe(*steps))
    assert (found.rows.mid, found.rows.high, found.calls.mid) == (48, 48, 48)
    assert found.notes[0] == "vary: 4 rows x 12 = 48 variants."
    done = shop.run(*steps)
    assert (done.kept, done.requested, done.calls) == (48, 48, 48)
    assert len(set(shop.texts)) == 24  # the language is not in the prompt
    uneven = {"mood": {"by": "text", "values": {"a": ["glad"], "b": ["sad", "cross"]}}}
    assert quote(shop.runs, shop.recipe(texts("a", "b"), vary(uneven), ask("{{ mood }}"))).notes[0] == "vary: 2 rows, 3 variants."
    for how, count, each in (("draw", 5, 5), ("even", 5, 5), ("distinct", 5, 5)):
        drawn = (texts("a", "b", "c"), vary(SUPPORT, how=how, count=count), WRITE)
        told = quote(shop.runs, shop.recipe(*drawn))
        assert told.rows.mid == shop.run(*drawn, top={"name": how}).kept == 3 * each
        assert told.notes[0] == f"vary: 3 rows x {each} = {3 * each} variants."


def test_values_are_stored_with_what_is_made_of_them(shop: Workshop) -> None:
    done = shop.run(texts("a"), vary(SUPPORT, how="draw", count=8), WRITE)
    rows = shop.rows(done)
    assert all(set(row.data) == {"answer"} for row in rows)
    for row in rows:
        values = row.origin["variant"]
        assert set(values) == {"tone", "product", "problem"}
        assert row.data["answer"] == f"m: a: {values['tone']}, {values['product']}"
    assert verify(shop.lab).problems == []
    filtered = shop.run(texts("a"), vary(SUPPORT, how="draw", count=8), WRITE, {"kind": "filter.where", "where": "origin.variant.tone = 'formal'"})
    assert {row.id for row in shop.rows(filtered)} == {row.id for row in rows if row.origin["variant"]["tone"] == "formal"}


def test_ids_decide_whatever_came_before(shop: Workshop, tmp_path: Path) -> None:
    said = [f"t{n}" for n in range(12)]
    one = variants(shop.rows(shop.run(texts(*said), vary(SUPPORT, how="draw", count=3), WRITE)))
    other = variants(shop.rows(shop.run(texts(*reversed(said)), vary(SUPPORT, how="draw", count=3), WRITE, top={"name": "b"}, new=True)))
    assert one == other
    assert len(one) == 36
    more = variants(shop.rows(shop.run(texts(*said, "t12"), vary(SUPPORT, how="draw", count=4), WRITE, top={"name": "c"})))
    assert more.items() > one.items()


def test_a_run_that_goes_on_draws_the_same(shop: Workshop) -> None:
    steps = (texts(*(f"t{n}" for n in range(10))), vary(SUPPORT, how="draw", count=3), WRITE)
    whole = shop.run(*steps, top={"name": "whole"})
    begun = shop.run(*steps, top={"name": "begun"}, limit=7)
    assert begun.kept < 30
    gone_on = shop.run(*steps, top={"name": "begun"})
    assert gone_on.kept == 30
    assert variants(shop.rows(gone_on)) == variants(shop.rows(whole))


def test_a_value_that_is_added_buys_only_rows_that_have_it(shop: Workshop) -> None:
    shop.run(texts("a", "b"), vary({"tone": ["formal", "plain"], "product": ["phone"]}), WRITE)
    again = shop.run(texts("a", "b"), vary({"tone": ["formal", "plain", "angry"], "product": ["phone"]}), WRITE)
    assert (again.kept, again.calls, again.calls_reused) == (6, 2, 4)


def test_several_models_each_make_their_share_which_is_stored(shop: Workshop) -> None:
    models = {"writer": shop.model(), "other": shop.model(model="openai/other")}
    step = ask("Say {{ text }}", model={"writer": 0.7, "other": 0.3})
    source = texts(*(f"row {n}" for n in range(400)))
    done = shop.run(source, step, top={"models": models})
    told = {row.id: row.origin["made"][-1]["model"] for row in shop.rows(done)}
    assert all(row.data["answer"].startswith(told[row.id].removeprefix("openai/")) for row in shop.rows(done))
    count = Counter(told.values())["openai/other"]
    assert abs(count - 400 * 0.3) <= 3.3 * sqrt(400 * 0.3 * 0.7)
    again = shop.run(source, step, top={"models": models, "name": "again"})
    assert {row.id: row.origin["made"][-1]["model"] for row in shop.rows(again)} == told


def test_a_table_in_a_file_and_values_in_a_file_are_part_of_the_run(shop: Workshop) -> None:
    (shop.folder / "t.csv").write_text(
        "attribute,value,weight,by,when\nproduct,phone,1,,\nproduct,laptop,3,,\nproblem,battery,,product,phone\nproblem,other,,product,\n",
        encoding="utf-8",
    )
    (shop.folder / "people.txt").write_text("a nurse\na tailor\n", encoding="utf-8")
    values = {"file": "t.csv", "tone": ["formal"], "who": {"file": "people.txt"}}
    steps = (texts("a"), vary(values, how="draw", count=40), ask("{{ who }} {{ problem }}"))
    rows = shop.rows(done := shop.run(*steps))
    assert {row.origin["variant"]["who"] for row in rows} == {"a nurse", "a tailor"}
    assert {(row.origin["variant"]["product"], row.origin["variant"]["problem"]) for row in rows} == {("phone", "battery"), ("laptop", "other")}
    (shop.folder / "people.txt").write_text("a nurse\na tailor\na sailor\n", encoding="utf-8")
    assert shop.run(*steps).run != done.run
    (shop.folder / "people.txt").unlink()
    with pytest.raises(Invalid):
        shop.run(*steps)
    assert verify(shop.lab).problems == []


def test_what_a_prompt_declares_to_be_expanded(shop: Workshop) -> None:
    prompts = shop.lab.project().prompts
    declared = {"tone": {"expand": ["formal", "plain"]}, "length": {"expand": [1, 2, 3]}, "product": {"default": "phone"}}
    prompts.add(Prompt.model_validate({"text": "{{ text }} {{ tone }} {{ length }} {{ product }}", "variables": declared}), "mine")
    steps = (texts("a", "b"), vary({"prompt": "mine", "length": [9]}), ask(prompt={"name": "mine"}))  # type: ignore[arg-type]
    done = shop.run(*steps)
    assert sorted(shop.texts) == ["a formal 9 phone", "a plain 9 phone", "b formal 9 phone", "b plain 9 phone"]
    assert {row.origin["made"][-1]["prompt_version"][:5] for row in shop.rows(done)} == {"mine@"}
    assert shop.run(texts("a"), vary({"prompt": "mine"}), ask(prompt={"name": "mine"}), top={"name": "all"}).kept == 6  # type: ignore[arg-type]
    assert verify(shop.lab).problems == []
    told = shop.runs.get(done.run).lock
    assert told["named_prompts"]["1.values"]["name"] == "mine"
    with pytest.raises(Invalid) as failed:
        shop.run(texts("a"), ask(prompt={"name": "mine"}))  # type: ignore[arg-type]
    assert "put a step before, {kind: generate.variants, values: {prompt: mine}}" in failed.value.problems[0].fix
    prompts.add(Prompt(text="x"), "none")
    for spoken, told in (("none", "declares no variable to be expanded"), ("nope", "No prompt is called 'nope'|nope")):
        with pytest.raises(Invalid) as failed:
            shop.run(texts("a"), vary({"prompt": spoken}), ask())
        assert re.search(told, str([problem.what for problem in failed.value.problems]))


def test_a_topic_tree_level_by_level(shop: Workshop) -> None:
    levels = [{"kind": "generate.topics", "name": name, "count": count} for name, count in (("branches", 3), ("leaves", 2))]
    assert quote(shop.runs, shop.recipe({"kind": "read.topics", "topics": ["Tea"]}, *levels)).rows.mid == 6
    done = shop.run({"kind": "read.topics", "topics": ["Tea"]}, *levels)
    assert (done.kept, done.calls) == (6, 4)
    assert [row.data["path"] for row in shop.rows(done)] == [f"Tea > Tea{a} > Tea{a}{b}" for a in range(3) for b in range(2)]
    assert [row.data["topic"] for row in shop.rows(done)][:2] == ["Tea00", "Tea01"]


def test_people_are_made_kept_and_drawn(shop: Workshop) -> None:
    first = {"kind": "generate.personas", "name": "first", "how": "free", "count": 3}
    around = {"kind": "generate.personas", "name": "around", "how": "related", "count": 2}
    made = shop.run({"kind": "read.rows", "rows": [{"n": 1}]}, first, around, top={"name": "people"})
    assert sorted(shop.said(made, "persona")) == [f"P{a}{b}" for a in range(3) for b in range(2)]
    persona = {"persona": {"dataset": "people", "column": "persona"}}
    drawn = shop.run(texts(*(f"t{n}" for n in range(30))), vary(persona, how="draw"), ask("{{ persona }} {{ text }}"), top={"name": "asked"})
    assert {row.origin["variant"]["persona"] for row in shop.rows(drawn)} == set(shop.said(made, "persona"))
    every = shop.run(texts("a"), vary(persona), ask("{{ persona }} {{ text }}"), top={"name": "every"})
    assert every.kept == 6
    assert verify(shop.lab).problems == []


def test_mistakes_are_told_with_their_line_before_anything_is_spent(shop: Workshop) -> None:
    for values, told in (
        ({"a": {"x": "many"}}, "gives 'x' the weight 'many'"),
        ({"file": "nowhere.yaml"}, "The table 'nowhere.yaml' cannot be opened"),
        ({"who": {"file": "nobody.txt"}}, "There is no file 'nobody.txt'"),
        ({"text": ["x"]}, "has an attribute 'text', and there is a column of that name"),
        ({"mood": {"by": "label", "values": {"x": [1]}}}, "needs the column 'label'"),
        ({}, "'values' of step 'vary' (generate.variants) is {}"),
    ):
        with pytest.raises(Invalid) as failed:
            shop.run(texts("a"), vary(values), ask())
        problem = failed.value.problems[0]
        assert told in problem.what
        assert problem.line > 0
    with pytest.raises(Invalid) as failed:
        shop.run(texts("a"), ask("{{ tone }}"))
    assert "there is no such column here" in failed.value.problems[0].what
    assert shop.asked == []
