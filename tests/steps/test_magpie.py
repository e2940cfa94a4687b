from __future__ import annotations

import pytest
from asking_context import row, work

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import New
from rowsmith.steps.generate.magpie import Magpie


def test_the_user_is_asked_with_nothing_and_the_answer_with_what_was_said() -> None:
    said = iter(["Why?", "So.", "And then?", "That."])
    (made,), ctx = work(Magpie(exchanges=2, forward=["topic"]), row({"topic": "bees"}), lambda _: next(said))
    assert isinstance(made, New) and made.data["topic"] == "bees"
    why, so, then = [{"role": role, "content": text} for role, text in (("user", "Why?"), ("assistant", "So."), ("user", "And then?"))]
    assert [(asked["model"], asked["messages"]) for asked in ctx.asks] == [
        ("user", []), ("writer", [why]), ("user", [why, so]), ("writer", [why, so, then]),
    ]  # fmt: skip
    assert [turn["content"] for turn in made.data["messages"]] == ["Why?", "So.", "And then?", "That."]


def test_a_system_prompt_stands_before_the_users_turns_alone() -> None:
    said = iter(["Why?", "So."])
    (made,), ctx = work(Magpie(system="Of {{ topic }}."), row({"topic": "bees"}), lambda _: next(said))
    assert ctx.asks[0]["messages"] == [{"role": "system", "content": "Of bees."}] and len(ctx.asks[1]["messages"]) == 1
    assert isinstance(made, New) and "Of bees." not in str(made.data)


@pytest.mark.parametrize(("turns", "reason"), [(["Why?", "So.", "Why?", "So."], "repeated"), (["  ", "So."], "empty"), (["Why?", " "], "empty")])
def test_turns_for_which_a_row_fails(turns: list[str], reason: str) -> None:
    said = iter(turns)
    with pytest.raises(RowFailed) as caught:
        work(Magpie(exchanges=2), row({}), lambda _: next(said))
    assert caught.value.reason == reason


def test_it_has_its_own_column() -> None:
    assert Magpie(forward=["messages"]).check()
