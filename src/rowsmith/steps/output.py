"""The `output` setting: columns and their types, in words or as JSON Schema, made into one JSON Schema of an object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rowsmith.core.errors import Invalid, choose
from rowsmith.core.json_schema import schema_error

TYPES = {
    "string": "string", "text": "string", "str": "string",
    "integer": "integer", "int": "integer",
    "number": "number", "float": "number",
    "boolean": "boolean", "bool": "boolean",
}  # fmt: skip
"""Type words and the JSON Schema type that each one means."""
KEYWORDS = ("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref")
"""A mapping is taken as JSON Schema when it has one of these."""


def object_schema(output: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of an object with exactly these columns, all required.

    Raises:
        Invalid: a type that is neither a word, a list of one, nor JSON Schema.
    """
    properties = {name: _schema(name, kind) for name, kind in output.items()}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def rows_schema(item: Mapping[str, Any], count: int) -> dict[str, Any]:
    """The JSON Schema of `{"rows": [...]}` with `count` objects like `item`. Definitions move to the top, where their references point."""
    shared = {name: value for name, value in item.items() if name in ("$defs", "definitions")}
    inner = {name: value for name, value in item.items() if name not in shared}
    rows = {"type": "array", "items": inner, "minItems": count, "maxItems": count}
    return {"type": "object", "properties": {"rows": rows}, "required": ["rows"], "additionalProperties": False, **shared}


def _schema(name: str, kind: Any) -> dict[str, Any]:
    if isinstance(kind, str) and kind in TYPES:
        return {"type": TYPES[kind]}
    if isinstance(kind, list) and len(kind) == 1:
        return {"type": "array", "items": _schema(name, kind[0])}
    if isinstance(kind, Mapping) and any(word in kind for word in KEYWORDS):
        return dict(kind)
    if isinstance(kind, str):
        raise Invalid(f"Output column {name!r} has the type {kind!r}, which is not known.", choose(kind, list(TYPES)))
    raise Invalid(
        f"The type of output column {name!r} cannot be read: {kind!r}.",
        "Write a word (string), a list of one word ([string]), or JSON Schema ({enum: [a, b]}, {type: object, properties: ...}).",
    )


def schema_problems(schema: Mapping[str, Any], count: int) -> list[str]:
    """What keeps a JSON Schema from describing one row: not an object, no columns, not valid itself, or references that cannot move."""
    from jsonschema import Draft202012Validator

    if (error := schema_error(schema, Draft202012Validator)) is not None:
        at = ".".join(map(str, error.absolute_path)) or "its top"
        return [f"The schema is not valid JSON Schema at {at}: {error.message}."]
    if schema.get("type") != "object" or not schema.get("properties"):
        return ["The schema must be of an object with properties: each property becomes a column."]
    fixed = [ref for ref in _references(schema) if ref.startswith("#") and not ref.startswith(("#/$defs/", "#/definitions/"))]
    return [f"The schema refers to {ref!r}; with a count above 1, refer to '#/$defs/...' only." for ref in fixed if count > 1]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(ref := value.get("$ref"), str):
            yield ref
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
