"""LiteLLM's table in our terms, and the script that makes ours of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from rowsmith.llm.litellm_table import entries, facts_of

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "prices.py"


def test_an_entry_in_our_terms() -> None:
    entry = {
        "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05, "cache_read_input_token_cost": 1.25e-07,
        "cache_creation_input_token_cost": 0.0, "output_cost_per_reasoning_token": 1.2e-05, "input_cost_per_token_batches": 6.25e-07,
        "output_cost_per_token_batches": 6e-06, "input_cost_per_token_above_200k_tokens": 2.5e-06, "output_cost_per_token_above_200k_tokens": 1.5e-05,
        "max_input_tokens": 272000, "max_output_tokens": 65536, "supports_vision": True, "supports_response_schema": True,
        "deprecation_date": "2027-01-01",
    }  # fmt: skip
    assert facts_of(entry) == {
        "price_in": 1.25, "price_out": 10, "price_cached_in": 0.125, "price_reasoning_out": 12, "price_batch": 0.6,
        "price_above": {"tokens": 200_000, "price_in": 2.5, "price_out": 15}, "context": 400_000, "max_output": 65536, "can": ["images", "schema"],
        "until": "2027-01-01",
    }  # fmt: skip


def test_an_embedding_model_puts_nothing_out() -> None:
    entry = {"mode": "embedding", "input_cost_per_token": 2e-8, "input_cost_per_token_batches": 1e-8, "max_input_tokens": 8191}
    assert facts_of(entry) == {"price_in": 0.02, "price_out": 0, "price_batch": 0.5, "context": 8192, "can": ["embeddings"]}


def test_a_price_of_zero_there_is_not_known() -> None:
    assert facts_of({"input_cost_per_token": 0, "output_cost_per_token": 1e-6}) is None
    assert facts_of({}) is None


def test_litellm_is_read_and_not_imported() -> None:
    code = "import sys; from rowsmith.llm.litellm_table import entries; assert len(entries()) > 1000; assert 'litellm' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_tables_that_ship_are_made_of_it(tmp_path: Path) -> None:
    """With the same LiteLLM that made them; a newer one differs, and `make check` must not fail for that."""
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    shipped = yaml.safe_load((ROOT / "src/rowsmith/content/models/openai.yaml").read_text())
    from rowsmith.llm.litellm_table import source

    assert done.returncode in (0, 1), done.stderr
    assert "openai: " in done.stdout
    if shipped["source"] == source():
        ours, theirs = shipped["models"]["gpt-4o-mini"], facts_of(entries()["gpt-4o-mini"])
        assert ours == theirs
