"""Models in ONNX form with their tokenizers: found, loaded and run (the extra `embeddings`)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.weights import Weights
from rowsmith.llm.local.weights import BESIDE, HUB, VOCABULARY, vocabulary_of

FILES = ("model.onnx", VOCABULARY)
LONGEST = ("max_seq_length", "model_max_length", "max_position_embeddings")
"""The names under which the files beside a model say how many tokens a text may have."""
NEEDED = ("numpy", "onnxruntime", "tokenizers")
INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
WANTED = "Models in ONNX form need onnxruntime, tokenizers and numpy."
INSTALL = "Install them with: pip install 'rowsmith[embeddings]'"


class Graph:
    """A loaded model with its tokenizer. The file's own truncation and padding are put aside: a text that is cut in silence would have the
    numbers of another text. `beside` is the folder with what else is said of it."""

    def __init__(self, model: Model, place: Path) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError:
            raise Unavailable(WANTED, INSTALL) from None
        self.name = model.model
        graph = place / FILES[0] if place.is_dir() else place
        words = vocabulary_of(graph)
        self.beside = words.parent
        self._most = _longest(self.beside)
        try:
            self._tokenizer = Tokenizer.from_file(str(words))
            self.session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
        except Exception as error:
            # Both libraries raise bare exceptions of their own making.
            raise Invalid(f"{model.model} cannot be loaded: {error}", "Export the model again, with its tokenizer.") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._inputs = [given.name for given in self.session.get_inputs()]
        if strange := [name for name in self._inputs if name not in INPUTS]:
            what = f"{model.model} wants the inputs {', '.join(strange)}, which no text has."
            raise Invalid(what, f"Export it with {', '.join(sorted(INPUTS))} alone.")

    def run(self, texts: Sequence[str | tuple[str, str]], output: str) -> tuple[Any, Any, int]:
        """What the graph says of texts, or of pairs of texts: its output, the attention mask, and the number of tokens.

        Raises:
            Invalid: one is too long, has no token, or cannot be computed.
        """
        import numpy as np

        encoded = self._tokenizer.encode_batch(list(texts))
        lengths = [len(text.ids) for text in encoded]
        if self._most and max(lengths) > self._most:
            what = f"A text has {max(lengths):,} tokens, and {self.name} takes {self._most:,}."
            raise Invalid(what, "Split it, for example with chunk.tokens, or by the step's setting `passage` where it has one.")
        if not min(lengths):
            raise Invalid(f"A text has no token for {self.name}.", "Drop empty rows before.")
        shape = (len(texts), max(lengths))
        given = {name: np.zeros(shape, np.int64) for name in INPUTS}
        for row, text in enumerate(encoded):
            given["input_ids"][row, : len(text.ids)] = text.ids
            given["token_type_ids"][row, : len(text.ids)] = text.type_ids
            given["attention_mask"][row, : len(text.ids)] = 1
        try:
            said = self.session.run([output], {name: given[name] for name in self._inputs})[0]
        except Exception as error:
            raise Invalid(f"{self.name} failed: {str(error)[:300]}", "Look at the text; export the model again.") from error
        return np.asarray(said, np.float32), given["attention_mask"], sum(lengths)


def check(model: Model, weights: Weights) -> None:
    """Make sure that the model's files are there, as far as can be known without a connection, and the libraries.

    Raises:
        NotFound, Invalid, Unavailable: they are not.
    """
    in_folder(model, weights)
    if any(find_spec(name) is None for name in NEEDED):
        raise Unavailable(WANTED, INSTALL)


def in_folder(model: Model, weights: Weights) -> None:
    """Make sure that the model's folder holds what it must, if it can be looked into.

    Raises:
        NotFound: it does not. Invalid: that is no graph of the hub.
    """
    if model.name.startswith(HUB):
        weights.here(model.name)
        return
    try:
        folder = weights.here(model.name)
    except NotFound as error:
        raise NotFound(f"{model.model}: {error.what}", _fix(model)) from None
    if folder is None:
        return
    for name in FILES:
        if not (folder / name).is_file():
            raise NotFound(f"{model.model}: there is no {name} in {folder}.", _fix(model))


def _fix(model: Model) -> str:
    kind = model.provider
    return f"Name a folder with model.onnx and tokenizer.json, as {kind}/PATH, or a graph of the hub, as {kind}/{HUB}ORG/REPO/onnx/model.onnx."


def _longest(folder: Path) -> int:
    """Most tokens of a text, as the files beside the model say; 0 where none says so."""
    found = []
    for name in BESIDE:
        path = folder / name
        try:
            said = orjson.loads(path.read_bytes()) if path.is_file() else {}
        except orjson.JSONDecodeError as error:
            raise Invalid(f"{path} is not JSON: {error}.", "Export the model again.") from error
        found += [said[key] for key in LONGEST if isinstance(said, dict) and type(said.get(key)) is int and 0 < said[key] < 10**9]
    return min(found, default=0)
