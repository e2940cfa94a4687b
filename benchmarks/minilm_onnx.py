"""A model in ONNX form of the weights of a small BERT (all-MiniLM-L6-v2 and its kin), which its package holds as safetensors alone.

Used by chunking.py; needs onnx, numpy and tokenizers.
"""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def tensors(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file, float32 ones."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    head = json.loads(raw[8 : 8 + length])
    found = {}
    for name, told in head.items():
        if name != "__metadata__" and told["dtype"] == "F32":
            first, last = told["data_offsets"]
            found[name] = np.frombuffer(raw[8 + length + first : 8 + length + last], np.float32).reshape(told["shape"])
    return found


class Graph:
    """The nodes of a graph as they are added; each call gives the name of what the node makes."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        """A constant of this name."""
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def whole(self, *numbers: int) -> str:
        """Whole numbers as a constant."""
        return self.constant("int " + " ".join(map(str, numbers)), np.array(numbers, np.int64))

    def add(self, kind: str, *inputs: str, **settings: Any) -> str:
        """A node."""
        made = f"{kind} {len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [made], **settings))
        return made

    def linear(self, x: str, name: str) -> str:
        """A dense layer of the weights."""
        product = self.add("MatMul", x, self.constant(f"{name}.weight", self.weights[f"{name}.weight"].T))
        return self.add("Add", product, self.constant(f"{name}.bias", self.weights[f"{name}.bias"]))

    def norm(self, x: str, name: str) -> str:
        """A layer's normalisation."""
        scale, bias = (self.constant(f"{name}.{part}", self.weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)


def bert(weights: dict[str, np.ndarray], heads: int) -> onnx.ModelProto:
    """Last hidden states by token ids and attention mask (Devlin et al., "BERT", NAACL 2019)."""
    graph = Graph(weights)
    width = weights["embeddings.word_embeddings.weight"].shape[1]
    tables = {name: graph.constant(name, weights[f"embeddings.{name}_embeddings.weight"]) for name in ("word", "position")}
    length = graph.add("Gather", graph.add("Shape", "input_ids"), graph.whole(1))
    places = graph.add("Slice", tables["position"], graph.whole(0), length, graph.whole(0))
    kinds = graph.constant("kind", weights["embeddings.token_type_embeddings.weight"][0])
    x = graph.add("Add", graph.add("Add", graph.add("Gather", tables["word"], "input_ids"), places), kinds)
    x = graph.norm(x, "embeddings.LayerNorm")
    mask = graph.add("Unsqueeze", graph.add("Cast", "attention_mask", to=TensorProto.FLOAT), graph.whole(1, 2))
    unseen = graph.add("Mul", graph.add("Sub", mask, graph.constant("1.0", np.float32(1))), graph.constant("1e9", np.float32(1e9)))
    for number in range(sum(name.endswith("attention.self.query.weight") for name in weights)):
        x = layer(graph, x, unseen, f"encoder.layer.{number}.", heads, width)
    graph.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
    given = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", width])
    made = helper.make_graph(graph.nodes, "bert", given, [output], list(graph.constants.values()))
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def layer(graph: Graph, x: str, unseen: str, name: str, heads: int, width: int) -> str:
    """One layer: attention, then two dense layers, each with what came in added."""
    split = graph.whole(0, 0, heads, width // heads)
    query, key, value = (
        graph.add("Transpose", graph.add("Reshape", graph.linear(x, f"{name}attention.self.{part}"), split), perm=perm)
        for part, perm in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3]))
    )
    scores = graph.add("Div", graph.add("MatMul", query, key), graph.constant("root", np.float32((width // heads) ** 0.5)))
    seen = graph.add("MatMul", graph.add("Softmax", graph.add("Add", scores, unseen), axis=-1), value)
    joined = graph.add("Reshape", graph.add("Transpose", seen, perm=[0, 2, 1, 3]), graph.whole(0, 0, width))
    x = graph.norm(graph.add("Add", graph.linear(joined, f"{name}attention.output.dense"), x), f"{name}attention.output.LayerNorm")
    inner = graph.linear(x, f"{name}intermediate.dense")
    erf = graph.add("Erf", graph.add("Div", inner, graph.constant("root 2", np.float32(2**0.5))))
    gelu = graph.add("Mul", graph.add("Mul", inner, graph.constant("0.5", np.float32(0.5))), graph.add("Add", erf, "1.0"))
    return graph.norm(graph.add("Add", graph.linear(gelu, f"{name}output.dense"), x), f"{name}output.LayerNorm")


def exported(source: Path, target: Path) -> Path:
    """The folder `target`, with model.onnx and tokenizer.json as the provider `onnx` reads them, made of a folder of weights."""
    heads = json.loads((source / "config.json").read_text(encoding="utf-8"))["num_attention_heads"]
    onnx.save(bert(tensors(source / "model.safetensors"), heads), str(target / "model.onnx"))
    for name in ("tokenizer.json", "config.json"):
        shutil.copyfile(source / name, target / name)
    return target
