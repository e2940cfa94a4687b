"""What the tests of embeddings ask, and how."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from asking import gate
from memory_ledger import MemoryLedger

from rowsmith.core.calls import Asker, Embed, Embedded
from rowsmith.core.models import Model


def an_embedder(url: str | None, **settings: Any) -> Model:
    return Model(**{"model": "openai/e", "base_url": url, **settings})


def texts_of(model: Model, *texts: str, number: int = 0, **more: Any) -> Embed:
    asker = Asker(f"{number:032x}", number.to_bytes(6, "big"), 1, **{key: more.pop(key) for key in ("retry", "seq") if key in more})
    return Embed(texts, model, asker, **more)


def rows_of(model: Model, texts: Sequence[str]) -> list[Embed]:
    """One row for each text."""
    return [texts_of(model, text, number=number) for number, text in enumerate(texts)]


def embedded(ledger: MemoryLedger, *embeds: Embed, **settings: Any) -> list[Embedded]:
    """The vectors, asked for all at once; the first error is raised."""
    results = outcomes(ledger, embeds, **settings)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results  # type: ignore[return-value]


def outcomes(ledger: MemoryLedger, embeds: Sequence[Embed], **settings: Any) -> list[Embedded | BaseException]:
    """The vectors or errors, asked for all at once."""

    async def run() -> list[Embedded | BaseException]:
        async with gate(ledger, **settings) as made:
            return await asyncio.gather(*(made.embed(item) for item in embeds), return_exceptions=True)

    return asyncio.run(run())
