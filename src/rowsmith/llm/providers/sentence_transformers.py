"""`sentence-transformers/NAME_OR_PATH`: any model of the sentence-transformers library, a folder or a name of the hub."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.weights import Weights
from rowsmith.llm.providers import Lent, Sender
from rowsmith.llm.providers._in_process import Computed, InProcess, Late

LIBRARY = "sentence_transformers"


class SentenceTransformers(InProcess):
    """The provider `sentence-transformers`. A model that is not on this machine yet is downloaded by the library itself."""

    def __init__(self) -> None:
        super().__init__()
        self._models: dict[str, Late[Any]] = {}

    def check(self, model: Model, weights: Weights) -> None:
        """See Carrier."""
        if find_spec(LIBRARY) is None:
            raise _missing(model)

    def named(self, model: Model, lent: Lent) -> str:
        """See Carrier. A folder goes by its files; what the library finds by name, by what it has loaded."""
        try:
            lent.weights.here(model.name)
        except NotFound:
            return f"sentence-transformers:{_hash_of(self._late(model, lent.weights).get())}"
        return f"sentence-transformers:{lent.weights.hash(model.name, lent.note)}"

    def sender(self, model: Model, lent: Lent) -> Sender:
        """See Carrier."""
        late = self._late(model, lent.weights)

        def compute(texts: Sequence[str]) -> tuple[list[bytes], int]:
            loaded = late.get()
            tokens = [len(loaded.tokenizer(text)["input_ids"]) for text in texts]
            if loaded.max_seq_length and max(tokens) > loaded.max_seq_length:
                what = f"A text has {max(tokens):,} tokens, and {model.model} takes {loaded.max_seq_length:,}."
                raise Invalid(what, "Split it, for example with chunk.tokens.")
            made = loaded.encode(list(texts), normalize_embeddings=True, truncate_dim=model.dimensions, show_progress_bar=False)
            return [row.astype("<f4").tobytes() for row in made], sum(tokens)

        return Computed(compute)

    def _late(self, model: Model, weights: Weights) -> Late[Any]:
        """Loaded once, whoever asks."""
        try:
            place = str(weights.here(model.name) or model.name)
        except NotFound:
            place = model.name

        def load() -> Any:
            try:
                library = import_module(LIBRARY)
            except ImportError:
                raise _missing(model) from None
            return library.SentenceTransformer(place)

        return self._models.setdefault(place, Late(load))


def _missing(model: Model) -> Unavailable:
    what = f"{model.model} needs the library sentence-transformers, which is not installed."
    return Unavailable(what, "Install it with: pip install 'rowsmith[sentence-transformers]'")


def _hash_of(loaded: Any) -> str:
    """What a loaded model consists of: its parts and their settings, and the weights as they lie in memory, by name."""
    whole = sha256(repr(loaded).encode())
    for name, values in sorted(loaded.state_dict().items()):
        whole.update(name.encode() + b"\0" + values.detach().cpu().contiguous().float().numpy().tobytes())
    return whole.hexdigest()


PROVIDER = SentenceTransformers()
