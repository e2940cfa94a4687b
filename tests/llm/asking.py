"""What the tests of this room ask, and how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from memory_ledger import MemoryLedger

from rowsmith.core.calls import Answer, Ask, Asker
from rowsmith.core.models import Model
from rowsmith.llm.gate import Gate

QA = {
    "title": "Pair",
    "type": "object",
    "properties": {"input": {"type": "string"}, "answer": {"type": "string"}},
    "required": ["input", "answer"],
    "additionalProperties": False,
}
GOOD = {"input": "Which city?", "answer": "Paris"}


def a_model(url: str | None, **settings: Any) -> Model:
    return Model(**{"model": "openai/m", "base_url": url, **settings})


def question(model: Model, text: str = "Ask about Paris.", *, schema: Any = QA, number: int = 0, **more: Any) -> Ask:
    asker = Asker(f"{number:032x}", number.to_bytes(6, "big"), 1, **{key: more.pop(key) for key in ("retry", "seq") if key in more})
    return Ask([{"role": "user", "content": text}], model, asker, schema, **more)


@asynccontextmanager
async def gate(ledger: MemoryLedger, **settings: Any) -> AsyncIterator[Gate]:
    made = Gate(ledger, **{"environ": {}, "backoff_s": 0.005, **settings})
    try:
        yield made
    finally:
        await made.close()


def ask(ledger: MemoryLedger, *asks: Ask, **settings: Any) -> list[Answer]:
    """The answers, asked all at once; the first error is raised."""
    return [_good(result) for result in outcomes(ledger, asks, **settings)]


def outcomes(ledger: MemoryLedger, asks: Sequence[Ask], **settings: Any) -> list[Answer | BaseException]:
    """The answers or errors, asked all at once."""

    async def run() -> list[Answer | BaseException]:
        async with gate(ledger, **settings) as made:
            return await asyncio.gather(*(made.ask(item) for item in asks), return_exceptions=True)

    return asyncio.run(run())


def _good(result: Answer | BaseException) -> Answer:
    if isinstance(result, BaseException):
        raise result
    return result
