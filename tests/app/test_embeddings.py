"""Embeddings in whole runs: bought once, kept, counted, rebuilt offline."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from onnx_models import onnx_folder
from running import Bench, Plain, texts

from rowsmith.app.proof import verify
from rowsmith.app.quotes import quote as quote_of
from rowsmith.app.rebuild import rebuild_problems
from rowsmith.cli.main import main
from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm.hashing import DIMENSIONS
from rowsmith.testing import CommandLine, ModelServer, Request, wait_for_calls

SIMILAR = {"kind": "score.similarity", "column": "text", "to": "tea from Assam"}
HASHING = {"models": {"embedder": {"model": "builtin/hashing"}}}


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where) as made:
        yield made


def scores(bench: Bench, result: Any) -> list[float]:
    return [row.scores["similarity"] for row in bench.rows(result)]


def embedder(bench: Bench, **settings: Any) -> Plain:
    return {"models": {"embedder": bench.model(**settings)}}


def test_the_built_in_embedder_needs_no_key_no_server_and_no_library(shop: Workshop) -> None:
    done = shop.run(texts("Tea from Assam", "teas of Assam", "stones by the road"), SIMILAR, top=HASHING)
    one, two, three = scores(shop, done)
    assert one == 1.0
    assert 1.0 > two > 0.3 > three
    assert (done.kept, done.calls, done.cost_usd) == (3, 4, 0.0)
    assert shop.asked == []


def test_every_distinct_text_is_bought_once_and_a_second_run_buys_nothing(shop: Workshop) -> None:
    said = [f"row {n % 20}" for n in range(60)]
    done = shop.run(texts(*said), SIMILAR, top=embedder(shop))
    assert sorted(text for request in shop.asked for text in request.inputs or ()) == sorted({*said, SIMILAR["to"]})
    assert (done.kept, done.calls, done.calls_reused) == (60, 21, 120 - 21)
    asked = len(shop.asked)
    again = shop.run(texts(*said), {**SIMILAR, "into": "near"}, top=embedder(shop))
    assert (again.kept, again.calls, again.calls_reused) == (60, 0, 120)
    assert len(shop.asked) == asked
    assert [row.scores["near"] for row in shop.rows(again)] == scores(shop, done)


def test_a_run_is_rebuilt_from_stored_vectors_and_the_ledger_adds_up(shop: Workshop) -> None:
    done = shop.run(texts(*(f"row {n % 7} {n % 2}" for n in range(30))), SIMILAR, top=embedder(shop, price_in=0.02), budget_usd=1)
    asked = len(shop.asked)
    assert list(rebuild_problems(shop.lab, shop.runs.get(done.run))) == []
    assert len(shop.asked) == asked
    found = verify(shop.lab)
    assert found.problems == []
    assert done.cost_usd is not None and done.cost_usd > 0


def test_a_model_on_this_machine_is_not_needed_for_stored_vectors(shop: Workshop) -> None:
    folder = onnx_folder(shop.folder / "models" / "m")
    top = {"models": {"embedder": {"model": "onnx/models/m"}}}
    said = texts("tea", "warm tea", "stone road")
    done = shop.run(said, SIMILAR, top=top)
    assert (done.kept, done.calls, done.cost_usd) == (3, 4, 0.0)
    shutil.rmtree(folder)
    assert list(rebuild_problems(shop.lab, shop.runs.get(done.run))) == []
    again = shop.run(said, SIMILAR, top=top, new=True, offline=True)
    assert (again.kept, again.calls, again.calls_reused, scores(shop, again)) == (3, 0, 6, scores(shop, done))
    more = shop.run(texts("tea", "cold tea"), SIMILAR, top=top, offline=True)
    assert (more.kept, more.failed) == (1, {"not_recorded": 1})


def test_what_is_not_recorded_is_bought_when_the_run_goes_on(shop: Workshop) -> None:
    source = texts(*(f"row {n}" for n in range(6)))
    top = embedder(shop)
    offline = shop.run(source, SIMILAR, top=top, offline=True)
    assert (offline.kept, offline.failed, shop.asked) == (0, {"not_recorded": 6}, [])
    done = shop.run(source, SIMILAR, top=top)
    assert (done.run, done.kept, done.calls) == (offline.run, 6, 7)
    assert list(rebuild_problems(shop.lab, shop.runs.get(done.run))) == []


def test_prices_of_known_models_are_reckoned_with(shop: Workshop) -> None:
    shop.environ["OPENAI_API_KEY"] = "sk-of-a-test-only"
    recipe = shop.recipe(texts("some tea"), SIMILAR, models={"embedder": {"model": "openai/text-embedding-3-small"}})
    quote = quote_of(shop.runs, recipe, budget_usd=1)
    assert quote.cost_usd is not None and quote.cost_usd.mid == pytest.approx(quote.tokens_in.mid * 0.02 / 1e6)
    assert "cl100k" in quote.notes[0]


def test_a_cap_pauses_the_run_and_it_goes_on(shop: Workshop) -> None:
    source = texts(*(f"a rather long text about the matter number {n}" for n in range(40)))
    paused = shop.run(source, SIMILAR, top=embedder(shop, price_in=1.0, texts_per_request=2, concurrency=1), budget_usd=0.0008)
    assert (paused.state, paused.reason.partition(":")[0]) == ("paused", "budget")
    assert "max_tokens" not in paused.reason
    assert 0 < paused.cost_usd <= 0.0008
    done = shop.run(source, SIMILAR, top=embedder(shop, price_in=1.0, texts_per_request=2, concurrency=1), budget_usd=1)
    assert (done.run, done.kept) == (paused.run, 40)
    bought = [text for request in shop.asked for text in request.inputs or ()]
    assert len(bought) == len(set(bought)) == 41


def test_a_kill_repeats_at_most_what_was_in_flight(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    rows = [{"text": f"a stone number {n} lies by the road"} for n in range(120)]
    said: list[list[str]] = []

    def note(request: Request) -> None:
        said.append(request.inputs or [])

    with ModelServer(note, latency=0.05, log=tmp_path / "calls.jsonl") as server:
        model = {"model": "openai/e", "base_url": server.url, "concurrency": 2, "texts_per_request": 5}
        plain = {"name": "t", "models": {"embedder": model}, "steps": [{"kind": "read.rows", "rows": rows}, SIMILAR]}
        recipe.write_text(json.dumps(plain), encoding="utf-8")
        command = ["run", str(recipe), "--home", str(tmp_path / "home"), "--json"]
        with CommandLine(*command) as first:
            wait_for_calls(tmp_path / "calls.jsonl", 5)
            first.kill()
        with CommandLine(*command) as second:
            assert second.wait(60) == 0, second.err
            result = second.result
    assert (result["state"], result["kept"]) == ("finished", 120)
    bought = [text for texts_ in said for text in texts_]
    assert len(set(bought)) == 121
    assert len(bought) - 121 <= 2 * 5


def problems(bench: Bench, model: Plain, step: Plain = SIMILAR, **more: Any) -> str:
    with pytest.raises(Invalid) as raised:
        bench.run(texts("x"), step, top={"models": {"embedder": model}}, **more)
    return str(raised.value)


def test_what_is_wrong_with_an_embedder_is_told_before_the_run(shop: Workshop) -> None:
    assert "no model of that name" in problems(shop, {"model": "builtin/hashing"}, {**SIMILAR, "model": "other"})
    assert "temperature means nothing" in problems(shop, shop.model(temperature=0.5))
    said = problems(shop, {"model": "builtin/hashing", "base_url": shop.server.url, "retries": 3})
    assert "where base_url means nothing" in said and "where retries means nothing" in said
    assert "Did you mean 'hashing'" in problems(shop, {"model": "builtin/hashin"})
    assert "onnx/nowhere: There is no file" in problems(shop, {"model": "onnx/nowhere"})
    assert "pip install 'rowsmith[sentence-transformers]'" in problems(shop, {"model": "sentence-transformers/all-MiniLM-L6-v2"})
    assert "no price_in" in problems(shop, shop.model(), budget_usd=1)
    assert "Use the setting of that name" in problems(shop, shop.model(extra={"dimensions": 3}))
    assert "builtin/hashing gives embeddings and answers no questions" in problems(
        shop, {"model": "builtin/hashing"}, {"kind": "generate.columns", "prompt": "{{ text }}", "output": {"a": "string"}, "model": "embedder"}
    )
    assert "dimensions means nothing to a model that answers" in problems(
        shop, shop.model(dimensions=3), {"kind": "generate.columns", "prompt": "{{ text }}", "output": {"a": "string"}, "model": "embedder"}
    )


def test_a_quote_has_no_tokens_out_for_embeddings(shop: Workshop) -> None:
    recipe = shop.recipe(texts(*(f"row {n}" for n in range(10))), SIMILAR, **embedder(shop, price_in=1.0))
    quote = quote_of(shop.runs, recipe)
    assert quote.tokens_out.high == 0
    assert 0 < quote.tokens_in.mid < 1000
    assert quote.cost_usd is not None and quote.cost_usd.mid == pytest.approx(quote.tokens_in.mid / 1e6)
    free = quote_of(shop.runs, shop.recipe(texts("row"), SIMILAR, **HASHING))
    assert free.cost_usd is not None and free.cost_usd.high == 0


def test_the_default_length_is_what_the_page_says() -> None:
    assert DIMENSIONS == 512
    assert Model(model="builtin/hashing").texts_per_request == 64


def test_vectors_are_shown_by_their_length_and_travel_in_files_of_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Bench(tmp_path / "one") as bench:
        bench.folder.mkdir(exist_ok=True)
        steps = (texts("tea", "stones"), SIMILAR)
        done = bench.run(*steps, top=embedder(bench))
        calls = bench.lab.project().calls
        key = calls.list()[0].key
        told = bench.lab.project().provenance.origin(bench.rows(done)[0].id)
        assert [call["raw"] for call in told.calls] == ["(a vector of 64 numbers, as float32)"] * 2
        exported = calls.export(tmp_path / "calls.jsonl")
        assert exported.calls == 3
        top, before = embedder(bench), len(bench.asked)
        scored = scores(bench, done)
        with pytest.raises(SystemExit):
            main(["calls", "show", key, "--home", str(bench.folder / "home")])
        assert "(a vector of 64 numbers, as float32)" in capsys.readouterr().out
        (tmp_path / "two").mkdir()
        with Bench(tmp_path / "two") as other:
            other.lab.project().calls.import_(tmp_path / "calls.jsonl")
            again = other.run(*steps, top=top, offline=True)
            assert scores(other, again) == scored
        assert len(bench.asked) == before
