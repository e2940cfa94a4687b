"""Chats of transcripts: turns, roles, and where topics change."""

from __future__ import annotations

from typing import Any

import pytest
from asking_context import Asked, row, work

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, New
from rowsmith.steps.fenced import mark_of
from rowsmith.steps.generate.chats import Chats

SAID = """[00:01] Bob: Good day.
[00:02] Ann: My bill is wrong: it says 30.
Twice, even.
[00:07] Bob: I correct it.
**Eve**: (typing)
[00:09] Ann: And my address?
Ann: It is new.
Bob: Which is it?
Ann: Thank you.
"""
TOLD = {"topics": [{"first": 1, "topic": " the bill "}, {"first": 5, "topic": "the address"}], "assistant": "Bob"}
BILL = [{"role": "user", "content": "My bill is wrong: it says 30.\nTwice, even."}, {"role": "assistant", "content": "I correct it."}]
ADDRESS = [{"role": "user", "content": "And my address?\n\nIt is new."}, {"role": "assistant", "content": "Which is it?"}]


def chats(text: Any, give: Any = TOLD, **settings: Any) -> tuple[list[Any], Asked]:
    step = Chats.model_validate({"roles": {"Eve": "out"}, **settings})
    assert step.check() == []
    return work(step, row({"text": text, "n": 1}), give, wanted=[])


def test_a_transcript_is_cut_where_its_topic_changes_and_speakers_become_roles() -> None:
    made, ctx = chats(SAID, {**TOLD, "topics": [TOLD["topics"][0], {"first": 4, "topic": "the address"}]}, forward=["n"])
    assert [new.data for new in made] == [
        {"n": 1, "messages": BILL, "topic": "the bill"}, {"n": 1, "messages": ADDRESS, "topic": "the address"},
    ]  # fmt: skip
    assert [new.origin for new in made] == [
        {"chunk": {"index": 0, "of": 2, "turns": [1, 3]}}, {"chunk": {"index": 1, "of": 2, "turns": [4, 7]}},
    ]  # fmt: skip
    numbered = "1 Bob: Good day.\n2 Ann: My bill is wrong: it says 30.\nTwice, even.\n3 Bob: I correct it.\n4 Ann: And my address?"
    assert numbered in ctx.request and "Eve" not in ctx.request
    assert f"--- {mark_of({'turns': ctx.request.partition(' turns ---')[2].split(chr(10) + '--- ')[0].strip()})} turns ---" in ctx.request
    assert ctx.asks[0]["schema"]["properties"]["assistant"] == {"enum": ["Bob", "Ann"]}


def test_roles_are_given_by_name_or_told_by_the_model() -> None:
    both = {"roles": {"Eve": "out", "Bob": "user", "Ann": "assistant"}, "topics": False}
    (made,), ctx = chats(SAID, None, **both)
    assert ctx.asks == [] and [one["role"] for one in made.data["messages"]] == ["user", "assistant"] * 3
    (made,), ctx = chats(SAID, {"topics": [], "assistant": "Ann"}, topics=False)
    assert len(ctx.asks) == 1 and made.data["messages"][0] == {"role": "user", "content": "Good day."}
    (made,), ctx = chats(SAID, None, topics=False, roles={"Eve": "out", "Bob": "assistant"})
    assert ctx.asks == [] and made.data["messages"] == BILL + ADDRESS and made.data["topic"] == ""


def test_messages_with_names_are_turns_too() -> None:
    held = [{"role": "user", "name": "Ann", "content": "My bill?"}, {"role": "user", "name": "Bob", "content": "Is right."}]
    (made,), _ = chats(held, {"topics": [{"first": 9, "topic": "bill"}], "assistant": "Bob"})
    assert isinstance(made, New)
    assert made.data == {"messages": [{"role": "user", "content": "My bill?"}, {"role": "assistant", "content": "Is right."}], "topic": "bill"}


def test_what_gives_no_chat_is_dropped_or_fails() -> None:
    assert chats(SAID, least=3)[0] == [Drop("no_exchange", "None of its 2 topics has 3 exchanges of a user and an assistant.")]
    for text in ("Only prose.", "Ann: I am alone.\nAnn: Still.", 3):
        with pytest.raises(RowFailed) as error:
            chats(text)
        assert error.value.reason == "no_turns"
    assert "cannot be carried over" in Chats(forward=["topic"]).check()[0]
    assert "{{ turns }}" in Chats(prompt="Topics?").check()[0]
    assert Chats().count(row({})) is None and Chats().columns(None) == {"messages", "topic"}  # type: ignore[func-returns-value]
