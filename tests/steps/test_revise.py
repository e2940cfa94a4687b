from __future__ import annotations

from typing import Any

from asking_context import work
from set_rows import row

from rowsmith.core.row import Row
from rowsmith.steps.transform.revise import Revise

PRINCIPLES = ["Be brief.", "Be kind.", "Be exact."]


def give(messages: Any) -> Any:
    text = messages[-1]["content"]
    return {"critique": "Too much.", "answer": f"Revised {text.count('Revised') + 1}."}


def revised(name: str = "x", **settings: Any) -> tuple[Row, list[Any]]:
    (found,), ctx = work(Revise(principles=PRINCIPLES, **settings), row(name, input="Why?", answer="So."), give, wanted=[0])
    assert isinstance(found, Row)
    return found, ctx.asks


def test_each_round_criticises_and_revises_what_the_one_before_gave() -> None:
    found, asks = revised(rounds=3)
    assert found.data["answer"] == "Revised 2." and found.data["before"] == "So."  # the third sees one revision, of the second
    assert sorted(said["principle"] for said in found.data["critiques"]) == sorted(PRINCIPLES)
    assert [asked["model"] for asked in asks] == ["critic", "writer"] * 3
    assert "Too much." in asks[1]["messages"][-1]["content"] and "Revised 1." in asks[2]["messages"][-1]["content"]


def test_rounds_and_principles_are_drawn_from_the_row() -> None:
    found = [revised(str(n), rounds=4, least=1)[0].data["critiques"] for n in range(40)]
    assert {len(one) for one in found} == {1, 2, 3, 4} and {one[0]["principle"] for one in found} == set(PRINCIPLES)
    assert revised("7", rounds=4, least=1)[0].data["critiques"] == found[7]


def test_settings_that_cannot_work_are_said() -> None:
    assert Revise(principles=PRINCIPLES, rounds=1, least=2).check()
    assert Revise(principles=PRINCIPLES, before="answer").check()
    assert Revise(principles=PRINCIPLES, prompt="Anew.").check()
    assert not Revise(principles=PRINCIPLES).check()
