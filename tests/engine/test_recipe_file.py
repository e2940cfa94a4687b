"""A recipe's YAML form: what it means, everything wrong with it at once, and that it can be written and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rowsmith import registry
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.engine.recipe_file import build, dump, load, loads, read, read_text
from rowsmith.registry import plugins

ReadRows, Columns, Where = (registry.step(kind) for kind in ("read.rows", "generate.columns", "filter.where"))
HEAD = "name: small\nsteps:\n  - kind: read.rows\n    rows: [{text: a}]\n"
WHERE = HEAD + "  - kind: filter.where\n    where: a = 1\n"
ASK = HEAD + "  - kind: generate.columns\n    prompt: x\n"


def said(text: str, sets: dict[str, str] | None = None, **more: Any) -> list[tuple[int, str]]:
    """Line and words of each problem."""
    with pytest.raises(Invalid) as caught:
        loads(text, sets, **more)
    assert all(problem.file == "<recipe>" for problem in caught.value.problems)
    return [(problem.line, f"{problem.what} {problem.fix}") for problem in caught.value.problems]


def only(text: str, sets: dict[str, str] | None = None, **more: Any) -> tuple[int, str]:
    (one,) = said(text, sets, **more)
    return one


def test_the_yaml_and_python_forms_are_the_same():
    text = """
name: critic
models:
  writer: {model: openai/small, temperature: 0.5, stop: ["no"]}
target: 10
steps:
  - kind: read.rows
    rows: [{id: 1, text: a}]
  - kind: generate.columns
    name: write
    from: read.rows
    prompt: "Say {{ text }}."
    output: {answer: string}
  - kind: filter.where
    where: length(answer) > 3
"""
    steps = [
        ReadRows(rows=[{"id": 1, "text": "a"}]),
        Columns(name="write", from_="read.rows", prompt="Say {{ text }}.", output={"answer": "string"}),
        Where(where="length(answer) > 3"),
    ]
    recipe = Recipe(name="critic", models={"writer": Model(model="openai/small", temperature=0.5, stop=["no"])}, target=10, steps=steps)
    assert loads(text) == recipe
    assert build(recipe.dump()) == recipe


PARAMETERS = """
name: p
parameters:
  {declared}
models:
  w: {model: "openai/${model}", price_in: "${price}", stop: ["a", "${stop}", "b"]}
steps:
  - {kind: read.rows, rows: [{"text": "${model}", "$${model}": "$${model}"}]}
"""


def filled(declared: str, **sets: str) -> Recipe:
    return loads(PARAMETERS.replace("{declared}", declared), sets)


def test_parameters_are_filled_in_with_their_types():
    recipe = filled("model: {}\n  price: {default: 2}\n  stop: {optional: true}", model="m")
    assert recipe.models["w"] == Model(model="openai/m", price_in=2, stop=["a", "b"])
    assert recipe.steps[0].rows == [{"text": "m", "$${model}": "${model}"}]
    assert recipe.parameters == {}
    recipe = filled("model: {default: m}\n  price: {optional: true}\n  stop: {default: x}", price="0.5", stop="7")
    assert recipe.models["w"] == Model(model="openai/m", price_in=0.5, stop=["a", "7", "b"])


@pytest.mark.parametrize("given", [{}, {"sure": "false"}, {"sure": "yes"}, {"sure": "1"}])
def test_a_parameter_that_asks_for_a_plain_yes_has_to_be_true(given):
    text = "name: x\nparameters: {sure: {agree: These rows are attacks.%s}}\nsteps:\n  - {kind: read.rows, rows: [{a: b}]}\n"
    for default in ("", ", default: false"):
        with pytest.raises(Invalid) as refused:
            loads(text % default, given)
        (problem,) = refused.value.problems
        assert (problem.what, problem.fix) == ("These rows are attacks.", "If that is what you want: --set sure=true.")
        assert loads(text % default, {"sure": "true"}).steps[0].rows == [{"a": "b"}]


@pytest.mark.parametrize(
    ("given", "whole", "within"),
    [
        ("8", 8, "<8>"), ("1e3", 1000.0, "<1e3>"), ("true", True, "<true>"), ("'8'", "8", "<8>"), ("no", "no", "<no>"),
        ("a # b: c", "a # b: c", "<a # b: c>"), ("{{ x }}", "{{ x }}", "<{{ x }}>"), ("", "", "<>"),
        ("'open", "'open", "<'open>"), ("${p}", "${p}", "<${p}>"), ("007", "007", "<007>"),
    ],
)  # fmt: skip
def test_a_set_value_is_a_yaml_scalar(given, whole, within):
    recipe = loads('name: x\nparameters: {p: {}}\nsteps:\n  - {kind: read.rows, rows: [{a: "${p}", b: "<${p}>"}]}\n', {"p": given})
    assert recipe.steps[0].rows == [{"a": whole, "b": within}]


def test_a_number_that_is_set_can_be_text_where_text_is_wanted():
    recipe = loads('name: "${p}"\nparameters: {p: {}}\nsteps:\n  - {kind: read.rows, rows: [{a: "${p}"}], key: "${p}"}\n', {"p": "2024"})
    assert (recipe.name, recipe.steps[0].key, recipe.steps[0].rows) == ("2024", "2024", [{"a": 2024}])


@pytest.mark.parametrize(
    ("declared", "sets", "line", "words"),
    [
        ("{p: {}}", {}, 1, "The parameter 'p' must be given. Add --set p=VALUE."),
        ("{p: {help: the file}}", {"p": "null"}, 1, "The parameter 'p' (the file) must be given."),
        ("{p: {default: 1}, q: {default: 1}}", {}, 1, "The parameter 'q' is used nowhere."),
        ("{p: {default: 1}}", {"pp": "1"}, 0, "--set pp: the recipe has no parameter of that name. Did you mean 'p'?"),
        ("{}", {"pp": "1"}, 0, "--set pp: the recipe has no parameter of that name. It declares none."),
        ("{q: {default: 1}}", {}, 5, "${p} is not a parameter of the recipe. Choose one of: q. A literal ${ is written $${."),
        ("{p: {default: 1, helo: x}}", {}, 1, "The parameter 'p' has no setting 'helo'. Did you mean 'help'?"),
        ("{p: 3}", {}, 1, "The parameter 'p' is 3. Give a mapping"),
        ("{p: {default: '${q}'}}", {}, 1, "The default of the parameter 'p' is ${q}, which is no other parameter with a value of its own."),
        ("{p: {default: '${p}'}}", {}, 1, "The default of the parameter 'p' is ${p}, which is no other parameter"),
        ("[p]", {}, 1, "'parameters' of the recipe is [\"p\"]. Give a mapping."),
    ],
)
def test_wrong_parameters_are_told(declared, sets, line, words):
    found = said(f'parameters: {declared}\nname: x\nsteps:\n  - kind: read.rows\n    rows: [{{a: "${{p}}"}}]\n', sets)
    assert [one for one in found if one[0] == line and words in one[1]], found


@pytest.mark.parametrize(
    ("declared", "sets", "value"),
    [
        ("{q: {default: 3}, p: {default: '${q}'}}", {}, 3),
        ("{p: {default: '${q}'}, q: {}}", {"q": "2024"}, 2024),
        ("{p: {default: '${q}'}, q: {default: 3}}", {"p": "x"}, "x"),
        ("{p: {default: '<${q}>'}, q: {default: 3}}", {}, "<${q}>"),
        ("{p: {default: [a]}}", {"p": "[b, 2]"}, ["b", 2]),
        ("{p: {default: a}}", {"p": "[b, 2]"}, "[b, 2]"),
    ],
)
def test_a_parameter_takes_the_value_of_another_and_a_list_where_it_is_one(declared, sets, value):
    used = ', b: "${q}"' if "q:" in declared else ""
    recipe = loads(f'name: x\nparameters: {declared}\nsteps:\n  - {{kind: read.rows, rows: [{{a: "${{p}}"{used}}}]}}\n', sets)
    assert recipe.steps[0].rows[0]["a"] == value


def test_what_a_parameter_takes_from_another_that_is_not_given_is_told_once():
    found = said('name: x\nparameters: {p: {default: "${q}"}, q: {}}\nsteps:\n  - {kind: read.rows, rows: [{a: "${p}", b: "${q}"}]}\n')
    assert [words for _, words in found] == ["The parameter 'q' must be given. Add --set q=VALUE."]


def test_an_unset_parameter_inside_a_text_and_an_open_sign_are_told():
    text = HEAD + '    name: "<${p}>"\nparameters: {p: {optional: true}}\n'
    assert only(text) == (5, "The parameter 'p' is not set and stands inside a longer text. Add --set p=VALUE, or give it a default.")
    assert only(HEAD + '    name: "${a b}"\n') == (5, "'${' is not followed by a parameter's name and '}'. Write $${ for a literal ${.")


def test_a_missing_parameter_is_told_once():
    found = said('name: x\nparameters: {p: {}}\nsteps:\n  - {kind: read.rows, rows: "${p}"}\n')
    assert [words for _, words in found] == ["The parameter 'p' must be given. Add --set p=VALUE."]


def test_a_prompt_may_stand_in_a_file(tmp_path):
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "x.md").write_bytes("\ufeffGrüße ${not} {{ text }}\r\nend".encode())
    (tmp_path / "r.yaml").write_text(HEAD + "  - {kind: generate.columns, prompt: {file: prompts/x.md}}\n")
    recipe = load(tmp_path / "r.yaml")
    assert recipe.steps[1].prompt == "Grüße ${not} {{ text }}\nend"
    assert loads(dump(recipe)) == recipe


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("no.md", None, "The prompt file 'no.md' cannot be opened: No such file or directory."),
        ("x.md", b"\xff", "The prompt file 'x.md' is not UTF-8: byte 1 cannot be read."),
        ("x.md", b" " * (1024 * 1024 + 1), "larger than 1,048,576 bytes"),
    ],
)
def test_a_prompt_file_that_cannot_be_read_is_told_once(tmp_path, name, body, words):
    if body is not None:
        (tmp_path / name).write_bytes(body)
    line, found = only(HEAD + f"  - kind: generate.columns\n    prompt: {{file: {name}}}\n", base=tmp_path)
    assert line == 6
    assert words in found


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "The file is empty."),
        ("- a\n", 1, 'The file holds ["a"], not a recipe.'),
        ("name: x\n", 1, "The recipe needs the setting 'steps'. Add a list of steps."),
        ("name: x\nsteps: []\n", 2, "The recipe has no step."),
        ("name: x\nsteps: {a: b}\n", 2, "'steps' of the recipe is {\"a\":\"b\"}. Give a list."),
        (HEAD.replace("name: small", "nam: small"), 1, "The recipe has no setting 'nam'. Did you mean 'name'?"),
        (HEAD.replace("name: small", "nam: small"), 1, "The recipe needs the setting 'name'. name: Name of the recipe."),
        (HEAD + "target: 0\n", 5, "'target' of the recipe is 0. Give a number above 0."),
        (HEAD + "attempts: .nan\n", 5, ".nan is not a number that can be used."),
        (HEAD + "models: [a]\n", 5, "'models' of the recipe is [\"a\"]. Give a mapping."),
        (HEAD + "models:\n  w: openai/x\n", 6, "The model 'w' is \"openai/x\". Give a mapping"),
        (HEAD + "models:\n  w:\n    model: x\n    temperature: 3\n", 8, "'temperature' of the model 'w' is 3. Give a number of at most 2."),
        (HEAD + "models:\n  w:\n    model: x\n    stop: yes please\n", 8, "'stop' of the model 'w' is \"yes please\". Give a list."),
        (WHERE.replace("where:", "were:"), 6, "Step 'filter.where' has no setting 'were'. Did you mean 'where'? Choose one of: from, name,"),
        (HEAD + "  - kind: filter.were\n", 5, "No step is called 'filter.were'. Did you mean 'filter.where'? Choose one of: "),
        (HEAD + "  - kind: filter.where\n    name: w\n", 5, "Step 'w' (filter.where) needs the setting 'where'. where: The condition"),
        (WHERE + "    retry_times: 0\n", 7, "'retry_times' of step 'filter.where' is 0. Give a number of at least 1."),
        (WHERE + "    retry_times: many\n", 7, 'is "many". Give a whole number.'),
        (HEAD + "  - kind: filter.where\n    where:\n", 6, "'where' of step 'filter.where' is empty. Give text."),
        (ASK + "    model:\n      a: 1\n      b: x\n", 9, "'model.b' of step 'generate.columns' is \"x\". Give a number."),
        (ASK + "    forward: 3\n", 7, "'forward' of step 'generate.columns' is 3. Give a list or 'all'."),
        (HEAD + "  - filter.where\n", 5, 'Step 2 is "filter.where", not a mapping. Add \'kind: ...\'. Choose one of: '),
        (HEAD + "  - name: x\n", 5, "Step 2 has no kind. Add 'kind: ...'. Choose one of: "),
        (HEAD + "  - filter.where: {where: a = 1}\n", 5, "Step 2 has no kind. Write 'kind: filter.where', with its settings beside it."),
        (HEAD + "  - {kind: read.rows, rows: [{a: 1}]}\n", 5, "Two steps are called 'read.rows': numbers 1 and 2."),
        (WHERE + "    from: red.rows\n", 7, "'filter.where' takes the rows of 'red.rows', and no step has that name."),
        (WHERE + "    from: filter.where\n", 7, "'filter.where' takes its own rows."),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_line_and_fix(text, line, words):
    found = said(text)
    assert [one for one in found if one[0] == line and words in one[1]], found


def test_steps_in_a_circle_are_told():
    step = "  - {kind: filter.where, where: a = 1, name: %s, from: %s}\n"
    found = said(HEAD + step % ("a", "b") + step % ("b", "a"))
    assert found == [(5, "'a' and 'b' wait for each other: each takes rows that come from the other. Let 'a' take the rows of an earlier step.")]
    assert "'a' takes the rows of 'b', which comes later. Move 'b' before 'a'." in said(HEAD + step % ("a", "b") + step % ("b", "read.rows"))[0][1]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines():
    text = HEAD + "  - kind: make\n  - kind: filter.where\n    where: 3\n    nam: x\nextra: 1\nname: again\n"
    found = said(text)
    assert [line for line, _ in found] == [5, 7, 8, 9, 10]
    with pytest.raises(Invalid, match=r"^The recipe has 5 problems\. Nothing has been spent\.\n  <recipe>:5: No step"):
        loads(text)


def test_a_draft_is_left_where_it_can_be_checked_further():
    reading = read_text(HEAD + "  - {kind: make, name: m}\n  - {kind: filter.where, where: a = 1, from: m}\n")
    assert [step.title for step in reading.recipe.steps] == ["read.rows", "m", "filter.where"]
    assert len(reading.problems) == 1


def test_files_that_are_no_recipes(tmp_path):
    with pytest.raises(NotFound, match=r"no\.yaml cannot be opened"):
        load(tmp_path / "no.yaml")
    with pytest.raises(NotFound, match="cannot be opened: Is a directory"):
        load(tmp_path)
    (tmp_path / "r.yaml").write_bytes(b"name: x\nsteps: \xff\n")
    with pytest.raises(Invalid) as caught:
        load(tmp_path / "r.yaml")
    assert str(caught.value.problems[0]) == f"{tmp_path / 'r.yaml'}:2: The file is not UTF-8: byte 16 cannot be read. Save it as UTF-8."
    (tmp_path / "r.yaml").write_bytes(b"a: b\n" * 300_000)
    with pytest.raises(Invalid) as caught:
        load(tmp_path / "r.yaml")
    assert "larger than 1,048,576 bytes" in caught.value.problems[0].what


def test_a_recipe_with_a_plug_in_beside_it(tmp_path, monkeypatch):
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "short.py").write_text(
        "from rowsmith.core.step import Step\nclass Short(Step):\n    'Short.'\n    kind = 'filter.short'\n    most: int = 3\n"
        "    def rows(self, row, ctx):\n        yield row\n"
    )
    (tmp_path / "r.yaml").write_text(HEAD + "  - {kind: filter.short, most: 5}\n")
    with pytest.raises(Invalid) as caught:
        load(tmp_path / "r.yaml")
    assert f"rowsmith plugins trust {tmp_path}/plugins/short.py" in str(caught.value)
    plugins.trust(tmp_path / "plugins")
    recipe = load(tmp_path / "r.yaml")
    assert recipe.steps[1].most == 5
    assert build(recipe.dump(), plugins=[tmp_path / "plugins"]) == recipe


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_can_be_read(path):
    declared = read_text(path.read_text("utf-8")).parameters
    recipe = load(path, {name: "x" for name, parameter in declared.items() if parameter.default is None and not parameter.optional})
    assert loads(dump(recipe)) == recipe


def test_a_folder_of_its_name_hides_no_recipe_of_the_catalogue(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raw-text").mkdir()
    found = read(Path("raw-text"), {"model": "openai/m", "topics": "[bread]"})
    assert found.recipe is not None and found.recipe.name == "raw-text"
    (tmp_path / "raw-text").rmdir()
    (tmp_path / "raw-text").write_text("name: mine\nsteps:\n  - {kind: read.rows, rows: [{a: 1}]}\n", encoding="utf-8")
    found = read(Path("raw-text"))
    assert found.recipe is not None and found.recipe.name == "mine", "a file of that name goes before"
