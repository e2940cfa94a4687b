"""Everything wrong with a recipe is told before anything is spent."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import keys_in

from rowsmith import registry
from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.engine.check import check, checked
from rowsmith.engine.recipe_file import read_text
from rowsmith.registry import plugins

KEYS = {"OPENAI_API_KEY": "sk-1"}
HEAD = """name: small
models:
  writer: {model: openai/small}
steps:
  - kind: read.rows
    rows: [{id: 1, text: a}]
"""
ASK = "  - {kind: generate.columns, name: write, prompt: '{{ text }}', output: {answer: string}}\n"
TINY = '''
"""Steps of every shape, small."""
from rowsmith.core.step import Column, ModelRole, Step

class Any(Step):
    """Reads what it finds."""
    kind = "read.any"
    def read(self, ctx):
        yield

class All(Step):
    """Sees all rows."""
    kind = "filter.all"
    def all(self, new, kept, ctx):
        yield from new

class Pass(Step):
    """Passes rows on."""
    kind = "filter.pass"
    needs: Column = ""
    def rows(self, row, ctx):
        yield row

class Cut(Step):
    """Makes rows."""
    kind = "chunk.cut"
    makes = True
    def rows(self, row, ctx):
        yield row

class Jury(Step):
    """Asks several models."""
    kind = "score.jury"
    jury: list[ModelRole] = []
    async def rows(self, row, ctx):
        return [row]

class Fussy(Step):
    """Complains."""
    kind = "filter.fussy"
    def rows(self, row, ctx):
        yield row
    def check(self):
        return ["It is never right."]
'''


@pytest.fixture
def tiny(tmp_path, monkeypatch) -> Path:
    """A folder of plug-ins with small steps."""
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "tiny.py").write_text(TINY)
    plugins.trust(tmp_path / "plugins")
    return tmp_path


def problems(text: str, base: Path = Path(), environ: dict[str, str] | None = None, **more: float) -> list[tuple[int, str]]:
    """Line and words of each problem of a recipe that can be read."""
    reading = read_text(text, base=base)
    assert reading.recipe is not None
    assert not reading.problems
    found = check(reading.recipe, base=base, keys=keys_in(KEYS if environ is None else environ), lines=reading.lines, plugins=reading.folders, **more)
    return [(problem.line, f"{problem.what} {problem.fix}") for problem in found]


def only(text: str, base: Path = Path(), environ: dict[str, str] | None = None, **more: float) -> tuple[int, str]:
    (one,) = problems(text, base, environ, **more)
    return one


def test_a_sound_recipe_has_no_problem():
    assert problems(HEAD + ASK + "  - {kind: filter.where, where: length(answer) > 3, retry_from: write}\n") == []


def test_a_recipe_made_in_python_is_checked_alike():
    ReadRows, Where = registry.step("read.rows"), registry.step("filter.where")
    recipe = Recipe(name="x", steps=[ReadRows(rows=[{"a": 1}]), Where(where="b = 1")])
    (problem,) = check(recipe, base=Path(), keys=keys_in({}))
    assert str(problem) == "'where' of step 'filter.where' uses the column 'b', and there is none of that name here. Choose one of: a."


@pytest.mark.parametrize(
    ("steps", "line", "words"),
    [
        ("  - {kind: filter.pass}\n", 4, "The recipe begins with 'filter.pass', which needs rows to work on."),
        ("  - {kind: read.rows, rows: [{a: 1}], from: x}\n", 4, "'read.rows' is where rows begin and takes none. Remove its 'from'."),
        ("  - &r {kind: read.rows, rows: [{a: 1}]}\n  - {kind: filter.pass, from: []}\n", 5, "The 'from' of 'filter.pass' names no step."),
        ("  - {kind: read.rows, rows: [{a: 1}]}\n  - {kind: filter.pass, from: [read.rows, read.rows]}\n", 5, "takes the rows of 'read.rows' twice"),
    ],
)
def test_the_graph(tiny, steps, line, words):
    found = problems("name: x\n\nsteps:\n" + steps, tiny)
    assert [one for one in found if one[0] == line and words in one[1]], found


def test_a_source_whose_rows_nobody_takes_is_told(tiny):
    text = "name: x\nsteps:\n  - {kind: read.rows, rows: [{a: 1}]}\n  - {kind: read.rows, name: b, rows: [{a: 1}]}\n  - {kind: filter.pass%s}\n"
    assert only(text % "", tiny) == (
        3,
        "No step takes the rows of 'read.rows'. Name it in the step that shall take them, for example: from: [read.rows, b].",
    )
    assert problems(text % ", from: [read.rows, b]", tiny) == []


def test_two_branches_need_rows_of_their_own(tiny):
    head = "name: x\nsteps:\n  - {kind: read.rows, rows: [{a: 1}], name: r}\n"
    cut, through = "  - {kind: chunk.cut, from: r, name: %s}\n", "  - {kind: filter.pass, from: r}\n"
    assert problems(head + cut % "a" + cut % "b", tiny) == []
    assert problems(head + cut % "a" + "  - {kind: filter.pass, from: [a]}\n", tiny) == []
    line, words = only(head + cut % "a" + through, tiny)
    assert line == 5
    assert words == (
        "'filter.pass' and 'a' take the rows of 'r', and 'filter.pass' passes rows on under their ids: the same row would come out twice. "
        "Begin each branch with a step that makes rows (chunk.*, generate.*)."
    )
    assert "the same row would come out twice" in only(head + "  - {kind: chunk.cut, name: a}\n  - {kind: filter.pass, from: [r, a]}\n", tiny)[1]


def test_a_step_says_itself_what_is_wrong(tiny):
    assert only(HEAD + "  - {kind: filter.fussy, name: f}\n", tiny) == (7, "Step 'f': It is never right. ")


def test_paths_are_taken_from_the_recipes_folder(tmp_path):
    text = "name: x\nsteps:\n  - {kind: read.files, paths: data/a.jsonl}\n  - {kind: filter.where, where: b = 1}\n"
    line, words = only(text, tmp_path)
    assert (line, "data/a.jsonl" in words) == (3, True)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.jsonl").write_text('{"a": 1}\n')
    assert only(text, tmp_path) == (4, "'where' of step 'filter.where' uses the column 'b', and there is none of that name here. Choose one of: a.")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("{kind: generate.columns, prompt: 'x {{ texd }}'}", "'prompt' of step 'generate.columns' uses {{ texd }}, and there is no such column"),
        ("{kind: generate.columns, prompt: '{% if texd %}b{% endif %}'}", "uses {{ texd }}, and there is no such column"),
        ("{kind: generate.columns, prompt: '{% for x in text %}{{ y }}{% endfor %}'}", "uses {{ y }}, and there is no such column"),
        ("{kind: generate.columns, prompt: '{% set a = b %}'}", "uses {% set %} on its line 1"),
        ("{kind: generate.columns, prompt: '{{ text'}", "The prompt cannot be read"),
        ("{kind: generate.columns, prompt: x, system: '{{ b }}'}", "'system' of step 'generate.columns' uses {{ b }}"),
        ("{kind: generate.columns, prompt: x, forward: [texd]}", "'forward' of step 'generate.columns' needs the column 'texd'"),
        ("{kind: generate.columns, prompt: x, skip: texd = 1}", "'skip' of step 'generate.columns' uses the column 'texd'"),
        ("{kind: filter.where, where: text >}", "'where' of step 'filter.where': "),
        ("{kind: filter.pass, needs: texd}", "'needs' of step 'filter.pass' needs the column 'texd', and there is none of that name here. Did you"),
        ("{kind: transform.columns, rename: {text: id}}", "Step 'transform.columns': "),
    ],
)
def test_names_that_are_not_there(tiny, step, words):
    line, found = only(HEAD + f"  - {step}\n", tiny)
    assert line == 7
    assert words in found


def test_columns_are_followed_from_step_to_step(tiny):
    asked = HEAD + ASK + "  - {kind: filter.pass, needs: answer}\n"
    assert problems(asked, tiny) == []
    assert "there is none of that name here. Choose one of: answer." in only(asked.replace("needs: answer", "needs: text"), tiny)[1]
    for given in ("scores.x > 1", "origin.source.name = 'a'", "id = 'a'"):
        assert problems(HEAD + f'  - {{kind: filter.where, where: "{given}"}}\n') == []
    assert problems(HEAD + "  - {kind: generate.columns, prompt: '{{ count }} {{ row }} {{ scores.a }} {{ text }}'}\n") == []
    joined = "  - {kind: read.rows, name: b, rows: [{text: b, more: 1}]}\n  - {kind: filter.pass, from: [read.rows, b], needs: %s}\n"
    assert problems(HEAD + joined % "text", tiny) == []
    assert "Choose one of: text." in only(HEAD + joined % "more", tiny)[1]


def test_nothing_is_said_where_columns_cannot_be_known(tiny):
    steps = "  - {kind: filter.where, where: c = 1}\n  - {kind: generate.columns, prompt: '{{ d }}', forward: [e]}\n"
    assert problems("name: x\nmodels: {writer: {model: openai/x}}\nsteps:\n  - {kind: read.any}\n" + steps, tiny) == []
    (tiny / "a.jsonl").write_text("broken\n")
    assert problems("name: x\nsteps:\n  - {kind: read.files, paths: a.jsonl}\n  - {kind: filter.where, where: c = 1}\n", tiny) == []


@pytest.mark.parametrize(
    ("models", "model", "line", "words"),
    [
        ("{writer: {model: openai/x}}", "writr", 5, "Step 'ask' asks the model 'writr', and the recipe has no model of that name. Did"),
        ("{}", "writer", 5, "Add it under 'models': writer: {model: provider/name}."),
        ("{a: {model: openai/x}}", "{a: 1, b: 1}", 5, "asks the model 'b'"),
        ("{a: {model: openai/x}}", "{a: 0}", 5, "The share of 'a' in step 'ask' is 0. Give a number above 0"),
        ("{a: {model: openai/x}}", "{a: -1}", 5, "The share of 'a' in step 'ask' is -1."),
        ("{a: {model: openai/x}}", "{}", 5, "Step 'ask' names no model."),
        ("{a: {model: opnai/x}}", "a", 2, "The model 'a' is 'opnai/x'. No provider is called 'opnai'. Did you mean 'openai'?"),
        ("{a: {model: openai/}}", "a", 2, "which names none"),
        ("{a: {model: x, base_url: 'ftp://x'}}", "a", 2, "The model 'a': The base_url 'ftp://x' is not an http or https address."),
        ("{a: {model: x, extra: {temperature: 1}}}", "a", 2, "The model 'a': The model's extra holds temperature."),
    ],
)
def test_models(models, model, line, words):
    ask = f"  - kind: read.rows\n    rows: [{{text: a}}]\n  - {{kind: generate.columns, name: ask, prompt: x, model: {model}}}\n"
    found = problems(f"name: x\nmodels: {models}\nsteps:\n" + ask)
    assert [one for one in found if one[0] == line + (line == 5) and words in one[1]], found


def test_every_model_of_a_list_is_looked_at(tiny):
    assert "asks the model 'b'" in only(HEAD + "  - {kind: score.jury, jury: [writer, b]}\n", tiny)[1]


@pytest.mark.parametrize(
    ("model", "environ", "words"),
    [
        ("{model: openai/x}", {}, "the environment variable OPENAI_API_KEY is not set"),
        ("{model: openai/x, api_key_env: MINE}", KEYS, "the environment variable MINE is not set"),
        ("{model: openai/x, base_url: 'http://127.0.0.1:1/v1', api_key_env: MINE}", KEYS, "the environment variable MINE is not set"),
        ("{model: openai/x}", {"OPENAI_API_KEY": "a b"}, "OPENAI_API_KEY holds spaces"),
        ("{model: openai/x, api_key_env: MINE}", {"MINE": "k"}, ""),
        ("{model: openai/x, base_url: 'http://127.0.0.1:1/v1'}", {}, ""),
    ],
)
def test_a_key_that_is_needed_is_named(model, environ, words):
    found = problems((HEAD + ASK).replace("{model: openai/small}", model), environ=environ)
    assert [line for line, _ in found] == ([3] if words else [])
    assert words in "".join(text for _, text in found)


def test_a_model_that_no_step_asks_is_left_alone():
    assert problems(HEAD + "  - {kind: filter.where, where: text = 'a'}\n", environ={}, budget_usd=1) == []


def test_a_money_cap_needs_prices():
    text = HEAD + ASK
    assert only(text, budget_usd=5) == (
        3,
        "Money is capped at 5 USD, and the model 'writer' has no price_in and price_out: what a call costs is not known. "
        "Set price_in and price_out of models.writer in USD per million tokens (0 where it is free), or add the model once for this home "
        "(rowsmith models add), or cap tokens instead of money.",
    )
    one = text.replace("openai/small", "openai/small, price_in: 1")
    assert "has no price_out:" in only(one + "budget_usd: 2\n")[1]
    assert problems(one.replace("price_in: 1", "price_in: 0, price_out: 0") + "budget_usd: 2\n") == []
    assert problems(text + "budget_tokens: 100\n") == []


@pytest.mark.parametrize(
    ("before", "more", "words"),
    [
        (ASK, "retry_from: wrte", "sends rows back to 'wrte', and no step has that name. Did you mean 'write'?"),
        (ASK, "retry_from: read.rows", "sends rows back to 'read.rows', which asks no model: it would give the same row again."),
        (ASK + "  - {kind: filter.all}\n", "retry_from: write", "between them 'filter.all' sees all rows at once. Put 'w' before it."),
        (ASK + "  - {kind: chunk.cut, from: read.rows}\n", "retry_from: write", "sends rows back to 'write', which its rows do not come from."),
        ("", "retry_from: after", "sends rows back to 'after', which its rows do not come from. Put a step that asks a model before it"),
        (ASK + "  - {kind: filter.pass}\n", "retry_from: write", ""),
    ],
)
def test_the_critic_loop_leads_to_an_asking_step_of_its_segment(tiny, before, more, words):
    text = HEAD + before + f"  - {{kind: filter.where, name: w, where: id = '', {more}}}\n" + ASK.replace("write", "after").replace("{{ text }}", "x")
    found = [said for _, said in problems(text, tiny)]
    assert len(found) == bool(words), found
    assert words in "".join(found)


def test_a_setting_that_there_is_none_of_hides_nothing_else(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        "name: x\nmodels: {writer: {model: openai/m, base_url: 'http://h/v1', tempo: 1}}\nsteps:\n"
        "- {kind: read.rows, rows: [{text: a}]}\n- {kind: generate.columns, prompt: '{{ txt }}', output: {a: strnig}, modle: w}\n"
    )
    with pytest.raises(Invalid) as caught:
        checked(recipe, {}, keys=keys_in({}))
    told = " ".join(problem.what for problem in caught.value.problems)
    assert len(caught.value.problems) == 4
    assert [word for word in ("'tempo'", "'modle'", "'strnig'", "txt") if word not in told] == []


def test_reading_and_checking_tell_everything_at_once(tmp_path):
    (tmp_path / "r.yaml").write_text(HEAD + "  - {kind: make}\n  - {kind: generate.columns, prompt: x, model: nobody}\nextra: 1\n")
    with pytest.raises(Invalid) as caught:
        checked(tmp_path / "r.yaml", keys=keys_in({}))
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [(str(tmp_path / "r.yaml"), line) for line in (7, 8, 9)]
    (tmp_path / "r.yaml").write_text(HEAD + ASK)
    assert checked(tmp_path / "r.yaml", keys=keys_in(KEYS)).name == "small"
    with pytest.raises(Invalid, match="OPENAI_API_KEY"):
        checked(tmp_path / "r.yaml", keys=keys_in({}))


def test_an_unreadable_model_is_told_once(tmp_path):
    (tmp_path / "r.yaml").write_text((HEAD + ASK).replace("openai/small", "openai/small, temperature: 9"))
    with pytest.raises(Invalid) as caught:
        checked(tmp_path / "r.yaml", keys=keys_in({}), budget_usd=1)
    assert len(caught.value.problems) == 1


def test_a_model_made_in_python_needs_no_file():
    Ask = registry.step("generate.columns")
    recipe = Recipe(name="x", models={"writer": Model(model="openai/x")}, steps=[registry.step("read.rows")(rows=[{"a": 1}]), Ask(prompt="{{ a }}")])
    assert check(recipe, base=Path(), keys=keys_in(KEYS)) == []


def test_a_setting_that_a_provider_does_not_have_is_named_at_its_line():
    given = ["model: anthropic/claude-haiku-4-5", "base_url: http://h", "max_tokens: 5", "seed: 3", "frequency_penalty: 1"]
    models = "models:\n  writer:\n" + "".join(f"    {line}\n" for line in given)
    found = problems(f"name: x\n{models}steps:\n  - {{kind: read.rows, rows: [{{text: a}}]}}\n  - {{kind: generate.columns, prompt: x}}\n")
    assert found == [
        (7, "The model 'writer': Anthropic's API has no seed. Leave it out."),
        (8, "The model 'writer': Anthropic's API has no frequency_penalty. Leave it out."),
    ]


@pytest.mark.parametrize(
    ("model", "environ", "words"),
    [
        ("groq/llama-3.3-70b-versatile", {}, "the environment variable GROQ_API_KEY is not set"),
        ("ollama/llama3.2", {}, ""),
        ("azure/mine", {"AZURE_OPENAI_API_KEY": "k"}, "Azure OpenAI has no address that is the same for all."),
        ("mistral/small, token_field: max_completion_tokens", {"MISTRAL_API_KEY": "k"}, "Mistral does not know max_completion_tokens."),
        ("lmstudio/m, answers: object", {}, "LM Studio cannot be asked for a structured answer by object"),
    ],
)
def test_providers_are_known_by_name(model, environ, words, monkeypatch):
    monkeypatch.delenv("AZURE_OPENAI_ENDPOINT", raising=False)
    found = problems((HEAD + ASK).replace("openai/small", model), environ=environ)
    assert len(found) == bool(words), found
    assert words in "".join(text for _, text in found)
