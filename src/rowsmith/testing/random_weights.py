"""Weights of a language model that knows nothing: random numbers in the form that llama.cpp loads. Made in a moment, without a network.

What it says is noise, and where the sampler is held to a form, noise of that form: what a test of a local model needs. It writes the
file with the packages `gguf` and `numpy`, which Rowsmith itself does without: pip install gguf.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

TEMPLATE = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
    "{% if reasoning_effort is defined %}effort: {{ reasoning_effort }}\n{% endif %}assistant:"
)
"""How a conversation is written for the model."""
HEADS = 4


def tiny_gguf(path: Path, *, seed: int = 0, context: int = 2048, width: int = 64, layers: int = 2, template: str = TEMPLATE) -> Path:
    """Write the weights of a model in Llama's architecture, whose tokens are bytes and printable ASCII characters; returns `path`.

    The same arguments give the same bytes. 64 wide and 2 layers deep it takes half a megabyte and says thousands of tokens a second;
    `context` is how many it was "trained" to hold.
    """
    import gguf
    import numpy

    chance = numpy.random.default_rng(seed)
    tokens, kinds = _vocabulary(gguf.TokenType)
    out = gguf.GGUFWriter(path, "llama")
    out.add_name(path.stem)
    out.add_context_length(context)
    out.add_embedding_length(width)
    out.add_block_count(layers)
    out.add_feed_forward_length(2 * width)
    out.add_head_count(HEADS)
    out.add_head_count_kv(HEADS)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_rope_dimension_count(width // HEADS)
    out.add_vocab_size(len(tokens))
    out.add_tokenizer_model("llama")
    out.add_tokenizer_pre("default")
    out.add_token_list(tokens)
    out.add_token_scores([0.0] * len(tokens))
    out.add_token_types(kinds)
    out.add_unk_token_id(0)
    out.add_bos_token_id(1)
    out.add_eos_token_id(2)
    out.add_add_bos_token(True)
    out.add_chat_template(template)
    for name, shape in _shapes(len(tokens), width, layers).items():
        plain = numpy.ones(shape) if len(shape) == 1 else 0.2 * chance.standard_normal(shape)
        out.add_tensor(name, plain.astype(numpy.float32))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    return path


def _vocabulary(kind: Any) -> tuple[list[bytes], list[int]]:
    """The tokens and what each is: three that stand for none, every byte, and what can be printed."""
    special = [(b"<unk>", kind.UNKNOWN), (b"<s>", kind.CONTROL), (b"</s>", kind.CONTROL)]
    in_bytes = [(f"<0x{byte:02X}>".encode(), kind.BYTE) for byte in range(256)]
    printed = [(chr(code).encode(), kind.NORMAL) for code in range(33, 127)] + [("▁".encode(), kind.NORMAL)]
    tokens, kinds = zip(*special, *in_bytes, *printed, strict=True)
    return list(tokens), list(kinds)


def _shapes(tokens: int, width: int, layers: int) -> dict[str, tuple[int, ...]]:
    square, up, down = (width, width), (2 * width, width), (width, 2 * width)
    shapes: dict[str, tuple[int, ...]] = {"token_embd": (tokens, width), "output_norm": (width,), "output": (tokens, width)}
    for layer in range(layers):
        of_layer: dict[str, tuple[int, ...]] = {
            "attn_norm": (width,), "attn_q": square, "attn_k": square, "attn_v": square, "attn_output": square,
            "ffn_norm": (width,), "ffn_gate": up, "ffn_up": up, "ffn_down": down,
        }  # fmt: skip
        shapes |= {f"blk.{layer}.{name}": shape for name, shape in of_layer.items()}
    return {f"{name}.weight": shape for name, shape in shapes.items()}
