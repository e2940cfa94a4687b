"""Two runs beside each other: which rows are pairs, what is measured, what a judge says, and what is told when nothing can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from running import ask, jsonl

from rowsmith.app.comparison import Comparison
from rowsmith.core.errors import Conflict, Invalid, NotFound, Unavailable
from rowsmith.testing import Request

PRICED = {"price_in": 1.0, "price_out": 2.0}
LENGTH = "length(answer)"


def writer(request: Request) -> Any:
    """Writes a long answer where the prompt says so; as a judge, prefers the longer of two."""
    found = re.findall(r"answer [12] ---\n(.*?)\n---", request.text, re.S)
    if len(found) == 2:
        one, two = map(len, found)
        return {"reason": "by length", "better": "tie" if one == two else "1" if one > two else "2"}
    number = int(request.text[-3:])
    return {"answer": f"answer {number:03}" + (" and more" * (number % 4) if "long" in request.text else "")}


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where, writer) as made:
        yield made


def source(count: int) -> dict[str, Any]:
    return {"kind": "read.rows", "rows": [{"text": f"row {n:03}"} for n in range(count)]}


def made(shop: Workshop, name: str, *steps: Any, model: Any = None, **options: Any) -> str:
    """A run of these steps; its name. The rows of models are priced."""
    models = {"writer": shop.model(**PRICED, **(model or {})), "judge": shop.model(model="openai/umpire", **PRICED)}
    return str(shop.run(*steps, top={"name": name, "models": models}, **options).run)


def prompts(shop: Workshop, count: int = 40) -> tuple[str, str]:
    """Two runs that differ in their prompt."""
    return made(shop, "a", source(count), ask("Say {{ text }}")), made(shop, "b", source(count), ask("Say long {{ text }}"))


def columns(shop: Workshop, a: list[dict[str, Any]], b: list[dict[str, Any]], *more: Any) -> tuple[str, str]:
    """Two runs over rows that stand in the recipe, with ids of their own."""
    return tuple(made(shop, name, {"kind": "read.rows", "rows": rows}, *more) for name, rows in (("a", a), ("b", b)))  # type: ignore[return-value]


# -- which rows are pairs -----------------------------------------------------------------------------------------------------------------


def test_two_prompts_over_the_same_rows(shop: Workshop) -> None:
    a, b = prompts(shop)
    found: Comparison = shop.runs.compare(a, b, by=[LENGTH])
    assert (found.pairs, found.effect.pairs, found.by, found.verdict) == (40, 40, LENGTH, "B better")
    assert found.effect.difference == 13.5  # nine letters, 0 to 3 times
    assert found.effect.low is not None and 0 < found.effect.low < 13.5
    assert shop.runs.compare(b, a, by=[LENGTH]).verdict == "A better"
    assert (found.only_a, found.only_b) == ({}, {})


def test_what_differs_most_comes_first(shop: Workshop) -> None:
    a, b = prompts(shop)
    found = shop.runs.compare(a, b, by=[LENGTH], limit=12)
    assert [row.difference for row in found.rows] == [27.0] * 10 + [18.0] * 2
    assert [row.data_a["answer"][-3:] for row in found.rows[:3]] == ["003", "007", "011"]
    assert found.rows[0].data_b == {"answer": "answer 003 and more and more and more"}
    assert found.effect.differing == 30
    assert shop.runs.compare(a, b, by=[LENGTH], limit=0).rows == ()


def test_rows_that_one_run_lost_are_named(shop: Workshop) -> None:
    keep = {"kind": "filter.where", "where": "length(answer) < 30", "reason": "wordy"}
    a, b = made(shop, "a", source(8), ask("Say {{ text }}")), made(shop, "b", source(6), ask("Say long {{ text }}"), keep)
    found = shop.runs.compare(a, b, by=[LENGTH])
    assert found.pairs == 5
    assert found.only_a == {"not made": 2, "dropped (wordy)": 1}
    assert found.only_b == {}
    assert any("3 rows are kept in one run alone" in note for note in found.notes)
    assert shop.runs.compare(b, a, by=[LENGTH]).only_b == {"not made": 2, "dropped (wordy)": 1}


def test_a_step_of_another_name_is_paired_by_the_place_below_the_parent(shop: Workshop) -> None:
    a, b = made(shop, "a", source(10), ask("Say {{ text }}")), made(shop, "b", source(10), ask("Say long {{ text }}", name="write"))
    found = shop.runs.compare(a, b, by=[LENGTH], limit=1)
    assert (found.pairs, found.effect.differing) == (10, 7)
    assert found.rows[0].a != found.rows[0].b


def test_siblings_are_told_and_counted_by_their_parents(shop: Workshop) -> None:
    def three(request: Request) -> Any:
        more = 5 if "long" in request.text else 0
        return {"rows": [{"answer": "x" * (n + more)} for n in (1, 2, 3)]}

    shop._reply = three
    a, b = (made(shop, name, source(4), ask(f"Say {how}{{{{ text }}}}", count=3)) for name, how in (("a", ""), ("b", "long ")))
    found = shop.runs.compare(a, b, by=[LENGTH])
    assert (found.pairs, found.effect.difference) == (12, 5.0)
    assert any("12 pairs come of 4 parents" in note for note in found.notes)


def test_an_unfinished_run_is_told(shop: Workshop) -> None:
    a = made(shop, "a", source(20), ask("Say {{ text }}"))
    b = made(shop, "b", source(20), ask("Say long {{ text }}"), budget_tokens=1500)
    assert shop.runs.result(b).state == "paused"
    found = shop.runs.compare(a, b, by=[LENGTH])
    assert 0 < found.pairs < 20
    assert any(f"Run {b} is paused" in note for note in found.notes)


# -- what is measured ---------------------------------------------------------------------------------------------------------------------


def test_the_scores_that_both_have_are_the_default(shop: Workshop) -> None:
    says = [{"id": str(n), "text": "Tea grows in Assam and Peru.", "answer": "Tea grows in Assam."} for n in range(20)]
    other = [{**row, "answer": "Coffee grows nowhere at all."} for row in says]
    a, b = columns(shop, says, other, {"kind": "score.grounded"})
    found = shop.runs.compare(a, b)
    assert (found.by, found.verdict, found.effect.a) == ("scores.grounded", "A better", 1.0)
    assert {measure.by for measure in found.measures} == {"scores.grounded", "scores.grounded_exact", "scores.grounded_supported"}
    assert found.dump()["pairs"] == 20


def test_of_a_judges_score_the_overall_and_of_several_the_surest(shop: Workshop) -> None:
    def scored(request: Request) -> Any:
        high = 9 if "good" in request.text else 4
        return {name: {"reason": "", "score": high} for name in ("relevance", "accuracy", "completeness", "clarity")}

    shop._reply = scored
    rows = [{"id": str(n), "text": "good tea", "answer": "good tea"} for n in range(12)]
    a, b = columns(shop, [{**row, "text": "bad tea", "answer": "bad tea"} for row in rows], rows, {"kind": "score.judge"}, {"kind": "score.grounded"})
    found = shop.runs.compare(a, b)
    grounded = ["scores.grounded", "scores.grounded_exact", "scores.grounded_supported"]
    assert [measure.by for measure in found.measures] == ["scores.judge.overall", *grounded]
    assert (found.verdict, found.effect.difference) == ("B better", 5.0)
    assert any("4 measures were compared" in note for note in found.notes)
    assert [measure.by for measure in shop.runs.compare(a, b, by=["scores.judge.clarity.score"]).measures] == ["scores.judge.clarity.score"]


def test_a_condition_counts_shares_and_an_expected_answer_is_one(shop: Workshop) -> None:
    wanted = [{"id": str(n), "wanted": str(n % 5), "answer": str(n % 5 if n % 2 else 9)} for n in range(60)]
    better = [{**row, "answer": row["wanted"] if n % 6 else "9"} for n, row in enumerate(wanted)]
    a, b = columns(shop, wanted, better)
    found = shop.runs.compare(a, b, by=["answer = wanted"])
    assert (found.effect.a, found.effect.b, found.verdict) == (0.5, pytest.approx(50 / 60), "B better")


def test_values_that_are_no_numbers_are_left_out_and_told(shop: Workshop) -> None:
    rows: list[dict[str, Any]] = [{"id": str(n), "n": n} for n in range(10)]
    a, b = columns(shop, rows, [{**row, "n": [None, "x", 1e200][n] if n < 3 else n} for n, row in enumerate(rows)])
    found = shop.runs.compare(a, b, by=["n"])
    assert (found.pairs, found.effect.pairs, found.verdict) == (10, 7, "no difference shown")
    assert any("3 of 10 pairs have no value of n" in note for note in found.notes)
    assert any("All 7 pairs are equal" in note for note in found.notes)


def test_no_difference_says_what_could_have_been_found(shop: Workshop) -> None:
    a, b = columns(shop, *([{"id": str(n), "n": (n * k) % 7} for n in range(50)] for k in (3, 5)))
    found = shop.runs.compare(a, b, by=["n"])
    assert found.verdict == "no difference shown"
    assert found.effect.detectable is not None and 0.5 < found.effect.detectable < 2


@pytest.mark.parametrize(("count", "differing", "said"), [(1, 1, "no interval"), (9, 3, "3 of 9 pairs differ; with fewer than 6")])
def test_too_few_pairs_show_nothing(shop: Workshop, count: int, differing: int, said: str) -> None:
    rows = [{"id": str(n), "n": 0} for n in range(count)]
    a, b = columns(shop, rows, [{**row, "n": int(i < differing)} for i, row in enumerate(rows)])
    found = shop.runs.compare(a, b, by=["n"])
    assert found.verdict == "no difference shown"
    assert any(said in note for note in found.notes)


# -- cost and time ------------------------------------------------------------------------------------------------------------------------


def test_cost_and_tokens_are_those_of_the_ledger(shop: Workshop) -> None:
    a, b = prompts(shop, 10)
    found = shop.runs.compare(a, b, by=[LENGTH])
    for side, run in ((found.a, a), (found.b, b)):
        result = shop.runs.result(run)
        assert (side.answers, side.tokens_in, side.tokens_out) == (10, result.tokens_in, result.tokens_out)
        assert side.cost_usd == pytest.approx(result.cost_usd) and side.cost_usd > 0
        assert side.cost_per_row_usd == pytest.approx(result.cost_usd / 10)
        assert side.models == ("openai/m",)


def test_reused_answers_cost_what_they_once_did_and_shared_ones_are_told(shop: Workshop) -> None:
    a = made(shop, "a", source(10), ask("Say {{ text }}"))
    b = made(shop, "b", source(10), ask("Say {{ text }}"))
    found = shop.runs.compare(a, b, by=[LENGTH])
    assert (found.b.answers, found.b.reused, found.b.cost_usd) == (10, 10, found.a.cost_usd)
    assert (found.b.seconds_median, found.a.seconds_median is not None) == (None, True)
    assert any("10 of the same answers" in note and "--fresh" in note for note in found.notes)
    fresh = made(shop, "b", source(10), ask("Say {{ text }}"), fresh=True)
    assert not any("same answers" in note for note in shop.runs.compare(a, fresh, by=[LENGTH]).notes)


def test_a_price_that_is_not_known_is_not_zero(shop: Workshop) -> None:
    models = {"writer": shop.model()}
    a, b = (shop.run(source(3), ask(f"{how} {{{{ text }}}}"), top={"name": how, "models": models}).run for how in ("Say", "Say long"))
    found = shop.runs.compare(a, b, by=[LENGTH])
    assert (found.a.cost_usd, found.a.cost_per_row_usd) == (None, None)


def test_seconds_are_those_of_the_answers_and_not_of_waiting_for_a_place(where: Place) -> None:
    with Workshop(where, writer, latency=0.2) as slow:
        a, b = (made(slow, name, source(6), ask(f"Say {name} {{{{ text }}}}"), model={"concurrency": 1}) for name in ("a", "b"))
        found = slow.runs.compare(a, b, by=[LENGTH])
        assert found.a.seconds_median is not None and 0.19 < found.a.seconds_median < 0.39


# -- a judge ------------------------------------------------------------------------------------------------------------------------------


def test_a_judge_sees_both_in_both_orders_and_not_what_they_share(shop: Workshop) -> None:
    a, b = (made(shop, n, source(12), ask(f"Say {how}{{{{ text }}}}", forward=["text"])) for n, how in (("a", ""), ("b", "long ")))
    before = len(shop.asked)
    found = shop.runs.compare(a, b, judge="openai/umpire", base_url=shop.server.url, limit=1)
    assert len(shop.asked) - before == 18  # 9 pairs differ
    assert found.judged is not None
    assert (found.judged.a, found.judged.b, found.judged.ties, found.judged.same) == (0, 9, 0, 3)
    assert (found.by, found.verdict, found.effect.pairs, found.effect.difference) == ("the judge", "B better", 12, 0.75)
    assert found.rows[0].reasons == ("by length", "by length")
    shown = shop.asked[before].text
    assert "row 0" in shown.split("answer 1 ---")[0] and "row 0" not in shown.split("answer 1 ---")[1]


def test_the_same_again_asks_nothing_and_a_role_names_the_judge(shop: Workshop) -> None:
    a, b = prompts(shop, 12)
    one = shop.runs.compare(a, b, judge="judge")
    before = len(shop.asked)
    two = shop.runs.compare(a, b, judge="judge")
    assert len(shop.asked) == before
    assert one.dump() == two.dump()
    assert one.judged is not None and one.judged.model == "openai/umpire" and one.judged.cost_usd


def test_a_judge_that_goes_by_the_place_decides_nothing(shop: Workshop) -> None:
    a, b = prompts(shop, 40)
    shop._reply = lambda request: {"reason": "the first", "better": "1"}
    found = shop.runs.compare(a, b, judge="judge")
    assert found.judged is not None
    assert (found.judged.ties, found.judged.by_place, found.verdict) == (30, {"first": 30}, "no difference shown")
    assert any("went by the place" in note for note in found.notes)


def test_criteria_and_columns_reach_the_judge(shop: Workshop) -> None:
    a, b = (made(shop, n, source(3), ask(f"Say {how}{{{{ text }}}}", forward=["text"])) for n, how in (("a", ""), ("b", "long ")))
    shop.runs.compare(a, b, judge="judge", criteria="The one that rhymes.")
    assert "The one that rhymes." in str(shop.asked[-1].body)
    found = shop.runs.compare(a, b, judge="judge", columns=["text"])
    assert found.judged is not None and (found.judged.run, found.judged.same) == (None, 3)  # the texts are alike


def test_a_judge_of_the_family_is_warned_of(shop: Workshop) -> None:
    a, b = prompts(shop, 8)
    assert any("of the family" in note for note in shop.runs.compare(a, b, judge="openai/m-large", base_url=shop.server.url).notes)
    assert not any("of the family" in note for note in shop.runs.compare(a, b, judge="judge").notes)


def test_by_and_a_judge_go_together(shop: Workshop) -> None:
    a, b = prompts(shop, 12)
    found = shop.runs.compare(a, b, judge="judge", by=[LENGTH, "answer IS NOT NULL"])
    assert found.by == "the judge"
    assert {measure.by for measure in found.measures} == {"the judge", LENGTH, "answer IS NOT NULL"}


def test_pairs_that_the_judge_failed_are_in_no_figure(shop: Workshop) -> None:
    a, b = prompts(shop, 12)
    shop._reply = lambda request: "no choice at all" if "answer 001" in str(request.body) else writer(request)
    found = shop.runs.compare(a, b, judge="judge")
    assert found.judged is not None
    assert (found.effect.pairs, sum(found.judged.failed.values())) == (11, 1)
    assert any("no answer that can be used" in note for note in found.notes)


def test_a_cap_that_is_too_small_stops_the_judge_and_more_goes_on(shop: Workshop) -> None:
    a, b = prompts(shop, 12)
    with pytest.raises(Conflict, match="is paused") as stopped:
        shop.runs.compare(a, b, judge="judge", budget_usd=0.006)
    assert "--budget" in stopped.value.fix
    asked = len(shop.asked)
    found = shop.runs.compare(a, b, judge="judge", budget_usd=1.0)
    assert found.judged is not None and found.judged.b == 9
    assert len(shop.asked) == 24 + 18 > asked > 24  # two questions for each of nine pairs, each bought once


# -- what cannot be compared --------------------------------------------------------------------------------------------------------------


def test_what_cannot_be_compared_is_told_with_its_fix(shop: Workshop) -> None:
    a, b = prompts(shop, 3)
    other = made(shop, "c", {"kind": "read.rows", "rows": [{"text": "else 001"}]}, ask("Say {{ text }}"))
    none = made(shop, "d", source(3), ask("Say {{ text }}"), {"kind": "filter.where", "where": "false"})
    shop.lab.projects.create("second")
    for wanted, error, said in (
        (lambda: shop.runs.compare(a, "r99"), NotFound, "no run 'r99'"),
        (lambda: shop.lab.project("second").runs.compare(a, b), NotFound, "project 'default'"),
        (lambda: shop.runs.compare(a, a), Invalid, "with itself"),
        (lambda: shop.runs.compare(a, other, by=[LENGTH]), Invalid, "no row in common"),
        (lambda: shop.runs.compare(a, none, by=[LENGTH]), Invalid, f"{none} kept no row"),
        (lambda: shop.runs.compare(a, b), Invalid, "no score in common"),
        (lambda: shop.runs.compare(a, b, by=["price"]), Invalid, "'price' gives no number"),
        (lambda: shop.runs.compare(a, b, by=["answer || 'x'"]), Invalid, "gives text"),
        (lambda: shop.runs.compare(a, b, by=["length("]), Invalid, "cannot be read|length"),
        (lambda: shop.runs.compare(a, b, judge="umpire"), Invalid, "no provider/name"),
        (lambda: shop.runs.compare(a, b, judge="nobody/x"), Invalid, "nobody"),
        (lambda: shop.runs.compare(a, b, by=[LENGTH], criteria="short"), Invalid, "Without a judge criteria"),
    ):
        with pytest.raises(error, match=said) as told:
            wanted()
        assert told.value.fix


def test_a_judge_that_gives_no_answer_is_told(shop: Workshop) -> None:
    a, b = prompts(shop, 3)
    shop._reply = lambda request: "I cannot say."
    with pytest.raises(Unavailable, match="no answer that can be used") as told:
        shop.runs.compare(a, b, judge="judge")
    assert "--failed" in told.value.fix


def test_a_judge_that_cannot_be_reached_is_told(shop: Workshop) -> None:
    a, b = prompts(shop, 3)
    with pytest.raises((Conflict, Unavailable)) as told:
        shop.runs.compare(a, b, judge="openai/umpire", base_url="http://127.0.0.1:9/v1")
    assert told.value.fix


# -- forgetting ---------------------------------------------------------------------------------------------------------------------------


def test_what_a_judge_was_shown_is_forgotten_with_its_source(shop: Workshop) -> None:
    jsonl(shop.folder / "secret.jsonl", [{"id": f"s{n}", "text": f"clandestine {n:03}"} for n in range(4)])
    jsonl(shop.folder / "open.jsonl", [{"id": f"o{n}", "text": f"public {n:03}"} for n in range(4)])
    files = {"kind": "read.files", "paths": ["secret.jsonl", "open.jsonl"], "format": "jsonl"}
    a, b = (made(shop, n, files, ask(f"Say {how}{{{{ text }}}}", forward=["text"])) for n, how in (("a", ""), ("b", "long ")))
    judged = shop.runs.compare(a, b, judge="judge").judged
    assert judged is not None and judged.run is not None
    assert "clandestine" in str(shop.runs.get(judged.run).recipe)
    told = shop.lab.project().provenance.forget("secret.jsonl")
    assert set(told.runs) == {a, b, judged.run}
    assert "clandestine" not in str(shop.runs.get(judged.run).recipe)
    assert {row.data["task"]["text"][:6] for row in shop.runs.rows(judged.run)} == {"public"}
    assert shop.runs.compare(a, b, by=[LENGTH]).pairs == 4
    assert not any("clandestine" in path.read_bytes().decode("latin-1") for path in Path(shop.where.folder / "home").rglob("*.db*"))
