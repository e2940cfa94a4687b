"""Questions that are collected for batches: which, into which batch, and what becomes of those that come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from asking import a_model, chat, gate, question
from memory_ledger import MemoryLedger
from shelf import Shelf

from rowsmith.core.calls import Claim, Claimed, Usage
from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Parked, Paused
from rowsmith.llm.batch import Bounds, openai
from rowsmith.llm.gate import Gate

NOWHERE = "http://127.0.0.1:1/v1"
"""Nobody answers there: what is asked live fails."""


class Returning(MemoryLedger):
    """A ledger of which some questions have come back from batches: `returns` by row number, each with its detail and how often."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.returns: dict[int, tuple[str, int]] = {}

    async def claim(self, claim: Claim) -> Claimed:
        number = int(claim.asker.row, 16)
        if claim.batch is not None and not claim.again and number in self.returns:
            detail, times = self.returns[number]
            return Claimed("returned", claim, detail=detail, returns=times)
        return await super().claim(claim)


@asynccontextmanager
async def collecting(ledger: MemoryLedger, shelf: Shelf) -> AsyncIterator[Gate]:
    async with gate(ledger, park_s=0.01) as made:
        made.batch(lambda room, forms, wire: shelf.collector(room))
        yield made
        await shelf.made.end()


def told(story: Callable[[Gate, Shelf], Coroutine[Any, Any, None]], ledger: MemoryLedger | None = None, *, only: bool = False) -> MemoryLedger:
    """Play the story; the ledger."""
    ledger = ledger or MemoryLedger()

    async def run() -> None:
        with Shelf(only=only) as shelf:
            async with collecting(ledger, shelf) as made:
                await story(made, shelf)

    asyncio.run(run())
    return ledger


async def parked(made: Gate, ask: Any) -> int:
    with pytest.raises(Parked) as wait:
        await made.ask(ask)
    return wait.value.batch


def test_what_is_collected_is_what_would_have_been_sent() -> None:
    async def story(made: Gate, shelf: Shelf) -> None:
        model = a_model(NOWHERE, temperature=0.5)
        assert await parked(made, question(model, "One", number=1)) == 1
        await shelf.full()
        (line,) = (orjson.loads(line) for line in shelf.lines[0])
        assert line["body"]["messages"][-1]["content"] == "One"
        assert (line["body"]["temperature"], line["url"]) == (0.5, "/v1/chat/completions")
        assert len(line["custom_id"]) == 32

    assert told(story).outcomes() == ["reserved"]


def test_each_model_has_a_batch_of_its_own() -> None:
    async def story(made: Gate, shelf: Shelf) -> None:
        models = [a_model(NOWHERE), a_model(NOWHERE, temperature=1)]
        found = await asyncio.gather(*(parked(made, question(models[n % 2], f"Question {n}", number=n)) for n in range(20)))
        assert len({(n % 2, batch) for n, batch in enumerate(found)}) == 2
        await shelf.full()
        assert sorted(shelf.requests) == [10, 10]

    told(story)


def test_a_batch_is_closed_before_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai.OpenAIBatches, "bounds", lambda api, model: Bounds(1000, 2000))

    async def story(made: Gate, shelf: Shelf) -> None:
        await asyncio.gather(*(parked(made, question(a_model(NOWHERE), f"Question {n}", number=n)) for n in range(30)))
        await shelf.full()
        assert sum(shelf.requests) == 30
        assert all(sum(map(len, lines)) <= 2000 for lines in shelf.lines)
        assert len(shelf.requests) < 30

    told(story)


def test_what_is_stored_is_not_collected() -> None:
    async def story(made: Gate, shelf: Shelf) -> None:
        ask = question(a_model(NOWHERE), "One", number=1)
        await parked(made, ask)
        (claim,) = ledger.claims
        (key,) = ledger._current
        await ledger.answer(Claimed("mine", claim, key), chat({"input": "a", "answer": "b"}), Usage(1, 1), 0)
        assert (await made.ask(ask)).value == {"input": "a", "answer": "b"}
        await shelf.full()
        assert shelf.requests == [1]

    ledger = MemoryLedger()
    told(story, ledger)


def test_an_answer_that_does_not_parse_is_asked_again_live_or_in_a_batch() -> None:
    for only in (False, True):
        ledger = MemoryLedger()

        async def story(made: Gate, shelf: Shelf, ledger: MemoryLedger = ledger, only: bool = only) -> None:
            ask = question(a_model(NOWHERE), "One", number=1)
            await parked(made, ask)
            (claim,) = ledger.claims
            (key,) = ledger._current
            await ledger.answer(Claimed("mine", claim, key), chat("no json"), Usage(1, 1), 0)
            with pytest.raises(Parked if only else Paused):
                await made.ask(ask)
            assert ledger.reasons() == ["malformed"]

        told(story, ledger, only=only)


@pytest.mark.parametrize(
    ("detail", "times", "only", "error"),
    [("expired", 1, False, Paused), ("expired", 1, True, Parked), ("expired", 3, True, RowFailed), ("http_400: no", 1, True, RowFailed),
     ("http_500: oh", 1, True, Parked), ("http_500: oh", 3, True, RowFailed), ("http_400: no", 1, False, Paused)],
)  # fmt: skip
def test_what_came_back(detail: str, times: int, only: bool, error: type[Exception]) -> None:
    """Live, the server that is not there pauses the run; that is how it shows here that it was asked live."""
    ledger = Returning()
    ledger.returns = {1: (detail, times)}

    async def story(made: Gate, shelf: Shelf) -> None:
        with pytest.raises(error) as raised:
            await made.ask(question(a_model(NOWHERE, retries=2), "One", number=1))
        if isinstance(raised.value, RowFailed):
            assert raised.value.reason == detail.partition(":")[0]

    told(story, ledger, only=only)


def test_near_the_deadline_everything_is_asked_live() -> None:
    async def story(made: Gate, shelf: Shelf) -> None:
        shelf.late = True
        with pytest.raises(Paused):
            await made.ask(question(a_model(NOWHERE), "One", number=1))
        assert shelf.opened == 0

    told(story)


def test_a_server_that_has_no_batches() -> None:
    async def story(made: Gate, shelf: Shelf) -> None:
        shelf.made.without.add("http://127.0.0.1:1")
        with pytest.raises(Paused, match="cannot be reached"):
            await made.ask(question(a_model(NOWHERE), "One", number=1))

    async def only(made: Gate, shelf: Shelf) -> None:
        shelf.made.without.add("http://127.0.0.1:1")
        with pytest.raises(Paused, match="no batch API"):
            await made.ask(question(a_model(NOWHERE), "One", number=1))

    told(story)
    told(only, only=True)


def test_at_the_cap_what_is_collected_is_closed_and_makes_room_when_it_is_settled() -> None:
    ledger = MemoryLedger(tokens=3000)

    async def story(made: Gate, shelf: Shelf) -> None:
        asks = [asyncio.create_task(parked(made, question(a_model(NOWHERE), f"Question {n}", number=n))) for n in range(6)]
        done, waiting = await asyncio.wait(asks, timeout=0.5)
        assert (len(done), shelf.requests) == (2, [2])
        for spend in ledger.spends:
            spend.outcome = "released"
        shelf.made.room.ended(2)
        done, waiting = await asyncio.wait(asks, timeout=0.5)
        assert (len(done), shelf.requests) == (4, [2, 2])
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert await shelf.made.end() == [3]

    told(story, ledger)


def test_the_first_question_that_no_cap_has_room_for_pauses_the_run() -> None:
    async def story(made: Gate, shelf: Shelf) -> None:
        with pytest.raises(Paused, match="budget is reached"):
            await made.ask(question(a_model(NOWHERE), "One", number=1))

    told(story, MemoryLedger(tokens=10))


def test_claims_of_a_batch_take_nothing_of_the_rate_limits() -> None:
    async def story(made: Gate, shelf: Shelf) -> None:
        await asyncio.gather(*(parked(made, question(a_model(NOWHERE, rpm=1), f"Question {n}", number=n)) for n in range(5)))

    ledger = told(story)
    assert {claim.limits for claim in ledger.claims} == {None}
