"""`models test`: one real question; what answers is told with its speed, form and price, what does not with why and what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, texts

from rowsmith.app.keys import Keys
from rowsmith.app.models import Models
from rowsmith.app.trials import Trial
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.llm.facts import Table
from rowsmith.testing import ModelServer, tiny_gguf


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as bench:
        yield bench


def trial(target: str, **over: Any) -> Trial:
    (found,) = Models(Table(), Keys(os.environ, None).of("default"), os.environ).test(target, **over)
    return found


def test_a_model_answers_by_the_surest_way_and_is_asked_once() -> None:
    with ModelServer(latency=0.05) as server:
        found = trial("openai/m", base_url=server.url)
        assert len(server.calls) == 1
    assert (found.ok, found.way, found.how, found.place) == (True, "schema", "plain", server.url)
    assert set(found.answer) == {"city", "letters"}
    assert found.usage.tokens_in and found.seconds >= 0.05
    assert found.cost is None


@pytest.mark.parametrize("way", ["schema", "object", "tools", "json", "xml"])
def test_the_way_can_be_chosen(way: str) -> None:
    with ModelServer() as server:
        found = trial("openai/m", base_url=server.url, answers=way)
    assert (found.ok, found.way) == (True, way)


@pytest.mark.parametrize(
    ("fault", "reason", "fix"),
    [
        ("auth", "key", "keys add OPENAI_API_KEY"),
        ("quota", "quota", "Add credit"),
        ("429", "throttled", "Go on after"),
        ("500", "unreachable", "Go on when the server is well"),
        ("refusal", "refusal", "settings"),
        ("malformed", "malformed", "--answers"),
        ("wrong_schema", "schema", "--answers"),
        ("context", "context", "Raise context"),
        ("filter", "filter", "content settings"),
        ("cut", "cut", "max_tokens"),
    ],
)
def test_what_goes_wrong_is_explained_and_not_tried_again(fault: str, reason: str, fix: str) -> None:
    with ModelServer(faults={fault: 1}) as server:
        found = trial("openai/m", base_url=server.url)
        assert len(server.calls) == 1
    assert (found.ok, found.reason) == (False, reason)
    assert found.what
    assert fix in found.fix


@pytest.mark.parametrize(("fault", "how"), [("fenced", "found"), ("think_aloud", "found"), ("single_quotes", "repaired")])
def test_what_had_to_be_done_to_read_the_answer_is_told(fault: str, how: str) -> None:
    with ModelServer(faults={fault: 1}) as server:
        assert trial("openai/m", base_url=server.url).how == how


def test_nobody_there_no_key_no_provider() -> None:
    assert trial("openai/m", base_url="http://127.0.0.1:9/v1").reason == "unreachable"
    absent = trial("mistral/m")
    assert (absent.reason, "MISTRAL_API_KEY" in absent.fix) == ("key", True)
    assert trial("nope/m").reason == "settings"


def test_a_recipe_s_models_are_asked_as_its_steps_ask_them(bench: Bench) -> None:
    models = {"writer": bench.model(price_in=1, price_out=1), "never": {"model": "openai/never"}, "judge": bench.model(model="openai/j")}
    recipe = bench.recipe(texts("a"), ask(), ask(model={"judge": 1}, into="b", name="second"), models=models)
    found = list(bench.lab.models.test(str(recipe)))
    assert [(one.role, one.model, one.ok) for one in found] == [("writer", "openai/m", True), ("judge", "openai/j", True)]
    first = found[0]
    assert first.cost == pytest.approx(((first.usage.tokens_in or 0) + (first.usage.tokens_out or 0)) / 1e6)
    assert bench.runs.list() == []
    assert len(list(bench.lab.models.test(str(recipe)))) == len(bench.asked) / 2 == 2


def test_a_model_on_this_machine_is_loaded_and_asked(tmp_path: Path) -> None:
    notes: list[str] = []
    models = Models(Table(), Keys(os.environ, None).of("default"), os.environ)
    (found,) = models.test(f"local/{tiny_gguf(tmp_path / 'tiny.gguf')}", on_note=notes.append)
    assert (found.way, found.reason in ("", "schema", "cut", "malformed", "garbled", "empty")) == ("schema", True)
    assert found.cost == (0.0 if found.ok else None)
    assert any("tiny.gguf" in note for note in notes)


def test_embedders_are_asked_for_an_embedding(bench: Bench) -> None:
    similar = {"kind": "score.similarity", "column": "text", "to": "tea", "model": "near"}
    models = {"near": {"model": "builtin/hashing"}, "far": bench.model(dimensions=12, price_in=1)}
    recipe = bench.recipe(texts("a"), similar, {**similar, "model": "far", "into": "b", "name": "b"}, models=models)
    near, far = bench.lab.models.test(str(recipe))
    assert [(one.role, one.way, one.ok) for one in (near, far)] == [("near", "embedding", True), ("far", "embedding", True)]
    assert near.answer["dimensions"] > 12 == far.answer["dimensions"]
    assert far.cost == pytest.approx((far.usage.tokens_in or 0) / 1e6)
    assert trial("onnx/nowhere", embed=True).reason in ("settings", "unavailable")


def test_bad_targets_are_told(bench: Bench) -> None:
    with pytest.raises(Invalid, match="has no provider"):
        bench.lab.models.test("plain")
    with pytest.raises(NotFound, match=r"missing\.yaml"):
        bench.lab.models.test("missing.yaml")
    with pytest.raises(Invalid, match="No step of"):
        bench.lab.models.test(str(bench.recipe(texts("a"))))
    with pytest.raises(Invalid, match="answers"):
        bench.lab.models.test("openai/m", answers="shouting")


def test_it_works_where_a_loop_runs_already() -> None:
    async def notebook(url: str) -> Trial:
        return trial("openai/m", base_url=url)

    with ModelServer() as server:
        assert asyncio.run(notebook(server.url)).ok
