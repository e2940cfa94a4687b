"""What replies say by their words alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.assist import words
from rowsmith.assist.words import Order


@pytest.mark.parametrize(
    "reply",
    ["hmm", "Hmm...", "not sure", "I'm not sure.", "I am not sure yet", "whatever", "Whatever you like", "you decide", "no idea", "I don't know",
     "dunno", "maybe", "anything", "?", "...", "", "   ", "Not clearly specified", "N/A", "TBD", "it depends", "I do not really know", "Unknown",
     "something like that?", "up to you", "I don\u2019t care"],
)  # fmt: skip
def test_an_unclear_reply_says_nothing(reply: str) -> None:
    assert words.kind(reply) == "unclear"
    assert words.unclear(reply)


@pytest.mark.parametrize("reply", ["Customer emails", "an agent", "short", "42", "可能", "not sure, maybe emails", "JSON", "Whatever they write"])
def test_a_reply_with_content_says_something(reply: str) -> None:
    assert words.kind(reply) == "says"


@pytest.mark.parametrize("reply", ["continue", "looks good", "proceed", "next", "done", "ready", "Looks good!", "Yes, go ahead.", "OK", "yes please"])
def test_the_words_that_confirm(reply: str) -> None:
    assert words.confirms(reply)


def test_a_reply_that_is_not_certain_is_told_apart() -> None:
    assert words.hedged("Emails, I guess") and words.hedged("maybe emails") and not words.hedged("emails about bills")


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("change the role to a nurse", [Order("set", "role_persona", "a nurse")]),
        ("Change output format to JSON.", [Order("set", "output_format", "JSON")]),
        ("set file format to csv", [Order("set", "dataset_format", "csv")]),
        ("add German to edge cases", [Order("add", "edge_cases", "German")]),
        ("add no real names", [Order("add", "", "no real names")]),
        ("clear the constraints", [Order("open", "constraints")]),
        ("role: a nurse\nTask: triage", [Order("set", "role_persona", "a nurse"), Order("set", "task_goal", "triage")]),
        ("role: a nurse\nand so on", []),
        ("change it somehow", []),
        ("note: this is important", []),
    ],
)
def test_plain_orders(reply: str, found: list[Order]) -> None:
    assert words.orders(reply) == found
    assert Order("add", "", "dialects").on("realism_requirements") == Order("add", "realism_requirements", "dialects")


def test_dimensions_and_lists_in_words() -> None:
    assert words.dimensions("tone: polite, angry; answer length: one line, a page") == {
        "tone": ["polite", "angry"], "answer_length": ["one line", "a page"],
    }  # fmt: skip
    assert words.dimensions("many tones") == {} == words.dimensions("tone: polite")
    assert words.parts("a, b; c") == ["a, b", "c"] and words.parts("- a\n- b") == ["a", "b"]


@given(st.text(max_size=200))
def test_any_text_is_read(reply: str) -> None:
    assert words.kind(reply) in ("confirm", "pass", "suggest", "unclear", "says")
    words.orders(reply)
    words.dimensions(reply)
