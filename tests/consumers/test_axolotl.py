"""Axolotl 0.19.0: its strategies read every row, render it as we do, and train on the answers alone."""

from __future__ import annotations

import pytest
from consumer import Case, Read
from written import PAIRS, TALKS

ENVIRONMENT, READER = "trl", "axolotl_strategies"
CASES: dict[str, Case] = {
    "openai": ("openai", TALKS, {"settings": {"type": "chat_template"}}),
    "messages": ("messages", TALKS, {"settings": {"type": "chat_template"}}),
    "sharegpt": ("sharegpt", TALKS, {"settings": {
        "type": "chat_template", "field_messages": "conversations", "message_property_mappings": {"role": "from", "content": "value"},
    }}),
    "trl-dpo": ("trl-dpo", PAIRS, {"dpo": "chat_template.default", "settings": {"type": "chat_template.default", "field_messages": "prompt"}}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_row_that_goes_out_is_read(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["kept"] == found[name].file.rows_out, found[name].said


@pytest.mark.parametrize("name", ["openai", "messages", "sharegpt"])
def test_conversations_read_as_ours_and_the_answers_are_trained_on(name: str, found: dict[str, Read]) -> None:
    said = found[name].said
    assert said["texts"][: len(TALKS)] == [text + "\n" for text in found[name].file.chatml(len(TALKS))]
    assert said["trained"][0].replace("<|im_end|>", "").strip() == "2 plus 3 is 5."
    assert "Weather" not in said["trained"][3]


def test_pairs(found: dict[str, Read]) -> None:
    assert found["trl-dpo"].said["rows"][0] == {
        "prompt": "<|im_start|>user\nGreet me<|im_end|>\n<|im_start|>assistant\n",
        "chosen": "Hello, good to see you.<|im_end|>", "rejected": "What?<|im_end|>",
    }  # fmt: skip
