"""Dirt changes how an answer is written and loses nothing of it."""

from __future__ import annotations

import json
import re

import pytest

from rowsmith.testing import DIRT, FAULTS, ModelServer, Reply
from rowsmith.testing.dirt import says

VALUE = {"input": 'What\'s "a" & b?', "score": 4, "good": True, "tags": ["x", "y"], "pairs": [{"a": "1"}, {"a": "2"}]}
XML = '<reply>\n<input>What\'s "a" &amp; b?</input>\n<score>4</score>\n</reply>'
OF_XML = [name for name in DIRT if name.startswith("xml_")]


def dirty(name: str, text: str) -> str:
    change = DIRT[name].content
    assert change is not None
    said = change(Reply(text), "").text
    assert said is not None
    return said


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def test_there_are_ten_kinds_and_more_for_each_form() -> None:
    assert len(DIRT) - len(OF_XML) >= 10
    assert len(OF_XML) >= 8
    assert set(DIRT) <= set(FAULTS)


@pytest.mark.parametrize("name", [name for name in DIRT if name not in OF_XML])
def test_json_becomes_dirty_and_keeps_its_words(name: str) -> None:
    text = json.dumps(VALUE)
    said = dirty(name, text)
    assert said != text
    assert {word.lower() for word in words(text) - {"true"}} <= {word.lower() for word in words(said)}


@pytest.mark.parametrize("name", OF_XML)
def test_xml_becomes_dirty_and_keeps_its_words(name: str) -> None:
    said = dirty(name, XML)
    assert said != XML
    assert {word.lower() for word in words(XML) - {"amp", "reply"}} <= {word.lower() for word in words(said)}


@pytest.mark.parametrize("name", OF_XML)
def test_what_is_for_one_form_leaves_the_other(name: str) -> None:
    text = json.dumps(VALUE)
    assert dirty(name, text) == text
    assert dirty("single_quotes", XML) == XML
    assert dirty("loud_keys", "no JSON") == "no JSON"


def test_arguments_of_a_tool_call_become_dirty_too() -> None:
    changed = says(str.upper)(Reply(None, tool=("f", "{}")), "")
    assert changed.tool == ("f", "{}")
    assert DIRT["open_fence"].content(Reply(None, tool=("f", "{}")), "").tool == ("f", "```json\n{}")  # type: ignore[misc]


def test_dirt_is_a_fault_like_any_other() -> None:
    with ModelServer(faults={"words_around": 1}, replies=[VALUE]) as server:
        import urllib.request

        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "?"}]}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{server.url}/chat/completions", body)) as answer:
            said = json.load(answer)["choices"][0]["message"]["content"]
        assert said.endswith("Good luck! [2]")
        assert server.calls.requests[0].fault == "words_around"
