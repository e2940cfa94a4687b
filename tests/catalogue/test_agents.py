"""What defines the recipes of several agents: critics drop, selected rows differ, children are of two parents, sides argue, orders change."""

from __future__ import annotations

from pathlib import Path

from scripted.debate import STRONG
from scripted.evolution import parents
from scripted.plan_k import BEST, picked
from scripted.preference import scores

from catalogue import carried_out
from rowsmith.testing import Request


def test_what_the_critics_score_below_the_threshold_is_dropped(tmp_path: Path) -> None:
    result, _ = carried_out("swarm", tmp_path, answers=lambda request: scores(request, 1) if request.model == "second" else None, kept=0)
    assert result.dropped["below_threshold"] > 0


def test_each_agent_of_a_swarm_is_a_model_of_its_own_and_what_is_selected_differs(tmp_path: Path) -> None:
    asked: list[Request] = []
    result, rows = carried_out("swarm", tmp_path, asked=asked)
    assert {request.model for request in asked} == {"large", "critic", "second", "mutator"}
    assert {passage.step for passage in result.funnel} >= {"scout", "critics", "mutate", "critics_of_variants", "selector"}
    assert "none" in {row.data["change"] for row in rows} and len({row.data["change"] for row in rows}) > 2
    assert len({row.data["input"] for row in rows}) == len(rows) and result.dropped["not_best"] > 0


def test_children_are_made_of_both_parents_and_more_than_the_elite_is_kept(tmp_path: Path) -> None:
    asked: list[Request] = []
    result, rows = carried_out("evolution", tmp_path, asked=asked)
    bred = [parents(request.text) for request in asked if request.model == "large"]
    crossed = [found for found in bred if len(found) == 2]
    assert 0 < len(crossed) < len(bred) and all(one != two for one, two in crossed)
    of_two = 0
    for row in rows:
        heads = [(" ".join(asked.split()[:2]), " ".join(answered.split()[:2])) for (asked, _), (_, answered) in crossed]
        of_two += any(row.data["input"].startswith(head) and row.data["answer"].startswith(start) for head, start in heads)
    assert of_two > 0 and {row.data["generation"] for row in rows} == {1, 2}
    elite = next(passage.passed for passage in result.funnel if passage.step == "parents_1")
    assert len(rows) == 24 > elite


def test_the_fitness_of_what_is_bred_is_a_judges_score(tmp_path: Path) -> None:
    result, _ = carried_out("evolution", tmp_path, least="11", kept=0)
    assert result.dropped["unfit"] > 0


def test_the_side_that_argues_better_is_chosen(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("debate", tmp_path, asked=asked)
    assert {request.model for request in asked} == {"large", "opponent", "judge"}
    for row in rows:
        assert row.data["winner"] == ("second" if row.data["input"][0] <= "M" else "first")
        assert STRONG in row.data[f"{row.data['winner']}_reply"] and row.data["chosen"] != row.data["rejected"]
    assert {row.data["winner"] for row in rows} == {"first", "second"}
    tie = {"reason": "Level.", "better": "tie"}
    result, _ = carried_out("debate", tmp_path / "tie", answers=lambda request: tie if request.model == "judge" else None, kept=0)
    assert set(result.dropped) == {"tie"}


def test_the_best_of_the_drafts_is_picked_wherever_it_stands_and_improved(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("plan-k", tmp_path, asked=asked)
    assert all(BEST in row.data["answer"] and row.data["answer"].endswith("Garnet.") for row in rows)
    assert len({picked(request.text) for request in asked if request.model == "judge"}) > 1
    first = {"reason": "It stands first.", "letter": "A"}
    result, _ = carried_out(
        "plan-k", tmp_path / "place", answers=lambda request: first if request.model == "judge" else None, agree="1", votes="5", kept=0,
    )  # fmt: skip
    assert result.dropped["no_agreement"] > 0
