"""The JSON Schema of recipe files, and steps as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rowsmith import registry
from rowsmith.core.errors import NotFound
from rowsmith.engine.recipe_file import dump, load, read_text
from rowsmith.engine.recipe_schema import describe, json_schema, summary, type_words
from rowsmith.registry import builtin, plugins

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    whole = json_schema()
    jsonschema.Draft202012Validator.check_schema(whole)
    return jsonschema.Draft202012Validator(whole)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_match(schema, path):
    text = path.read_text("utf-8")
    schema.validate(yaml.safe_load(text))
    declared = read_text(text).parameters
    recipe = load(path, {name: "x" for name, parameter in declared.items() if parameter.default is None and not parameter.optional})
    schema.validate(yaml.safe_load(dump(recipe)))


def recipe(**step: Any) -> dict[str, Any]:
    asked = {"kind": "generate.columns", "prompt": "x", **step}
    return {"name": "x", "models": {"w": {"model": "a"}}, "steps": [{"kind": "read.rows", "rows": [{"a": 1}]}, asked]}


@pytest.mark.parametrize(
    "step",
    [
        {"count": "${n}"}, {"prompt": {"file": "x.md"}}, {"prompt": {"name": "x", "version": "v", "with": {"a": 1}}},
        {"prompt": "${p}"}, {"forward": "all"}, {"forward": ["a"]}, {"forward": ["${f}"]},
        {"forward": "${f}"}, {"from": "read.rows"}, {"from": ["a", "b"]}, {"model": {"a": 0.5, "b": "${share}"}}, {"schema": {"type": "object"}},
        {"output": {"a": {"enum": [1]}}},
        {"kind": "filter.where", "where": "a", "prompt": None},
    ],
)  # fmt: skip
def test_what_is_right_matches(schema, step):
    whole = recipe(**step)
    whole["steps"][1] = {name: value for name, value in whole["steps"][1].items() if value is not None}
    schema.validate(whole)


@pytest.mark.parametrize(
    "step", [{"count": 0}, {"count": "x"}, {"count": "a ${n}"}, {"cuont": 1}, {"kind": "make"}, {"prompt": {"fil": "x"}}, {"forward": 3}, {"into": 3}]
)
def test_what_is_wrong_does_not(schema, step):
    assert not schema.is_valid(recipe(**step))


@pytest.mark.parametrize(
    ("part", "right"),
    [
        ({"target": "${n}"}, True), ({"target": 0}, False), ({"budget_usd": 1.5}, True), ({"extra": 1}, False),
        ({"models": {"w": {"model": "a", "rpm": "${r}"}}}, True),
        ({"models": {"w": {}}}, False), ({"models": {"w": {"model": "a", "temperature": 9}}}, False), ({"parameters": {"p": {"default": 1}}}, True),
        ({"parameters": {"p": {"dfault": 1}}}, False), ({"steps": []}, False),
    ],
)  # fmt: skip
def test_the_other_parts(schema, part, right):
    assert schema.is_valid({**recipe(), **part}) is right


def test_every_setting_is_described(schema):
    for kind in builtin.names("steps"):
        properties = schema.schema["$defs"][kind]["properties"]
        assert properties["kind"]["const"] == kind
        assert all(value.get("description") for value in properties.values()), kind


@pytest.mark.parametrize("kind", builtin.names("steps"))
def test_every_step_can_be_described(kind):
    said = describe(kind)
    assert said["summary"]
    assert said["shape"] in ("source", "row", "asking", "set")
    assert all(setting["description"] and setting["type"] for setting in said["settings"])


def test_a_description_has_names_types_defaults_and_ranges():
    said = describe("generate.columns")
    assert (said["kind"], said["shape"], said["makes"], said["origin"]) == ("generate.columns", "asking", True, "rowsmith")
    settings = {setting["name"]: setting for setting in said["settings"]}
    assert {"prompt", "schema", "columns", "count", "from", "name"} <= set(settings)
    assert settings["prompt"]["required"]
    assert "default" not in settings["prompt"]
    assert {name: settings["count"][name] for name in ("type", "default", "range", "required")} == {
        "type": "whole number", "default": 1, "range": "at least 1, at most 1000", "required": False,
    }  # fmt: skip
    assert settings["forward"]["type"] == "list of text or 'all'"
    with pytest.raises(NotFound, match=r"No step is called 'generate\.column'"):
        describe("generate.column")


def test_a_plug_in_is_described_and_allowed_like_any_other(tmp_path, monkeypatch):
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path))
    (tmp_path / "tiny.py").write_text(
        "from pydantic import Field\nfrom rowsmith.core.step import Step\nclass Tiny(Step):\n    'Is small. And more.'\n    kind = 'filter.tiny'\n"
        "    size: int = Field(3, gt=0, description='How small.')\n    def rows(self, row, ctx):\n        yield row\n"
    )
    plugins.trust(tmp_path)
    assert describe("filter.tiny", [tmp_path])["summary"] == "Is small."
    whole = {"name": "x", "steps": [{"kind": "read.rows", "rows": [{"a": 1}]}, {"kind": "filter.tiny", "size": 1}]}
    assert jsonschema.Draft202012Validator(json_schema([tmp_path])).is_valid(whole)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (str, "text"), (int | None, "whole number"), (list[str] | str, "list of text or text"), (dict[str, float], "mapping of number"),
        (dict[str, Any], "mapping"),
        (tuple[int, int], "list of 2: whole number, whole number"), (list[Any], "list"), (bool, "true or false"),
    ],
)  # fmt: skip
def test_types_in_words(annotation, words):
    assert type_words(annotation) == words


def test_a_summary_is_the_first_sentence():
    assert summary(registry.step("filter.where")).endswith(".")
    assert "\n" not in summary(registry.step("filter.where"))
