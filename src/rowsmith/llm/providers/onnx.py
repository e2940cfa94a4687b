"""`onnx/PATH`: an embedding model as a folder that holds `model.onnx` and `tokenizer.json`, as the hub's exports have it; or
`onnx/hf:ORG/REPO/onnx/model.onnx`, the graph in a repository of the hub, which has the tokenizer beside it or above.

The tokens' last hidden states are averaged over the attention mask (mean pooling, Reimers and Gurevych, "Sentence-BERT", EMNLP 2019) and scaled to
length 1. A graph that pools by itself, with an output of one row for each text, is taken as it is, and scaled likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.ports import Weights
from rowsmith.llm.local.weights import BESIDE, HUB, VOCABULARY, vocabulary_of
from rowsmith.llm.providers import Lent, Sender
from rowsmith.llm.providers._in_process import Computed, InProcess, Late

FILES = ("model.onnx", VOCABULARY)
LONGEST = ("max_seq_length", "model_max_length", "max_position_embeddings")
"""The names under which the files beside a model say how many tokens a text may have."""
NEEDED = ("numpy", "onnxruntime", "tokenizers")
WANTED = "Models in ONNX form need onnxruntime, tokenizers and numpy."
FIX = f"Name a folder with model.onnx and tokenizer.json, as onnx/PATH, or a graph of the hub, as onnx/{HUB}ORG/REPO/onnx/model.onnx."
INSTALL = "Install them with: pip install 'rowsmith[embeddings]'"


class Onnx(InProcess):
    """The provider `onnx`."""

    def check(self, model: Model, weights: Weights) -> None:
        """See Carrier."""
        _folder(model, weights)
        if any(find_spec(name) is None for name in NEEDED):
            raise Unavailable(WANTED, INSTALL)

    def named(self, model: Model, lent: Lent) -> str:
        """See Carrier."""
        _folder(model, lent.weights)
        return f"onnx:{lent.weights.hash(model.name, lent.note)}"

    def sender(self, model: Model, lent: Lent) -> Sender:
        """See Carrier."""
        loaded: Late[_Graph] = Late(lambda: _Graph(model, lent.weights.fetched(model.name, lent.note)))
        return Computed(lambda texts: loaded.get().vectors(texts))


class _Graph:
    """A loaded model with its tokenizer. The file's own truncation and padding are put aside: a text that is cut in silence would have the
    vector of another text."""

    def __init__(self, model: Model, place: Path) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError:
            raise Unavailable(WANTED, INSTALL) from None
        self._name, self._dimensions = model.model, model.dimensions
        graph = place / FILES[0] if place.is_dir() else place
        words = vocabulary_of(graph)
        self._most = _longest(words.parent)
        try:
            self._tokenizer = Tokenizer.from_file(str(words))
            self._session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
        except Exception as error:
            # Both libraries raise bare exceptions of their own making.
            raise Invalid(f"{model.model} cannot be loaded: {error}", "Export the model again, with its tokenizer.") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._inputs = [given.name for given in self._session.get_inputs()]
        self._output = _output(self._session, model.model)

    def vectors(self, texts: Sequence[str]) -> tuple[list[bytes], int]:
        """See llm.providers._in_process.Compute."""
        import numpy as np

        encoded = self._tokenizer.encode_batch(list(texts))
        lengths = [len(text.ids) for text in encoded]
        if self._most and max(lengths) > self._most:
            raise Invalid(f"A text has {max(lengths):,} tokens, and {self._name} takes {self._most:,}.", "Split it, for example with chunk.tokens.")
        if not min(lengths):
            raise Invalid(f"A text has no token for {self._name}.", "Drop empty rows before.")
        shape = (len(texts), max(lengths))
        ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, text in enumerate(encoded):
            ids[row, : len(text.ids)] = text.ids
            mask[row, : len(text.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros(shape, np.int64)}
        try:
            states = self._session.run([self._output], {name: given[name] for name in self._inputs})[0]
        except Exception as error:
            raise Invalid(f"{self._name} failed: {str(error)[:300]}", "Look at the text; export the model again.") from error
        return self._scaled(states, mask), sum(lengths)

    def _scaled(self, states: Any, mask: Any) -> list[bytes]:
        import numpy as np

        states = np.asarray(states, np.float32)
        if states.ndim == 3:
            weights = mask[:, :, None].astype(np.float32)
            states = (states * weights).sum(1) / weights.sum(1)
        if self._dimensions:
            if self._dimensions > states.shape[1]:
                what = f"dimensions is {self._dimensions}, and {self._name} gives {states.shape[1]} numbers."
                raise Invalid(what, "Give fewer, or leave dimensions out.")
            states = states[:, : self._dimensions]
        norms = np.linalg.norm(states, axis=1, keepdims=True)
        return [row.astype("<f4").tobytes() for row in states / np.where(norms > 0, norms, 1)]


def _folder(model: Model, weights: Weights) -> None:
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
        raise NotFound(f"{model.model}: {error.what}", FIX) from None
    if folder is None:
        return
    for name in FILES:
        if not (folder / name).is_file():
            raise NotFound(f"{model.model}: there is no {name} in {folder}.", FIX)


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


def _output(session: Any, name: str) -> str:
    """The output that is read: one row for each text where the graph pools, else the states of the tokens."""
    outputs = session.get_outputs()
    known = {"input_ids", "attention_mask", "token_type_ids"}
    if strange := [given.name for given in session.get_inputs() if given.name not in known]:
        raise Invalid(f"{name} wants the inputs {', '.join(strange)}, which no text has.", f"Export it with {', '.join(sorted(known))} alone.")
    pooled = [output.name for output in outputs if len(output.shape) == 2 and output.name != "pooler_output"]
    states = [output.name for output in outputs if len(output.shape) == 3]
    if not pooled and not states:
        raise Invalid(f"{name} has no output with states of tokens or vectors of texts.", "Export it for feature extraction.")
    return str((pooled or states)[0])


PROVIDER = Onnx()
