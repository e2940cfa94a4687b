"""The funnel follows the graph: sums of it are sums of the run."""

from __future__ import annotations

from typing import Any

import pytest

from rowsmith.app.results import EXIT, funnel
from rowsmith.core.slots import DROPPED, EXPANDED, FAILED, KEPT, PENDING, WAITING
from rowsmith.store.runs import Run

NO = {"identity": "", "state": "finished", "reason": "", "request": "", "owner": None, "fence": 1, "totals": {}, "dataset": None, "version": None}


def run(takes: list[list[int]]) -> Run:
    """A run whose steps are called 0, 1, 2 and so on."""
    steps = [{"kind": "a.b", "name": str(number)} for number in range(len(takes))]
    times: dict[str, Any] = {"created_at": 0.0, "started_at": None, "ended_at": None, "active_s": 0.0}
    return Run(n=1, project="p", recipe_name="r", recipe={"steps": steps}, lock={"takes": takes}, options={}, **NO, **times)


def numbers(takes: list[list[int]], *ends: tuple[int, int, int, str | None, int]) -> list[tuple[int, int, int, int]]:
    """For each step: came, made, passed, pending."""
    return [(p.came, p.made, p.passed, p.pending) for p in funnel(run(takes), list(ends))]


LINE = [[], [0], [1]]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([(0, 2, KEPT, None, 5)], [(0, 5, 5, 0), (5, 0, 5, 0), (5, 0, 5, 0)]),
        ([(0, 1, DROPPED, "where", 2), (0, 2, KEPT, None, 3)], [(0, 5, 5, 0), (5, 0, 3, 0), (3, 0, 3, 0)]),
        ([(0, 2, FAILED, "error", 2)], [(0, 2, 2, 0), (2, 0, 2, 0), (2, 0, 0, 0)]),
        ([(0, 2, DROPPED, "over_target", 2)], [(0, 2, 2, 0), (2, 0, 2, 0), (2, 0, 2, 0)]),
        ([(0, 1, EXPANDED, None, 2), (1, 2, KEPT, None, 6), (1, 1, FAILED, "missing", 1)], [(0, 2, 2, 0), (2, 7, 6, 0), (6, 0, 6, 0)]),
        ([(0, 1, WAITING, None, 2), (0, 0, PENDING, None, 1)], [(0, 3, 2, 1), (0, 0, 0, 2), (0, 0, 0, 0)]),
    ],
)
def test_a_line_of_steps(ends: Any, expected: Any) -> None:
    assert numbers(LINE, *ends) == expected


def test_branches_and_joins() -> None:
    """0 goes to 1 and 2, which both make rows; 3 takes those of 1, 4 those of 2 and 3."""
    takes = [[], [0], [0], [1], [2, 3]]
    ends: list[Any] = [(0, 0, EXPANDED, None, 4), (1, 3, DROPPED, "where", 1), (1, 4, KEPT, None, 3), (2, 4, KEPT, None, 4)]
    assert numbers(takes, *ends) == [(0, 4, 4, 0), (4, 4, 4, 0), (4, 4, 4, 0), (4, 0, 3, 0), (7, 0, 7, 0)]


def test_a_state_of_a_run_has_one_code() -> None:
    assert {state for state, code in EXIT.items() if code == 0} == {"finished"}
