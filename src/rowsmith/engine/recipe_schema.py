"""The JSON Schema of a recipe file, for editors, and the description of each step as plain data. Both come from the steps' classes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import models_json_schema
from pydantic_core import PydanticUndefined, to_jsonable_python

from rowsmith import registry
from rowsmith.core.models import Model
from rowsmith.core.recipe import Parameter, Recipe
from rowsmith.core.step import PATHS, PROMPT, RUBRIC, Step

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PARAMETER = {"$ref": "#/$defs/parameter_sign"}
PROMPT_FILE = {
    "type": "object",
    "properties": {"file": {"type": "string"}},
    "required": ["file"],
    "additionalProperties": False,
    "description": "A file that holds the prompt's text, relative to the recipe.",
}
PROMPT_NAMED = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "with": {"type": "object"}},
    "required": ["name"],
    "additionalProperties": False,
    "description": "A prompt of the home by its name: a tag or version of it, and values of its variables.",
}
RUBRIC_NAMED = {"type": "string", "description": "A rubric by its name: one that ships, or rubrics/NAME.yaml beside the recipe."}
RUBRIC_FILE = {**PROMPT_FILE, "description": "A file that holds the rubric, relative to the recipe."}
WORDS: dict[Any, str] = {
    str: "text", int: "whole number", float: "number", bool: "true or false", dict: "mapping", list: "list", tuple: "list", NoneType: "nothing",
    Any: "anything",
}  # fmt: skip
RANGE = {
    "gt": "above {}", "ge": "at least {}", "lt": "below {}", "le": "at most {}",
    "min_length": "length at least {}", "max_length": "length at most {}",
}  # fmt: skip


def json_schema(plugins: Sequence[Path] = ()) -> dict[str, Any]:
    """The schema of a whole recipe file (draft 2020-12), with every step that is installed. `${name}` may stand in place of any value."""
    classes = {kind: registry.step(kind, plugins) for kind in registry.step_kinds(plugins)}
    models: list[type[BaseModel]] = [*classes.values(), Model, Parameter, Recipe]
    refs, definitions = models_json_schema([(cls, "validation") for cls in models], by_alias=True, ref_template="#/$defs/{model}")
    defs: dict[str, Any] = definitions["$defs"]
    names = {cls: refs[(cls, "validation")]["$ref"].rpartition("/")[2] for cls in models}
    head = {name: _or_parameter(value) for name, value in defs.pop(names[Recipe])["properties"].items()}
    for kind, cls in classes.items():
        defs[kind] = _step(kind, cls, defs.pop(names[cls]))
    parameter = defs.pop(names[Parameter])
    defs = {name: value if name in classes else _within(value) for name, value in defs.items() if name != "Step"}
    defs["parameter_sign"] = {"type": "string", "pattern": r"^\$\{[A-Za-z_][A-Za-z0-9_-]*\}$", "description": "The value of a parameter."}
    head["parameters"] = {"type": "object", "additionalProperties": parameter, "description": head["parameters"]["description"]}
    head["models"] = {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{names[Model]}"}, "description": "Models by role."}
    steps = {"oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in classes], "discriminator": {"propertyName": "kind"}}
    head["steps"] = {"type": "array", "items": steps, "minItems": 1, "maxItems": 255, "description": "The steps, in order."}
    return {
        "$schema": DIALECT, "title": "A Rowsmith recipe", "type": "object", "properties": head, "required": ["name", "steps"],
        "additionalProperties": False, "$defs": defs,
    }  # fmt: skip


def describe(kind: str, plugins: Sequence[Path] = ()) -> dict[str, Any]:
    """A step as plain data: kind, summary, shape, whether it makes rows, and its settings (name, type, default, description, range).

    `default` is missing where the setting must be given. Raises as registry.step.
    """
    cls = registry.step(kind, plugins)
    own = [name for name in cls.model_fields if name not in Step.model_fields]
    return {
        "kind": kind,
        "summary": summary(cls),
        "shape": cls.model_construct().shape,
        "makes": cls.makes,
        "origin": registry.origin(kind, plugins),
        "settings": [_setting(name, cls.model_fields[name]) for name in [*own, *Step.model_fields]],
    }


def summary(cls: type[Step]) -> str:
    """The first sentence of its docstring, on one line."""
    first = (cls.__doc__ or "").strip().split("\n\n")[0]
    return re.split(r"(?<=\.)\s", " ".join(first.split()))[0]


def _setting(name: str, field: FieldInfo) -> dict[str, Any]:
    default = field.get_default(call_default_factory=True, validated_data={})
    given = {} if default is PydanticUndefined else {"default": to_jsonable_python(default)}
    bounds = [words for item in [*field.metadata, *_inner_metadata(field.annotation)] for words in _bounds(item)]
    return {
        "name": field.alias or name,
        "type": type_words(field.annotation),
        "required": field.is_required(),
        **given,
        "description": field.description or "",
        "range": ", ".join(dict.fromkeys(bounds)),
    }


def type_words(annotation: Any) -> str:
    """A type in plain words.

    >>> type_words(list[str] | None)
    'list of text'
    """
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_words(args[0])
    if origin is Literal:
        return " or ".join(f"{item!r}" if isinstance(item, str) else str(item) for item in args)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(type_words(item) for item in args if item is not NoneType))
    if origin is dict:
        return f"mapping of {type_words(args[1])}" if type_words(args[1]) != "anything" else "mapping"
    if origin is list or args[1:] == (...,):
        return f"list of {type_words(args[0])}" if args[0] is not Any else "list"
    if origin is tuple:
        return f"list of {len(args)}: {', '.join(type_words(item) for item in args)}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "mapping"
    return WORDS.get(annotation, "anything")


def _inner_metadata(annotation: Any) -> list[Any]:
    """The bounds that stand inside an optional type."""
    if get_origin(annotation) is Annotated:
        return list(get_args(annotation)[1:])
    parts = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else ()
    return [item for part in parts for item in _inner_metadata(part)]


def _bounds(item: Any) -> list[str]:
    found = [(name, getattr(item, name, None)) for name in RANGE]
    inner = [words for more in getattr(item, "metadata", ()) for words in _bounds(more)]
    return [RANGE[name].format(value) for name, value in found if isinstance(value, int | float)] + inner


def _step(kind: str, cls: type[Step], schema: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: _or_parameter(value) for name, value in schema["properties"].items()}
    for mark, also in ((PROMPT, PROMPT_FILE), (PROMPT, PROMPT_NAMED), (PATHS, {"type": "string"}), (RUBRIC, RUBRIC_NAMED), (RUBRIC, RUBRIC_FILE)):
        for name in cls.fields_marked(mark):
            key = cls.model_fields[name].alias or name
            properties[key] = _or(properties[key], also)
    constant = {"const": kind, "description": summary(cls)}
    required = ["kind", *schema.get("required", ())]
    return {**schema, "title": kind, "properties": {"kind": constant, **properties}, "required": required}


def _or_parameter(schema: Any) -> Any:
    """The schema of a value in whose place a parameter may stand, at every depth."""
    inner = _within(schema)
    plain = inner.get("type") == "string" and not {"enum", "const", "pattern", "maxLength"} & inner.keys()
    return inner if plain or inner in ({}, True) else _or(inner, PARAMETER)


def _or(schema: dict[str, Any], also: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: schema[name] for name in ("description", "default", "title") if name in schema}
    rest = {name: value for name, value in schema.items() if name not in kept}
    ways = rest["anyOf"] if set(rest) == {"anyOf"} else [rest]
    return {**kept, "anyOf": [*ways, dict(also)]}


def _within(schema: Any) -> Any:
    """The schema with parameters allowed in the values that it holds."""
    if not isinstance(schema, dict):
        return schema
    out = dict(schema)
    if isinstance(out.get("properties"), dict):
        out["properties"] = {name: _or_parameter(value) for name, value in out["properties"].items()}
    for name in ("items", "additionalProperties"):
        if isinstance(out.get(name), dict):
            out[name] = _or_parameter(out[name])
    for name in ("anyOf", "oneOf", "allOf"):
        if isinstance(out.get(name), list):
            out[name] = [_within(item) for item in out[name]]
    if isinstance(out.get("prefixItems"), list):
        out["prefixItems"] = [_or_parameter(item) for item in out["prefixItems"]]
    return out
