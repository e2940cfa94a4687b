"""What the embedders that run in this process have in common: no address, no key, no answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm.providers import Way, Write
from rowsmith.llm.providers.openai import OpenAI

Loaded = TypeVar("Loaded")


class InProcess(OpenAI):
    """A provider of embeddings alone, which are computed here (llm.providers.Computes). It is asked in the form of OpenAI's /embeddings, by
    a function call."""

    def __init__(self) -> None:
        super().__init__()
        self.key_env = ""

    def url(self, model: Model) -> str:
        """No address; a name for messages."""
        return f"local:{model.name}"

    def embed_url(self, model: Model) -> str:
        """The same."""
        return self.url(model)

    def profile(self, model: Model) -> str:
        """By the name; `named` knows the weights."""
        return f"local:{model.name}"

    def needs_key(self, model: Model) -> bool:
        """None."""
        return False

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        """No question can be put to it."""
        raise Invalid(f"{model.model} gives embeddings and answers no questions.", "Use another model for this step.")

    def embed_body(self, model: Model) -> Any:
        """Without the name: the same weights elsewhere give the same vectors."""
        write = super().embed_body(model)
        return lambda texts: {name: value for name, value in write(texts).items() if name != "model"}


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


def hash_of(files: Sequence[Path]) -> str:
    """SHA-256 of the files' bytes and names, 64 hexadecimal digits."""
    whole = sha256()
    for path in files:
        with path.open("rb") as opened:
            inner = sha256()
            while part := opened.read(1 << 20):
                inner.update(part)
        whole.update(path.name.encode() + b"\0" + inner.digest())
    return whole.hexdigest()
