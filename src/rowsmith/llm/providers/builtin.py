"""`builtin/hashing`: embeddings without a download, a key or a library. Surface similarity only; see llm.hashing for what it is worth."""

from __future__ import annotations

from collections.abc import Sequence

from rowsmith.core.errors import NotFound, choose
from rowsmith.core.models import Model
from rowsmith.core.weights import Weights
from rowsmith.llm.hashing import DIMENSIONS, VERSION, vector
from rowsmith.llm.providers import Lent, Sender
from rowsmith.llm.providers._in_process import Computed, InProcess

NAMES = ("hashing",)


class BuiltIn(InProcess):
    """The provider `builtin`."""

    def check(self, model: Model, weights: Weights) -> None:
        """See Carrier."""
        if model.name not in NAMES:
            raise NotFound(f"No embedder is built in under the name {model.name!r}.", choose(model.name, NAMES))

    def named(self, model: Model, lent: Lent) -> str:
        """See Carrier. Its weights are its algorithm."""
        self.check(model, lent.weights)
        return f"builtin:{VERSION}"

    def sender(self, model: Model, lent: Lent) -> Sender:
        """See Carrier."""
        dimensions = model.dimensions or DIMENSIONS

        def compute(texts: Sequence[str]) -> tuple[list[bytes], int]:
            made = [vector(text, dimensions) for text in texts]
            return [raw for raw, _ in made], sum(words for _, words in made)

        return Computed(compute)


PROVIDER = BuiltIn()
