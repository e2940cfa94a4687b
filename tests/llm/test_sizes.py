"""Token counts before a call: what is taken of a limit, and what cannot fit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asking import a_model, ask, outcomes, question
from memory_ledger import MemoryLedger

from rowsmith.core.calls import Usage
from rowsmith.core.errors import RowFailed
from rowsmith.llm.sizes import Sizes, check_fits, counted, least_tokens
from rowsmith.testing import ModelServer


def fits(text: Any, **settings: Any) -> bool:
    messages = [{"role": "user", "content": text}]
    size = 60 + len(str(text).encode())
    try:
        asyncio.run(check_fits(a_model(None, **settings), messages, size))
    except RowFailed as failed:
        return failed.reason != "context"
    return True


def test_tokens_are_counted_with_the_vocabulary_of_the_model() -> None:
    assert counted("o200k", "Hello world") == 2
    assert counted("cl100k", "Hello world") == 2
    assert counted("o200k", "Привет, как дела?") < counted("cl100k", "Привет, как дела?")


def test_a_question_fits_to_the_token_where_the_vocabulary_is_known() -> None:
    text = "word " * 999 + "word"
    tokens = counted("o200k", text)
    assert tokens == 1000
    assert fits(text, context=1001, tokenizer="o200k")
    assert not fits(text, context=1000, tokenizer="o200k")
    assert not fits([{"type": "text", "text": text}], context=1000, tokenizer="o200k")


def test_elsewhere_only_what_can_fit_into_no_vocabulary_is_turned_away() -> None:
    assert least_tokens(None, ["x" * 80]) == 10
    assert fits("word " * 1000, context=700)
    assert not fits("word " * 1000, context=600)
    assert fits("word " * 1000)


def test_pictures_are_not_counted_as_text() -> None:
    assert fits([{"type": "image_url", "image_url": {"url": "data:" + "A" * 50_000}}, {"type": "text", "text": "What is this?"}], context=1000)


def test_a_row_that_cannot_fit_is_not_paid_for() -> None:
    ledger = MemoryLedger()
    with ModelServer() as server:
        model = a_model(server.url, context=500, tokenizer="o200k", price_in=1, price_out=1)
        failed, fine = outcomes(ledger, [question(model, "word " * 600), question(model, "Short.", number=1)])
        assert len(server.calls) == 1
    assert isinstance(failed, RowFailed)
    assert failed.reason == "context"
    assert "600 tokens" in failed.what
    assert "500" in failed.what
    assert not isinstance(fine, BaseException)
    assert len(ledger.claims) == 1


def test_what_a_call_takes_of_a_limit_of_tokens_is_learned() -> None:
    sizes = Sizes(a_model(None, max_tokens=1000))
    assert sizes.takes(3000) == 1000 + 1000
    for _ in range(50):
        sizes.learn(3000, Usage(600, 80))
    assert sizes.takes(3000) == round(600 * 1.1) + 100
    sizes.learn(3000, Usage())  # nothing reported, nothing learned
    assert sizes.takes(3000) == 760
    assert Sizes(a_model(None, max_tokens=1)).takes(1) == 1


def test_the_cap_keeps_the_bound_of_bytes_while_the_limit_takes_the_estimate() -> None:
    ledger = MemoryLedger()
    with ModelServer() as server:
        model = a_model(server.url, tpm=1_000_000, max_tokens=100)
        ask(ledger, question(model, "word " * 200))
        ask(ledger, question(a_model(server.url, max_tokens=100), "word " * 300))
    limited, unlimited = ledger.claims
    assert limited.reserve_tokens > 1000
    assert limited.paced_tokens < 0.6 * limited.reserve_tokens
    assert unlimited.takes is None


@pytest.mark.parametrize("part", [None, 3, {"type": "text"}])
def test_contents_that_are_no_text_are_passed_over(part: Any) -> None:
    assert fits([part, {"type": "text", "text": "x"}], context=100)
