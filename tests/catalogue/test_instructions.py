"""What defines the recipes that make instructions of few or none: heads of turns alone, evolved and eliminated questions, pools that grow in rounds,
tasks that are thought out first."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from case import Voice, usual
from running import Bench
from scripted.cot_self_instruct import SEEDS as PROBLEMS
from scripted.cot_self_instruct import right
from scripted.evol_instruct import given
from scripted.magpie import asks
from scripted.self_instruct import SEEDS, examples

from catalogue import carried_out, case_of, settings
from rowsmith.core.errors import Invalid
from rowsmith.steps.subsequence import rouge_l
from rowsmith.testing import Request

HEAD = "<|im_start|>user\n"


# -- magpie ---------------------------------------------------------------------------------------------------------------------------------------


def test_a_model_is_sent_the_head_of_a_users_turn_and_nothing_else(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("magpie", tmp_path, asked=asked)
    heads = [request for request in asked if request.raw and request.data["temperature"] == 1.0]
    assert {request.prompt for request in heads} == {HEAD} and {request.data["top_p"] for request in heads} == {1.0}
    answers = [request for request in asked if request.raw and request.data["temperature"] == 0]
    for row in rows:
        question, answer = row.data["messages"]
        assert (question["role"], answer["role"]) == ("user", "assistant")
        sent = f"{HEAD}{question['content']}<|im_end|>\n<|im_start|>assistant\n"
        assert [request.prompt for request in answers].count(sent) == 1
    assert {request.data["stop"][0] for request in (*heads, *answers)} == {"<|im_end|>"}


def test_further_turns_begin_with_the_next_head_and_a_system_prompt_steers_what_is_asked_alone(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("magpie", tmp_path, asked=asked, exchanges="2", systems="[You are asked about bees alone.]", target="3")
    system = "<|im_start|>system\nYou are asked about bees alone.<|im_end|>\n"
    for row in rows:
        turns = row.data["messages"]
        assert [turn["role"] for turn in turns] == ["user", "assistant"] * 2 and "bees alone" not in str(row.data)
        before = "".join(f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in turns[:2])
        assert f"{system}{before}{HEAD}" in {request.prompt for request in asked if asks(request)}
    assert not any("bees" in request.prompt for request in asked if request.raw and not asks(request))


def test_tags_decide_and_each_says_why(tmp_path: Path) -> None:
    result, rows = carried_out("magpie", tmp_path, least="5", easiest="2", hardest="4", left_out="coding", target="4", draws="60")
    assert all(row.data["quality"] == "excellent" and row.data["difficulty"] in ("easy", "medium", "hard") for row in rows)
    assert all(re.search(r"Level [234], grade 5", row.data["messages"][0]["content"]) for row in rows)
    assert result.dropped["quality"] > 0 and result.dropped["difficulty"] > 0
    others = "information seeking, reasoning, planning, editing, mathematics, role play, data analysis, creative writing, advice, brainstorming, "
    others += "other"
    result, rows = carried_out("magpie", tmp_path / "tasks", left_out=others, target="2", draws="60")
    assert {row.data["task"] for row in rows} == {"coding"} and result.dropped["task"] > 0


def test_a_task_is_left_out_by_its_whole_name(tmp_path: Path) -> None:
    _, rows = carried_out("magpie", tmp_path, tasks="[code, code review]", left_out="code review", target="3", draws="40")
    assert {row.data["task"] for row in rows} == {"code"}


def test_each_conversation_has_a_safety_tag_and_unsafe_ones_are_left_out(tmp_path: Path) -> None:
    """The guard finds questions of grade 4 unsafe: S10 is hate."""

    def answers(request: Request) -> Any:
        return "unsafe\nS10" if request.model == "guard" and "grade 4" in request.text else None

    asked: list[Request] = []
    result, rows = carried_out("magpie", tmp_path, answers=answers, draws="40", asked=asked)
    assert {row.data["safety"] for row in rows} == {"safe"} and result.dropped["unsafe"] > 0
    shown = [request.text for request in asked if request.model == "guard"]
    assert all("S1: violent_crimes: " in text and "S13: elections: " in text for text in shown)
    assert all(any(row.data["messages"][1]["content"] in text for text in shown) for row in rows), "the answer is shown, too"
    _, rows = carried_out("magpie", tmp_path / "kept", answers=answers, unsafe="true", draws="40", target="8")
    assert {row.data["safety"] for row in rows} == {"safe", "hate"}
    assert all((row.data["safety"] == "hate") == ("grade 4" in row.data["messages"][0]["content"]) for row in rows)
    asked.clear()
    carried_out("magpie", tmp_path / "own", hazards="{spoilers: tells how a film ends}", draws="40", target="2", asked=asked)
    assert all("S1: spoilers: tells how a film ends" in request.text for request in asked if request.model == "guard")


def test_questions_that_are_near_to_one_another_are_left_out(tmp_path: Path) -> None:
    def same(request: Request) -> Any:
        began = "How" if request.nth % 2 else "Say how"
        return f"{began} do bees sleep in the winter months, and where? Level 3, grade 5." if asks(request) else None

    result, _ = carried_out("magpie", tmp_path, answers=same, kept=1, target="3")
    assert result.dropped["semantic_duplicate"] > 0


def test_a_server_without_raw_completions_is_told_with_the_fix(tmp_path: Path) -> None:
    case = case_of("magpie")
    with Bench(tmp_path, lambda request: case.reply(request) or usual(request)) as bench:
        sets, runs = settings("magpie", case, bench.server.url), bench.lab.project("default").runs
        for model, what in (("ollama/llama3.2", "Ollama has no raw completions"), ("anthropic/claude-haiku-4-5", "cannot be asked by raw")):
            with pytest.raises(Invalid) as caught:
                runs.start("magpie", sets={**sets, "model": model}, target=2)
            assert what in str(caught.value) and "vllm" in str(caught.value)
        with pytest.raises(Invalid, match="No template is called 'lama'"):
            runs.start("magpie", sets={**sets, "template": "lama"}, target=2)
        bench.server.change(raw=False)
        result = runs.start("magpie", sets=sets, target=2)
        assert (result.state, result.kept) == ("paused", 0)
        assert "no raw completions at that address" in result.reason and "vLLM" in result.reason


# -- evol-instruct --------------------------------------------------------------------------------------------------------------------------------

OPERATIONS = {
    "constraints": "add one more constraint", "deepening": "go deeper", "concretising": "put specific notions", "reasoning": "several steps of",
    "complicating": "let it come with input", "breadth": "wholly new",
}  # fmt: skip


def evolving(request: Request) -> bool:
    """Whether an instruction is to evolve."""
    return bool(request.schema) and "input" in (request.schema or {})["properties"]


def test_each_round_draws_an_operation_which_the_row_knows(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("evol-instruct", tmp_path, asked=asked)
    assert {row.data["operation"] for row in rows} == set(OPERATIONS) and {row.data["round"] for row in rows} == {1, 2, 3, 4}
    evolved = [request for request in asked if evolving(request)]
    for row in rows:
        assert any(given(request) == row.data["parent"] and OPERATIONS[row.data["operation"]] in request.text for request in evolved)
    _, again = carried_out("evol-instruct", tmp_path / "again")
    assert [row.data["operation"] for row in again] == [row.data["operation"] for row in rows]
    _, wide = carried_out("evol-instruct", tmp_path / "wide", operations="{breadth: 1}", rounds="2", target="20")
    assert {row.data["operation"] for row in wide} == {"breadth"} and {row.data["round"] for row in wide} == {1, 2}


def test_what_has_evolved_evolves_further_and_grows_from_its_seed(tmp_path: Path) -> None:
    _, rows = carried_out("evol-instruct", tmp_path, operations="{constraints: 1}")
    of_round = {(row.data["seed"], row.data["round"]): row.data for row in rows}
    chained = [(said, of_round[seed, number - 1]) for (seed, number), said in of_round.items() if (seed, number - 1) in of_round]
    assert chained and all(said["parent"] == before["input"] and said["input"].startswith(said["seed"].rstrip("?.")) for said, before in chained)
    assert all(said["parent"] == said["seed"] for (_, number), said in of_round.items() if number == 1)


@pytest.mark.parametrize(
    ("reason", "field", "said"),
    [
        ("sorry", "", "I am sorry, I cannot tell."),
        ("says_nothing", "", "It is... the one, and to!"),
        ("copied_words", "input", {"input": "Here is the rewritten instruction: which jetty leads to the quarry?"}),
        ("equal", "holds", {"reason": "Both ask for the same.", "holds": True}),
    ],
)
def test_what_has_not_evolved_is_eliminated_with_its_reason_and_its_parent_tried_again(reason: str, field: str, said: Any, tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        fields = request.schema["properties"] if request.schema else {}
        return said if (field in fields if field else not fields) else None

    asked: list[Request] = []
    result, _ = carried_out("evol-instruct", tmp_path, answers=answers, asked=asked, kept=0, target="4", rounds="2")
    assert result.dropped[reason] > 0 and set(result.dropped) == {reason, "skipped"}
    seeds = {given(request) for request in asked if evolving(request)}
    assert all(len([1 for request in asked if evolving(request) and given(request) == seed]) >= 2 for seed in seeds)
    if reason != "equal":
        assert not any("holds" in str(request.schema) for request in asked)


def test_a_long_answer_that_says_sorry_is_an_answer(tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        return None if request.schema else f"Sorry to say it so bluntly. {Voice(request.chance).sentence(90)} It is so."

    result, rows = carried_out("evol-instruct", tmp_path, answers=answers, target="6")
    assert all("Sorry" in row.data["answer"] for row in rows) and "sorry" not in result.dropped


# -- self-instruct --------------------------------------------------------------------------------------------------------------------------------


def of_kind(name: str, request: Request) -> bool:
    """Whether a request asks for this field."""
    fields = (request.schema or {}).get("properties", {})
    return name in fields.get("rows", {}).get("items", {}).get("properties", fields)


def test_the_pool_grows_by_its_own_tasks_which_stand_beside_the_seeds(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("self-instruct", tmp_path, asked=asked)
    shown = [examples(request) for request in asked if examples(request)]
    own = Counter(sum(one not in SEEDS for one in found) for found in shown)
    assert {len(found) for found in shown} == {8} and set(own) == {0, 2} and own[2] > own[0] == 20
    made = {one for found in shown for one in found if one not in SEEDS}
    assert made <= {row.data["input"].split("\n\n")[0] for row in carried_out("self-instruct", tmp_path / "all", target="80", kept=80)[1]}
    assert {row.data["round"] for row in rows} == {1, 2, 3}
    asked.clear()
    carried_out("self-instruct", tmp_path / "other", asked=asked, human="3", own="1", target="20")
    shown = [examples(request) for request in asked if examples(request)]
    assert {len(found) for found in shown} == {4} and {sum(one not in SEEDS for one in found) for found in shown} == {0, 1}


def test_no_task_is_like_another_one_of_the_pool_or_a_seed(tmp_path: Path) -> None:
    def near(request: Request) -> Any:
        voice = Voice(request.chance)
        said = (SEEDS[3], f"{voice.words(2)} amber barley cedar drift ember fallow.", f"{voice.words(8)}.")[voice.number() % 3]
        return {"input": said} if examples(request) else None

    result, rows = carried_out("self-instruct", tmp_path, answers=near, target="10")
    assert result.dropped["rouge_duplicate"] > 3
    tasks = [row.data["input"].split("\n\n")[0] for row in rows]
    assert all(rouge_l(one, other) < 0.7 for one, other in [*combinations(tasks, 2), *product(tasks, SEEDS)])


def test_tasks_beyond_text_and_of_no_fit_length_are_left_out(tmp_path: Path) -> None:
    def beyond(request: Request) -> Any:
        voice = Voice(request.chance)
        said = ("Sing so.", f"Describe the image of {voice.words(6)}.", f"Say what is mapped in {voice.words(6)}.")[voice.number() % 3]
        return {"input": said} if examples(request) else None

    result, rows = carried_out("self-instruct", tmp_path, answers=beyond, target="6")
    assert result.dropped["no_text_task"] > 0 and result.dropped["length"] > 0
    assert all("mapped" in row.data["input"] for row in rows)


def test_labels_come_before_inputs_where_the_task_is_one_of_classification(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("self-instruct", tmp_path, asked=asked)
    cases = [request for request in asked if of_kind("label", request)]
    assert all(list((request.schema or {})["properties"]) == ["labels", "label", "context", "answer"] for request in cases)
    assert {"Its answers are labels" in request.text for request in cases} == {True, False}
    assert all((row.data["answer"] in ("amber", "barley", "cedar")) == row.data["classification"] for row in rows)
    wrong = {"labels": ["a", "b"], "label": "a", "context": "It rained.", "answer": "b"}

    def other(request: Request) -> Any:
        return wrong if "Its answers are labels" in request.text else None

    result, rows = carried_out("self-instruct", tmp_path / "other", answers=other, target="20")
    assert result.dropped["other_label"] > 0 and not any(row.data["classification"] for row in rows)


def test_one_input_with_different_answers_is_dropped(tmp_path: Path) -> None:
    def twice(request: Request) -> Any:
        if of_kind("classification", request):
            return {"classification": False}
        if not of_kind("label", request):
            return None
        voice = Voice(request.chance)
        said = ["It is so both times."] * 2 if voice.number() % 2 else [voice.sentence(), voice.sentence()]
        return {"rows": [{"labels": [], "label": "", "context": "", "answer": one} for one in said]}

    result, rows = carried_out("self-instruct", tmp_path, answers=twice, instances="2", target="10")
    assert result.dropped["no_majority"] > 0 and result.dropped["duplicate"] > 0
    assert {row.data["answer"] for row in rows} == {"It is so both times."}


def test_stopped_in_the_middle_and_resumed_is_never_stopped(tmp_path: Path) -> None:
    case = case_of("self-instruct")
    (tmp_path / "whole").mkdir()
    _, whole = carried_out("self-instruct", tmp_path / "whole")
    with pytest.MonkeyPatch.context() as patch, Bench(tmp_path, case.reply) as bench:
        (tmp_path / "seeds.jsonl").write_text(case.files["seeds.jsonl"], encoding="utf-8")
        patch.chdir(tmp_path)
        project, sets = bench.lab.project("default"), settings("self-instruct", case, bench.server.url)
        stopped = project.runs.start("self-instruct", sets=sets, target=case.target, budget_tokens=30_000)
        assert stopped.state == "paused" and 20 < stopped.calls < 180
        resumed = project.runs.start("self-instruct", sets=sets, target=case.target, budget_tokens=10_000_000)
        assert (resumed.state, resumed.kept, resumed.run) == ("finished", case.target, stopped.run)
        assert [row.data for row in project.datasets.rows("self-instruct")] == [row.data for row in whole]


# -- cot-self-instruct ----------------------------------------------------------------------------------------------------------------------------


def test_a_problem_is_thought_out_from_seeds_before_it_is_written(tmp_path: Path) -> None:
    asked: list[Request] = []
    carried_out("cot-self-instruct", tmp_path, asked=asked, target="6")
    thought = [request for request in asked if of_kind("plan", request)]
    assert all(list((request.schema or {})["properties"]) == ["plan", "input", "stated"] for request in thought)
    assert all(sum(seed in request.text for seed in PROBLEMS) == 2 for request in thought)
    assert {request.model for request in asked} == {"large", "solver"}


def test_a_problem_stays_where_most_solutions_come_to_the_stated_answer(tmp_path: Path) -> None:
    asked: list[Request] = []
    result, rows = carried_out("cot-self-instruct", tmp_path, asked=asked)
    assert result.dropped["other_answer"] > 0 and result.dropped["minority"] > 0
    assert all(int(row.data["answer"]) == right(row.data["input"]) and right(row.data["input"]) % 10 != 7 for row in rows)
    assert all(row.data["agreement"] > 0.5 and row.data["reasoning"] for row in rows)
    assert set(Counter(request.text for request in asked if request.model == "solver").values()) == {6}

    def unsure(request: Request) -> Any:
        return {"reasoning": "So.", "answer": str(Voice(request.chance).number() % 1000)} if request.model == "solver" else None

    result, _ = carried_out("cot-self-instruct", tmp_path / "unsure", answers=unsure, kept=0, target="1")
    assert result.dropped["no_majority"] > 0


def test_an_open_instruction_is_judged_by_its_weaker_answers_and_keeps_the_best(tmp_path: Path) -> None:
    worth: dict[str, list[int]] = {}

    def answers(request: Request) -> Any:
        if request.model != "other":
            return None
        said = Voice(request.chance)
        value = (2 if request.text < "M" else 7) + said.number() % 4
        worth.setdefault(request.text, []).append(value)
        return f"{said.sentence()} Worth {value}."

    result, rows = carried_out("cot-self-instruct-open", tmp_path, answers=answers, quantile="0", target="8")
    assert result.dropped["low_reward"] > 0
    for row in rows:
        found = worth[row.data["input"]]
        assert min(found) >= 6 and f"Worth {max(found)}." in row.data["answer"]
    low = {text for text, found in worth.items() if min(found) < 6}
    assert low and not low & {row.data["input"] for row in rows}
