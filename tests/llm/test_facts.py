"""What is known of models: from what ships, from the home's own table, at the right address only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm import facts, litellm_table
from rowsmith.llm.facts import Facts, Table, dated_base, filled

SHIPPED = Table()
MODELS = [(family, name) for family, name, _ in SHIPPED.known()]


def known(model: str, **settings: Any) -> Facts:
    return SHIPPED.of(Model(model=model, **settings))


def own(tmp_path: Path, text: str) -> Table:
    (tmp_path / "models.yaml").write_text(text)
    return Table(tmp_path / "models.yaml")


@pytest.mark.parametrize("family", ["openai", "anthropic", "gemini", "mistral", "deepseek", "groq", "together", "xai", "bedrock"])
def test_every_family_has_models_with_prices_a_date_and_a_page(family: str) -> None:
    found = [said for of, _, said in SHIPPED.known() if of == family]
    assert found
    assert all(said.price_in and said.date and said.source for said in found)
    assert all(said.price_out or said.can == ("embeddings",) for said in found)
    assert facts.families()[family]["page"].startswith("https://")


def test_what_is_known_of_a_model() -> None:
    found = known("openai/gpt-4o-mini")
    assert (found.price_in, found.price_out, found.price_cached_in, found.price_batch) == (0.15, 0.6, 0.075, 0.5)
    assert (found.context, found.max_output, found.tokenizer) == (128_000, 16_384, "o200k")
    assert set(found.can) == {"schema", "tools", "images"}
    assert known("anthropic/claude-haiku-4-5").price_cache_write == 1.25
    assert known("gemini/gemini-2.5-flash").tokenizer is None


def test_what_is_known_of_embedding_models() -> None:
    small, large = known("openai/text-embedding-3-small"), known("openai/text-embedding-3-large")
    assert (small.price_in, large.price_in, small.price_out) == (0.02, 0.13, 0)
    assert (small.context, small.tokenizer, small.price_batch, small.can) == (8192, "cl100k", 0.5, ("embeddings",))
    assert known("mistral/mistral-embed").price_in == 0.1
    for own in ("builtin/hashing", "onnx/models/m", "sentence-transformers/all-MiniLM-L6-v2"):
        assert (known(own).price_in, known(own).price_out) == (0, 0)


@pytest.mark.parametrize(
    ("model", "as_"),
    [
        ("openai/gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini"),
        ("anthropic/claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"),
        ("litellm/openai/gpt-4o-mini", "openai/gpt-4o-mini"),
        ("litellm/bedrock/converse/amazon.nova-lite-v1:0", "litellm/bedrock/amazon.nova-lite-v1:0"),
        ("litellm/together_ai/openai/gpt-oss-120b", "together/openai/gpt-oss-120b"),
        ("gpt-4o-mini", "openai/gpt-4o-mini"),
    ],
)
def test_other_names_of_the_same_model(model: str, as_: str) -> None:
    assert known(model) == known(as_) != facts.NOTHING


@pytest.mark.parametrize("server", ["ollama", "vllm", "llamacpp", "lmstudio", "local"])
def test_servers_of_ones_own_are_free_wherever_they_are(server: str) -> None:
    for settings in ({}, {"base_url": "http://10.0.0.7:8000/v1"}):
        found = known(f"{server}/any/model", **settings)
        assert (found.price_in, found.price_out) == (0, 0)


@pytest.mark.parametrize(
    ("model", "base_url"),
    [
        ("openai/gpt-99", None), ("nobody/m", None), ("openai/gpt-4o-mini", "https://proxy.example/v1"), ("openai/llama3", "http://127.0.0.1:1/v1"),
        ("ollama/gpt-oss:120b-cloud", None), ("openrouter/a/b", None), ("litellm/nobody/m", None), ("litellm/openai/gpt-4o", "http://10.0.0.1/v1"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_unknown_and_never_free(model: str, base_url: str | None) -> None:
    found = known(model, base_url=base_url)
    assert (found.price_in, found.price_out) == (None, None)


def test_prices_go_by_the_address() -> None:
    assert known("openai/deepseek-v4-flash", base_url="https://api.deepseek.com/v1") == known("deepseek/deepseek-v4-flash")
    assert known("openrouter/x/y:free").price_in == 0


def test_limits_of_a_tier_go_by_the_longest_pattern() -> None:
    assert (known("gemini/gemini-2.5-flash", tier="free").rpm, known("gemini/gemini-2.5-pro", tier="free").rpm) == (15, 5)
    assert known("gemini/gemini-2.5-flash", tier="free").rpd == 1500
    assert known("gemini/gemini-2.5-flash").rpm is None
    assert known("openrouter/x/y:free", tier="credits").rpd == 1000


def test_a_model_of_litellm_alone_is_found_in_its_own_table() -> None:
    name = next(
        name for name, entry in litellm_table.entries().items()
        if entry.get("litellm_provider") == "perplexity" and entry.get("mode") == "chat" and litellm_table.facts_of(entry)
    )  # fmt: skip
    found = known(f"litellm/{name}")
    assert found.price_in
    assert str(found.source).startswith("LiteLLM ")


def test_the_homes_own_table_goes_first_and_leaves_the_rest(tmp_path: Path) -> None:
    table = own(tmp_path, 'models:\n  "openai/gpt-4o-mini": {price_in: 0.1}\n  "openai/mine-*": {price_in: 1, price_out: 2, rpm: 7}\n')
    found = table.of(Model(model="openai/gpt-4o-mini"))
    assert (found.price_in, found.price_out, found.price_cached_in, found.context) == (0.1, 0.6, None, 128_000)
    anywhere = table.of(Model(model="openai/mine-2", base_url="http://127.0.0.1:1/v1"))
    assert (anywhere.price_in, anywhere.rpm) == (1, 7)
    assert Table(tmp_path / "absent.yaml").of(Model(model="openai/gpt-4o-mini")) == known("openai/gpt-4o-mini")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("models: [", "no YAML"), ("other: 1", "no mapping 'models'"), ("models:\n  a/b: {price_in: -1}", "a/b: price_in"),
        ("models:\n  a/b: {prize: 1}", "prize"), ("models:\n  a/b: 3", "a/b"),
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        own(tmp_path, text).of(Model(model="a/b"))


def test_what_a_recipe_gives_goes_before_what_is_known() -> None:
    model = Model(model="openai/gpt-4o-mini", price_in=1, context=5, rpm=2)
    found = filled(model, known("openai/gpt-4o-mini"))
    assert (found.price_in, found.price_out, found.context, found.rpm) == (1, 0.6, 5, 2)
    assert found.price_cached_in is None  # it hangs on a price_in that is another one
    assert filled(Model(model="openai/gpt-4o-mini"), facts.NOTHING) == Model(model="openai/gpt-4o-mini")


@given(st.sampled_from(MODELS))
def test_every_entry_is_valid_and_found_by_its_name(model: tuple[str, str]) -> None:
    family, name = model
    if "*" in name or family == "bedrock":
        return
    found = known(f"{family}/{name}")
    assert found.context is None or found.context >= (500 if found.can == ("embeddings",) else 1000)
    if found.price_above is not None and found.price_in is not None:
        assert found.price_above.price_in >= found.price_in


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("m-2024-07-18", "m"), ("m-20251001", "m"), ("m@20251001", "m"), ("m-2508", "m"), ("m-001", "m"), ("m-latest", "m"), ("m-120b", None),
        ("m", None),
    ],
)  # fmt: skip
def test_dates_at_the_end_of_a_name(name: str, base: str | None) -> None:
    assert dated_base(name) == base
