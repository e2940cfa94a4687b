"""How many tokens questions have, before anybody has counted them.

Three answers for three uses. A budget is bounded by bytes: no token is shorter. A limit of tokens a minute takes an estimate, learned from
what the model has reported so far, and is corrected when the usage is known. Whether a question fits the model's window is counted with
the model's own vocabulary where that is known; else only what cannot fit in any vocabulary is turned away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rowsmith.core.calls import Usage
from rowsmith.core.errors import RowFailed
from rowsmith.core.models import Model, Tokenizer

BYTES_A_TOKEN = 3.0
"""Bytes of a request that are taken for one token until the model has reported some: fewer than English has, as many as most languages."""
MOST_BYTES_A_TOKEN = 8
"""No text that means anything has longer tokens than this on average."""
MARGIN = (1.1, 1.25)
"""Estimates of input and output are raised by these factors."""
WEIGHT = 0.1
"""The weight of each new report in the running mean."""
NAMES: dict[Tokenizer, str] = {"o200k": "gpt-4o", "cl100k": "gpt-4"}
"""A model by which the bundled vocabulary is found."""


class Sizes:
    """The questions to one model: what they take, learned from what it reports."""

    __slots__ = ("_model", "_out", "_ratio")

    def __init__(self, model: Model) -> None:
        self._model = model
        self._ratio: float | None = None
        self._out: float | None = None

    def takes(self, size: int) -> int:
        """Tokens that a question of `size` bytes and its answer are likely to come to at most."""
        into = size * (self._ratio * MARGIN[0] if self._ratio is not None else 1 / BYTES_A_TOKEN)
        out = self._model.max_tokens if self._out is None else min(self._model.max_tokens, self._out * MARGIN[1])
        return max(1, min(round(into), size) + round(out))

    def learn(self, size: int, usage: Usage) -> None:
        """The usage of a question of `size` bytes."""
        if usage.tokens_in:
            self._ratio = _mean(self._ratio, usage.tokens_in / size)
        if usage.tokens_out is not None:
            self._out = _mean(self._out, usage.tokens_out)


async def check_fits(model: Model, messages: Sequence[Mapping[str, Any]], size: int) -> None:
    """Make sure that a question whose body has `size` bytes can fit into the model's window.

    Raises:
        RowFailed: it cannot (`context`).
    """
    if model.context is None or size <= model.context:  # no token is shorter than a byte
        return
    texts = list(texts_of(messages))
    if sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) <= model.context:
        return
    tokens = await asyncio.to_thread(least_tokens, model.tokenizer, texts)
    if tokens + bool(model.max_tokens) > model.context:
        exactly, answer = "" if model.tokenizer else "at least ", " with its answer" if model.max_tokens else ""
        raise RowFailed("context", f"The question has {exactly}{tokens:,} tokens, and {model.model} holds {model.context:,}{answer}.")


def least_tokens(tokenizer: Tokenizer | None, texts: Sequence[str]) -> int:
    """The number of tokens of the texts where the vocabulary is known, else one that it is not below."""
    if tokenizer is not None:
        return sum(counted(tokenizer, text) for text in texts)
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) // MOST_BYTES_A_TOKEN


def counted(tokenizer: Tokenizer, text: str) -> int:
    """The tokens of a text in a vocabulary that ships with us."""
    from rowsmith.core.tokens import count_tokens

    return count_tokens(NAMES[tokenizer], text)


def texts_of(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The texts of messages; pictures and sounds are left out."""
    for message in messages:
        content = message.get("content")
        for part in content if isinstance(content, list) else [content]:
            text = part.get("text") if isinstance(part, Mapping) else part
            if isinstance(text, str):
                yield text


def _mean(before: float | None, now: float) -> float:
    return now if before is None else before + WEIGHT * (now - before)
