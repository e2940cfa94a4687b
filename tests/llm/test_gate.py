from __future__ import annotations

import asyncio
import copy
import gc
from typing import Any

import pytest
from asking import GOOD, QA, a_model, ask, chat, gate, http, outcomes, outcomes_of, question, serving
from memory_ledger import MemoryLedger

from rowsmith.core.errors import Invalid, NotFound, RowFailed
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.testing import SHAPES, ModelServer, Reply, Request

FINE = http(chat(GOOD))


def test_an_answer_is_bought_stored_and_read() -> None:
    ledger = MemoryLedger()
    answer = outcomes_of([FINE], ledger, price_in=1, price_out=2)[0]
    assert answer.value == GOOD
    assert answer.model == "openai/m"
    assert answer.calls == (next(iter(ledger.answers)).hex(),)
    assert (answer.usage.tokens_in, answer.usage.tokens_out) == (20, 10)
    assert ledger.spent == 40_000_000
    assert next(iter(ledger.answers.values()))[0] == chat(GOOD)


def test_a_stored_answer_is_read_again_without_a_call() -> None:
    ledger = MemoryLedger()
    with ModelServer() as server:
        model = a_model(server.url)
        first = ask(ledger, question(model))[0]
        again = ask(ledger, question(model))[0]
        assert again == first
        assert len(server.calls) == 1
        assert ledger.reused == 1


def test_the_draw_is_part_of_the_call_and_the_asker_is_not() -> None:
    ledger = MemoryLedger()
    model = a_model("http://127.0.0.1:9/v1")
    asks = [question(model), question(model, fresh=1), question(model, retry=1), question(model, "Else?"), question(model, number=3)]
    outcomes(ledger, asks)
    bases = [claim.base for claim in ledger.claims]
    assert len(set(bases)) == 4
    assert bases[4] == bases[0]


def test_the_order_of_keys_is_kept_in_the_request_and_does_not_name_the_call() -> None:
    ledger = MemoryLedger()
    turned = {**QA, "properties": dict(reversed(QA["properties"].items()))}

    async def run() -> list[bytes]:
        async with serving(FINE) as (url, seen), gate(ledger) as made:
            await made.ask(question(a_model(url)))
            await made.ask(question(a_model(url), schema=turned))
            return seen

    seen = asyncio.run(run())
    assert seen[0].index(b'"input"') < seen[0].index(b'"answer"')
    assert len(seen) == 1
    assert ledger.reused == 1


def test_the_reservation_bounds_the_request_and_the_answer() -> None:
    ledger = MemoryLedger()

    async def run() -> int:
        async with serving(FINE) as (url, seen), gate(ledger) as made:
            await made.ask(question(a_model(url, price_in=1, price_out=10, max_tokens=50)))
            return len(seen[0].split(b"\r\n\r\n", 1)[1])

    size = asyncio.run(run())
    assert ledger.claims[0].reserve == size * 1_000_000 + 50 * 10_000_000
    assert ledger.claims[0].reserve_tokens == size + 50


def test_a_bad_answer_is_asked_again_with_its_errors() -> None:
    ledger, seen = MemoryLedger(), list[Request]()
    texts = ["no json", {"input": 3, "answer": "x"}, GOOD]

    def reply(request: Request) -> Any:
        seen.append(request)
        return texts[len(seen) - 1]

    with ModelServer(reply) as server:
        answer = ask(ledger, question(a_model(server.url), seq=4))[0]
    assert answer.value == GOOD
    assert len(answer.calls) == 3
    assert ledger.reasons() == ["malformed", "schema"]
    assert [claim.asker.seq for claim in ledger.claims] == [4, 5, 6]
    messages = seen[2].data["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[1]["content"] == '{"input": 3, "answer": "x"}'
    assert "\ninput: 3 is not a text\n" in messages[2]["content"]
    assert [detail for _, _, detail in ledger.draws][1] == "input: 3 is not a text"


@pytest.mark.parametrize(("finish", "content", "reason"), [("length", GOOD, "cut"), ("stop", "", "empty"), ("content_filter", "x", "refusal")])
@pytest.mark.parametrize("schema", [QA, None])
def test_what_shows_no_errors_is_drawn_again_as_it_was(finish: str, content: Any, reason: str, schema: Any) -> None:
    ledger, seen = MemoryLedger(), list[bytes]()

    def reply(request: Request) -> Any:
        seen.append(request.body)
        return Reply(content if isinstance(content, str) else '{"input":"a","answer":"b"}', finish)

    with ModelServer(reply) as server:
        failed = outcomes(ledger, [question(a_model(server.url, reasks=2), schema=schema)])[0]
    assert isinstance(failed, RowFailed)
    assert failed.reason == reason
    assert ledger.reasons() == [reason] * 3
    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert len(ledger.answers) == 3


@pytest.mark.parametrize("shape", [name for name in SHAPES if name not in ("oversized", "gzip_bomb")] + ["oversized:3", "gzip_bomb:20"])
def test_every_bad_shape_ends_in_an_answer_or_a_reason(shape: str) -> None:
    ledger = MemoryLedger()
    with ModelServer(fault_sequence=["ok", *[shape] * 20]) as server:
        model = a_model(server.url, concurrency=1, reasks=1, retries=1)
        first, second = outcomes(ledger, [question(model), question(model, "Other", number=1)])
    assert not isinstance(first, BaseException)
    if isinstance(second, RowFailed):
        assert second.reason in {"malformed", "schema", "cut", "refusal", "empty", "garbled", "oversized", "timeout", "connection", "http_502"}
        assert second.what
    else:
        assert set(second.value) == {"input", "answer"}
    assert all(len(raw) <= 1024 * 1024 for raw, _ in ledger.answers.values())
    assert "reserved" not in ledger.outcomes()


DAMAGED = ["cut", "cut_json", "nan", "huge_integer", "malformed_envelope", "bad_utf8", "html", "content_filter", "wrong_schema"]


@pytest.mark.parametrize("shape", DAMAGED)
def test_damaged_answers_never_become_data(shape: str) -> None:
    with ModelServer(fault_sequence=["ok", *[shape] * 9]) as server:
        model = a_model(server.url, concurrency=1)
        failed = outcomes(MemoryLedger(), [question(model), question(model, "Other", number=1)])[1]
    assert isinstance(failed, RowFailed)


def test_messages_and_schema_are_never_changed() -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    schema = copy.deepcopy(QA)
    before = copy.deepcopy(messages)
    with ModelServer(fault_sequence=["malformed", "wrong_schema", "cut"]) as server:
        for mode in ("schema", "object", "tools", "json", "xml"):
            asked = question(a_model(server.url, answers=mode), schema=schema)
            outcomes(MemoryLedger(), [type(asked)(messages, asked.model, asked.asker, schema)])
    assert messages == before
    assert schema == QA


def test_one_key_is_bought_once_by_many_askers_at_once() -> None:
    ledger = MemoryLedger(commit_s=0.002)
    with ModelServer(latency=0.01) as server:
        model = a_model(server.url)
        answers = ask(ledger, *[question(model) for _ in range(10)])
        assert len(server.calls) == 1
    assert len({answer.calls for answer in answers}) == 1


def test_a_place_is_kept_until_the_answer_is_durable() -> None:
    ledger = MemoryLedger(commit_s=0.02)
    with ModelServer() as server:
        model = a_model(server.url, concurrency=3)

        async def run() -> None:
            async with gate(ledger) as made:
                tasks = [asyncio.ensure_future(made.ask(question(model, str(n), number=n))) for n in range(20)]
                while not all(task.done() for task in tasks):
                    await asyncio.sleep(0.001)
                    assert len(server.calls) - len(ledger.answers) <= 3

        asyncio.run(run())


@pytest.mark.parametrize("size", [1000, 3_000_000])
def test_large_requests_are_sent_whole(size: int) -> None:
    with ModelServer() as server:
        answer = ask(MemoryLedger(), question(a_model(server.url), "x" * size + " end", schema=None))[0]
    assert answer.value


def test_lone_surrogates_in_a_message_are_sent_as_replacement() -> None:
    with ModelServer() as server:
        assert ask(MemoryLedger(), question(a_model(server.url), "half \ud800", schema=None))[0].value
        assert server.calls.requests[0].text == "half \ufffd"


@pytest.mark.parametrize(
    ("model", "schema", "error"),
    [
        (a_model("http://h/v1"), {"type": "objekt"}, Invalid),
        (a_model("h/v1"), QA, Invalid),
        (a_model("http://h/v1", extra={"n": 4}), QA, Invalid),
        (Model(model="nobody/m"), QA, NotFound),
        (Model(model="openai/m"), QA, Paused),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_claimed(model: Model, schema: Any, error: type[Exception]) -> None:
    ledger = MemoryLedger()
    with pytest.raises(error):
        ask(ledger, question(model, schema=schema))
    assert ledger.claims == []


def test_status_tells_what_is_under_way() -> None:
    with ModelServer(latency=0.05) as server:
        model = a_model(server.url, concurrency=2)

        async def run() -> None:
            async with gate(MemoryLedger()) as made:
                assert made.status() == {}
                tasks = [asyncio.ensure_future(made.ask(question(model, str(n), number=n))) for n in range(5)]
                while not server.stats()["in_flight"]:
                    await asyncio.sleep(0.001)
                status = made.status()[server.root]
                assert (status.in_flight, status.waiting, status.limit) == (2, 3, 2)
                assert (status.throttled_for_s, status.retries, status.failing) == (0, 0, False)
                await asyncio.gather(*tasks)
                assert made.status()[server.root].in_flight == 0

        asyncio.run(run())


def test_halt_sends_nothing_more_and_lets_what_is_in_flight_end() -> None:
    ledger = MemoryLedger()
    with ModelServer(latency=0.05) as server:
        model = a_model(server.url, concurrency=2)

        async def run() -> list[Any]:
            async with gate(ledger) as made:
                tasks = [asyncio.ensure_future(made.ask(question(model, str(n), number=n))) for n in range(5)]
                while server.stats()["in_flight"] < 2:
                    await asyncio.sleep(0.001)
                made.halt()
                return await asyncio.gather(*tasks, return_exceptions=True)

        results = asyncio.run(run())
        assert len(server.calls) == 2
    assert [getattr(result, "reason", "answered") for result in results] == ["answered"] * 2 + ["stopped"] * 3
    assert sorted(ledger.outcomes()) == ["released"] * 3 + ["settled"] * 2


def test_a_closed_gate_leaves_nothing_open() -> None:
    with ModelServer() as server:
        ask(MemoryLedger(), question(a_model(server.url)))
    gc.collect()  # an unclosed session would warn, and warnings are errors
