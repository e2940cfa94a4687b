"""`onnx-classifier/PATH`: a classifier of texts, or of pairs of texts (NLI), in ONNX form: a folder that holds `model.onnx`, `tokenizer.json` and
`config.json`, as the hub's exports have it; or `onnx-classifier/hf:ORG/REPO/onnx/model.onnx`.

`id2label` of config.json names the categories. Its `problem_type` says what the scores are: where a text may have several labels, each category
has its own (sigmoid), else they share 1 among them (softmax).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.core.weights import Weights
from rowsmith.llm.classes import Classes
from rowsmith.llm.providers import Lent, Sender, Way, Write
from rowsmith.llm.providers._in_process import Late, Scored, Scorer
from rowsmith.llm.providers._onnx import Graph, check, in_folder

CONFIG = "config.json"
SEVERAL = "multi_label_classification"
FIX = "Export the model with its config.json, whose id2label names the categories."


class OnnxClassifier(Scorer):
    """The provider `onnx-classifier`. `extra` may hold `id2label` and `problem_type`, which go before those of config.json."""

    pairs = True

    def check(self, model: Model, weights: Weights) -> None:
        """See Carrier."""
        check(model, weights)

    def refuses(self, model: Model) -> Mapping[str, Invalid]:
        """See Provider."""
        refused = {name: wrong for name, wrong in super().refuses(model).items() if name != "extra"}
        if strange := sorted(model.extra.keys() - {"id2label", "problem_type"}):
            refused["extra"] = Invalid(f"{model.model} takes id2label and problem_type in extra, and not {', '.join(strange)}.", "Leave it out.")
        return refused

    def named(self, model: Model, lent: Lent) -> str:
        """See Carrier."""
        in_folder(model, lent.weights)
        return f"onnx-classifier:{lent.weights.hash(model.name, lent.note)}"

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        """The texts, and what says otherwise than config.json what the graph's numbers mean."""
        write = super().body(model, schema, way)
        return lambda messages: {**write(messages), **model.extra}

    def sender(self, model: Model, lent: Lent) -> Sender:
        """See Carrier."""
        loaded: Late[Classifier] = Late(lambda: Classifier(model, lent.weights.fetched(model.name, lent.note)))
        return Scored(lambda texts: loaded.get().scores(texts))


class Classifier(Graph):
    """A loaded classifier."""

    def __init__(self, model: Model, place: Path) -> None:
        super().__init__(model, place)
        said = {**_config(self.beside / CONFIG), **model.extra}
        names = {int(at): str(name) for at, name in dict(said.get("id2label") or {}).items()}
        self._labels = [names[at] for at in sorted(names)]
        self._several = said.get("problem_type") == SEVERAL
        outputs = [one for one in self.session.get_outputs() if len(one.shape) == 2]
        if not outputs:
            raise Invalid(f"{model.model} has no output with one row for each text.", "Export it for the classification of texts.")
        self._output = next((one.name for one in outputs if one.name == "logits"), outputs[0].name)
        if sorted(names) != list(range(len(names))) or not names:
            raise Invalid(f"{CONFIG} of {model.model} names no categories.", FIX)

    def scores(self, texts: list[Any]) -> tuple[list[Classes], int]:
        """The scores of texts, or of pairs of texts, and the number of their tokens."""
        import numpy as np

        given = [text if isinstance(text, str) else (text[0], text[1]) for text in texts]
        logits, _, tokens = self.run(given, self._output)
        if logits.shape[1] != len(self._labels):
            raise Invalid(f"{self.name} gives {logits.shape[1]} numbers, and its {CONFIG} names {len(self._labels)} categories.", FIX)
        if self._several:
            found = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
        else:
            raised = np.exp(logits - logits.max(1, keepdims=True))
            found = raised / raised.sum(1, keepdims=True)
        return [dict(zip(self._labels, map(float, row), strict=True)) for row in found], tokens


def _config(path: Path) -> dict[str, Any]:
    try:
        said = orjson.loads(path.read_bytes()) if path.is_file() else {}
    except orjson.JSONDecodeError as error:
        raise Invalid(f"{path} is not JSON: {error}.", "Export the model again.") from error
    return said if isinstance(said, dict) else {}


PROVIDER = OnnxClassifier()
