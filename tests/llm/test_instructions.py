from __future__ import annotations

from typing import Any

import pytest
from asking import QA

from rowsmith.llm.instructions import instructed, instructions
from rowsmith.llm.providers import Way


@pytest.mark.parametrize(
    ("way", "said"), [("object", '"required":["input","answer"]'), ("json", '"required":["input","answer"]'), ("xml", "<input>[text]</input>")]
)
def test_where_no_mode_says_it_words_do(way: Way, said: str) -> None:
    assert said in instructions(QA, way)


@pytest.mark.parametrize("way", ["schema", "tools"])
def test_where_the_request_says_it_words_do_not(way: Way) -> None:
    assert instructions(QA, way) == ""


@pytest.mark.parametrize("way", ["schema", "object", "json", "tools", "xml"])
def test_a_plain_text_needs_none(way: Way) -> None:
    assert instructions(None, way) == ""


@pytest.mark.parametrize(
    ("messages", "roles"),
    [
        ([{"role": "user", "content": "?"}], ["system", "user"]),
        ([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "?"}], ["system", "user"]),
        ([{"role": "system", "content": [{"type": "text", "text": "Be brief."}]}], ["system", "system"]),
        ([], ["system"]),
    ],
)
def test_they_stand_at_the_end_of_the_system_message_or_are_one(messages: list[Any], roles: list[str]) -> None:
    told = instructed(messages, "In JSON.")
    assert [message["role"] for message in told] == roles
    assert told[0]["content"].endswith("In JSON.")
    assert instructed(messages, "") is messages
