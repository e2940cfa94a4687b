"""Every setting of a model changes the request, or what the gate does. A field without a case here fails the first test."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import orjson
import pytest
from asking import QA, a_model, ask, chat, gate, http, outcomes, outcomes_of, question
from embedding import an_embedder, embedded, texts_of
from local_models import local, log_of
from memory_ledger import MemoryLedger
from pydantic import ValidationError
from shelf import Shelf

from rowsmith.core.calls import Limits, Usage
from rowsmith.core.errors import RowFailed
from rowsmith.core.models import Answers, Model
from rowsmith.core.ports import Parked, Paused
from rowsmith.llm.facts import Table, filled
from rowsmith.llm.prices import cost
from rowsmith.testing import ModelServer, Request, tiny_gguf

SENT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "model": ({"model": "openai/other/name"}, {"model": "other/name"}),
    "temperature": ({"temperature": 0.0}, {"temperature": 0.0}),
    "top_p": ({"top_p": 0.5}, {"top_p": 0.5}),
    "max_tokens": ({"max_tokens": 500}, {"max_tokens": 500}),
    "frequency_penalty": ({"frequency_penalty": -1.0}, {"frequency_penalty": -1.0}),
    "presence_penalty": ({"presence_penalty": 1.5}, {"presence_penalty": 1.5}),
    "seed": ({"seed": 0}, {"seed": 0}),
    "stop": ({"stop": ["END"]}, {"stop": ["END"]}),
    "reasoning_effort": ({"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
    "extra": ({"extra": {"top_k": 5, "guided": {"x": 1}}}, {"top_k": 5, "guided": {"x": 1}}),
    "answers": ({"answers": "object"}, {"response_format": {"type": "json_object"}}),
    "template": ({"template": "chatml"}, {"stop": ["<|im_end|>"], "messages": None}),
    "token_field": ({"token_field": "max_completion_tokens"}, {"max_completion_tokens": 1024}),
}


BESIDE = {"licence", "terms"}
"""What the gate does nothing with: it goes with rows and decides about exports (tests/app/test_licences.py)."""


def test_every_field_has_a_case() -> None:
    assert set(SENT) | set(DONE) | BESIDE == set(Model.model_fields)


@pytest.mark.parametrize("name", SENT)
def test_it_is_sent(name: str) -> None:
    settings, expected = SENT[name]
    seen: list[Request] = []

    def reply(request: Request) -> Any:
        seen.append(request)
        return {"input": "a", "answer": "b"}

    with ModelServer(reply) as server:
        ledger = MemoryLedger()
        ask(ledger, question(a_model(server.url)), question(a_model(server.url, **settings)))
    plain, changed = sorted((request.data for request in seen), key=lambda data: all(data.get(key) == value for key, value in expected.items()))
    assert not any(plain.get(key) == value for key, value in expected.items())
    assert {key: changed.get(key) for key in expected} == expected
    assert len({claim.base for claim in ledger.claims}) == 2


def base_url() -> None:
    with ModelServer() as one, ModelServer() as other:
        ask(MemoryLedger(), question(a_model(one.url)))
        ask(MemoryLedger(), question(a_model(other.url)))
        assert (len(one.calls), len(other.calls)) == (1, 1)


def api_key_env() -> None:
    with ModelServer(api_key="right") as server:
        environ = {"OPENAI_API_KEY": "wrong", "MINE": "right"}
        assert ask(MemoryLedger(), question(a_model(server.url, api_key_env="MINE")), environ=environ)
        assert isinstance(outcomes(MemoryLedger(), [question(a_model(server.url))], environ=environ)[0], Exception)
        without = outcomes(MemoryLedger(), [question(a_model(server.url, api_key_env=""))], environ={"OPENAI_API_KEY": "right"})[0]
        assert "asks for a key" in getattr(without, "what", "")


def reasks() -> None:
    for count in (0, 3):
        ledger = MemoryLedger()
        failed = outcomes_of([http(chat("no json"))], ledger, reasks=count)[0]
        assert isinstance(failed, RowFailed)
        assert ledger.reasons() == ["malformed"] * (count + 1)


def retries() -> None:
    replies = [http(chat({"input": "a", "answer": "b"})), *[http(b"", 500)] * 2, http(chat({"input": "a", "answer": "b"}))]
    assert isinstance(outcomes_of(replies, MemoryLedger(), count=2, retries=1)[1], RowFailed)
    assert not isinstance(outcomes_of(replies, MemoryLedger(), count=2, retries=2)[1], RowFailed)


def concurrency() -> None:
    for count in (1, 5):
        with ModelServer(latency=0.02) as server:
            model = a_model(server.url, concurrency=count)
            ask(MemoryLedger(), *[question(model, str(n), number=n) for n in range(12)])
            assert server.calls.max_in_flight == count


def limits() -> None:
    ledger = MemoryLedger()
    settings = {"rpm": 60_000, "tpm": 7, "rpd": 8}
    outcomes_of([http(b"", 500), http(b"", 429, retry_after_ms="1"), http(chat({"input": "a", "answer": "b"}))], ledger, **settings)
    assert ledger.claims[0].limits == Limits(60_000, 7, 8, "UTC", 600.0)
    assert ledger.permits == [(ledger.claims[0].profile, ledger.claims[0].paced_tokens)] * 2
    with ModelServer() as server:
        ask(ledger, *[question(a_model(server.url, rpm=1200), str(n), number=n) for n in range(4)])
        assert server.calls.span_s >= 0.1


def prices() -> None:
    free, priced = MemoryLedger(), MemoryLedger()
    replies = [http(chat({"input": "a", "answer": "b"}))]
    outcomes_of(replies, free)
    outcomes_of(replies, priced, price_in=1, price_out=2)
    assert (free.spends[0].cost, priced.spends[0].cost) == (None, 40_000_000)
    assert free.claims[0].reserve == 0 < priced.claims[0].reserve


def rpd_zone() -> None:
    ledger = MemoryLedger()
    outcomes_of([http(chat({"input": "a", "answer": "b"}))], ledger, rpd=8, rpd_zone="America/Los_Angeles")
    assert ledger.claims[0].limits == Limits(rpd=8, zone="America/Los_Angeles", longest_wait_s=600.0)
    with pytest.raises(ValidationError, match="no time zone 'Moon/Base' is known"):
        a_model(None, rpd_zone="Moon/Base")


def tier() -> None:
    free = Model(model="gemini/gemini-flash", tier="free")
    known = filled(free, Table().of(free))
    assert (known.rpm, known.rpd, known.rpd_zone) == (15, 1500, "America/Los_Angeles")
    given = free.model_copy(update={"rpm": 3, "rpd": 9})
    known = filled(given, Table().of(given))
    assert (known.rpm, known.rpd, known.rpd_zone) == (3, 9, "UTC")


def context() -> None:
    reply = [http(chat({"input": "a", "answer": "b"}))]
    ledger = MemoryLedger()
    failed = outcomes_of(reply, ledger, context=1)[0]
    assert isinstance(failed, RowFailed)
    assert (failed.reason, ledger.claims) == ("context", [])
    assert not isinstance(outcomes_of(reply, MemoryLedger(), context=100)[0], RowFailed)
    loaded("n_ctx_slot = 512", context=512)()


def tokenizer() -> None:
    """With the vocabulary known, a question of 300 bytes and 60 tokens fits into 100; without it nobody can say, and it is sent."""
    said = "word " * 60
    asked = question(a_model("http://127.0.0.1:9/v1", context=60, tokenizer="o200k"), said, schema=None)
    assert getattr(outcomes(MemoryLedger(), [asked])[0], "reason", "") == "context"
    with ModelServer() as server:
        assert ask(MemoryLedger(), question(a_model(server.url, context=60), said, schema=None))


def detailed(**settings: Any) -> int:
    """The cost of 100 tokens in, of which 40 were read from the cache and 20 written, and 50 out, of which 30 were thought."""
    usage = {
        "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150, "completion_tokens_details": {"reasoning_tokens": 30},
        "prompt_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 20},
    }  # fmt: skip
    body = orjson.loads(chat({"input": "a", "answer": "b"})) | {"usage": usage}
    ledger = MemoryLedger()
    outcomes_of([http(orjson.dumps(body))], ledger, price_in=1, price_out=1, **settings)
    return ledger.spent // 1_000_000


def detailed_prices() -> None:
    assert detailed() == 150
    assert detailed(price_cached_in=0.5) == 130
    assert detailed(price_cache_write=2) == 170
    assert detailed(price_reasoning_out=3) == 210


def price_above() -> None:
    assert detailed(price_above={"tokens": 100, "price_in": 2, "price_out": 3}) == 150
    assert detailed(price_above={"tokens": 99, "price_in": 2, "price_out": 3}) == 350


def batch_size() -> None:
    """See tests/engine/test_batching.py::test_the_size_of_a_batch for a run; here the requests of the batches that a collector fills."""
    assert asyncio.run(collected({"batch_size": 2})) == [2, 2, 1]
    assert asyncio.run(collected({})) == [5]


def price_batch() -> None:
    model = a_model(None, price_in=1, price_out=1, price_batch=0.5)
    assert (cost(Usage(3, 4), model), cost(Usage(3, 4), model, batched=True)) == (7_000_000, 3_500_000)
    for share in (0.25, 1):
        ledger = MemoryLedger()
        asyncio.run(collected({"price_in": 1, "price_out": 2, "price_batch": share}, ledger))
        live = MemoryLedger()
        outcomes_of([http(chat({"input": "a", "answer": "b"}))], live, 5, price_in=1, price_out=2)
        assert [claim.reserve for claim in ledger.claims] == [math.ceil(claim.reserve * share) for claim in live.claims]


async def collected(settings: dict[str, Any], ledger: MemoryLedger | None = None) -> list[int]:
    """The requests of each batch that five questions fill."""
    with Shelf() as shelf:
        async with gate(ledger or MemoryLedger()) as made:
            made.batch(lambda room, forms, wire: shelf.collector(room))
            model = a_model("http://127.0.0.1:1/v1", **settings)
            for number in range(5):
                with pytest.raises(Parked):
                    await made.ask(question(model, f"Question {number}", number=number))
            await shelf.full()
        return shelf.requests


def deadline(name: str, fault: str) -> Callable[[], None]:
    def late() -> None:
        with ModelServer(faults={fault: 1}) as server:
            failed = outcomes(MemoryLedger(), [question(a_model(server.url, retries=0, **{name: 0.06}))])[0]
        assert isinstance(failed, RowFailed)
        assert failed.reason == "timeout"
        assert f"{name} = 0.06 s" in failed.what

    return late


def connect_s() -> None:
    with full_backlog() as url:
        failed = outcomes(MemoryLedger(), [question(a_model(url, connect_s=0.05))])[0]
    assert "no connection within connect_s = 0.05 s" in getattr(failed, "what", "")


def loaded(words: str, **settings: Any) -> Callable[[], None]:
    """A local model that is loaded with these settings makes llama.cpp say these words; without them it says others."""

    def said() -> None:
        with TemporaryDirectory() as folder:
            weights = tiny_gguf(Path(folder) / "tiny.gguf")
            assert words not in log_of(local(weights))
            assert words in log_of(local(weights, **settings))

    return said


def gpu_layers() -> None:
    with TemporaryDirectory() as folder:
        model = local(tiny_gguf(Path(folder) / "tiny.gguf"))
        assert log_of(model)
        with pytest.raises(Paused, match="gpu_layers is 1, and llama"):
            log_of(model.model_copy(update={"gpu_layers": 1}))


def dimensions() -> None:
    with ModelServer() as server:
        whole, short = (embedded(MemoryLedger(), texts_of(an_embedder(server.url, **s), "x"))[0] for s in ({}, {"dimensions": 16}))
    assert (len(whole.raw[0]), len(short.raw[0])) == (64 * 4, 16 * 4)


def texts_per_request() -> None:
    for most in (2, 7):
        sizes: list[int] = []

        def note(request: Request, sizes: list[int] = sizes) -> None:
            sizes.append(len(request.inputs or ()))

        with ModelServer(note) as server:
            embedded(MemoryLedger(), texts_of(an_embedder(server.url, texts_per_request=most), *(f"text {n}" for n in range(14))))
        assert sizes == [most] * (14 // most)


DONE: dict[str, Callable[[], None]] = {
    "dimensions": dimensions,
    "texts_per_request": texts_per_request,
    "base_url": base_url,
    "api_key_env": api_key_env,
    "reasks": reasks,
    "retries": retries,
    "concurrency": concurrency,
    "rpm": limits,
    "tpm": limits,
    "rpd": limits,
    "price_in": prices,
    "price_out": prices,
    "rpd_zone": rpd_zone,
    "tier": tier,
    "context": context,
    "threads": loaded("n_threads = 2", threads=2),
    "gpu_layers": gpu_layers,
    "tokenizer": tokenizer,
    "price_cached_in": detailed_prices,
    "price_cache_write": detailed_prices,
    "price_reasoning_out": detailed_prices,
    "price_batch": price_batch,
    "price_above": price_above,
    "batch_size": batch_size,
    "connect_s": connect_s,
    "first_byte_s": deadline("first_byte_s", "slow_headers:0.02"),
    "idle_s": deadline("idle_s", "stall"),
    "total_s": deadline("total_s", "slow_body:0.02"),
}


@pytest.mark.parametrize("name", DONE)
def test_it_changes_what_the_gate_does(name: str) -> None:
    DONE[name]()


@pytest.mark.parametrize("mode", get_args(Answers))
def test_every_way_of_asking_gets_an_answer(mode: str) -> None:
    with ModelServer() as server:
        answer = ask(MemoryLedger(), question(a_model(server.url, answers=mode), schema=QA))[0]
    assert set(answer.value) == {"input", "answer"}


def test_two_roles_of_one_server_have_places_of_their_own() -> None:
    async def run() -> int:
        with ModelServer(latency=0.02) as server:
            models = [a_model(server.url, concurrency=2), a_model(server.url, concurrency=3, temperature=0.5)]
            async with gate(MemoryLedger()) as made:
                await asyncio.gather(*(made.ask(question(models[n % 2], str(n), number=n)) for n in range(20)))
            return server.calls.max_in_flight

    assert asyncio.run(run()) == 5


@contextlib.contextmanager
def full_backlog() -> Iterator[str]:
    """The base_url of a server that accepts no connection: its queue is full."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"
