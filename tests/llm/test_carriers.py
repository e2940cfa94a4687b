"""Providers that carry their questions themselves: everything else is as for a server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from asking import GOOD, a_model, chat, gate, question
from memory_ledger import MemoryLedger

from rowsmith.core.calls import Answer
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.core.weights import Weights
from rowsmith.llm.providers import Carrier, Lent, Sender
from rowsmith.llm.providers.local import PROVIDER as LOCAL
from rowsmith.llm.providers.openai import OpenAI
from rowsmith.llm.wire import Lost, NotSent

Act = Callable[[bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]


class Own(OpenAI):
    """A provider in one file, as a plug-in would write it: `act` is how it gets answers."""

    settings = frozenset({"threads"})

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act = act
        self.made = 0

    def key_name(self, model: Model) -> str:
        return ""

    def needs_key(self, model: Model) -> bool:
        return False

    def check(self, model: Model, weights: Weights) -> None:
        """Nothing stands in the way."""

    def named(self, model: Model, lent: Lent) -> str:
        return f"own:{model.name}"

    def sender(self, model: Model, lent: Lent) -> Sender:
        self.made += 1
        provider = self

        class Carried:
            async def post(self, attempt: Any, url: Any, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
                return await provider.act(body)

        return Carried()


async def good(body: bytes) -> tuple[int, Mapping[str, str], bytes]:
    return 200, {}, chat(GOOD)


def outcomes(act: Act, ledger: MemoryLedger, count: int = 1, **settings: Any) -> tuple[list[Any], Own]:
    """What comes of so many questions to one model."""
    provider = Own(act)

    async def run() -> list[Any]:
        async with gate(ledger, find=lambda name: provider) as made:
            model = a_model(None, **{"model": "own/m", **settings})
            asks = (question(model, f"Question {n}", number=n) for n in range(count))
            return await asyncio.gather(*(made.ask(ask) for ask in asks), return_exceptions=True)

    return asyncio.run(run()), provider


def test_they_are_told_apart() -> None:
    assert isinstance(Own(good), Carrier)
    assert isinstance(LOCAL, Carrier)
    assert not isinstance(OpenAI(), Carrier)


def test_an_answer_is_claimed_stored_and_counted_and_one_sender_serves_a_model() -> None:
    ledger = MemoryLedger()
    answers, provider = outcomes(good, ledger, 5, price_in=1, price_out=1)
    assert [answer.value for answer in answers] == [GOOD] * 5
    assert (set(ledger.outcomes()), ledger.spends[0].cost, {claim.profile for claim in ledger.claims}) == ({"settled"}, 30_000_000, {"own:m"})
    assert provider.made == 1
    assert all(raw == chat(GOOD) for raw, _ in ledger.answers.values())


def test_a_stored_answer_asks_nobody() -> None:
    async def never(body: bytes) -> Any:
        raise AssertionError("asked again")

    ledger = MemoryLedger()
    outcomes(good, ledger)
    answers, _ = outcomes(never, ledger)
    assert (answers[0].value, ledger.reused) == (GOOD, 1)


def test_places_are_kept() -> None:
    now = most = 0

    async def counting(body: bytes) -> Any:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0.005)
        now -= 1
        return 200, {}, chat(GOOD)

    outcomes(counting, MemoryLedger(), 20, concurrency=3)
    assert most == 3


def failing(*errors: BaseException | int) -> Act:
    """One answer, then these errors, then answers."""
    left: list[BaseException | int] = [200, *errors]

    async def act(body: bytes) -> Any:
        found = left.pop(0) if left else 200
        if isinstance(found, BaseException):
            raise found
        return found, {}, chat(GOOD) if found == 200 else b'{"error":{"message":"no"}}'

    return act


@pytest.mark.parametrize(
    ("error", "expected"),
    [(NotSent("away"), ["settled"]), (Lost("connection", "broke off"), ["maybe_billed", "settled"]), (503, ["settled"]), (429, ["settled"])],
)
def test_what_goes_wrong_on_the_way_is_judged_as_ever(error: BaseException | int, expected: list[str]) -> None:
    ledger = MemoryLedger()
    found, _ = outcomes(failing(error), ledger, 2, concurrency=1)
    assert all(isinstance(answer, Answer) for answer in found), found
    assert ledger.outcomes() == ["settled", *expected]


def test_a_sender_may_pause_the_run_or_fail_the_row() -> None:
    for error, kind in ((Paused("model", "It is gone.", "Bring it back."), Paused), (400, RowFailed)):
        ledger = MemoryLedger()
        found, _ = outcomes(failing(error), ledger, 2, concurrency=1)
        assert isinstance(found[1], kind), found
        assert ledger.outcomes() == ["settled", "released"]


def test_its_own_settings_are_taken_and_others_refused() -> None:
    assert isinstance(outcomes(good, MemoryLedger(), threads=2)[0][0], Answer)
    (failed,) = outcomes(good, MemoryLedger(), gpu_layers=2)[0]
    assert isinstance(failed, Invalid)
