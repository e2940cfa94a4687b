"""Every provider through its own protocol: stand-ins that take only what the provider takes, and answer and fail as it does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, get_args

import pytest
from asking import QA, ask, outcomes, question
from memory_ledger import MemoryLedger
from provided import KEY, NAMES, PNG, WAV, Files, Provided, provided

from rowsmith.core.calls import Ask
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.models import Answers
from rowsmith.core.ports import Paused
from rowsmith.testing import Reply, Request, dialects
from rowsmith.testing.dialect import dialect, request_bytes

WAYS = [way for way in get_args(Answers) if way != "auto"]
RICH = {
    "title": "Rich",
    "type": "object",
    "properties": {
        "words": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 2, "maxItems": 2},
        "score": {"type": "integer", "minimum": 1, "maximum": 5},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "inner": {"$ref": "#/$defs/inner"},
    },
    "required": ["words", "score", "note", "inner"],
    "additionalProperties": False,
    "$defs": {"inner": {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}}, "required": ["kind"], "additionalProperties": False}},
}
"""Bounds, choices and references, which not every schema mode can hold."""
FITS = {"words": ["one", "two"], "score": 3, "note": None, "inner": {"kind": "b"}}


def those_with(*kinds: str) -> Any:
    """A case for each provider and each of these errors that it has: a server of one's own has no account and throttles nobody."""
    return [(name, kind) for name in NAMES for kind in kinds if kind in dialect(name).errors]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_provider_has_a_stand_in_and_the_other_way_round() -> None:
    assert dialects() == NAMES


def ways(at: Provided, **settings: Any) -> list[str]:
    return [way for way in WAYS if "answers" not in at.provider.refuses(at.model(answers=way, **settings))]


def fitting(request: Request) -> Any:
    """The answer to RICH, by a tool call when it is asked for by one."""
    return Reply(None, "tool_calls", tool=(request.tool["name"], json.dumps(FITS))) if request.tool else FITS


# -- answers --------------------------------------------------------------------------------------------------------------------------


def test_text(name: str) -> None:
    with provided(name, "Paris is a city.") as at:
        answer = ask(MemoryLedger(), question(at.model(), schema=None), **at.gate())[0]
        assert answer.value == "Paris is a city."
        (request,) = at.seen
        assert request.max_tokens == 1024
        assert KEY in "".join(request.headers.values())
        assert KEY.encode() not in request.body


@pytest.mark.parametrize(("schema", "reply"), [(QA, None), (RICH, fitting)], ids=["plain", "rich"])
@pytest.mark.parametrize("way", get_args(Answers))
def test_structured_answers(name: str, way: str, schema: Any, reply: Any) -> None:
    with provided(name, reply) as at:
        model, ledger = at.model(answers=way), MemoryLedger()
        if way not in ("auto", *ways(at)):
            failed = outcomes(ledger, [question(model)], **at.gate())[0]
            assert isinstance(failed, Invalid)
            assert failed.fix
            assert at.seen == []
            return
        answer = ask(ledger, question(model, schema=schema), **at.gate())[0]
        assert set(answer.value) == set(schema["properties"])
        assert ledger.reasons() == []
        used = at.provider.way(model, schema) if way == "auto" else way
        assert (at.seen[0].tool is not None) == (used == "tools")
        assert (json.dumps(schema, separators=(",", ":")) in str(at.seen[0].data)) == (used in ("object", "json"))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "ollama"])
def test_a_tool_call_is_answered_by_one(name: str) -> None:
    with provided(name) as at:
        settings = {"reasoning_effort": "none"} if name == "deepseek" else {}
        assert "tools" in ways(at, **settings)
        answer = ask(MemoryLedger(), question(at.model(answers="tools", **settings)), **at.gate())[0]
        assert set(answer.value) == {"input", "answer"}
        (request,) = at.seen
        assert request.tool["schema"]["properties"] == QA["properties"]
        assert request.data["tool_choice"] != "auto"


def test_the_surest_way_is_one_that_it_has(name: str) -> None:
    with provided(name) as at:
        assert at.provider.way(at.model(), QA) in ways(at)


def test_an_answer_of_tokens_is_counted_and_priced(name: str) -> None:
    with provided(name, cached_share=0.5, tokens_in=1000, tokens_out=200) as at:
        ledger = MemoryLedger()
        answer = ask(ledger, question(at.model(price_in=1, price_out=10)), **at.gate())[0]
    out = 240 if name == "gemini" else 200  # 40 were thought, and stand in the total alone
    assert (answer.usage.tokens_in, answer.usage.tokens_out) == (1000, out)
    assert answer.usage.cached_in == (None if name in ("ollama", "lmstudio", "together", "gemini") else 500)
    assert (ledger.spends[0].outcome, ledger.spends[0].tokens) == ("settled", 1000 + out)
    assert ledger.spends[0].cost == 1000 * 10**6 + out * 10**7


def test_a_cut_answer_is_no_answer(name: str) -> None:
    with provided(name, faults={"cut": 1}) as at:
        ledger = MemoryLedger()
        failed = outcomes(ledger, [question(at.model(reasks=0))], **at.gate())[0]
    assert isinstance(failed, RowFailed)
    assert failed.reason == "cut"


# -- attachments ----------------------------------------------------------------------------------------------------------------------


def attached(at: Provided, files: Files, kind: str, media_type: str, body: bytes) -> Ask:
    part = {"type": kind, "file": files.put(body), "media_type": media_type}
    messages = [{"role": "system", "content": "Look."}, {"role": "user", "content": [{"type": "text", "text": "What is it?"}, part]}]
    return replace(question(at.model(), schema=None), messages=messages)


@pytest.mark.parametrize(("kind", "media_type", "body"), [("image", "image/png", PNG), ("audio", "audio/wav", WAV)])
def test_files_go_in_the_providers_own_form_or_are_refused(name: str, kind: str, media_type: str, body: bytes) -> None:
    files, ledger = Files(), MemoryLedger()
    with provided(name, "A cat.") as at:
        result = outcomes(ledger, [attached(at, files, kind, media_type, body)], **at.gate(attachments=files))[0]
        taken = {"image": "image", "audio": "input_audio"}[kind] in " ".join(dialect(name).parts)
        if not taken:
            assert isinstance(result, RowFailed)
            assert result.reason == "attachment"
            assert kind in result.what
            assert (at.seen, files.read, ledger.spends) == ([], [], [])
            return
        assert not isinstance(result, BaseException), result
        sent = [request_bytes(part) for part in at.seen[0].parts if part["type"] != "text"]
    assert sent == [body]


# -- errors ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), those_with("auth", "quota", "missing"))
def test_what_no_row_can_mend_pauses_the_run(name: str, kind: str) -> None:
    with provided(name, fault_sequence=[kind]) as at:
        ledger = MemoryLedger()
        failed = outcomes(ledger, [question(at.model())], **at.gate())[0]
        assert isinstance(failed, Paused), failed
        assert failed.reason == {"auth": "key", "quota": "quota", "missing": "model"}[kind]
        assert failed.fix
        assert len(at.server.calls) == 1
    assert ledger.outcomes() == ["released"]


def test_a_wrong_key_and_a_missing_model_are_told_by_the_server_itself(name: str) -> None:
    with provided(name, models=["another"]) as at:
        wrong = outcomes(MemoryLedger(), [question(at.model())], **at.gate(environ={**at.environ, at.provider.key_env: "sk-wrong-000000"}))[0]
        missing = outcomes(MemoryLedger(), [question(at.model())], **at.gate())[0]
    assert isinstance(wrong, Paused)
    assert isinstance(missing, Paused)
    assert (wrong.reason, missing.reason) == ("key", "model")
    assert "sk-wrong-000000" not in wrong.what + wrong.fix


@pytest.mark.parametrize(("name", "kind"), those_with("context", "filter"))
def test_what_one_question_is_to_blame_for_fails_its_row_alone(name: str, kind: str) -> None:
    with provided(name, fault_sequence=[kind] * 7) as at:
        ledger = MemoryLedger()
        asks = [question(at.model(concurrency=1), f"Row {n}", number=n) for n in range(8)]
        results = outcomes(ledger, asks, **at.gate())
    assert [result.reason for result in results if isinstance(result, RowFailed)] == [kind] * 7
    assert all(result.what for result in results if isinstance(result, RowFailed))
    assert sum(not isinstance(result, BaseException) for result in results) == 1


def test_an_overloaded_server_is_asked_again(name: str) -> None:
    with provided(name, fault_sequence=["overload", "overload"]) as at:
        ledger = MemoryLedger()
        assert ask(ledger, question(at.model()), **at.gate())
        assert len(at.server.calls) == 3
    assert ledger.outcomes() == ["settled"]


@pytest.mark.parametrize(("name", "kind"), those_with("throttled"))
def test_a_throttled_call_waits_as_long_as_it_is_asked_to(name: str, kind: str) -> None:
    asked = dialect(name).errors["throttled"].wait_s
    with provided(name, fault_sequence=[kind]) as at:
        ledger = MemoryLedger()
        result = outcomes(ledger, [question(at.model())], **at.gate(park_s=1.0))[0]
    if asked is None:  # it says nothing: a short wait, and again
        assert not isinstance(result, BaseException)
        return
    assert isinstance(result, Paused)
    assert result.reason == "throttled"
    assert ledger.blocks[0][1] == pytest.approx(asked, abs=0.5)


def test_the_key_is_in_nothing_that_is_said(name: str) -> None:
    with provided(name, fault_sequence=["auth", "400", "500"]) as at:
        asks = [question(at.model(retries=0, concurrency=1), str(number), number=number) for number in range(3)]
        said = outcomes(MemoryLedger(), asks, **at.gate())
    assert all(isinstance(one, BaseException) for one in said)
    assert KEY not in repr([(one, vars(one)) for one in said])
