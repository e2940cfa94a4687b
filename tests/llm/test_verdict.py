"""What kind of error a reply holds, by status, code and words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.llm.verdict import Signs, kind_of, message_of


def said(message: str = "No.", **error: Any) -> bytes:
    return json.dumps({"error": {"message": message, **error}}).encode()


@pytest.mark.parametrize(
    ("status", "headers", "raw", "kind"),
    [
        (401, {}, said(), "key"),
        (403, {}, b"", "key"),
        (404, {}, b"<html>", "model"),
        (402, {}, said(), "quota"),
        (402, {"Retry-After": "3"}, said(), "throttled"),
        (429, {}, said(code="insufficient_quota"), "quota"),
        (429, {}, said("You exceeded your current quota, please check your plan and billing details."), "throttled"),
        (429, {}, said("tokens per minute; your maximum context length is no matter"), "throttled"),
        (400, {}, said("This model's MAXIMUM context length is 5."), "context"),
        (500, {}, said("maximum context length"), "failing"),
        (400, {}, said(code="context_length_exceeded"), "context"),
        (400, {}, said(type="exceed_context_size_error"), "context"),
        (400, {}, said(code="x", innererror={"code": "ResponsibleAIPolicyViolation"}), "filter"),
        (400, {}, json.dumps([{"error": {"message": "m", "details": [{"reason": "API_KEY_INVALID"}]}}]).encode(), "key"),
        (503, {}, b"", "overload"),
        (529, {}, b"", "overload"),
        (503, {"Retry-After": "1"}, b"", "throttled"),
        (504, {}, b"", "lost"),
        (408, {}, b"", "lost"),
        (500, {}, b"", "failing"),
        (502, {}, said(code=502), "failing"),
        (409, {}, b"", "failing"),
        (413, {}, said(), "refused"),
        (422, {}, said(), "refused"),
        (302, {}, b"", "refused"),
    ],
)
def test_kinds(status: int, headers: dict[str, str], raw: bytes, kind: str) -> None:
    assert kind_of(status, headers, raw) == kind


def test_a_providers_own_signs_count_first() -> None:
    own = {"filter": Signs.of(403, "was flagged"), "answer": Signs.of("odd_code"), "quota": Signs.of(4711)}
    assert kind_of(403, {}, said(), own) == "filter"
    assert kind_of(400, {}, said("Your text WAS FLAGGED."), own) == "filter"
    assert kind_of(500, {}, said("Your text was flagged."), own) == "failing"
    assert kind_of(400, {}, said(code="ODD_CODE"), own) == "answer"
    assert kind_of(401, {}, said(), own) == "key"


def test_signs_are_told_apart_by_their_form() -> None:
    assert Signs.of(400, "One_Code", "Some Words") == Signs(frozenset({400}), frozenset({"one_code"}), ("some words",))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (said("Sorry"), "Sorry"),
        (b'{"error": "Unauthorized"}', "Unauthorized"),
        (b'{"detail": "Unauthorized"}', "Unauthorized"),
        (b'{"object": "error", "message": "Rate limit exceeded"}', "Rate limit exceeded"),
        (b'[{"error": {"message": "In a list"}}]', "In a list"),
        (b'{"object": "error", "message": {"detail": [{"loc": ["body"], "msg": "Extra inputs are not permitted"}]}}', "are not permitted"),
        (b"<html>down</html>", "<html>down</html>"),
        (b"[]", "[]"),
    ],
)
def test_the_servers_words_are_found_where_it_puts_them(raw: bytes, words: str) -> None:
    assert words in message_of(raw)


NAMES = st.sampled_from(["error", "code", "type", "details", "innererror", "message", "reason", "detail"])
PLAIN = st.none() | st.integers() | st.text(max_size=5)
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3))


@given(st.integers(300, 599), st.binary(max_size=30) | JSON.map(lambda value: json.dumps(value).encode()))
def test_nothing_that_a_server_says_breaks_it(status: int, raw: bytes) -> None:
    assert kind_of(status, {}, raw)
    assert isinstance(message_of(raw, "a-secret-key"), str)
