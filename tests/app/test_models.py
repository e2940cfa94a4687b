"""What is known of models at work: prices of runs, the home's own table, limits of tiers, and what is said before anything is spent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Bench, ask, texts

from rowsmith.app.models import terms
from rowsmith.app.quotes import quote
from rowsmith.app.recipes import check_recipe
from rowsmith.core.errors import Invalid, NotFound


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path, tokens_in=100, tokens_out=50, cached_share=0.4) as bench:
        yield bench


def test_a_model_of_the_homes_table_has_its_prices_in_a_run_a_cap_and_a_quote(bench: Bench) -> None:
    recipe = bench.recipe(texts("a", "b"), ask())
    with pytest.raises(Invalid, match="rowsmith models add"):
        bench.runs.start(recipe, budget_usd=1.0)
    assert quote(bench.runs, recipe).cost_usd is None
    bench.lab.models.add("openai/m", price_in=1.0, price_out=10.0, price_cached_in=0.1)
    quoted = quote(bench.runs, recipe).cost_usd
    assert quoted is not None
    done = bench.runs.start(recipe, budget_usd=1.0)
    assert done.cost_usd == pytest.approx(2 * (60 * 1.0 + 40 * 0.1 + 50 * 10.0) / 1e6)
    assert quoted.low <= done.cost_usd <= quoted.high


def test_a_run_keeps_the_prices_that_it_began_with(bench: Bench) -> None:
    bench.lab.models.add("openai/m", price_in=1.0, price_out=1.0)
    recipe = bench.recipe(texts("a", "b"), ask())
    first = bench.runs.start(recipe, limit=1)
    bench.lab.models.add("openai/m", price_in=50.0, price_out=50.0)
    assert bench.runs.start(recipe).cost_usd == pytest.approx(2 * first.cost_usd)
    anew = bench.runs.start(bench.recipe(texts("c"), ask()))
    assert anew.cost_usd == pytest.approx(50 * first.cost_usd)


def test_resuming_keeps_them_too_and_learns_what_was_not_known(bench: Bench) -> None:
    recipe = bench.recipe(texts("a", "b", "c"), ask())
    first = bench.runs.start(recipe, limit=1)
    assert first.cost_usd is None
    bench.lab.models.add("openai/m", price_in=1.0, price_out=1.0)
    bench.runs.start(recipe, limit=2)
    bench.lab.models.add("openai/m", price_in=50.0, price_out=50.0)
    bench.runs.start(recipe)
    assert bench.runs.get(first.run).options["prices"]["writer"] == {"price_in": 1.0, "price_out": 1.0}


def test_the_recipe_goes_before_every_table(bench: Bench) -> None:
    bench.lab.models.add("openai/m", price_in=1.0, price_out=1.0, price_cached_in=0.5)
    done = bench.run(texts("a"), ask(), top={"models": {"writer": bench.model(price_in=2.0, price_out=3.0)}})
    assert done.cost_usd == pytest.approx((100 * 2.0 + 50 * 3.0) / 1e6)


def test_a_question_longer_than_the_window_fails_its_row_unpaid(bench: Bench) -> None:
    bench.lab.models.add("openai/m", context=300, tokenizer="o200k")
    done = bench.run(texts("short", "word " * 400), ask())
    assert (done.kept, done.failed, done.calls, len(bench.asked)) == (1, {"context": 1}, 1, 1)


def test_limits_of_the_table_are_kept(bench: Bench) -> None:
    bench.lab.models.add("openai/m", rpm=600)
    bench.run(texts(*"abcd"), ask())
    assert bench.server.calls.span_s >= 2 * 60 / 600  # three waits of 0.1 s, of which the calls' own way may take some


def test_a_quote_counts_with_the_vocabulary_of_the_model_and_says_so(bench: Bench) -> None:
    recipe = bench.recipe(texts(*["word " * 100] * 3), {"kind": "generate.columns", "prompt": "{{ text }}", "into": "said"})
    bytes_ = quote(bench.runs, recipe)
    assert "at four bytes a token (writer)" in bytes_.notes[0]
    bench.lab.models.add("openai/m", tokenizer="o200k")
    exact = quote(bench.runs, recipe)
    assert "counted with the vocabulary o200k (writer)" in exact.notes[0]
    assert exact.tokens_in.low == exact.tokens_in.mid == 3 * (100 + 3 + 4)
    assert bytes_.tokens_in.mid != exact.tokens_in.mid


def test_check_knows_the_homes_table(bench: Bench) -> None:
    bench.lab.models.add("openai/m", price_in=1.0, price_out=2.0, max_output=500)
    recipe = bench.recipe(texts("a"), ask())
    with pytest.raises(Invalid, match="gives 500 at most"):
        check_recipe(recipe, {}, home=bench.lab.home)
    bench.lab.models.add("openai/m", max_output=5000)
    assert check_recipe(recipe, {}, home=bench.lab.home, budget_usd=1.0).models["writer"].price_out == 2.0
    with pytest.raises(Invalid, match="has no price_in and price_out"):
        check_recipe(recipe, {}, home=bench.folder / "nowhere", budget_usd=1.0)


@pytest.mark.parametrize(("model", "tier", "said"), [("openai/m", "free", "Set rpm, tpm and rpd instead"), ("openai/m", "platinum", "platinum")])
def test_a_tier_whose_limits_are_not_known_is_told(bench: Bench, model: str, tier: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        bench.run(texts("a"), ask(), top={"models": {"writer": {**bench.model(tier=tier), "model": model}}})


def test_models_are_listed_with_the_homes_own_first(bench: Bench) -> None:
    bench.environ["OPENAI_API_KEY"] = "k"
    models = bench.lab.models
    models.add("openai/*", price_in=1.0, price_out=2.0)
    found = models.list("OPENAI/")
    assert (found[0].model, found[0].own, found[0].facts.price_in) == ("openai/*", True, 1.0)
    shipped = next(known for known in found if known.model == "openai/gpt-4o-mini")
    assert (shipped.own, shipped.key, shipped.facts.price_in) == (False, True, 0.15)
    gemini = next(known for known in models.list("gemini-2.5-flash") if known.model.endswith("/gemini-2.5-flash"))
    assert gemini.tiers["free"] == {"rpm": 15, "tpm": 250_000, "rpd": 1500}
    assert models.list("no such model") == []


def test_facts_are_added_to_those_that_are_there(bench: Bench) -> None:
    models = bench.lab.models
    models.add("openai/m", price_in=1.0, price_out=2.0)
    known = models.add("openai/m", context=9, can=("schema", "images"))
    assert (known.facts.price_in, known.facts.context, known.facts.can) == (1.0, 9, ("schema", "images"))
    assert models.path == Path(bench.lab.home) / "models.yaml"
    assert models.path.read_text().startswith("# Models of this home")


@pytest.mark.parametrize(
    ("model", "said", "error", "match"),
    [
        ("openai/m", {}, Invalid, "Nothing is said"), ("m", {"context": 1}, Invalid, "has no provider"),
        ("opnai/m", {"context": 1}, NotFound, "No provider is called 'opnai'"), ("openai/m", {"price_in": -1.0}, Invalid, "price_in"),
        ("openai/m", {"tokenizer": "klingon"}, Invalid, "tokenizer"), ("openai/m", {"can": ("fly",)}, Invalid, "can"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_told_and_not_written(bench: Bench, model: str, said: dict[str, object], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        bench.lab.models.add(model, **said)
    assert not bench.lab.models.path.exists()


def test_a_home_whose_table_is_broken_says_so_before_a_run(bench: Bench) -> None:
    bench.lab.models.path.write_text("models: [", encoding="utf-8")
    with pytest.raises(Invalid, match=r"models\.yaml is no YAML"):
        bench.run(texts("a"), ask())
    assert bench.asked == []


def test_a_server_of_ones_own_is_free_and_may_have_a_cap(bench: Bench) -> None:
    own = {**bench.model(), "model": "ollama/m"}
    done = bench.run(texts("a", "b"), ask(), top={"models": {"writer": own}}, budget_usd=0.0)
    assert (done.kept, done.cost_usd) == (2, 0.0)


def test_embedders_have_no_batches(bench: Bench) -> None:
    models = {"writer": bench.model(), "embedder": bench.model(), "alone": {"model": "builtin/hashing"}}
    steps = (ask(), {"kind": "score.similarity", "column": "answer", "to": "tea"})
    recipe = check_recipe(Path(bench.recipe(texts("a"), *steps, models=models)), {}, keys=bench.lab.keys.of("default"))
    assert {one.role: one.batch for one in terms(recipe) if one.role != "alone"} == {"writer": 1.0, "embedder": None}


def test_whose_key_is_asked_for_is_each_provider_s_own(bench: Bench) -> None:
    listed = {one.model: one.key for one in bench.lab.models.list("litellm/")}
    assert {key for model, key in listed.items() if model.startswith("litellm/xai/")} == {False}
    assert {key for model, key in listed.items() if model.startswith("litellm/bedrock/")} == {None}  # it goes by a cloud's credentials
