"""The beginning of a GGUF file: what is read of it, and files that are none."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rowsmith.core.errors import Invalid
from rowsmith.llm.local.gguf import header
from rowsmith.testing import tiny_gguf


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf(tmp_path_factory.mktemp("weights") / "tiny.gguf", context=512, width=64, layers=3)


def test_what_stands_there(weights: Path) -> None:
    head = header(weights)
    assert (head.size, head.trained) == (weights.stat().st_size, 512)
    assert "reasoning_effort" in head.template
    assert head.values["general.architecture"] == "llama"
    assert head.values["tokenizer.ggml.bos_token_id"] == 1


def test_the_memory_of_a_text_is_a_key_and_a_value_for_each_layer(weights: Path) -> None:
    assert header(weights).memory(100) == 100 * 3 * 4 * (16 + 16) * 2


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"llama.attention.head_count_kv": [1, 2, 0]}, 100 * 3 * 32 * 2),
        ({"llama.attention.key_length": 32, "llama.attention.value_length": 8}, 100 * 12 * 40 * 2),
        ({"llama.attention.sliding_window": 8}, 100 * 12 * 32 * 2),
    ],
)
def test_other_shapes_of_attention(weights: Path, changes: dict[str, object], expected: int) -> None:
    head = header(weights)
    head.values.update(changes)
    assert head.memory(100) == expected
    assert header(weights).memory(10_000) > head.memory(10_000) or "llama.attention.sliding_window" not in changes


def test_long_arrays_are_passed_over(tmp_path: Path) -> None:
    numbers = struct.pack("<Q", 6) + b"a.long" + struct.pack("<IIQ", 9, 4, 5000) + b"\0" * 20000
    texts = struct.pack("<Q", 7) + b"a.texts" + struct.pack("<IIQ", 9, 8, 2) + 2 * (struct.pack("<Q", 2) + b"hi")
    path = tmp_path / "x.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + numbers + texts)
    assert header(path).values == {"a.texts": ["hi", "hi"]}


@given(cut=some.integers(4, 12_000), at=some.integers(4, 9_000), byte=some.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_whatever_is_wrong_with_it_is_told(weights: Path, tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, byte: int) -> None:
    """A file that breaks off before its weights, or holds other bytes than it should, is read or refused; nothing else."""
    content = bytearray(weights.read_bytes()[:12_000])
    content[at] = byte
    path = tmp_path_factory.getbasetemp() / "damaged.gguf"
    path.write_bytes(content[:cut])
    with suppress(Invalid):
        header(path)


@pytest.mark.parametrize("content", [b"", b"GG", b"hello world", b"PK\x03\x04"])
def test_other_files_are_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(Invalid, match="is no GGUF file"):
        header(path)


def test_the_same_arguments_give_the_same_weights(tmp_path: Path) -> None:
    made = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        (tmp_path / name).mkdir()
        made.append(tiny_gguf(tmp_path / name / "tiny.gguf", seed=seed).read_bytes())
    assert made[0] == made[1] != made[2]
