"""JSON Schemas as Claude's schema mode takes them: every object closed, no bounds, no recursion.

What the mode has no form for is told to the model in the description of its part; the answer is checked against the schema as it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

KEPT = {"type", "properties", "required", "items", "enum", "const", "anyOf", "allOf", "$ref", "$defs", "title", "description", "default"}
FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
TOLD = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems",
    "uniqueItems", "minProperties", "maxProperties", "format",
}  # fmt: skip
"""Keywords that narrow a value: left to the model and to the check of its answer."""
IGNORED = {"$schema", "$id", "$comment", "examples", "additionalProperties", "oneOf", "definitions"}


class _Beyond(Exception):
    """The schema mode cannot hold the schema; the message says why."""


def beyond(schema: Mapping[str, Any]) -> str:
    """Why the mode cannot hold the schema (an object is open, a part refers to itself, a keyword has no form in it); empty when it can."""
    try:
        closed(schema)
    except _Beyond as error:
        return str(error)
    return ""


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema in the form of the mode; only for one that is not `beyond` it."""
    if schema.get("type") != "object" and "$ref" not in schema and "anyOf" not in schema:
        raise _Beyond("it is no object")
    _check_cycles(schema)
    whole: dict[str, Any] = _part(schema)
    return whole


def _part(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        raise _Beyond("a part of it says nothing")
    if odd := schema.keys() - KEPT - TOLD - IGNORED:
        raise _Beyond(f"it uses {', '.join(sorted(odd))}")
    out = {name: value for name, value in schema.items() if name in KEPT}
    for name in ("properties", "$defs"):
        if name in schema:
            out[name] = {key: _part(value) for key, value in schema[name].items()}
    for name in ("anyOf", "allOf", "oneOf"):
        if name in schema:
            out["anyOf" if name == "oneOf" else name] = [_part(value) for value in schema[name]]
    if "items" in schema:
        out["items"] = _part(schema["items"])
    if _is_object(schema):
        _check_open(schema)
        out["additionalProperties"] = False
    return _told(schema, out)


def _told(schema: Mapping[str, Any], out: dict[str, Any]) -> dict[str, Any]:
    """With the bounds that the mode has no form for in the description."""
    rest = {name: value for name, value in schema.items() if name in TOLD}
    for name, has_form in (("format", rest.get("format") in FORMATS), ("minItems", rest.get("minItems") in (0, 1))):
        if has_form:
            out[name] = rest.pop(name)
    if rest:
        told = ", ".join(f"{name} {orjson.dumps(value).decode()}" for name, value in rest.items())
        out["description"] = f"{out['description']} ({told})" if out.get("description") else told
    return out


def _is_object(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    return kind == "object" or "properties" in schema or (isinstance(kind, list) and "object" in kind)


def _check_open(schema: Mapping[str, Any]) -> None:
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping) or (more is not False and not schema.get("properties")):
        raise _Beyond("it asks for an object with names that it does not give")


def _check_cycles(schema: Mapping[str, Any]) -> None:
    """Refuse a definition that leads back to itself, and a reference to anything but a definition."""
    parts = schema.get("$defs", {})
    leads = {name: set(_references(part)) for name, part in parts.items()}
    for target in {*_references({key: value for key, value in schema.items() if key != "$defs"}), *(t for found in leads.values() for t in found)}:
        if target not in parts:
            raise _Beyond("it refers to another part than a definition")
    for name in leads:
        seen, due = set[str](), set(leads[name])
        while due:
            seen |= (next_ := due.copy())
            due = {target for one in next_ for target in leads[one]} - seen
        if name in seen:
            raise _Beyond(f"its definition {name!r} contains itself")


def _references(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        own = [str(value["$ref"]).removeprefix("#/$defs/")] if "$ref" in value else []
        return own + [found for item in value.values() for found in _references(item)]
    return [found for item in value for found in _references(item)] if isinstance(value, list) else []
