"""What the embedders and classifiers that run in this process have in common: no address, no key, no answers in words."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import orjson

from rowsmith.core.calls import Usage
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.llm import classes
from rowsmith.llm.providers import Reply, Way, Write, WriteTexts
from rowsmith.llm.providers._embeddings import Embeddings
from rowsmith.llm.providers.openai import ChatCompletions

if TYPE_CHECKING:
    from yarl import URL

    from rowsmith.llm.batch import BatchApi
    from rowsmith.llm.deadlines import Attempt

Compute = Callable[[Sequence[str]], tuple[list[bytes], int]]
"""Gives the vectors of texts (float32, little-endian) and the number of their tokens. Called on any thread, by several at once. It raises
Invalid for texts that have no vector."""
Loaded = TypeVar("Loaded")
NOT_TAKEN = (
    "base_url", "api_key_env", "extra", "reasks", "retries", "connect_s", "first_byte_s", "idle_s", "total_s",
)  # fmt: skip
"""Settings of models that are asked over a network."""


class Here(ChatCompletions):
    """A provider whose models are computed here (a llm.providers.Carrier): it is asked by a function call."""

    settings: frozenset[str] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.key_env = ""

    def url(self, model: Model) -> str:
        """No address; a name for messages."""
        return model.model.replace("/", ":", 1)

    def profile(self, model: Model) -> str:
        """By the name; `named` knows the weights."""
        return self.url(model)

    def needs_key(self, model: Model) -> bool:
        """None."""
        return False

    def refuses(self, model: Model) -> Mapping[str, Invalid]:
        """Settings of models that are asked over a network."""
        given = [name for name in NOT_TAKEN if name in model.model_dump(exclude_defaults=True)]
        return {name: Invalid(f"{model.model} is computed in this process, where {name} means nothing.", f"Leave {name} out.") for name in given}

    def batch(self, model: Model) -> BatchApi | None:
        """None."""
        return None


class InProcess(Here, Embeddings):
    """A provider of embeddings alone. It is asked in the form of OpenAI's /embeddings."""

    def embed_url(self, model: Model) -> str:
        """The name."""
        return self.url(model)

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        """No question can be put to it."""
        raise Invalid(f"{model.model} gives embeddings and answers no questions.", "Use another model for this step.")

    def embed_body(self, model: Model) -> WriteTexts:
        """Without the name: the same weights elsewhere give the same vectors."""
        for error in self.refuses(model).values():
            raise error
        write = super().embed_body(model)
        return lambda texts: {name: value for name, value in write(texts).items() if name != "model"}


class Scorer(Here):
    """A provider of scores by category alone (llm.classes)."""

    classifies = 64
    pairs = False
    """Whether its models read pairs of texts."""

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        """The texts, without the model's name: the same weights elsewhere give the same scores."""
        for error in self.refuses(model).values():
            raise error
        return lambda messages: {"input": classes.texts(messages) if self.pairs else classes.single(messages, model)}

    def read(self, raw: bytes) -> Reply:
        """See Provider."""
        said = orjson.loads(raw)
        return classes.reply(said["data"], Usage(said["tokens"], 0))


class Done:
    """Carries texts to what computes something of them (a llm.providers.Sender). The work is done on a thread, and the deadlines of a network do
    not apply. Texts of which nothing can be computed are refused as a server would refuse them, so that those beside them are not lost."""

    def __init__(self, compute: Callable[[list[Any]], Mapping[str, Any]]) -> None:
        self._compute = compute

    async def post(self, attempt: Attempt, url: URL, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """See Sender."""
        try:
            made = await asyncio.to_thread(self._compute, orjson.loads(body)["input"])
        except (NotFound, Unavailable) as error:
            raise Paused("unavailable", error.what, error.fix) from None
        except RowsmithError as error:
            said = f"{error.what} {error.fix}".strip()
            return 400, {}, orjson.dumps({"error": {"message": said}})
        return 200, {}, orjson.dumps(made)


class Computed(Done):
    """The same for vectors."""

    def __init__(self, compute: Compute) -> None:
        super().__init__(lambda texts: _embedded(*compute(texts)))


class Scored(Done):
    """The same for scores; `compute` gives those of each text, or pair of texts, and the number of tokens (None: unknown)."""

    def __init__(self, compute: Callable[[list[Any]], tuple[list[classes.Classes], int | None]]) -> None:
        super().__init__(lambda texts: dict(zip(("data", "tokens"), compute(texts), strict=True)))


def _embedded(vectors: list[bytes], tokens: int) -> dict[str, Any]:
    data = [{"index": number, "embedding": b64encode(vector).decode()} for number, vector in enumerate(vectors)]
    return {"data": data, "usage": {"prompt_tokens": tokens}}


class Late(Generic[Loaded]):
    """What is loaded when it is first wanted, once, by whichever thread comes first."""

    def __init__(self, load: Callable[[], Loaded]) -> None:
        self._load = load
        self._lock = Lock()
        self._loaded: Loaded | None = None

    def get(self) -> Loaded:
        """The loaded thing. Raises what loading raises, each time."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded
