"""LLaMA-Factory 0.9.5: its loader keeps every row, and renders it as we do."""

from __future__ import annotations

import pytest
from consumer import Case, Read
from written import CALLING, PAIRS, TALKS

TAGS = {
    "role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant", "observation_tag": "tool",
    "function_tag": "function_call", "system_tag": "system",
}  # fmt: skip
"""All seven: a block that lacks one unsets it (L22)."""
LABELLED = [{**talk, "label": n % 2 == 0} for n, talk in enumerate(TALKS[:3])]
ALTERNATING = [*TALKS, CALLING]
MESSAGES = {"formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": TAGS}
ENVIRONMENT, READER = "llama-factory", "llama_factory"
CASES: dict[str, Case] = {
    "alpaca": ("alpaca", TALKS[:3], {"stage": "sft", "info": {}}),
    "sharegpt": ("sharegpt", ALTERNATING, {"stage": "sft", "info": {
        "formatting": "sharegpt", "columns": {"messages": "conversations", "tools": "tools"},
    }}),
    "torchtune": ("torchtune", TALKS, {"stage": "sft", "info": MESSAGES}),
    "text": ("text", [{"text": "Tea is good."}, {"text": "Grüße ☂"}], {"stage": "pt", "info": {"columns": {"prompt": "text"}}}),
    "dpo": ("dpo", PAIRS[:2], {"stage": "rm", "info": {
        "ranking": True, "columns": {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"},
    }}),
    "kto": ("kto", LABELLED, {"stage": "kto", "info": {"columns": {"prompt": "prompt", "response": "completion", "kto_tag": "label"}}}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_row_that_goes_out_is_kept(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["kept"] == found[name].file.rows_out, found[name].said


@pytest.mark.parametrize(("name", "count"), [("alpaca", 3), ("sharegpt", len(TALKS)), ("torchtune", len(TALKS))])
def test_conversations_read_as_ours(name: str, count: int, found: dict[str, Read]) -> None:
    texts = [text.rstrip("\n") for text in found[name].said["texts"]["input_ids"][:count]]
    assert texts == found[name].file.chatml(count)


def test_calls_of_tools_and_pairs(found: dict[str, Read]) -> None:
    assert "It is 4 C in Oslo." in found["sharegpt"].said["texts"]["input_ids"][-1]
    assert found["dpo"].said["texts"]["rejected_input_ids"][0].endswith("What?<|im_end|>\n")
