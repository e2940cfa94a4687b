from __future__ import annotations

import asyncio
import struct
from base64 import b64encode
from typing import Any

import orjson
import pytest
from asking import gate, http, serving
from embedding import an_embedder, embedded, outcomes, rows_of, texts_of
from memory_ledger import MemoryLedger

from rowsmith.core.calls import PICO, floats
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ports import Paused
from rowsmith.testing import ModelServer, Reply, Request

WORDS = [f"text number {n} of them" for n in range(200)]


class Sizes(list[int]):
    """Notes how many texts each request has (given to a server as what it answers)."""

    def __call__(self, request: Request) -> None:
        self.append(len(request.inputs or ()))


def dumped(*vectors: Any, **more: Any) -> bytes:
    return orjson.dumps({"data": [{"index": n, "embedding": v} for n, v in enumerate(vectors)], "usage": {"prompt_tokens": 7}, **more})


def test_a_vector_is_bought_stored_as_float32_and_read_again_without_a_call() -> None:
    ledger = MemoryLedger()
    with ModelServer() as server:
        model = an_embedder(server.url)
        first = embedded(ledger, texts_of(model, "one", "two"))[0]
        again = embedded(ledger, texts_of(model, "two", "one", number=1))[0]
        assert len(server.calls) == 1
    assert [len(raw) for raw in first.raw] == [256, 256]
    assert again.raw == first.raw[::-1]
    assert ledger.reused == 2
    assert {raw for raw, _ in ledger.answers.values()} == set(first.raw)
    assert {bytes.fromhex(key) for key in first.calls} == set(ledger.answers)
    assert sum(number**2 for number in first.vectors[0]) == pytest.approx(1)


def test_many_rows_share_requests_and_no_request_is_larger_than_the_model_takes() -> None:
    ledger = MemoryLedger()
    sizes = Sizes()
    with ModelServer(sizes, latency=0.02) as server:
        found = embedded(ledger, *rows_of(an_embedder(server.url, texts_per_request=16, concurrency=3), WORDS))
        assert sum(sizes) == 200
        assert max(sizes) == 16
        assert len(sizes) <= 2 * (200 / 16)
        assert server.calls.max_in_flight <= 3
    assert len({one.raw[0] for one in found}) == 200


def test_the_same_text_is_bought_once_whoever_asks_for_it() -> None:
    ledger = MemoryLedger(commit_s=0.001)
    sizes = Sizes()
    with ModelServer(sizes, latency=0.02) as server:
        model = an_embedder(server.url)
        found = embedded(ledger, *(texts_of(model, "the same", f"own {n}", "the same", number=n) for n in range(30)))
        assert sum(sizes) == 31
    assert len({raw for one in found for raw in (one.raw[0], one.raw[2])}) == 1
    assert len({one.calls[0] for one in found}) == 1


def test_what_names_a_vector() -> None:
    """Profile, model, dimensions, further fields, text and purchase; not who asks, nor how it travels."""
    ledger = MemoryLedger()
    with ModelServer() as server, ModelServer() as other:
        model = an_embedder(server.url)
        first = texts_of(model, "x")
        different = [
            texts_of(an_embedder(other.url), "x"), texts_of(an_embedder(server.url, model="openai/f"), "x"), texts_of(model, "y"),
            texts_of(an_embedder(server.url, dimensions=8), "x"), texts_of(an_embedder(server.url, extra={"user": "u"}), "x"),
            texts_of(model, "x", fresh=1),
        ]  # fmt: skip
        same = [texts_of(model, "x", number=5, seq=3, retry=1), texts_of(an_embedder(server.url, extra={"encoding_format": "float"}), "x")]
        keys = [one.calls[0] for one in embedded(ledger, first, *different, *same)]
    assert len(set(keys[:7])) == 7
    assert keys[7:] == [keys[0]] * 2


def test_usage_and_cost_are_shared_out_and_sum_up_exactly() -> None:
    ledger = MemoryLedger()
    with ModelServer(price_in=0.13) as server:
        one = embedded(ledger, texts_of(an_embedder(server.url, price_in=0.13), "a", "bb" * 50, "ccc" * 7))[0]
        call = server.calls.requests[0]
    assert sum(usage.tokens_in or 0 for _, usage in ledger.answers.values()) == call.tokens_in == one.usage.tokens_in
    assert ledger.spent == round(call.cost_usd * PICO)
    assert one.usage.tokens_out == 0


def test_a_cap_on_money_or_tokens_is_never_passed() -> None:
    for cap in ({"usd": 300_000_000}, {"tokens": 300}):
        ledger = MemoryLedger(**cap)  # type: ignore[arg-type]
        with ModelServer(latency=0.005) as server:
            results = outcomes(ledger, rows_of(an_embedder(server.url, price_in=1, texts_per_request=4), WORDS))
        paused = [item for item in results if isinstance(item, Paused)]
        assert {item.reason for item in paused} == {"budget"}
        assert 0 < len(results) - len(paused) < 200
        assert ledger.spent <= 300_000_000
        assert sum(spend.used_tokens for spend in ledger.spends) <= 300 or "usd" in cap


def test_a_refused_request_is_taken_apart_until_only_the_text_to_blame_fails() -> None:
    ledger = MemoryLedger()

    def refusing(request: Request) -> Any:
        return Reply(fault="400") if "poison" in request.text else None

    with ModelServer(refusing, most_texts=16) as server:
        texts = [*WORDS[:60], "poison", *WORDS[60:100]]
        results = outcomes(ledger, rows_of(an_embedder(server.url, concurrency=1), texts))
    failed = [item for item in results if isinstance(item, BaseException)]
    assert len(failed) == 1 and isinstance(failed[0], RowFailed) and failed[0].reason == "http_400"
    assert isinstance(results[60], RowFailed)
    assert len(ledger.answers) == 100


@pytest.mark.parametrize("fault", ["vectors_fewer", "vectors_more", "vectors_swapped", "vectors_shorter", "vectors_nan"])
def test_wrong_vectors_are_asked_for_again_and_never_stored(fault: str) -> None:
    ledger = MemoryLedger()
    with ModelServer(fault_sequence=["ok", fault]) as server:
        model = an_embedder(server.url, price_in=1)
        right = embedded(MemoryLedger(), texts_of(model, "a first", "one", "two"))[0]  # what the server says in good order
        server.change(fault_sequence=["ok", "ok", fault])

        async def run() -> Any:
            async with gate(ledger) as made:
                await made.embed(texts_of(model, "a first"))
                return await made.embed(texts_of(model, "one", "two", number=1))

        assert asyncio.run(run()).raw == right.raw[1:]
        assert len(server.calls) == 4
    assert {raw for raw, _ in ledger.answers.values()} == set(right.raw)
    assert ledger.outcomes().count("maybe_billed") == 2  # the server may have billed both


def test_a_server_that_goes_on_giving_wrong_vectors_fails_the_rows_and_a_new_one_pauses_the_run() -> None:
    ledger = MemoryLedger()
    with ModelServer(fault_sequence=["ok"], faults={"vectors_nan": 1.0}) as server:

        async def run() -> Any:
            async with gate(ledger) as made:
                await made.embed(texts_of(an_embedder(server.url, reasks=1), "good"))
                return await asyncio.gather(made.embed(texts_of(an_embedder(server.url, reasks=1), "bad", number=1)), return_exceptions=True)

        (bad,) = asyncio.run(run())
        requests = len(server.calls)
        assert isinstance(bad, Paused | RowFailed)
        with pytest.raises(Paused) as pause:
            embedded(MemoryLedger(), texts_of(an_embedder(server.url), "never well"))
    assert requests <= 6
    assert pause.value.reason == "refused"
    assert len(ledger.answers) == 1


def test_a_model_that_changed_its_length_behind_its_name_is_told() -> None:
    ledger = MemoryLedger()
    with ModelServer(dimensions=64) as server:
        model = an_embedder(server.url)
        embedded(ledger, texts_of(model, "old"))
        server.change(dimensions=32)

        async def run() -> Any:
            async with gate(ledger) as made:
                await made.embed(texts_of(model, "old", number=1))
                return await made.embed(texts_of(model, "new", number=2))

        with pytest.raises((RowFailed, Paused), match="32 numbers and not 64"):
            asyncio.run(run())
    assert len(ledger.answers) == 1


def test_numbers_and_base64_are_the_same_vector() -> None:
    numbers = [0.25, -0.5, 3.0]
    said = [dumped(numbers), dumped(b64encode(struct.pack("<3f", *numbers)).decode())]

    async def run(body: bytes) -> bytes:
        async with serving(http(body)) as (url, seen), gate(MemoryLedger()) as made:
            raw = (await made.embed(texts_of(an_embedder(url), "x"))).raw[0]
            assert b"POST /v1/embeddings" in seen[0]
            return raw

    one, two = (asyncio.run(run(body)) for body in said)
    assert one == two == struct.pack("<3f", *numbers)
    assert list(floats(one)) == numbers


BROKEN = {
    "empty": b"", "half": dumped([1.0])[:-9], "no json": b"<html>", "no data": b'{"error": {"message": "no such thing"}}', "text": dumped("%%%"),
    "no numbers": dumped([]), "words": dumped(["a"]), "bools": dumped([True]), "odd": dumped(b64encode(b"abc").decode()), "null": dumped(None),
    "nan": b'{"data": [{"index": 0, "embedding": [NaN]}]}', "huge": dumped([1e300]), "list": b"[]",
    "index": b'{"data": [{"index": 3, "embedding": [1]}]}',
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_replies_that_are_no_vectors_are_refused(name: str) -> None:
    ledger = MemoryLedger()

    async def run() -> Any:
        async with serving(http(BROKEN[name])) as (url, _), gate(ledger) as made:
            return await made.embed(texts_of(an_embedder(url), "x"))

    with pytest.raises(Paused) as pause:
        asyncio.run(run())
    assert pause.value.reason == "refused"
    assert ledger.answers == {}


KEY = "sk-canary-0123456789abcde"


@pytest.mark.parametrize("repeats", ["vector", "numbers", "message", "error"])
def test_a_server_that_repeats_the_key_has_it_stored_and_told_nowhere(repeats: str) -> None:
    ledger = MemoryLedger()
    padded = KEY.encode() + b"\0" * (-len(KEY) % 4)
    error = orjson.dumps({"error": {"message": f"no such key {KEY}"}})
    replies = {
        "vector": http(dumped(b64encode(padded).decode())), "numbers": http(dumped(list(struct.unpack(f"<{len(padded) // 4}f", padded)))),
        "message": http(error), "error": http(error, 400),
    }  # fmt: skip

    async def run() -> Any:
        environ = {"OPENAI_API_KEY": KEY}
        async with serving(replies[repeats]) as (url, seen), gate(ledger, environ) as made:
            try:
                return await made.embed(texts_of(an_embedder(url), "x"))
            finally:
                assert KEY.encode() in seen[0]

    with pytest.raises((Paused, RowFailed)) as raised:
        asyncio.run(run())
    assert ledger.answers == {}
    assert KEY not in f"{raised.value!r} {raised.value} {ledger.spends}"


def test_a_text_that_cannot_fit_the_window_is_not_sent() -> None:
    ledger = MemoryLedger()
    with ModelServer() as server:
        model = an_embedder(server.url, context=60, tokenizer="cl100k")
        results = outcomes(ledger, [texts_of(model, "word " * 60), texts_of(model, "word " * 62, number=1)])
    assert not isinstance(results[0], BaseException)
    assert isinstance(results[1], RowFailed) and results[1].reason == "context"
    assert "holds 60." in results[1].what
    assert len(ledger.claims) == 1


def test_storms_of_every_fault_end_with_every_vector_right() -> None:
    ledger = MemoryLedger(commit_s=0.0005)
    faults = {"429:0.01": 0.1, "500": 0.1, "reset_after": 0.1, "reset_body": 0.05, "vectors_fewer": 0.05, "vectors_nan": 0.05}
    with ModelServer(faults=faults, latency=0.002, seed=5) as server, ModelServer() as calm:
        results = outcomes(ledger, rows_of(an_embedder(server.url, texts_per_request=8, reasks=10, retries=50), WORDS))
        right = [one.raw for one in embedded(MemoryLedger(), *rows_of(an_embedder(calm.url), WORDS))]
    assert [item.raw for item in results] == right  # type: ignore[union-attr]
    assert len(ledger.answers) == 200
    assert "reserved" not in ledger.outcomes()


def test_requests_and_not_texts_count_for_the_limit_of_requests() -> None:
    ledger = MemoryLedger()
    with ModelServer() as server:
        embedded(ledger, *rows_of(an_embedder(server.url, rpm=6000, texts_per_request=50, concurrency=1), WORDS))
        assert len(ledger.permits) == len(server.calls) <= 8
    assert all(claim.limits is None for claim in ledger.claims)


def test_tokens_are_paced_by_text() -> None:
    ledger = MemoryLedger()
    with ModelServer() as server:
        embedded(ledger, *rows_of(an_embedder(server.url, tpm=10_000_000), WORDS[:5]))
    assert all(claim.limits is not None and claim.limits.tpm == 10_000_000 and claim.limits.rpm is None for claim in ledger.claims)
    assert all(claim.paced_tokens < claim.reserve_tokens / 2 for claim in ledger.claims)


def test_a_halted_gate_sends_nothing_more_and_gives_every_claim_back() -> None:
    ledger = MemoryLedger()
    with ModelServer(latency=0.05) as server:

        async def run() -> list[Any]:
            async with gate(ledger) as made:
                model = an_embedder(server.url, texts_per_request=1, concurrency=2)
                asked = [asyncio.ensure_future(made.embed(item)) for item in rows_of(model, WORDS[:10])]
                while len(server.calls) < 2:
                    await asyncio.sleep(0.005)
                made.halt()
                return await asyncio.gather(*asked, return_exceptions=True)

        results = asyncio.run(run())
        sent = len(server.calls)
    paused = [item for item in results if isinstance(item, Paused)]
    assert len(paused) == 10 - sent
    assert {item.reason for item in paused} == {"stopped"}
    assert "reserved" not in ledger.outcomes()


def test_a_request_that_nobody_waits_for_any_more_is_broken_off_and_counted_as_perhaps_billed() -> None:
    ledger = MemoryLedger()
    with ModelServer(latency=30) as server:

        async def run() -> None:
            async with gate(ledger) as made:
                asked = asyncio.ensure_future(made.embed(texts_of(an_embedder(server.url), "a", "b")))
                while not len(server.calls):
                    await asyncio.sleep(0.005)
                asked.cancel()
                await asyncio.gather(asked, return_exceptions=True)

        asyncio.run(run())
    assert ledger.outcomes() == ["maybe_billed", "maybe_billed"]


def test_a_model_that_only_answers_gives_no_embeddings_and_settings_of_answers_are_refused() -> None:
    class Mute:
        """A provider without the part that embeds."""

    with pytest.raises(Invalid, match="gives no embeddings"):
        embedded(MemoryLedger(), texts_of(an_embedder(None), "x"), find=lambda name: Mute())
    for model in ("anthropic/c", "local/m.gguf", "litellm/bedrock/n"):
        with pytest.raises(Invalid, match=f"{model} gives no embeddings"):
            embedded(MemoryLedger(), texts_of(an_embedder(None, model=model), "x"))
    with pytest.raises(Invalid, match="max_tokens, temperature means nothing"):
        embedded(MemoryLedger(), texts_of(an_embedder("http://127.0.0.1:9/v1", temperature=1, max_tokens=5), "x"))


def test_a_missing_endpoint_is_called_by_its_name() -> None:
    with ModelServer(models=["other"]) as server, pytest.raises(Paused, match="no embeddings at that address"):
        embedded(MemoryLedger(), texts_of(an_embedder(server.url), "x"))
