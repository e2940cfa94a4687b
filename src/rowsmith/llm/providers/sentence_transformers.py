"""`sentence-transformers/NAME_OR_PATH`: any model of the sentence-transformers library, a folder or a name of the hub."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.models import Model
from rowsmith.llm.providers import Compute
from rowsmith.llm.providers._in_process import InProcess, Late


class SentenceTransformers(InProcess):
    """The provider `sentence-transformers`. A model that is not on this machine yet is downloaded by the library itself."""

    def __init__(self) -> None:
        super().__init__()
        self._models: dict[str, Late[Any]] = {}

    def check(self, model: Model, base: Path) -> None:
        """See Computes."""
        if find_spec("sentence_transformers") is None:
            what = f"{model.model} needs the library sentence-transformers, which is not installed."
            raise Unavailable(what, "Install it with: pip install 'rowsmith[sentence-transformers]'")

    def named(self, model: Model, base: Path) -> str:
        """See Computes. What it loads is what is hashed: its parts and their settings, and the weights as they lie in memory, by name."""
        self.check(model, base)
        loaded = self._late(model, base).get()
        whole = sha256(repr(loaded).encode())
        for name, values in sorted(loaded.state_dict().items()):
            whole.update(name.encode() + b"\0" + values.detach().cpu().contiguous().float().numpy().tobytes())
        return f"local:{whole.hexdigest()}"

    def computer(self, model: Model, base: Path) -> Compute:
        """See Computes."""
        late = self._late(model, base)

        def compute(texts: Sequence[str]) -> tuple[list[bytes], int]:
            loaded = late.get()
            tokens = [len(loaded.tokenizer(text)["input_ids"]) for text in texts]
            if loaded.max_seq_length and max(tokens) > loaded.max_seq_length:
                what = f"A text has {max(tokens):,} tokens, and {model.model} takes {loaded.max_seq_length:,}."
                raise Invalid(what, "Split it, for example with chunk.tokens.")
            made = loaded.encode(list(texts), normalize_embeddings=True, truncate_dim=model.dimensions, show_progress_bar=False)
            return [row.astype("<f4").tobytes() for row in made], sum(tokens)

        return compute

    def _late(self, model: Model, base: Path) -> Late[Any]:
        """Loaded once, whoever asks."""
        folder = base / Path(model.name).expanduser()
        place = str(folder) if folder.is_dir() else model.name

        def load() -> Any:
            return import_module("sentence_transformers").SentenceTransformer(place)

        return self._models.setdefault(place, Late(load))


PROVIDER = SentenceTransformers()
