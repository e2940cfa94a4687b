"""`detoxify/NAME_OR_PATH`: the classifiers of the library Detoxify (the extra `detoxify`, which brings torch): `original`, `unbiased`,
`multilingual`, `original-small`, `unbiased-small`, or a checkpoint of one's own. The same weights in ONNX form need no torch:
`onnx-classifier/...`."""

from __future__ import annotations

from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.weights import Weights
from rowsmith.llm.classes import Classes
from rowsmith.llm.providers import Lent, Sender
from rowsmith.llm.providers._in_process import Late, Scored, Scorer

NAMES = ("original", "unbiased", "multilingual", "original-small", "unbiased-small")
"""The models that the library knows; it downloads them itself when they are first used."""

LONGEST = 512
"""Tokens that all of its models take."""


class Detoxify(Scorer):
    """The provider `detoxify`. `extra` may hold `config`, the folder with the configuration and the tokenizer that a checkpoint is built by."""

    def __init__(self) -> None:
        super().__init__()
        self._models: dict[tuple[str, str], Late[Any]] = {}

    def check(self, model: Model, weights: Weights) -> None:
        """See Carrier."""
        _place(model, weights)
        if find_spec("detoxify") is None:
            raise _missing(model)

    def refuses(self, model: Model) -> dict[str, Invalid]:
        """See Provider."""
        refused = {name: wrong for name, wrong in super().refuses(model).items() if name != "extra"}
        if strange := sorted(model.extra.keys() - {"config"}):
            refused["extra"] = Invalid(f"{model.model} takes config in extra, and not {', '.join(strange)}.", "Leave it out.")
        return refused

    def named(self, model: Model, lent: Lent) -> str:
        """See Carrier. A checkpoint goes by its bytes; what the library finds by name, by the weights that it has loaded."""
        if (place := _place(model, lent.weights)) is not None:
            return f"detoxify:{lent.weights.hash(place, lent.note)}"
        loaded = self._late(model, lent.weights).get()
        whole = sha256(model.name.encode())
        for name, values in sorted(loaded.model.state_dict().items()):
            whole.update(name.encode() + b"\0" + values.detach().cpu().contiguous().numpy().tobytes())
        return f"detoxify:{whole.hexdigest()}"

    def sender(self, model: Model, lent: Lent) -> Sender:
        """See Carrier."""
        late = self._late(model, lent.weights)

        def compute(texts: list[str]) -> tuple[list[Classes], int]:
            loaded = late.get()
            tokens = [len(loaded.tokenizer(text)["input_ids"]) for text in texts]
            if max(tokens) > (most := min(loaded.tokenizer.model_max_length, LONGEST)):  # it would be cut in silence
                raise Invalid(f"A text has {max(tokens):,} tokens, and {model.model} takes {most:,}.", "Set `passage`, for example to 200.")
            said = {name: scores if isinstance(scores, list) else [scores] for name, scores in loaded.predict(texts).items()}  # one is no list
            return [{name: float(scores[at]) for name, scores in said.items()} for at in range(len(texts))], sum(tokens)

        return Scored(compute)

    def _late(self, model: Model, weights: Weights) -> Late[Any]:
        """Loaded once, whoever asks."""
        place, config = _place(model, weights), model.extra.get("config")

        def load() -> Any:
            try:
                library = import_module("detoxify")
            except ImportError:
                raise _missing(model) from None
            if place is None:
                return library.Detoxify(model.name)
            return library.Detoxify(checkpoint=str(weights.here(place)), huggingface_config_path=config)

        return self._models.setdefault((place or model.name, str(config)), Late(load))


def _place(model: Model, weights: Weights) -> str | None:
    """The checkpoint that a model names; None where the library knows it.

    Raises:
        NotFound: it is neither.
    """
    try:
        at = weights.here(model.name)  # None: of one whose answers are stored, and of which nothing else need be here
        return None if at is not None and at.is_dir() and model.name in NAMES else model.name
    except NotFound:
        if model.name in NAMES:
            return None
        raise NotFound(f"Detoxify has no model and there is no checkpoint {model.name!r}.", f"It has: {', '.join(NAMES)}.") from None


def _missing(model: Model) -> Unavailable:
    return Unavailable(f"{model.model} needs the library Detoxify, which is not installed.", "Install it with: pip install 'rowsmith[detoxify]'")


PROVIDER = Detoxify()
