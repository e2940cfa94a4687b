"""Tiny classifiers in ONNX form, made here: one of pairs, which tells whether the words of the second text stand in the first, and one of words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
ID, TYPES = TensorProto.INT64, TensorProto.FLOAT


def saved(folder: Path, words: list[str], nodes: list[onnx.NodeProto], weights: dict[str, np.ndarray], labels: list[str], **config: object) -> Path:
    """The folder of a model with these parts. Its graph reads input_ids, attention_mask and token_type_ids and gives `logits`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(SPECIAL + words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    given = [helper.make_tensor_value_info(name, ID, ["batch", "tokens"]) for name in ("input_ids", "attention_mask", "token_type_ids")]
    out = helper.make_tensor_value_info("logits", TYPES, ["batch", len(labels)])
    graph = helper.make_graph(nodes, "tiny", given, [out], [numpy_helper.from_array(value, name) for name, value in weights.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(folder / "model.onnx"))
    told = {"id2label": {str(at): label for at, label in enumerate(labels)}, "max_position_embeddings": 64, **config}
    (folder / "config.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def nli_folder(folder: Path, words: list[str], labels: list[str] | None = None) -> Path:
    """A model of pairs: entailment where every known word of the second text stands in the first, else contradiction where `not` is the word that
    does not, else neutral."""
    size = len(SPECIAL + words)
    known = np.zeros((size, size), np.float32)
    known[np.arange(len(SPECIAL), size), np.arange(len(SPECIAL), size)] = 1
    denies = np.zeros((size, 1), np.float32)
    if "not" in words:
        denies[len(SPECIAL) + words.index("not")] = 1
    node = helper.make_node
    nodes = [
        node("Gather", ["known", "input_ids"], ["one_hot"]),
        node("Cast", ["token_type_ids"], ["second"], to=TensorProto.FLOAT), node("Unsqueeze", ["second", "last"], ["second3"]),
        node("Mul", ["one_hot", "second3"], ["said"]), node("Sub", ["one_hot", "said"], ["given"]),
        node("ReduceMax", ["said"], ["said_words"], axes=[1], keepdims=0), node("ReduceMax", ["given"], ["given_words"], axes=[1], keepdims=0),
        node("Sub", ["said_words", "given_words"], ["more"]), node("Relu", ["more"], ["absent"]),
        node("MatMul", ["absent", "ones"], ["absent_count"]), node("MatMul", ["absent", "denies"], ["denied"]),
        node("Mul", ["denied", "twenty"], ["contradicts"]), node("Mul", ["absent_count", "minus_ten"], ["lacks"]),
        node("Add", ["lacks", "five"], ["entails"]), node("Mul", ["denied", "zero"], ["nothing"]), node("Add", ["nothing", "two"], ["neither"]),
        node("Concat", ["contradicts", "entails", "neither"], ["logits"], axis=1),
    ]  # fmt: skip
    one = lambda value: np.array([[value]], np.float32)  # noqa: E731
    weights = {
        "known": known, "last": np.array([2], np.int64), "ones": np.ones((size, 1), np.float32), "denies": denies, "twenty": one(20),
        "minus_ten": one(-10), "five": one(5), "zero": one(0), "two": one(2),
    }  # fmt: skip
    return saved(folder, words, nodes, weights, labels or ["CONTRADICTION", "ENTAILMENT", "NEUTRAL"])


def harm_folder(folder: Path, words: dict[str, tuple[float, float]]) -> Path:
    """A model of single texts with the labels `insult` and `obscene`, each scored for itself: by the word that has the most of it."""
    table = np.array([*[(-4.0, -4.0)] * len(SPECIAL), *words.values()], np.float32)
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["each"]), helper.make_node("ReduceMax", ["each"], ["logits"], axes=[1], keepdims=0)]
    return saved(folder, list(words), nodes, {"table": table}, ["insult", "obscene"], problem_type="multi_label_classification")
