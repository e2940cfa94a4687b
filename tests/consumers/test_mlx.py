"""MLX-LM 0.32.2: its loader reads every row, and renders it as we do."""

from __future__ import annotations

import pytest
from consumer import Case, Read
from written import TALKS

ENVIRONMENT, READER = "mlx", "mlx_folder"
CASES: dict[str, Case] = {
    "openai": ("openai", TALKS, {}),
    "messages": ("messages", TALKS, {}),
    "prompt-completion": ("prompt-completion", TALKS[:3], {}),
    "text": ("text", [{"text": "Tea is good."}, {"text": "Grüße ☂"}], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_row_that_goes_out_is_read(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["kept"] == found[name].file.rows_out, found[name].said


@pytest.mark.parametrize(("name", "count"), [("openai", len(TALKS)), ("messages", len(TALKS)), ("prompt-completion", 3)])
def test_conversations_read_as_ours(name: str, count: int, found: dict[str, Read]) -> None:
    assert found[name].said["texts"][:count] == [text + "\n" for text in found[name].file.chatml(count)]


def test_its_kinds_of_datasets(found: dict[str, Read]) -> None:
    kinds = {name: read.said["kind"] for name, read in found.items()}
    assert kinds == {"openai": "ChatDataset", "messages": "ChatDataset", "prompt-completion": "CompletionsDataset", "text": "TextDataset"}
