"""The recipes that ship, and the one in docs/recipes.md, are read and checked as a user's would be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rowsmith.core.recipe import Recipe
from rowsmith.engine.recipe_file import load, loads
from rowsmith.steps.paths import relative_to

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
PAGE = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


@pytest.fixture
def texts(tmp_path: Path) -> str:
    file = tmp_path / "texts.jsonl"
    file.write_text('{"id": "1", "text": "Tea grows in Assam."}\n', encoding="utf-8")
    return str(file)


def checked(recipe: Recipe, base: Path) -> None:
    with relative_to(base):
        assert {step.title: problems for step in recipe.steps if (problems := step.check())} == {}


def example(name: str, **sets: str) -> Recipe:
    path = ROOT / "examples" / f"{name}.yaml"
    recipe = load(path, sets)
    checked(recipe, path.parent)
    return recipe


def test_the_demo_needs_no_model_and_nothing_set() -> None:
    assert example("docs").models == {}


@pytest.mark.parametrize("name", ["one_call", "critic"])
def test_examples_over_a_table(name: str, texts: str) -> None:
    plain = example(name, input=texts, model="small")
    assert plain.models["writer"].model_dump(exclude_defaults=True) == {"model": "openai/small"}
    full = example(name, input=texts, model="meta/llama", base_url="http://127.0.0.1:1/v1", concurrency="64", price_in="0.5", price_out="2")
    for model in full.models.values():
        assert (model.provider, model.name, model.base_url) == ("openai", "meta/llama", "http://127.0.0.1:1/v1")
        assert (model.concurrency, model.price_in, model.price_out) == (64, 0.5, 2)


def test_support_needs_no_documents() -> None:
    recipe = example("support", model="small", count="7")
    assert [step.kind for step in recipe.steps] == ["read.rows", "generate.variants", "generate.columns", "filter.near_duplicates"]
    assert recipe.steps[1].settings()["count"] == 7


def test_one_call_gives_input_and_answer_and_nothing_else(texts: str) -> None:
    recipe = example("one_call", input=texts, model="small")
    assert [step.kind for step in recipe.steps] == ["read.files", "generate.columns"]
    assert recipe.steps[1].columns(frozenset({"id", "text"})) == {"input", "answer"}


def test_critic_ends_with_the_same_columns_and_writes_weak_rows_again(texts: str) -> None:
    recipe = example("critic", input=texts, model="small", threshold="8")
    columns: frozenset[str] | None = frozenset({"id", "text"})
    for step in recipe.steps[1:]:
        columns = step.columns(columns)
    assert columns == {"input", "answer"}
    (where,) = [step.model_dump() for step in recipe.steps if step.kind == "filter.where"]
    assert (where["where"], where["retry_from"], where["retry_times"]) == ("scores.judge.overall >= 8", "write", 2)


def test_docs_with_model_loads() -> None:
    assert set(example("docs_with_model", model="small", density="2.5").models) == {"writer", "judge"}


def test_the_recipe_of_the_docs_page_loads(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("# Tea\n\nTea grows in Assam.\n", encoding="utf-8")
    (text,) = re.findall(r"^```yaml\n(name:.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    recipe = loads(text, base=tmp_path)
    checked(recipe, tmp_path)
    assert (recipe.target, recipe.attempts, recipe.budget_usd, recipe.into) == (500, 3, 5, "product-questions")


def test_the_docs_page_names_every_example_and_every_key() -> None:
    assert set(re.findall(r"examples/(\w+\.yaml)", PAGE)) == {path.name for path in EXAMPLES}
    assert set(Recipe.model_fields) <= set(re.findall(r"`(\w+)`", PAGE))
