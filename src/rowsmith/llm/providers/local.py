"""Models that run on this machine, in llama.cpp: `local/PATH.gguf`, or `local/hf:ORG/REPO/FILE.gguf` from the hub.

Nothing has to be started: the weights are loaded into a process of ours (`llm.hosts`) at the first question that has no stored answer.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith import content
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.weights import Weights
from rowsmith.llm.hosts.host import Host
from rowsmith.llm.local import gguf
from rowsmith.llm.local.stream import joined
from rowsmith.llm.local.weights import parts
from rowsmith.llm.profile import Takes, read_profile
from rowsmith.llm.providers import Lent, Way, Write
from rowsmith.llm.providers.openai import ChatCompletions

if TYPE_CHECKING:
    from yarl import URL

    from rowsmith.llm.deadlines import Attempt

CONTEXT = 4096
"""Tokens that a model holds for each call in flight, unless the recipe says otherwise: what it takes in memory grows with them."""
LONGEST = 64 * 1024 * 1024
"""Most bytes of a streamed answer: some 250 for each token."""
NOT_TAKEN = ("base_url", "api_key_env")
OWN = {"n_predict", "grammar", "json_schema", "n_cmpl", "n", "stream", "stream_options", "response_fields", "id_slot"}
"""Fields of llama.cpp that have a setting, or would change what one answer is: not taken from `extra`."""
STREAMED = b',"stream":true,"stream_options":{"include_usage":true}}'


class Local(ChatCompletions):
    """The provider `local`. A question goes to the loaded model as it would to llama.cpp's server."""

    settings = frozenset({"threads", "gpu_layers"})

    def __init__(self) -> None:
        served = read_profile(content.profile("llamacpp"), "llamacpp", "content/profiles/llamacpp.yaml")
        super().__init__(served.model_copy(update={"key_env": "", "base_url": None, "takes": Takes()}))

    def url(self, model: Model) -> str:
        return f"local:{model.name}"

    def profile(self, model: Model) -> str:
        """By the file's name; `named` knows the weights."""
        return f"local:{model.name}"

    def refuses(self, model: Model) -> Mapping[str, Invalid]:
        what = "A local model is asked at no address and with no key, and {} is given."
        given = {name: Invalid(what.format(name), f"Leave {name} out.") for name in NOT_TAKEN if getattr(model, name) is not None}
        return {**super().refuses(model), **given}

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        if taken := sorted(OWN & model.extra.keys()):
            raise Invalid(f"The model's extra holds {', '.join(taken)}.", "Use the setting for it; extra is for fields that have none.")
        write = super().body(model, schema, way)

        def without_name(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            # The path is no part of the question: the same weights elsewhere have given the same answer.
            return {name: value for name, value in write(messages).items() if name != "model"}

        return without_name

    # -- as a carrier -------------------------------------------------------------------------------------------------------------------

    def check(self, model: Model, weights: Weights) -> None:
        """See Carrier. What can be told of the file is told: no GGUF, a context that it was not trained for, a setting that it ignores."""
        if find_spec("xllamacpp") is None:
            raise Unavailable("Local models are answered by llama.cpp, which is not installed.", "Install it with: pip install 'rowsmith[local]'")
        if (path := weights.here(model.name)) is not None:
            _checked(model, path)

    def named(self, model: Model, lent: Lent) -> str:
        return f"local:{lent.weights.hash(model.name, lent.note)}"

    def sender(self, model: Model, lent: Lent) -> Loaded:
        return Loaded(model, lent)


class Loaded:
    """Carries questions to one model. Models of the same weights, loaded the same way, share one host."""

    def __init__(self, model: Model, lent: Lent) -> None:
        self._model, self._lent = model, lent
        self._host: Host | None = None

    async def post(self, attempt: Attempt, url: URL, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """See Sender. Neither loading nor waiting for a place counts against the deadlines."""
        from yarl import URL

        host = self._host or await self._found()
        async with host.place:
            at = URL(f"{await host.address()}/v1/chat/completions")
            # llama.cpp may close a connection that it has just answered on, which looks like a lost answer to whoever uses it next.
            sent = {**headers, "Authorization": f"Bearer {host.token}", "Connection": "close"}
            status, heads, raw = await self._lent.wire.post(attempt, at, sent, body[:-1] + STREAMED, most=LONGEST, streamed=True)
        status, whole = joined(status, raw)
        host.worked()
        return status, heads, whole

    async def _found(self) -> Host:
        import asyncio

        told = await asyncio.to_thread(_told, self._model, self._lent)
        key = ("llama", *(told[name] for name in ("hash", "context", "threads", "gpu_layers")))
        self._host = self._lent.hosts.of(key, lambda: _host(told, self._lent))
        return self._host


def _told(model: Model, lent: Lent) -> dict[str, Any]:
    """What the host is told."""
    path = lent.weights.fetched(model.name, lent.note)
    head = _checked(model, path)
    context = model.context or min(CONTEXT, head.trained or CONTEXT)
    places = model.concurrency
    size = sum(path.with_name(part).stat().st_size for part in parts(path.name))
    return {
        "path": str(path), "hash": lent.weights.hash(model.name, lent.note), "title": path.name, "context": context, "places": places,
        "threads": model.threads or half_of_processors(), "gpu_layers": model.gpu_layers, "needs": size + places * head.memory(context),
    }  # fmt: skip


def _host(told: Mapping[str, Any], lent: Lent) -> Host:
    return Host(
        "rowsmith.llm.hosts.llama", told, title=told["title"], environ=lent.environ, note=lent.note, places=told["places"]
    )


def _checked(model: Model, path: Path) -> gguf.Header:
    """The file's header, or raise Invalid."""
    head = gguf.header(path)
    if model.context and head.trained and model.context > head.trained:
        raise Invalid(f"{path.name} was trained to hold {head.trained:,} tokens, and context is {model.context:,}.", "Lower context.")
    if model.reasoning_effort is not None and "reasoning_effort" not in head.template:
        what = f"The chat template of {path.name} knows no reasoning_effort."
        raise Invalid(what, "Leave it out. What its template knows is set with extra: {chat_template_kwargs: {...}}.")
    return head


def half_of_processors() -> int:
    """Half of the processors that this process may use, at least one: the cores, where two of them share one. With all of them the work
    is slower where the machine does anything else."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    return max(1, usable // 2)


PROVIDER = Local()
