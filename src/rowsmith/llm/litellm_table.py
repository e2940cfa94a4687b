"""What LiteLLM knows of models: prices and limits from the table that its package carries, read as data; LiteLLM is not imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

FILE = "model_prices_and_context_window_backup.json"
_ABOVE = re.compile(r"input_cost_per_token_above_(\d+)k_tokens")
_CAN = {
    "supports_response_schema": "schema", "supports_native_structured_output": "schema", "supports_function_calling": "tools",
    "supports_vision": "images", "supports_audio_input": "audio", "supports_reasoning": "reasoning",
}  # fmt: skip
_WINDOWS = {272_000: 400_000, 922_000: 1_050_000, 8_191: 8_192}
"""Where the table gives the longest question in place of the whole window, or one token less: what the provider says the window is."""


@cache
def entries() -> Mapping[str, Mapping[str, Any]]:
    """Every entry by LiteLLM's name of the model; empty where LiteLLM is not installed."""
    found = find_spec("litellm")
    places = [Path(folder) / FILE for folder in (found.submodule_search_locations or ())] if found else []
    for place in places:
        if place.is_file():
            read: dict[str, Mapping[str, Any]] = orjson.loads(place.read_bytes())
            return read
    return {}


def source() -> str:
    """The table's name and version."""
    return f"LiteLLM {version('litellm')}"


def facts_of(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """An entry in our terms (rowsmith.llm.facts.Facts); None when it has no price. A price of 0 there may be one that is not known."""
    embeds = entry.get("mode") == "embedding"
    into, out = _usd(entry, "input_cost_per_token"), 0 if embeds else _usd(entry, "output_cost_per_token")
    if not into or out is None or (out == 0 and not embeds):
        return None
    facts = {
        "price_in": into,
        "price_out": out,
        "price_cached_in": _usd(entry, "cache_read_input_token_cost"),
        "price_cache_write": _usd(entry, "cache_creation_input_token_cost") or None,
        "price_reasoning_out": _other(_usd(entry, "output_cost_per_reasoning_token"), out),
        "price_batch": _batch(entry, into, out),
        "price_above": _above(entry),
        "context": _WINDOWS.get(entry.get("max_input_tokens", 0), entry.get("max_input_tokens")),
        "max_output": None if embeds else entry.get("max_output_tokens"),
        "can": ["embeddings"] if embeds else sorted({word for name, word in _CAN.items() if entry.get(name)}),
        "until": entry.get("deprecation_date"),
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}


def _usd(entry: Mapping[str, Any], name: str) -> float | int | None:
    """USD per million tokens."""
    value = entry.get(name)
    if not isinstance(value, int | float):
        return None
    per_million = round(value * 1e6, 6)
    return int(per_million) if per_million == int(per_million) else per_million


def _other(value: float | None, usual: float) -> float | None:
    return None if value is None or value == usual else value


def _batch(entry: Mapping[str, Any], into: float, out: float) -> float | None:
    """The larger of both shares, so that a batched call is never taken to be cheaper than it is."""
    batched_in, batched_out = _usd(entry, "input_cost_per_token_batches"), _usd(entry, "output_cost_per_token_batches") if out else 0
    if batched_in is None or batched_out is None:
        return None
    return min(1.0, round(max(batched_in / into, batched_out / out if out else 0), 4))


def _above(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """The prices of long inputs, from the lowest length at which they rise."""
    lengths = sorted(int(found[1]) for name in entry if (found := _ABOVE.fullmatch(name)))
    for thousands in lengths[:1]:
        names = {"price_in": "input_cost_per_token", "price_out": "output_cost_per_token", "price_cached_in": "cache_read_input_token_cost"}
        prices = {ours: _usd(entry, f"{theirs}_above_{thousands}k_tokens") for ours, theirs in names.items()}
        prices["price_out"] = prices["price_out"] or _usd(entry, "output_cost_per_token")
        return {"tokens": thousands * 1000, **{name: value for name, value in prices.items() if value is not None}}
    return None
