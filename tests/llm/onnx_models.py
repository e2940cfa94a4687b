"""Tiny embedding models in ONNX form, made here: a table of token vectors, and a graph that pools by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

WORDS = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "tea", "coffee", "stone", "road", "warm", "cold"]


def table(width: int = 6, seed: int = 3) -> np.ndarray:
    """The vector of each word."""
    return np.random.default_rng(seed).standard_normal((len(WORDS), width)).astype(np.float32)


def onnx_folder(folder: Path, *, pooled: bool = False, longest: int | None = None, seed: int = 3, types: bool = False) -> Path:
    """A folder with model.onnx and tokenizer.json. The tokenizer file truncates to 3 tokens and pads to 9, as exported ones often do."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=9, pad_id=0, pad_token="[PAD]")
    tokenizer.save(str(folder / "tokenizer.json"))
    onnx.save(_graph(pooled, seed, types), str(folder / "model.onnx"))
    if longest:
        (folder / "config.json").write_text(json.dumps({"max_position_embeddings": longest}), encoding="utf-8")
    return folder


def _graph(pooled: bool, seed: int, types: bool) -> onnx.ModelProto:
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if types else [])]
    given = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in names]
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])]
    shape: list[str | int] = ["batch", "tokens", 6]
    output = "last_hidden_state"
    if pooled:  # the first token's state
        nodes.append(helper.make_node("Gather", ["last_hidden_state", "first"], ["sentence_embedding"], axis=1))
        shape, output = ["batch", 6], "sentence_embedding"
    weights = [numpy_helper.from_array(table(seed=seed), "table"), numpy_helper.from_array(np.array(0, np.int64), "first")]
    graph = helper.make_graph(nodes, "tiny", given, [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
