"""A Context in memory for the asking steps: answers by a function, and remembers what was asked."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rowsmith.connectors.execution import Sandbox
from rowsmith.connectors.templates import Templates
from rowsmith.core.calls import Answer, Embedded, Usage
from rowsmith.core.fences import Fence
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.step import Step
from rowsmith.llm.hashing import vector

TEMPLATES = Templates()
"""One for all tests of a process: its child starts with the first template."""
atexit.register(TEMPLATES.close)


class Asked:
    """`asks` holds (messages, model, schema, prompt) of every call; `give` makes the value of an answer from the messages. Embeddings are
    those of builtin/hashing."""

    step = "asking"
    attempt = 0
    lent: Any = None
    """A context that lends what this one does not: inputs, datasets, scratch."""

    def __init__(self, give: Callable[[Sequence[Mapping[str, Any]]], Any], wanted: Sequence[int] = (0,)) -> None:
        self.give = give
        self.wanted = wanted
        self.asks: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        if self.lent is None:
            raise AttributeError(name)
        return getattr(self.lent, name)

    def render(self, prompt: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        return TEMPLATES.render(prompt, scope, fence)

    async def rendered(self, prompt: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        return await TEMPLATES.rendered(prompt, scope, fence)

    def evaluate(self, code: str, expressions: Any, *, time_s: float, memory_mb: int) -> Any:
        return Sandbox(time_s, memory_mb << 20).evaluate(code, expressions)

    async def ask(self, messages: Any, *, model: Any, schema: Any = None, prompt: str = "") -> Answer:
        self.asks.append({"messages": messages, "model": model, "schema": schema, "prompt": prompt})
        value = self.give(messages)
        return Answer(value, str(value), str(model), ("0" * 32,), Usage(1, 1))

    async def embed(self, texts: Sequence[str], *, model: str) -> Embedded:
        self.asks.append({"texts": list(texts), "model": model})
        return Embedded(tuple(vector(text)[0] for text in texts), model, ("0" * 32,) * len(texts), Usage(1, 0))

    async def classify(self, texts: Sequence[str | tuple[str, str]], *, model: str) -> list[dict[str, float]]:
        self.asks.append({"texts": list(texts), "model": model})
        return [self.give(text) for text in texts]  # type: ignore[arg-type]

    @property
    def request(self) -> str:
        """All that the model saw of the only call."""
        (asked,) = self.asks
        return "\n\n".join(message["content"] for message in asked["messages"])


def row(data: dict[str, Any], **more: Any) -> Row:
    """A row with a fixed id."""
    return Row("a" * 32, b"\0\0\0\0\0\0", data, **more)


def work(step: Step, on: Row, give: Any, wanted: Sequence[int] | None = None) -> tuple[list[Row | New | Drop], Asked]:
    """Carry a step out on one row; `give` is the answer's value, or a function of the messages."""
    ctx = Asked(give if callable(give) else lambda _: give, range(step.count(on) or 0) if wanted is None else wanted)
    return asyncio.run(step.rows(on, ctx)), ctx  # type: ignore[attr-defined]


def seen(ctx: Asked) -> Any:
    """What a change of a setting must change: messages, model, schema and prompt of the only call."""
    (asked,) = ctx.asks
    return asked
