"""Quotes: what can be counted is counted, what cannot is bounded, and a pilot measures it without buying anything twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from media_files import png
from running import ask, jsonl, texts

from rowsmith.app.quotes import Quote, Range, quote
from rowsmith.testing import Reply, Request

PRICES = {"price_in": 1.0, "price_out": 10.0}


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where) as made:
        yield made


def quoted(shop: Workshop, *steps: Any, top: Any = None, model: Any = None, **options: Any) -> Quote:
    models = {"writer": shop.model(**(model or {})), "judge": shop.model(**(model or {}))}
    return quote(shop.runs, shop.recipe(*steps, **{"models": models, **(top or {})}), **options)


def read(shop: Workshop, count: int, say: Any = lambda n: f"text {n}") -> dict[str, Any]:
    jsonl(shop.folder / "in.jsonl", [{"id": str(n), "text": say(n)} for n in range(count)])
    return {"kind": "read.files", "paths": ["in.jsonl"], "format": "jsonl"}


def ordered(found: Quote) -> None:
    """low <= mid <= high of every figure, none below zero."""
    for name, told in found.ranges():
        assert told is None or 0 <= told.low <= told.mid <= told.high, (name, told)


# -- without a pilot ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 250, 1001])
def test_sources_are_counted(shop: Workshop, count: int) -> None:
    found = quoted(shop, read(shop, count), ask(), model={"reasks": 1, **PRICES})
    ordered(found)
    assert (found.rows.mid, found.rows.high) == (count, count)
    assert found.calls == Range(count, count, 2 * count)
    assert found.tokens_out.high == 2 * count * 1024  # max_tokens each time
    assert found.cost_usd is not None
    assert found.cost_usd.high == pytest.approx((found.tokens_in.high + 10 * found.tokens_out.high) / 1e6)
    assert shop.asked == []
    assert shop.runs.list() == []


def test_two_steps_that_ask_and_chunks_in_between(shop: Workshop) -> None:
    chunks = shop.run(read(shop, 5, lambda n: "word " * 500), {"kind": "chunk.tokens", "size": 100, "overlap": 0}, top={"name": "count"}).kept
    found = quoted(shop, read(shop, 5, lambda n: "word " * 500), {"kind": "chunk.tokens", "size": 100, "overlap": 0}, ask(name="write"), {
        "kind": "score.judge", "columns": ["answer"],
    })  # fmt: skip
    assert chunks > 20
    assert found.rows.mid == chunks
    assert found.calls.mid == 2 * chunks
    ordered(found)


def test_pairs_by_density_are_rows_and_their_texts_are_calls(shop: Workshop) -> None:
    found = quoted(shop, read(shop, 4, lambda n: "word " * 600), {"kind": "generate.qa", "density": 1.0})
    assert found.calls.mid == 4
    assert found.rows.mid > 4


def test_what_row_steps_drop_is_not_asked(shop: Workshop) -> None:
    found = quoted(shop, texts("a", "bb", "ccc"), {"kind": "filter.where", "where": "length(text) > 1"}, ask())
    assert (found.rows.mid, found.calls.mid) == (2, 2)


def test_without_a_model_everything_is_known(shop: Workshop) -> None:
    found = quoted(shop, texts("a", "b", "c"), {"kind": "filter.where", "where": "text <> 'b'"})
    nothing = Range(0, 0, 0)
    assert (found.rows, found.calls, found.tokens_in, found.tokens_out, found.cost_usd, found.seconds) == (Range(2, 2, 2), *[nothing] * 5)
    assert found.notes == ()


@pytest.mark.parametrize("prices", [{}, {"price_in": 1.0}, {"price_out": 1.0}])
def test_a_cost_that_is_not_known_is_not_zero(shop: Workshop, prices: dict[str, float]) -> None:
    assert quoted(shop, texts("a"), ask(), model=prices).cost_usd is None
    free = quoted(shop, texts("a"), ask(), model={"price_in": 0, "price_out": 0})
    assert free.cost_usd == Range(0, 0, 0)


def test_prices_and_shares_of_models(shop: Workshop) -> None:
    models = {"writer": shop.model(price_in=0, price_out=0), "judge": shop.model(price_in=0, price_out=100)}
    steps = (read(shop, 200), ask(model={"writer": 0.5, "judge": 0.5}))
    both = quoted(shop, *steps, top={"models": models}).cost_usd
    one = quoted(shop, read(shop, 200), ask(model="judge"), top={"models": models}).cost_usd
    assert both is not None
    assert one is not None
    assert 0.35 < both.mid / one.mid < 0.65


def test_a_longer_prompt_costs_more(shop: Workshop) -> None:
    short, long_ = (quoted(shop, texts("a"), ask(f"{word * 400} {{{{ text }}}}"), model=PRICES) for word in ("x", "xxxxx"))
    assert long_.tokens_in.mid == pytest.approx(short.tokens_in.mid + 400)  # four bytes a token
    assert long_.cost_usd.mid > short.cost_usd.mid  # type: ignore[union-attr]


def test_a_limit_is_a_sample(shop: Workshop) -> None:
    found = quoted(shop, read(shop, 50), ask(), limit=7)
    assert (found.rows.mid, found.calls.mid) == (7, 7)


def test_a_target_scales(shop: Workshop) -> None:
    few = quoted(shop, read(shop, 50), ask(), target=10)
    assert (few.rows.mid, few.rows.high, few.calls.low, few.calls.mid) == (10, 10, 10, 50)
    ordered(few)
    more = quoted(shop, read(shop, 50), ask(), top={"target": 100, "attempts": 4.0})
    assert (more.rows.high, more.calls.mid) == (100, 100)
    assert more.calls.high >= 400  # the limit of attempts
    ordered(more)


def test_batches_cost_their_share_and_at_most_what_live_calls_do(shop: Workshop) -> None:
    steps = (read(shop, 10), ask(), ask("Judge {{ answer }}", model="judge", name="second"))
    live = quoted(shop, *steps, model=PRICES)
    half = quoted(shop, *steps, model={**PRICES, "price_batch": 0.5}, batch=True)
    full = quoted(shop, *steps, model=PRICES, batch=True)
    assert live.cost_usd and half.cost_usd and full.cost_usd
    assert half.cost_usd == Range(live.cost_usd.low / 2, live.cost_usd.mid / 2, live.cost_usd.high)
    assert full.cost_usd == live.cost_usd
    assert (half.seconds, half.calls, "up to a day" in half.notes[-1]) == (None, live.calls, True)
    unknown = quoted(shop, *steps, batch=True)
    assert unknown.cost_usd is None


# -- with a pilot ---------------------------------------------------------------------------------------------------------------------


class Varied:
    """Answers of many lengths, some of them weak: a stand-in for a model whose rows do not all cost the same."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, request: Request) -> Any:
        chance = random.Random(f"{self.seed} {request.text}")
        said = "weak" if chance.random() < 0.2 else "word " * chance.randint(1, 60)
        return Reply(f'{{"answer": "{said}"}}')


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_the_interval_of_a_pilot_holds_what_the_run_then_costs(where: Place, seed: int) -> None:
    with Workshop(where, Varied(seed), **PRICES) as shop:
        source = read(shop, 400, lambda n: f"{n} " + "some " * random.Random(f"{seed}/{n}").randint(1, 80))
        steps = (source, ask(), {"kind": "filter.where", "where": "answer <> 'weak'"})
        top = {"models": {"writer": shop.model(concurrency=16, **PRICES)}}
        told = quote(shop.runs, shop.recipe(*steps, **top), pilot=80)
        ordered(told)
        bought = len(shop.asked)
        assert bought == 80
        assert any("pilot of" in note and "not bought again" in note for note in told.notes)
        assert shop.lab.project().datasets.list() == []  # a pilot commits nothing
        done = shop.runs.start(shop.recipe(*steps, **top))
        assert (done.run, done.state, done.requested) == ("r1", "finished", 400)
        assert len(shop.asked) == 400  # the pilot's rows are part of it
        assert shop.server.calls.repeated() == {}
        real = {"rows": done.kept, "calls": done.calls, "tokens_in": done.tokens_in, "tokens_out": done.tokens_out, "cost_usd": done.cost_usd}
        for name, figure in real.items():
            assert getattr(told, name).low <= figure <= getattr(told, name).high, (name, figure, told)
        assert told.rows.high - told.rows.low < 400  # an interval, not everything
        assert shop.server.calls.cost() == pytest.approx(done.cost_usd)
        assert shop.lab.project().datasets.count("t") == done.kept


def test_a_pilot_keeps_the_cap(where: Place) -> None:
    with Workshop(where, tokens_out=500, **PRICES) as shop:
        top = {"models": {"writer": shop.model(concurrency=4, **PRICES)}}
        recipe = shop.recipe(read(shop, 100), ask(), **top)
        told = quote(shop.runs, recipe, pilot=50, budget_usd=0.06)
        assert shop.server.calls.cost() <= 0.06
        assert 0 < len(shop.asked) < 50
        assert told.cost_usd is not None
        assert told.cost_usd.mid == pytest.approx(100 * shop.server.calls.cost() / len(shop.asked), rel=0.05)
        ordered(told)


def test_a_pilot_that_may_spend_nothing_falls_back_to_counting(shop: Workshop) -> None:
    told = quoted(shop, texts("a", "b"), ask(), model=PRICES, pilot=2, budget_usd=0.0)
    assert shop.asked == []
    assert (told.rows.mid, told.calls.mid) == (2, 2)
    assert "no pilot" in told.notes[-1]


def test_a_pilot_with_a_target(where: Place) -> None:
    """Half of the rows are dropped: for 40 kept about 80 are asked."""
    with Workshop(where, lambda request: {"answer": "good" if "even" in request.text else "bad"}) as shop:
        steps = (read(shop, 200, lambda n: f"{n} {('even', 'odd')[n % 2]}"), ask(), {"kind": "filter.where", "where": "answer = 'good'"})
        told = quote(shop.runs, shop.recipe(*steps), target=40, pilot=30)
        assert (told.rows.mid, told.rows.high) == (40, 40)
        assert 70 <= told.calls.mid <= 90
        assert told.cost_usd is None  # no price
        done = shop.runs.start(shop.recipe(*steps), target=40)
        assert (done.state, done.kept) == ("finished", 40)
        assert told.calls.low <= done.calls <= told.calls.high


def test_a_pilot_without_a_model_runs_nothing(shop: Workshop) -> None:
    assert quoted(shop, texts("a", "b"), pilot=2).rows == Range(2, 2, 2)
    assert shop.runs.list() == []


def test_a_second_pilot_asks_only_for_what_is_new(shop: Workshop, tmp_path: Path) -> None:
    steps = (read(shop, 60), ask())
    quoted(shop, *steps, pilot=10)
    first = len(shop.asked)
    quoted(shop, *steps, pilot=10)
    assert len(shop.asked) == first
    quoted(shop, *steps, pilot=30)
    assert first < len(shop.asked) <= 60
    assert shop.server.calls.repeated() == {}


def test_what_is_wrong_with_a_recipe_is_told_before_anything_is_counted(shop: Workshop) -> None:
    from rowsmith.core.errors import Invalid

    with pytest.raises(Invalid, match=r"\{\{ nothing \}\}"):
        quoted(shop, texts("a"), ask("{{ nothing }}"))
    with pytest.raises(Invalid, match="price"):
        quoted(shop, texts("a"), ask(), budget_usd=1.0)


def test_a_quote_says_that_images_are_not_in_it(shop: Workshop) -> None:
    (shop.folder / "cat.png").write_bytes(png())
    read = {"kind": "read.files", "paths": ["cat.png"], "format": "image"}
    shown, plain = (quote(shop.runs, shop.recipe(*steps)) for steps in ((read, ask("What?", attach=["image"])), (texts("a"), ask())))
    assert ["images and sound" in " ".join(told.notes) for told in (shown, plain)] == [True, False]


def test_judges_draws_and_both_orders_are_counted(shop: Workshop) -> None:
    panel = {"kind": "score.judge", "also": ["writer"], "draws": 3}
    pair = {"kind": "score.preference", "first": "text", "second": "id"}
    assert quoted(shop, read(shop, 10), panel).calls.mid == 60
    assert quoted(shop, read(shop, 10), pair).calls.mid == 20
    behind = quoted(shop, read(shop, 10), ask(), {**panel, "columns": ["answer"]}, model={"price_in": 1.0, "price_out": 1.0})
    alone = quoted(shop, read(shop, 10), ask(), model={"price_in": 1.0, "price_out": 1.0})
    assert (behind.calls.mid, behind.rows.mid) == (70, 10)
    assert behind.cost_usd and alone.cost_usd and behind.cost_usd.high > 5 * alone.cost_usd.high
