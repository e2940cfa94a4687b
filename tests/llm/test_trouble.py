"""What the wire and the server can do to a call."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Mapping
from dataclasses import asdict
from traceback import TracebackException
from typing import Any

import pytest
from asking import GOOD, QA, a_model, ask, chat, gate, http, keys_in, outcomes, outcomes_of, question, serving
from memory_ledger import MemoryLedger

from rowsmith.core.errors import RowFailed
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.llm.form import Form, Server
from rowsmith.llm.providers import built_in
from rowsmith.testing import ModelServer

FINE = http(chat(GOOD))
PICO_PER_TOKEN = 1_000_000
CANARY = "sk-canary-3f9d27c1b5"


def refusal(status: int, message: str = "No.", **headers: str) -> bytes:
    return http(b'{"error": {"message": "%b", "code": "x"}}' % message.encode(), status, **headers)


# -- throttling ---------------------------------------------------------------------------------------------------------------------


FORMS = [{}, {"Retry_After": "0"}, {"Retry_After": "-5"}, {"Retry_After": "soon"}, {"retry_after_ms": "20"}, {"Retry_After": "0.05"}]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", [429, 503, 529])
def test_a_throttled_call_waits_and_is_sent_again(form: dict[str, str], status: int) -> None:
    ledger = MemoryLedger()
    told = list[tuple[str, Mapping[str, Any]]]()
    replies = [refusal(status, **form)] * 3 + [FINE]
    answer = outcomes_of(replies, ledger, on_event=lambda kind, data: told.append((kind, data)))[0]
    assert answer.value == GOOD
    assert ledger.outcomes() == ["settled"]
    if status == 429 or form.get("retry_after_ms") or form.get("Retry_After") == "0.05":
        assert ledger.blocks
        assert told[0][0] == "throttled"


def test_throttles_do_not_use_up_retries() -> None:
    assert outcomes_of([refusal(429, retry_after_ms="2")] * 15 + [FINE], MemoryLedger(), retries=0)[0].value == GOOD


def test_nothing_is_sent_before_the_permitted_time() -> None:
    ledger = MemoryLedger()
    with ModelServer(faults={"429": 0.5}, retry_after="ms", retry_after_s=0.05, latency=0.005) as server:
        model = a_model(server.url, concurrency=8)
        results = outcomes(ledger, [question(model, f"Row {n}", number=n) for n in range(60)])
        assert not [result for result in results if isinstance(result, BaseException)]
        assert server.calls.early(grace_s=0.05) == []
        assert server.calls.repeated() == {}


def test_a_block_by_another_process_is_obeyed() -> None:
    ledger = MemoryLedger()

    async def run() -> float:
        async with serving(FINE) as (url, _), gate(ledger) as made:
            await ledger.block(url.removesuffix("/v1"), 0.1)
            start = time.monotonic()
            await made.ask(question(a_model(url)))
            return time.monotonic() - start

    assert asyncio.run(run()) >= 0.1


@pytest.mark.parametrize("asked", ["86400", "9999999999"])
def test_a_long_wait_parks_the_run(asked: str) -> None:
    ledger = MemoryLedger()
    failed = outcomes_of([refusal(429, Retry_After=asked)], ledger)[0]
    assert isinstance(failed, Paused)
    assert failed.reason == "throttled"
    assert "throttled until " in failed.what
    assert ledger.outcomes() == ["released"]
    assert ledger.blocks[0][1] > 80_000


def test_endless_throttling_parks_it_too() -> None:
    failed = outcomes_of([refusal(429, retry_after_ms="5")], MemoryLedger(), park_s=0.1)[0]
    assert isinstance(failed, Paused)
    assert failed.reason == "throttled"


@pytest.mark.parametrize(("status", "limit"), [(503, 30), (529, 30), (429, 40)])
def test_overload_lowers_the_limit_and_too_many_requests_set_a_pace(status: int, limit: int) -> None:
    async def run() -> int:
        async with serving(refusal(status, retry_after_ms="1"), FINE) as (url, _), gate(MemoryLedger()) as made:
            await made.ask(question(a_model(url, concurrency=40)))
            return made.status()[url.removesuffix("/v1")].limit

    assert asyncio.run(run()) == limit


def test_an_empty_account_pauses() -> None:
    body = b'{"error": {"message": "You exceeded your current quota.", "type": "insufficient_quota", "code": "insufficient_quota"}}'
    for status in (402, 403, 429):
        failed = outcomes_of([http(body, status)], MemoryLedger())[0]
        assert isinstance(failed, Paused)
        assert failed.reason == "quota"


# -- errors -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_a_failing_server_is_asked_again_within_limits(status: int) -> None:
    ledger = MemoryLedger()
    assert outcomes_of([refusal(status)] * 2 + [FINE], ledger, retries=2)[0].value == GOOD
    assert ledger.outcomes() == ["settled"]
    failed = outcomes_of([FINE, refusal(status)], MemoryLedger(), count=2, retries=2)[1]
    assert isinstance(failed, RowFailed)
    assert failed.reason == f"http_{status}"


def test_a_gateway_timeout_may_have_been_billed() -> None:
    ledger = MemoryLedger()
    outcomes_of([refusal(504), FINE], ledger)
    assert ledger.outcomes() == ["maybe_billed", "settled"]


def test_half_errors_cost_at_most_twice_the_attempts() -> None:
    with ModelServer(faults={"500": 0.5}) as server:
        model = a_model(server.url, concurrency=16, retries=20)
        results = outcomes(MemoryLedger(), [question(model, f"Row {n}", number=n) for n in range(200)])
        assert not [result for result in results if isinstance(result, BaseException)]
        assert len(server.calls) <= 2.2 * 200 + 20


def test_a_full_outage_opens_the_breaker_and_parks_the_run() -> None:
    told = list[str]()
    with ModelServer(fault_sequence=["ok"], faults={"500": 1.0}) as server:
        model = a_model(server.url, concurrency=10, retries=100)
        asks = [question(model, f"Row {n}", number=n) for n in range(30)]
        results = outcomes(MemoryLedger(), asks, park_s=0.5, on_event=lambda kind, data: told.append(kind))
        assert len(server.calls) <= 10 + 20 + 10 + 3
    paused = [result for result in results if isinstance(result, Paused)]
    assert {pause.reason for pause in paused} == {"unreachable"}
    assert told == ["failing"]


def test_the_breaker_closes_when_the_server_is_well_again() -> None:
    ledger = MemoryLedger()
    with ModelServer(fault_sequence=["500"] * 20) as server:
        model = a_model(server.url, concurrency=10, retries=8)
        results = outcomes(ledger, [question(model, f"Row {n}", number=n) for n in range(40)])
    assert not [result for result in results if isinstance(result, BaseException)]
    assert ledger.outcomes() == ["settled"] * 40


@pytest.mark.parametrize(("status", "reason"), [(401, "key"), (403, "key"), (404, "model")])
def test_errors_that_no_row_can_mend_pause(status: int, reason: str) -> None:
    ledger = MemoryLedger()
    failed = outcomes_of([refusal(status, "Sorry")], ledger, environ={"MINE": CANARY}, api_key_env="MINE")[0]
    assert isinstance(failed, Paused)
    assert failed.reason == reason
    assert "Sorry" in failed.what
    assert reason != "key" or "MINE" in failed.fix
    assert ledger.outcomes() == ["released"]


def test_a_403_after_an_answer_concerns_the_row_alone() -> None:
    failed = outcomes_of([FINE, refusal(403, "Flagged")], MemoryLedger(), count=2)[1]
    assert isinstance(failed, RowFailed)
    assert failed.reason == "http_403"


@pytest.mark.parametrize("status", [302, 400, 413, 422])
def test_a_refused_question_fails_its_row_with_the_servers_words(status: int) -> None:
    ledger = MemoryLedger()
    failed = outcomes_of([FINE, refusal(status, "Too long. " * 100)], ledger, count=2)[1]
    assert isinstance(failed, RowFailed)
    assert failed.reason == f"http_{status}"
    assert failed.what.startswith("Too long.")
    assert len(failed.what) <= 500
    assert ledger.outcomes() == ["settled", "released"]


def test_five_refusals_and_no_answer_pause() -> None:
    results = outcomes_of([refusal(400, "response_format is not supported")], MemoryLedger(), count=5)
    assert [getattr(result, "reason", "") for result in results] == ["http_400"] * 4 + ["refused"]
    assert "answers" in results[4].fix


def test_a_page_in_place_of_an_answer_is_not_stored_before_the_first_answer() -> None:
    ledger = MemoryLedger()
    failed = outcomes_of([http(b"<html>Welcome</html>")], ledger)[0]
    assert isinstance(failed, Paused)
    assert failed.reason == "refused"
    assert ledger.answers == {}
    assert outcomes_of([http(b"<html>Welcome</html>"), FINE], ledger)[0].value == GOOD


# -- the wire -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:{port}/v1", "http://no-such-host.invalid/v1"])
def test_an_address_where_nobody_answers_pauses(base_url: str) -> None:
    ledger = MemoryLedger()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = base_url.format(port=free.getsockname()[1])
    results = outcomes(ledger, [question(a_model(url, concurrency=30, retries=0), str(n), number=n) for n in range(30)])
    assert {result.reason for result in results if isinstance(result, Paused)} == {"unreachable"}
    assert url in results[0].what
    assert set(ledger.outcomes()) == {"released"}


@pytest.mark.parametrize("fault", ["hang", "slow_headers:0.02", "stall", "slow_body:0.02", "late:0.4", "reset_after", "reset_body", "closed"])
def test_an_unknown_outcome_is_written_down_before_the_next_attempt(fault: str) -> None:
    ledger = MemoryLedger()
    with ModelServer(fault_sequence=[fault]) as server:
        answer = ask(ledger, question(a_model(server.url, first_byte_s=0.15, idle_s=0.15, total_s=0.3)))[0]
        assert answer.value
        assert len(server.calls) == 2
    assert ledger.outcomes() == ["maybe_billed", "settled"]
    assert ledger.spends[0].detail
    assert ledger.spent == 0


def test_the_last_unknown_outcome_fails_the_row_and_stays_counted() -> None:
    ledger = MemoryLedger()
    with ModelServer(faults={"hang": 1}) as server:
        failed = outcomes(ledger, [question(a_model(server.url, first_byte_s=0.05, retries=2, price_in=1, price_out=1))])[0]
        assert len(server.calls) == 3
    assert isinstance(failed, RowFailed)
    assert failed.reason == "timeout"
    assert ledger.outcomes() == ["maybe_billed"] * 3
    assert ledger.spent == 3 * ledger.claims[0].reserve


def test_slow_calls_do_not_slow_the_others_down() -> None:
    with ModelServer(faults={"hang": 0.1}, latency=0.01) as server:
        model = a_model(server.url, concurrency=16, first_byte_s=1.5, retries=20)

        async def run() -> int:
            async with gate(MemoryLedger()) as made:
                await asyncio.gather(*(made.ask(question(model, f"Row {n}", number=n)) for n in range(100)))
                return made.status()[server.root].limit

        assert asyncio.run(run()) == 16


# -- budget -------------------------------------------------------------------------------------------------------------------------


def priced(url: str, **more: Any) -> Model:
    return a_model(url, price_in=1, price_out=1, max_tokens=500, **more)


def test_near_the_cap_calls_wait_for_each_other_and_all_are_answered() -> None:
    ledger = MemoryLedger(usd=1400 * PICO_PER_TOKEN, commit_s=0.001)
    with ModelServer(latency=0.005, tokens_in=20, tokens_out=10) as server:
        answers = ask(ledger, *[question(priced(server.url), f"Row {n}", number=n) for n in range(15)])
        assert len(server.calls) == 15
        assert server.calls.max_in_flight == 1
    assert len(answers) == 15
    assert ledger.spent == 15 * 30 * PICO_PER_TOKEN


@pytest.mark.parametrize(("scope", "named"), [("run", "--budget"), ("project", "project's budget")])
def test_at_the_cap_the_run_pauses_and_the_cap_is_kept(scope: str, named: str) -> None:
    cap = 3000 * PICO_PER_TOKEN
    ledger = MemoryLedger(usd=cap, scope=scope, commit_s=0.001)
    with ModelServer(latency=0.005, tokens_in=200, tokens_out=200) as server:
        results = outcomes(ledger, [question(priced(server.url), f"Row {n}", number=n) for n in range(16)])
        billed = sum(call.tokens_in + call.tokens_out for call in server.calls.billed) * PICO_PER_TOKEN
    paused = [result for result in results if isinstance(result, Paused)]
    assert {pause.reason for pause in paused} == {"budget"}
    assert named in paused[0].fix
    assert 0 < len(paused) < 16
    assert cap / 2 < billed <= cap
    assert ledger.spent == billed


def test_no_budget_for_another_attempt_pauses() -> None:
    ledger = MemoryLedger(usd=1200 * PICO_PER_TOKEN)
    with ModelServer(faults={"hang": 1}) as server:
        failed = outcomes(ledger, [question(priced(server.url, first_byte_s=0.05))])[0]
        assert len(server.calls) == 1
    assert isinstance(failed, Paused)
    assert failed.reason == "budget"
    assert ledger.outcomes() == ["maybe_billed"]


def test_a_cancelled_waiter_passes_its_turn_on() -> None:
    ledger = MemoryLedger(usd=1000 * PICO_PER_TOKEN)
    with ModelServer(latency=0.05, tokens_in=1, tokens_out=1) as server:

        async def run() -> list[Any]:
            async with gate(ledger) as made:
                tasks = [asyncio.ensure_future(made.ask(question(priced(server.url), str(n), number=n))) for n in range(4)]
                while not server.stats()["in_flight"]:
                    await asyncio.sleep(0.001)
                tasks[1].cancel()
                return await asyncio.gather(*tasks, return_exceptions=True)

        results = asyncio.run(run())
    assert isinstance(results[1], asyncio.CancelledError)
    assert [type(result).__name__ for result in results].count("Answer") == 3


# -- cancelling ---------------------------------------------------------------------------------------------------------------------


def test_a_call_cancelled_in_flight_stays_counted_and_one_before_does_not() -> None:
    ledger = MemoryLedger(commit_s=0.01)
    with ModelServer(faults={"hang": 1}) as server:
        model = a_model(server.url, concurrency=1)

        async def run() -> None:
            async with gate(ledger) as made:
                tasks = [asyncio.ensure_future(made.ask(question(model, str(n), number=n))) for n in range(2)]
                while not server.stats()["in_flight"]:
                    await asyncio.sleep(0.001)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                assert made.status()[server.root].in_flight == 0

        asyncio.run(run())
    assert sorted(ledger.outcomes()) == ["maybe_billed", "released"]


def test_an_answer_that_came_is_kept_though_its_asker_is_cancelled() -> None:
    ledger = MemoryLedger(commit_s=0.05)

    async def run() -> None:
        async with serving(FINE) as (url, seen), gate(ledger) as made:
            task = asyncio.ensure_future(made.ask(question(a_model(url))))
            while not seen:
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.02)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            while ledger.outcomes() == ["reserved"]:
                await asyncio.sleep(0.001)

    asyncio.run(run())
    assert ledger.outcomes() == ["settled"]
    assert len(ledger.answers) == 1


# -- keys ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_the_key_is_in_no_error_log_event_or_repr(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ledger, told = MemoryLedger(), list[str]()
    settings: dict[str, Any] = {"environ": {"OPENAI_API_KEY": CANARY}, "retries": 1, "park_s": 0.2}
    echo = refusal(status, f"Bad key {CANARY}", retry_after_ms="300")
    results = outcomes_of([echo], ledger, count=5, on_event=lambda kind, data: told.append(f"{kind} {data}"), **settings)
    results += outcomes_of([http(f'{{"error": "{CANARY}"}}'.encode())], ledger, **settings)
    shown = [repr(result) + str(result) + getattr(result, "fix", "") + repr(getattr(result, "__cause__", "")) for result in results]
    assert all(isinstance(result, RowFailed | Paused) for result in results)
    shown += [line for result in results for line in TracebackException.from_exception(result, capture_locals=True).format()]
    assert CANARY not in "".join(shown) + "".join(told) + caplog.text + repr(ledger)


def test_the_key_is_sent() -> None:
    with ModelServer(api_key=CANARY) as server:
        assert ask(MemoryLedger(), question(a_model(server.url)), environ={"OPENAI_API_KEY": CANARY})
        failed = outcomes(MemoryLedger(), [question(a_model(server.url))])[0]
        assert isinstance(failed, Paused)
        assert "asks for a key" in failed.what


@pytest.mark.parametrize("form", ["{}", '"{}"', "Bearer {}"])
def test_a_key_that_a_server_repeats_in_an_answer_is_kept_nowhere(form: str) -> None:
    ledger, key = MemoryLedger(), f'{CANARY}/+"\\x'
    said = {"input": form.format(key), "answer": "Paris"}
    answer = outcomes_of([http(chat(said))], ledger, environ={"OPENAI_API_KEY": key})[0]
    assert answer.value == {"input": form.format("[key]"), "answer": "Paris"}
    assert CANARY not in repr(ledger.answers)
    slashed = chat(said).replace(b"/", b"\\/")
    assert CANARY not in repr(outcomes_of([http(slashed)], ledger, environ={"OPENAI_API_KEY": key})[0])
    stand_in = outcomes_of([http(chat({"input": "none", "answer": "a"}))], MemoryLedger(), environ={"OPENAI_API_KEY": "none"})[0]
    assert stand_in.value["input"] == "none", "a stand-in for a key is a word like others"


def test_forms_and_headers_do_not_show_the_key() -> None:
    form = Form(a_model("http://127.0.0.1:1/v1"), QA, built_in("openai"), Server("p"), keys_in({"OPENAI_API_KEY": CANARY}))
    assert form.headers["Authorization"] == f"Bearer {CANARY}"
    found = keys_in({"OPENAI_API_KEY": CANARY}).find("OPENAI_API_KEY", "http://127.0.0.1:1", own=False)
    assert found is not None
    shown = [repr(thing) + str(thing) for thing in (form, form.headers, found, asdict(found), form.model, vars(form.server))]
    assert CANARY not in "".join(shown) + form.model.model_dump_json() + repr(form.model.model_dump())


def test_redirects_are_not_followed_with_the_key() -> None:
    async def run() -> list[bytes]:
        async with serving(FINE) as (other, taken), serving(refusal(307, Location=f"{other}/chat/completions")) as (url, _):
            async with gate(MemoryLedger(), environ={"OPENAI_API_KEY": CANARY}) as made:
                with pytest.raises(RowFailed, match="No"):
                    await made.ask(question(a_model(url), schema=QA))
            return taken

    assert asyncio.run(run()) == []
