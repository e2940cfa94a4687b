"""`onnx/PATH`: an embedding model as a folder that holds `model.onnx` and `tokenizer.json`, as the hub's exports have it; or
`onnx/hf:ORG/REPO/onnx/model.onnx`, the graph in a repository of the hub, which has the tokenizer beside it or above.

The tokens' last hidden states are averaged over the attention mask (mean pooling, Reimers and Gurevych, "Sentence-BERT", EMNLP 2019) and scaled to
length 1. A graph that pools by itself, with an output of one row for each text, is taken as it is, and scaled likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.core.weights import Weights
from rowsmith.llm.providers import Lent, Sender
from rowsmith.llm.providers._in_process import Computed, InProcess, Late
from rowsmith.llm.providers._onnx import Graph, check, in_folder


class Onnx(InProcess):
    """The provider `onnx`."""

    def check(self, model: Model, weights: Weights) -> None:
        """See Carrier."""
        check(model, weights)

    def named(self, model: Model, lent: Lent) -> str:
        """See Carrier."""
        in_folder(model, lent.weights)
        return f"onnx:{lent.weights.hash(model.name, lent.note)}"

    def sender(self, model: Model, lent: Lent) -> Sender:
        """See Carrier."""
        loaded: Late[_Embedder] = Late(lambda: _Embedder(model, lent.weights.fetched(model.name, lent.note)))
        return Computed(lambda texts: loaded.get().vectors(texts))


class _Embedder(Graph):
    """A loaded model of embeddings."""

    def __init__(self, model: Model, place: Path) -> None:
        super().__init__(model, place)
        self._dimensions, self._output = model.dimensions, _output(self.session, model.model)

    def vectors(self, texts: Sequence[str]) -> tuple[list[bytes], int]:
        """See llm.providers._in_process.Compute."""
        states, mask, tokens = self.run(texts, self._output)
        return self._scaled(states, mask), tokens

    def _scaled(self, states: Any, mask: Any) -> list[bytes]:
        import numpy as np

        if states.ndim == 3:
            weights = mask[:, :, None].astype(np.float32)
            states = (states * weights).sum(1) / weights.sum(1)
        if self._dimensions:
            if self._dimensions > states.shape[1]:
                what = f"dimensions is {self._dimensions}, and {self.name} gives {states.shape[1]} numbers."
                raise Invalid(what, "Give fewer, or leave dimensions out.")
            states = states[:, : self._dimensions]
        norms = np.linalg.norm(states, axis=1, keepdims=True)
        return [row.astype("<f4").tobytes() for row in states / np.where(norms > 0, norms, 1)]


def _output(session: Any, name: str) -> str:
    """The output that is read: one row for each text where the graph pools, else the states of the tokens."""
    outputs = session.get_outputs()
    pooled = [output.name for output in outputs if len(output.shape) == 2 and output.name != "pooler_output"]
    states = [output.name for output in outputs if len(output.shape) == 3]
    if not pooled and not states:
        raise Invalid(f"{name} has no output with states of tokens or vectors of texts.", "Export it for feature extraction.")
    return str((pooled or states)[0])


PROVIDER = Onnx()
