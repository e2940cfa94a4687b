"""A JSON Schema made ready to check many answers: a quick test that says yes to most, and jsonschema for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

from rowsmith.core.errors import Invalid
from rowsmith.core.json_schema import schema_error
from rowsmith.core.patterns import validator
from rowsmith.llm.complaints import WHOLE, complaints
from rowsmith.llm.mending import LARGEST, Mending, size
from rowsmith.llm.xml_form import XmlForm

Check = Callable[[Any], bool]

ERRORS = 10
"""Most errors that are listed for one answer."""
_SAFE = 2**53
_NOTES = {"title", "description", "default", "examples", "$schema", "$id", "$comment"}


class Schema:
    """One schema. `wants` is the type it asks for at the top, when it names one; `name` the one that providers know it by.

    Raises:
        Invalid: it is no JSON Schema, or refers to something that it does not hold (nothing is fetched).
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        from jsonschema.validators import Draft202012Validator, validator_for

        draft = validator_for(schema, default=Draft202012Validator)
        if (error := schema_error(schema, draft)) is not None:
            raise Invalid(f"The schema is no JSON Schema: at {error.json_path}: {error.message[:200]}.", "Correct it there.")
        for target in _references(schema):
            _check_reference(target, schema)
        self._validator = validator(draft)(schema)
        self._schema = schema
        self._quick = _quick(schema)
        kind = schema.get("type")
        self.wants = kind if isinstance(kind, str) else ""
        self.name = name_of(schema)

    def surely(self, value: Any) -> bool:
        """True: valid, and bounded in depth. False: `errors` has to tell."""
        return self._quick is not None and self._quick(value)

    def errors(self, value: Any) -> list[str]:
        """What is wrong with the value, a line for each field; empty when it is valid."""
        if size(value, LARGEST) > LARGEST:
            return [f"{WHOLE}: it holds more than {LARGEST:,} values"]
        return list(islice(complaints(self._validator.iter_errors(value)), ERRORS))

    def valid(self, value: Any) -> bool:
        """Whether the value fits."""
        return self.surely(value) or (size(value, LARGEST) <= LARGEST and self._validator.is_valid(value))

    @cached_property
    def mending(self) -> Mending:
        """How a value that does not fit as it stands may be brought to fit."""
        return Mending(self._schema, self.valid)

    @cached_property
    def xml(self) -> XmlForm:
        """The elements in which an answer as XML is written."""
        return XmlForm(self._schema)


def name_of(schema: Mapping[str, Any]) -> str:
    """The name under which providers know the schema, and the tool that takes it: its title, at most 64 letters, digits, _ and -."""
    title = schema.get("title")
    return re.sub(r"[^A-Za-z0-9_-]+", "_", title if isinstance(title, str) else "").strip("_")[:64] or "answer"


def _check_reference(target: str, schema: dict[str, Any]) -> None:
    """Refuse a reference that leads outside of the schema or nowhere, before an answer is bought."""
    from referencing import Registry, Resource
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    if not target.startswith("#"):
        raise Invalid(f"The schema refers to {target!r}, which is outside of it.", "Put the part into its $defs and refer to '#/$defs/NAME'.")
    whole = Resource.from_contents(schema, default_specification=DRAFT202012)
    base = whole.id() or ""
    try:
        Registry().with_resource(base, whole).crawl().resolver(base).lookup(target)
    except Unresolvable:
        raise Invalid(f"The schema refers to {target!r}, which it does not hold.", "Define it under $defs.") from None


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _references(item)


def _quick(schema: Any) -> Check | None:
    """A test for the plain part of JSON Schema, or None where the schema goes beyond it."""
    if not isinstance(schema, dict) or not isinstance(schema.get("type"), str):
        return None
    kind, rules = schema["type"], schema.keys() - _NOTES - {"type"}
    if kind == "object":
        return _quick_object(schema) if rules <= {"properties", "required", "additionalProperties"} else None
    if kind == "array":
        return _quick_array(schema) if rules <= {"items", "minItems", "maxItems"} else None
    if kind == "string":
        return _quick_string(schema) if rules <= {"enum", "minLength", "maxLength"} else None
    if kind in ("number", "integer"):
        return _quick_number(schema) if rules <= {"minimum", "maximum"} else None
    return (lambda value: value is True or value is False) if kind == "boolean" and not rules else None


def _quick_object(schema: dict[str, Any]) -> Check | None:
    checks = {name: _quick(part) for name, part in schema.get("properties", {}).items()}
    if None in checks.values():
        return None
    known: dict[str, Check] = {name: check for name, check in checks.items() if check is not None}
    required = tuple(schema.get("required", ()))

    def check(value: Any) -> bool:
        # Fields that the schema does not name are left to the full check: it knows whether they may be there and how deep.
        if type(value) is not dict:
            return False
        for name in required:
            if name not in value:
                return False
        for name, item in value.items():
            test = known.get(name)
            if test is None or not test(item):
                return False
        return True

    return check


def _quick_array(schema: dict[str, Any]) -> Check | None:
    item = _quick(schema.get("items"))
    low, high = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
    return None if item is None else lambda value: type(value) is list and low <= len(value) <= high and all(map(item, value))


def _quick_string(schema: dict[str, Any]) -> Check:
    low, high = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
    if "enum" in schema:
        allowed = frozenset(item for item in schema["enum"] if isinstance(item, str))
        return lambda value: type(value) is str and value in allowed and low <= len(value) <= high
    if low == 0 and high == float("inf"):
        return lambda value: type(value) is str
    return lambda value: type(value) is str and low <= len(value) <= high


def _quick_number(schema: dict[str, Any]) -> Check:
    low, high = schema.get("minimum", -_SAFE), schema.get("maximum", _SAFE)
    kinds = (int,) if schema["type"] == "integer" else (int, float)
    return lambda value: type(value) in kinds and low <= value <= high and -_SAFE <= value <= _SAFE
