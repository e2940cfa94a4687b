"""Each batch API against a server that has its addresses and shapes: created, found again, looked at, cancelled, fetched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from asking import a_model, gate
from memory_ledger import MemoryLedger

from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.llm.batch import Job, Remote, Result, anthropic, mistral, openai
from rowsmith.llm.batch.talk import Enclosed, Refused, Talk
from rowsmith.llm.facts import Table, filled
from rowsmith.llm.form import Forms
from rowsmith.llm.providers import built_in
from rowsmith.llm.room import Room
from rowsmith.llm.wire import Lost, NotSent, Wire
from rowsmith.testing import ModelServer

OPENAI, MISTRAL, ANTHROPIC = openai.OpenAIBatches(), mistral.MistralBatches(), anthropic.AnthropicBatches()
APIS: dict[str, Any] = {"openai": OPENAI, "mistral": MISTRAL, "anthropic": ANTHROPIC}


@pytest.fixture(params=APIS)
def api(request: pytest.FixtureRequest) -> Any:
    return APIS[request.param]


@asynccontextmanager
async def talking(url: str, **settings: Any) -> AsyncIterator[Talk]:
    async with gate(MemoryLedger(), environ={"OPENAI_API_KEY": "a-key-of-length", "OTHER": "another-key"}) as made:
        parts: list[tuple[Forms, Wire]] = []

        def attach(room: Room, forms: Forms, wire: Wire) -> None:
            parts.append((forms, wire))

        made.batch(attach)
        yield Talk(parts[0][1], await parts[0][0].of(a_model(url, **settings), None), backoff_s=0.001)


def a_job(folder: Path, api: Any, count: int = 5, *, token: str = "t" * 32, **facts: Any) -> Job:
    path = folder / token
    bodies = (orjson.dumps({"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": f"Question {n}"}]}) for n in range(count))
    path.write_bytes(b"".join(api.line(f"{n:032x}", body) for n, body in enumerate(bodies)))
    model = a_model(None)
    return Job(token, model, path, count, path.stat().st_size, **{"tried_at": time.time(), **facts})


async def created(api: Any, talk: Talk, job: Job) -> Remote:
    found: Remote = await api.create(talk, job, await api.upload(talk, job))
    return found


async def until_ended(api: Any, talk: Talk, batch: Remote) -> Remote:
    while batch.state in ("running", "ending"):
        await asyncio.sleep(0.01)
        batch = await api.look(talk, batch.id)
    return batch


async def results(api: Any, talk: Talk, batch: Remote) -> list[Result]:
    got = bytearray()
    for address in api.addresses(batch, talk.model):
        await talk.fetch(address, got.extend)
    return [api.result(line) for line in bytes(got).splitlines()]


def told(server: ModelServer, story: Callable[[Talk], Awaitable[Any]], **settings: Any) -> Any:
    async def run() -> Any:
        async with talking(server.url, **settings) as talk:
            return await story(talk)

    return asyncio.run(run())


def test_from_the_file_to_its_results(tmp_path: Path, api: Any) -> None:
    job = a_job(tmp_path, api)

    async def story(talk: Talk) -> None:
        batch = await created(api, talk, job)
        assert (batch.state, batch.expires_at is not None and batch.expires_at > time.time()) == ("running", True)
        batch = await until_ended(api, talk, batch)
        assert (batch.state, batch.reason, batch.done) == ("ended", "completed", 5)
        found = {result.key: result for result in await results(api, talk, batch)}
        assert sorted(found) == [f"{n:032x}" for n in range(5)]
        said = orjson.loads(found[f"{3:032x}"].raw)
        assert "Question 3" in str(said.get("choices") or said.get("content"))

    with ModelServer(batch_s=0.05) as server:
        told(server, story)
        assert sum(call.billed for call in server.calls.requests) == 5
        assert server.batches()[0]["status"] == "completed"


def test_a_creation_whose_answer_is_lost_is_found_again(tmp_path: Path, api: Any) -> None:
    mine, other = a_job(tmp_path, api), a_job(tmp_path, api, 3, token="o" * 32)

    async def story(talk: Talk) -> None:
        assert await api.find(talk, mine) is None
        with pytest.raises(Lost):
            await created(api, talk, mine)
        for number in range(3):
            await created(api, talk, a_job(tmp_path, api, 3, token=f"{number:032d}"))
        found = await api.find(talk, mine)
        assert found is not None
        assert (await until_ended(api, talk, found)).done == 5
        again = await api.find(talk, mine)
        assert again is not None
        assert again.id == found.id
        assert (await api.find(talk, other) is None) == (api is not ANTHROPIC)

    with ModelServer(batch_creations=["lost"]) as server:
        told(server, story)
        assert len(server.batches()) == 4


def test_it_is_found_on_a_later_page(tmp_path: Path, api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (openai, mistral, anthropic):
        monkeypatch.setattr(module, "PAGE", 2)
    mine = a_job(tmp_path, api)

    async def story(talk: Talk) -> None:
        batch = await created(api, talk, mine)
        for number in range(7):
            await created(api, talk, a_job(tmp_path, api, 3, token=f"{number:032d}"))
        found = await api.find(talk, mine)
        assert found is not None
        assert found.id == batch.id
        known = Job(**{name: getattr(mine, name) for name in ("token", "model", "path", "requests", "size", "tried_at")}, known=frozenset([batch.id]))
        assert (await api.find(talk, known) is None) == (api is ANTHROPIC)

    with ModelServer() as server:
        told(server, story)


def test_anthropic_tells_somebody_elses_batch_by_its_results(tmp_path: Path) -> None:
    api, mine = ANTHROPIC, a_job(tmp_path, ANTHROPIC)
    theirs = a_job(tmp_path, api, 5, token="o" * 32)
    theirs.path.write_bytes(theirs.path.read_bytes().replace(b'"custom_id":"0', b'"custom_id":"9'))

    async def story(talk: Talk) -> None:
        batch = await created(api, talk, theirs)
        assert (await api.find(talk, mine) or batch).id == batch.id  # as long as it goes on, it may be ours
        await until_ended(api, talk, batch)
        assert await api.find(talk, mine) is None

    with ModelServer(batch_s=0.1) as server:
        told(server, story)


def test_a_cancelled_batch_gives_what_it_has(tmp_path: Path, api: Any) -> None:
    async def story(talk: Talk) -> None:
        batch = await created(api, talk, a_job(tmp_path, api, 40))
        await asyncio.sleep(0.2)
        await api.cancel(talk, batch.id)
        batch = await until_ended(api, talk, await api.look(talk, batch.id))
        assert (batch.state, batch.reason) == ("ended", "cancelled")
        found = await results(api, talk, batch)
        done = [result for result in found if not result.reason]
        assert 0 < len(done) < 40
        assert {result.reason for result in found} <= {"", "cancelled"}
        assert len(found) == (len(done) if api is MISTRAL else 40)
        await api.cancel(talk, batch.id)

    with ModelServer(batch_s=1.0) as server:
        told(server, story)


def test_an_expired_batch_gives_what_it_has(tmp_path: Path, api: Any) -> None:
    async def story(talk: Talk) -> None:
        batch = await until_ended(api, talk, await created(api, talk, a_job(tmp_path, api, 40)))
        assert (batch.state, batch.reason) == ("ended", "expired")
        found = await results(api, talk, batch)
        assert 0 < sum(not result.reason for result in found) < 40
        assert {result.reason for result in found} <= {"", "expired"}

    with ModelServer(batch_s=0.2, batch_expires_s=0.1) as server:
        told(server, story)


def test_errors_of_items_and_lines_that_are_none(tmp_path: Path, api: Any) -> None:
    async def story(talk: Talk) -> None:
        found = await results(api, talk, await until_ended(api, talk, await created(api, talk, a_job(tmp_path, api, 60))))
        unread = [result for result in found if result.reason == "unreadable"]
        refused = [result for result in found if result.status == 400]
        assert (len(refused) > 5, len(unread) > 0, len(refused) + len(unread) < len(found)) == (True, True, True)
        assert all(b"not valid" in result.raw for result in refused)
        assert {result.key for result in unread} == {""}

    with ModelServer(batch_s=0.01, faults={"400": 0.4}, batch_lines={"garbage": 0.3, "missing": 0.1}) as server:
        told(server, story)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"null", b"7", b"{}", b'{"custom_id": 3}', b"\xff", b'{"custom_id": null, "response": 3}'])
def test_a_line_that_says_nothing(api: Any, line: bytes) -> None:
    result = api.result(line)
    assert (result.key, result.reason) == ("", "unreadable")


@pytest.mark.parametrize("rest", ['"response": 3', '"response": {"status_code": "x"}', '"result": []', '"error": "no"', '"result": {"type": "new"}'])
def test_a_line_that_gives_no_answer(api: Any, rest: str) -> None:
    result = api.result(f'{{"custom_id": "a", {rest}}}'.encode())
    assert (result.key, result.raw) == ("a", b"")
    assert result.reason


def test_a_batch_that_is_refused_says_why(tmp_path: Path) -> None:
    async def story(talk: Talk) -> None:
        job = a_job(tmp_path, OPENAI)
        full = await created(OPENAI, talk, job)
        assert (full.state, full.reason, "Enqueued token limit" in full.detail) == ("failed", "token_limit_exceeded", True)
        job.path.write_bytes(job.path.read_bytes() + b"no json\n")
        bad = await created(OPENAI, talk, job)
        assert (bad.state, bad.reason, bad.lines) == ("failed", "invalid_json_line", ((6, "This line is not parseable as valid JSON."),))
        failed = await created(MISTRAL, talk, a_job(tmp_path, MISTRAL))
        assert (failed.state, failed.reason, bool(failed.detail)) == ("failed", "failed", True)

    with ModelServer(batch_tokens=10) as server:
        told(server, story)


def test_trouble_on_the_way(tmp_path: Path, api: Any) -> None:
    async def story(talk: Talk) -> None:
        job = a_job(tmp_path, api)
        for status in (500, 404, 429):
            with pytest.raises(Refused) as refused:
                await created(api, talk, job)
            assert (refused.value.status, refused.value.passing) == (status, status != 404)
        with pytest.raises(Paused, match="no credit left"):
            await created(api, talk, job)
        assert (await created(api, talk, job)).state == "running"
        with pytest.raises(Refused):
            await api.look(talk, "nothing")

    with ModelServer(batch_creations=["500", "404", "429", "quota"], api_key="a-key-of-length") as server:
        told(server, story)
        with pytest.raises(Paused, match="refused the key"):
            told(server, lambda talk: api.look(talk, "x"), api_key_env="OTHER")
    with pytest.raises(NotSent):
        told(server, lambda talk: api.look(talk, "x"))


def test_lines_of_a_file_within_a_body(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"{1}\n{2}\n{3}\n")
    for body, whole in ((Enclosed(b"[", path, b"]"), b"[{1}\n{2}\n{3}\n]"), (Enclosed(b"[", path, b"]", joined=b","), b"[{1},{2},{3}]")):
        assert (b"".join(body), body.size) == (whole, len(whole))


@pytest.mark.parametrize(
    ("model", "base_url", "api", "share"),
    [("openai/gpt-4o", None, "OpenAIBatches", 0.5), ("openai/gpt-4o", "http://127.0.0.1:1/v1", "OpenAIBatches", None),
     ("groq/openai/gpt-oss-120b", None, "OpenAIBatches", 0.5), ("mistral/mistral-small-latest", None, "MistralBatches", 0.5),
     ("anthropic/claude-opus-4-5", None, "AnthropicBatches", 0.5), ("anthropic/m", "http://127.0.0.1:1", "AnthropicBatches", None),
     ("ollama/m", None, None, None), ("deepseek/deepseek-chat", None, None, None)],
)  # fmt: skip
def test_who_has_batches_and_at_what_price(model: str, base_url: str | None, api: str | None, share: float | None) -> None:
    asked = Model(model=model, base_url=base_url)
    found = built_in(asked.provider).batch(asked)
    assert (type(found).__name__ if found else None) == api
    assert filled(asked, Table().of(asked)).price_batch == share
    own = Model(model=model, base_url=base_url, price_batch=0.3)
    assert filled(own, Table().of(own)).price_batch == 0.3
