"""A prompt made better against a dataset: what is shown, what is never seen, what it costs, and what is refused."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from jinja2 import Environment, StrictUndefined
from planted import places
from running import jsonl
from weak_prompt import LABELS, PROPOSING, STRONG, WEAK, Model, labelled

from rowsmith.app.optimization import Optimization
from rowsmith.app.optimizing import Wanted
from rowsmith.core.errors import Conflict, Invalid, NotFound, Unavailable
from rowsmith.core.models import Model as Asked
from rowsmith.core.prompts import Example, Prompt
from rowsmith.testing import CommandLine, Reply


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where, Model()) as made:
        yield made


def wanted(shop: Workshop, **more: Any) -> Wanted:
    model = Asked(**shop.model(price_in=1.0, price_out=2.0, max_tokens=20))
    return replace(Wanted("t", model=model, limit=120, split="train=0.2,dev=0.3,test=0.5"), **more)


def planted(shop: Workshop, rows: Any = None, prompt: Prompt | None = None) -> None:
    shop.run({"kind": "read.rows", "rows": labelled(120) if rows is None else rows})
    shop.lab.project().prompts.add(prompt or Prompt(text=WEAK), "weak")


def optimized(shop: Workshop, accept: bool = False, **more: Any) -> Optimization:
    return shop.lab.project().prompts.optimize("weak", wanted(shop, **more), accept=accept)


# -- what is shown ------------------------------------------------------------------------------------------------------------------------


def test_a_weak_prompt_becomes_better_and_is_accepted(shop: Workshop) -> None:
    planted(shop)
    done = optimized(shop, accept=True, demos=0)
    assert done.verdict == "better" and done.effect is not None and done.best is not None and done.best.prompt is not None
    assert done.effect.pairs == 60 and done.effect.low is not None and done.effect.low > 0
    assert (done.forecast.metric.kind, done.forecast.answer, done.forecast.rows) == ("label", "label", {"train": 24, "dev": 36, "test": 60})
    assert (done.best.how, done.best.prompt.text) == ("rewritten", STRONG)
    kept = shop.lab.project().prompts.get("weak")
    assert (kept.version, kept.prompt.text) == (done.accepted, STRONG)
    assert re.fullmatch(r"Optimised on t@\w{12} by label: 0\.\d+ -> 0\.\d+ on 60 held-out rows, \+0\.\d+ \(\+0.* with 95 % certainty\)", kept.message)
    assert done.figures[1]["accuracy"] == pytest.approx(done.effect.b)
    assert [one.name for one in shop.lab.project().datasets.list()] == ["t"]


def test_a_model_that_heeds_no_prompt_gets_no_better(shop: Workshop) -> None:
    shop._reply = Model(weak=0.5, strong=0.5)
    planted(shop)
    done = optimized(shop, accept=True)
    assert (done.verdict, done.accepted) == ("no difference shown", None)
    assert len(shop.lab.project().prompts.log("weak")) == 1


def test_where_no_candidate_is_better_nothing_is_tried_on_the_held_out_rows(shop: Workshop) -> None:
    shop._reply = Model(weak=0.9, strong=0.0)
    planted(shop)
    done = optimized(shop, demos=0)
    assert (done.best, done.effect, done.verdict, len(done.sides)) == (None, None, "no difference shown", 1)
    assert any("No candidate was better on the dev rows" in note for note in done.notes)
    assert {one.state for one in done.candidates} == {"beaten"}


def test_it_can_be_accepted_anyway(shop: Workshop) -> None:
    shop._reply = Model(weak=0.45, strong=0.5)
    planted(shop)
    prompts = shop.lab.project().prompts
    for seed in range(6):
        done = prompts.optimize("weak", wanted(shop, seed=seed), anyway=True)
        if done.best is not None:
            break
    assert done.accepted == prompts.get("weak").version


def test_more_rounds_go_on_and_a_further_look_widens_the_interval(shop: Workshop) -> None:
    shop._reply = Model(weak=0.3, strong=0.6)
    planted(shop)
    one = optimized(shop, rounds=1, accept=True)
    before = len(shop.asked)
    assert one.accepted and one.looks == 1
    again = shop.lab.project().prompts.optimize(f"weak@{one.version}", wanted(shop, rounds=1))
    assert (len(shop.asked), again.effect) == (before, one.effect)
    shop._reply = Model(weak=0.3, strong=1.0)
    further = optimized(shop)
    assert further.version == one.accepted
    if further.effect is not None:
        assert further.looks == 2 and any("2 prompts have been tried" in note for note in further.notes)


def test_cost_and_time_stand_beside(shop: Workshop) -> None:
    planted(shop)
    done = optimized(shop, demos=0)
    a, b = done.sides
    assert (a.kept, b.kept, a.models) == (60, 60, ("openai/m",))
    assert a.cost_per_row_usd and b.cost_per_row_usd and b.cost_per_row_usd > a.cost_per_row_usd
    assert done.cost.calls == len(shop.asked) <= done.forecast.calls
    assert done.cost.cost_usd is not None and done.forecast.cost_usd is not None and 0 < done.cost.cost_usd < done.forecast.cost_usd


# -- what is never seen -------------------------------------------------------------------------------------------------------------------


def test_held_out_rows_are_in_no_proposal_and_no_example(shop: Workshop) -> None:
    planted(shop)
    begun = shop.lab.project().prompts.optimizing("weak", wanted(shop))
    parts = {name: {row.data["text"][:12] for row in rows} for name, rows in begun.rows.parts.items()}
    done = optimized(shop, rounds=2)
    seen = [set(re.findall(r"message \d{4}", request.text)) for request in shop.asked if PROPOSING in request.text]
    assert seen and all(found and found <= parts["train"] for found in seen)
    shown = {example.input[:12] for one in done.candidates if one.prompt for example in one.prompt.examples}
    assert shown and shown <= parts["train"]


def test_rows_that_the_prompt_shows_are_not_held_out(shop: Workshop) -> None:
    rows = labelled(120)
    planted(shop, rows, Prompt(text=WEAK, examples=[Example(input=row["text"], answer=row["label"]) for row in rows[:30]]))
    begun = shop.lab.project().prompts.optimizing("weak", wanted(shop))
    held = {row.data["text"] for row in (*begun.rows.parts["test"], *begun.rows.parts["dev"])}
    assert held.isdisjoint(row["text"] for row in rows[:30])
    assert any("rows that stand among the prompt's examples" in note for note in begun.forecast().notes)


def test_the_same_dataset_and_seed_give_the_same_parts_with_the_labels_in_the_same_shares(shop: Workshop) -> None:
    planted(shop)
    prompts = shop.lab.project().prompts
    one, two, other = (prompts.optimizing("weak", wanted(shop, seed=seed)).rows.parts for seed in (1, 1, 2))
    ids = [{name: [row.id for row in rows] for name, rows in parts.items()} for parts in (one, two, other)]
    assert ids[0] == ids[1] != ids[2]
    for rows in one.values():
        counts = [sum(row.data["label"] == label for row in rows) for label in LABELS]
        assert max(counts) - min(counts) <= 1


# -- candidates ---------------------------------------------------------------------------------------------------------------------------


def test_a_proposal_that_lacks_a_variable_is_asked_for_again_and_then_refused(shop: Workshop) -> None:
    planted(shop)
    shop._reply = Model(proposals=("Name the label.",))
    done = optimized(shop, candidates=2, demos=0)
    asked = [request.text for request in shop.asked if PROPOSING in request.text]
    assert len(asked) == 12 and sum("could not be used: It lacks {{ text }}" in text for text in asked) == 10
    assert [(one.state, one.name) for one in done.candidates] == [("refused", "1.-")] * 2
    assert "It lacks {{ text }}" in done.candidates[0].why and any("2 candidates were refused" in note for note in done.notes)


def test_answers_that_cannot_be_used_count_nothing_and_those_of_a_judge_are_left_out(shop: Workshop) -> None:
    model = Model()

    def reply(request: Any) -> Any:
        if "message 0001" in request.text and PROPOSING not in request.text:
            return Reply("cut off", finish="length")
        return model(request)

    shop._reply = reply
    planted(shop, labelled(40))
    few: dict[str, Any] = {"split": "train=4,dev=4,test=rest", "demos": 0, "seed": 3}
    done, begun = optimized(shop, **few), shop.lab.project().prompts.optimizing("weak", wanted(shop, **few))
    held = {row.data["text"][:12] for row in begun.rows.parts["test"]}
    assert ("message 0001" in held) == (done.failed[0] == {"cut": 1})
    assert done.effect is None or done.effect.pairs == 32


def test_a_judge_is_asked_and_its_reasons_are_shown_to_the_proposer(shop: Workshop) -> None:
    model = Model()

    def reply(request: Any) -> Any:
        if request.data["model"] == "umpire":
            return {"answer": {"reason": "BECAUSE-IT-IS-VAGUE", "score": 10 if "It is hard" not in request.text else 1}}
        return model(request)

    shop._reply = reply
    planted(shop, labelled(60))
    done = optimized(shop, metric="judge", judge=Asked(**shop.model(model="openai/umpire", price_in=1.0, price_out=1.0)), demos=0)
    assert done.forecast.metric.kind == "judge" and done.verdict == "better"
    assert any("BECAUSE-IT-IS-VAGUE" in request.text for request in shop.asked if PROPOSING in request.text)
    assert any(request.data["model"] == "umpire" for request in shop.asked)


# -- caps and stops -----------------------------------------------------------------------------------------------------------------------


def test_a_cap_is_kept_over_all_runs_and_more_goes_on(shop: Workshop) -> None:
    planted(shop)
    with pytest.raises(Conflict, match="is paused"):
        optimized(shop, budget_usd=0.01)
    spent = sum(result.cost_usd or 0 for result in shop.runs.list())
    assert 0.005 < spent <= 0.01
    before = len(shop.asked)
    done = optimized(shop, budget_usd=5.0)
    assert done.cost.calls == len(shop.asked) > before
    with pytest.raises(Conflict):
        optimized(shop, budget_tokens=500, seed=9)


# -- what is refused ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "more", "words"),
    [
        (WEAK, {"dataset": "nowhere"}, "No dataset is called 'nowhere'"), (WEAK, {"metric": "exat"}, "Did you mean 'exact'"),
        (WEAK, {"answer": "lable"}, "Did you mean 'label'"), (WEAK, {"mode": "lite"}, "light"),
        (WEAK, {"split": "train=0.5,test=0.5"}, "train, dev and test"),
        (WEAK, {"split": "train=0,dev=0.5,test=0.5"}, "The part train would have 0 rows"), (WEAK, {"metric": "number"}, "does not fit these rows"),
        ("Say {{ label }}", {}, "the column that holds what it is to find"),
        ("Say {{ topic }}", {}, "needs topic, which the rows have not; they have text"), ("Say it", {}, "uses none of the columns"),
        ("Say {{ row }}", {}, "in which the expected answer stands"), (WEAK, {"model": None}, "none is given"),
        (WEAK, {"how": "copro"}, "no optimiser"),
        (WEAK, {"metric": "judge"}, "asks a judge, and none is given"), (WEAK, {"judge": "openai/j"}, "the metric asks none"),
        (WEAK, {"values": {"tone": 1}}, "no variable 'tone'"), (WEAK, {"rounds": 0}, "rounds is 0"), (WEAK, {"by": ["sauce"]}, "nothing by which"),
    ],
)  # fmt: skip
def test_what_cannot_be_begun_costs_nothing(shop: Workshop, prompt: str, more: dict[str, Any], words: str) -> None:
    planted(shop, labelled(30), Prompt(text=prompt))
    with pytest.raises((Invalid, NotFound), match=words):
        optimized(shop, **more)
    assert shop.asked == []


def test_a_value_for_all_rows_goes_in_and_stays_a_variable(shop: Workshop) -> None:
    planted(shop, labelled(60), Prompt(text=f"In {{{{ language }}}}: {WEAK}"))
    shop._reply = Model(proposals=(f"In {{{{ language }}}}: {STRONG}",))
    done = optimized(shop, values={"language": "English"}, demos=0)
    assert any("In English: Answer with one of" in request.text for request in shop.asked)
    assert done.best is not None and done.best.prompt is not None and "{{ language }}" in done.best.prompt.text


def test_several_columns_come_in_and_json_comes_out(shop: Workshop) -> None:
    def reply(request: Any) -> Any:
        if PROPOSING in request.text:
            return {"why": "No form was asked for.", "system": "Answer in JSON.", "text": "{{ one }} and {{ two }}"}
        one, two = map(int, re.findall(r"(\d+) and (\d+)", str(request.data["messages"]))[-1])
        return json.dumps({"sum": one + two, "odd": bool((one + two) % 2)}) if "JSON" in str(request.data["messages"]) else f"It is {one + two}."

    shop._reply = reply
    rows = [{"one": n, "two": n * 7 % 50, "note": "x", "output": {"sum": n + n * 7 % 50, "odd": bool((n + n * 7 % 50) % 2)}} for n in range(60)]
    planted(shop, rows, Prompt(text="{{ one }} and {{ two }}"))
    done = optimized(shop, by=("source",))
    assert (done.forecast.metric.kind, done.forecast.answer, done.verdict) == ("json", "output", "better")
    assert done.effect is not None and (done.effect.a, done.effect.b) == (0.0, 1.0)
    shown = [example.input for one in done.candidates if one.prompt for example in one.prompt.examples]
    assert shown and all(set(one) == {"one", "two"} for one in shown)


def test_the_metric_is_tried_on_rows_before_it_is_used(shop: Workshop) -> None:
    planted(shop)
    prompts = shop.lab.project().prompts
    free = prompts.optimizing("weak", wanted(shop, model=None)).tested()
    assert [one.score for one in free[::2]] == [1.0] * 5 and shop.asked == []
    asked = prompts.optimizing("weak", wanted(shop)).tested()
    assert len(asked) == len(shop.asked) == 5 and all(one.answer in (*LABELS, "It is hard to say.") for one in asked)
    wrong = prompts.optimizing("weak", wanted(shop, model=None, metric="number")).tested()
    assert all(one.score is None and "A number is expected" in one.problem for one in wrong)


# -- killed, and elsewhere ----------------------------------------------------------------------------------------------------------------


def test_killed_and_begun_again_it_pays_for_nothing_twice(shop: Workshop) -> None:
    planted(shop, labelled(60))
    reply, dead = shop._reply, threading.Event()
    counts: list[int] = []

    def until(request: Any) -> Any:
        if len(shop.asked) >= counts[0]:
            dead.set()
        return reply(request)

    shop._reply = until
    words = ["optimize", "weak", "--dataset", "t", "--model", "openai/m", "--base-url", shop.server.url, "--demos", "0", "--json"]
    for reached in (20, 45, 70):  # on the held-out rows, on the dev rows, in the search
        counts[:] = [reached]
        dead.clear()
        with CommandLine(*words, env=shop.where.env) as command:
            assert dead.wait(60)
            command.kill()
    counts[:] = [10**9]
    with CommandLine(*words, env=shop.where.env) as command:
        assert command.wait(120) == 0, command.err
        result = command.result
    asked = [request.text for request in shop.asked]
    places = Asked(model="openai/m").concurrency
    assert result["verdict"] == "better"
    assert len(asked) - len(set(asked)) <= 3 * places  # at most those that were in flight
    before = len(shop.asked)
    with CommandLine(*words, env=shop.where.env) as command:
        assert command.wait(120) == 0, command.err
        assert [command.result[name] for name in ("difference", "low", "high")] == [result[name] for name in ("difference", "low", "high")]
    assert len(shop.asked) == before


def test_forgetting_a_source_takes_its_rows_out_of_proposals_and_runs(shop: Workshop) -> None:
    jsonl(shop.folder / "open.jsonl", labelled(50))
    jsonl(shop.folder / "secret.jsonl", [{**row, "text": f"clandestine {row['text']}"} for row in labelled(20, seed=1)])
    shop.run({"kind": "read.files", "paths": ["open.jsonl", "secret.jsonl"], "format": "jsonl"})
    shop.lab.project().prompts.add(Prompt(text=WEAK), "weak")
    optimized(shop, demos=0)
    assert any("clandestine" in request.text for request in shop.asked if PROPOSING in request.text)
    shop.lab.project().provenance.forget("secret.jsonl")
    with shop.where.database_of() as db:
        assert places(db, shop.where.files, "clandestine") == []


def test_forgetting_a_source_takes_out_what_a_tried_prompt_and_one_found_from_rows_showed(shop: Workshop) -> None:
    jsonl(shop.folder / "open.jsonl", labelled(5))
    jsonl(shop.folder / "secret.jsonl", [{**row, "text": f"clandestine {row['text']}"} for row in labelled(5, seed=1)])
    shop.run({"kind": "read.files", "paths": ["open.jsonl", "secret.jsonl"], "format": "jsonl"})
    prompts = shop.lab.project().prompts
    dataset, model = shop.lab.project().datasets.list()[0].name, wanted(shop).model
    prompts.test(Prompt(text=WEAK), rows=dataset, limit=10, model=model)
    with pytest.raises(Unavailable):
        prompts.infer(dataset, answer="label", model=model)
    assert sum("clandestine" in request.text for request in shop.asked) > 5
    shop.lab.project().provenance.forget("secret.jsonl")
    with shop.where.database_of() as db:
        assert places(db, shop.where.files, "clandestine") == []
        assert places(db, shop.where.files, labelled(1)[0]["text"]), "the others stay"


def test_rows_and_prompt_go_out_for_the_nova_prompt_optimizer(shop: Workshop, tmp_path: Path) -> None:
    planted(shop, [{**row, "topic": 3} for row in labelled(60)], Prompt(text=f"{WEAK} {{{{ '{{{{' }}}}", system="Be {{ tone }}."))
    begun = shop.lab.project().prompts.optimizing("weak", wanted(shop, model=None, values={"tone": "kind"}))
    done = begun.exported(str(tmp_path / "out"))
    assert (done.input_columns, done.output_column, done.rows) == (("input",), "answer", {"train.jsonl": 30, "test.jsonl": 30})
    records = [json.loads(line) for name in done.rows for line in (tmp_path / "out" / name).read_text().splitlines()]
    assert {tuple(record) for record in records} == {("input", "answer")} and {record["answer"] for record in records} == set(LABELS)
    jinja = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    said = [jinja.from_string((tmp_path / "out" / f"{name}_prompt.txt").read_text()).render(input="X {{ y }}") for name in ("system", "user")]
    assert said == ["Be kind.", "What is this about?\n\nX {{ y }} {{"]
    both = Prompt(text="{{ topic }}: {{ text }}")
    done = shop.lab.project().prompts.optimizing(both, wanted(shop, model=None)).exported(str(tmp_path / "two"))
    assert done.input_columns == ("text", "topic")
    assert (tmp_path / "two" / "user_prompt.txt").read_text() == "{{ topic }}: {{ text }}"
    with pytest.raises(Invalid, match="is a file"):
        begun.exported(str(tmp_path / "out" / "test.jsonl"))


def test_dspy_that_is_not_there_is_told_with_the_command_that_installs_it(shop: Workshop) -> None:
    planted(shop, labelled(30))
    if find_spec("dspy") is None:
        with pytest.raises(Unavailable, match=r"pip install 'rowsmith\[dspy\]'"):
            optimized(shop, how="gepa")
    assert shop.asked == []
