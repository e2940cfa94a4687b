"""An answer that cannot be used is asked again, by each way in its own form; what had to be done for an answer is told to the ledger."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from asking import GOOD, QA, a_model, ask, question
from memory_ledger import MemoryLedger
from provided import NAMES, provided

from rowsmith.core.calls import Answer
from rowsmith.testing import ModelServer, Reply, Request

TEXT = orjson.dumps(GOOD).decode()


def asked(replies: list[Any], ledger: MemoryLedger, schema: Any = QA, **settings: Any) -> tuple[Answer, list[list[dict[str, Any]]]]:
    """The answer, and the messages of each request."""
    seen: list[Request] = []

    def reply(request: Request) -> Any:
        seen.append(request)
        return replies[len(seen) - 1]

    with ModelServer(reply) as server:
        answer = ask(ledger, question(a_model(server.url, **settings), schema=schema))[0]
    return answer, [request.data["messages"] for request in seen]


def calls(arguments: str) -> Reply:
    return Reply(None, "tool_calls", tool=("Pair", arguments))


def test_a_tool_is_called_again_with_the_result_of_the_first_call() -> None:
    ledger = MemoryLedger()
    answer, messages = asked([calls('{"input": "x", "answer": 3}'), calls(TEXT)], ledger, answers="tools")
    assert answer.value == GOOD
    first, call, result = messages[1]
    assert first == messages[0][0]
    assert (call["role"], call["tool_calls"][0]["function"]["name"]) == ("assistant", "Pair")
    assert orjson.loads(call["tool_calls"][0]["function"]["arguments"]) == {"input": "x", "answer": 3}
    assert (result["role"], result["tool_call_id"]) == ("tool", call["tool_calls"][0]["id"])
    assert "\nanswer: 3 is not a text\n" in result["content"]
    assert [detail for _, _, detail in ledger.draws] == ["answer: 3 is not a text"]


def test_arguments_that_are_no_json_are_shown_as_text() -> None:
    _, messages = asked([calls('{"input": "x", "ans'), calls(TEXT)], MemoryLedger(), answers="tools")
    assert [message["role"] for message in messages[1]] == ["user", "assistant", "user"]
    assert messages[1][1]["content"] == '{"input": "x", "ans'


def test_xml_is_asked_again_in_xml() -> None:
    replies = ["<reply><input>x</input></reply>", "<reply><input>Which city?</input><answer>Paris</answer></reply>"]
    answer, messages = asked(replies, MemoryLedger(), answers="xml")
    assert answer.value == GOOD
    assert "<input>[text]</input>" in messages[0][0]["content"]
    assert messages[1][2] == {"role": "assistant", "content": replies[0]}
    assert "answer: missing" in messages[1][3]["content"]
    assert "XML" in messages[1][3]["content"]


@pytest.mark.parametrize(
    ("replies", "how"),
    [
        ([TEXT], []),
        ([f"Here: {TEXT}"], ["found"]),
        ([TEXT[:-1]], ["repaired"]),
        (["{}", TEXT], ["asked_again"]),
        (["{}", "{}", f"Here: {TEXT}"], ["asked_again"]),
    ],
)
def test_what_had_to_be_done_is_told(replies: list[str], how: list[str]) -> None:
    ledger = MemoryLedger()
    answer, _ = asked(replies, ledger)
    assert answer.value == GOOD
    assert [told for _, told in ledger.mendings] == how
    assert {key.hex() for key, _ in ledger.mendings} <= {answer.calls[-1]}


def test_an_answer_from_the_store_is_told_alike() -> None:
    ledger = MemoryLedger()
    with ModelServer(replies=[f"Here: {TEXT}"]) as server:
        model = a_model(server.url)
        ask(ledger, question(model))
        ask(ledger, question(model))
    assert [told for _, told in ledger.mendings] == ["found", "found"]


def test_a_plain_text_that_was_thought_about_is_told() -> None:
    ledger = MemoryLedger()
    answer, _ = asked(["<think>Hm.</think>\nParis."], ledger, schema=None)
    assert answer.value == "Paris."
    assert [told for _, told in ledger.mendings] == ["found"]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "ollama"])
def test_every_provider_takes_the_turns_of_a_call_that_is_asked_again(name: str) -> None:
    """The stand-ins refuse a call without its result, a result without its call, and what the provider has no form for."""
    ledger, replies = MemoryLedger(), [{"input": "x", "answer": 3}, GOOD]

    def reply(request: Request) -> Reply:
        value = replies.pop(0)
        return Reply(None, "tool_calls", tool=(request.tool["name"], orjson.dumps(value).decode())) if request.tool else Reply("")

    with provided(name, reply) as at:
        settings = {"reasoning_effort": "none"} if name == "deepseek" else {}
        answer = ask(ledger, question(at.model(answers="tools", **settings)), **at.gate())[0]
        said = [str(request.data["messages"]) for request in at.seen]
    assert (answer.value, ledger.reasons(), len(said)) == (GOOD, ["schema"], 2)
    assert "answer: 3 is not a text" in said[1]
    assert ("tool_result" in said[1]) == (name == "anthropic")
