"""Answers as XML: which elements a schema comes to, and the form that shows them to a model.

An object is an element for each of its properties; a list is an element that holds an `<item>` for each of its items; a text is the
element's content; a number, true, false and null are written as in JSON. What has no such form (a choice of several forms, an object
with any fields, a schema that contains itself) is JSON within its element, so that every schema has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import orjson

from rowsmith.llm.complaints import kinds_of
from rowsmith.llm.mending import within

ITEM = "item"
"""The element of a list's item."""
_ROOTS = ("reply", "row", "root", "reply_")
_NO_TAG = re.compile(r"[^\w.-]+")
_ASIDE = {"title", "description", "default", "examples", "$defs", "definitions", "$schema", "$id", "$comment"}
_RULES = {"type", "properties", "required", "items", "additionalProperties", *_ASIDE}
_VALUES = {"integer", "number", "boolean", "null"}


@dataclass(slots=True)
class Shape:
    """What an element holds. `json` holds any JSON. `fields` maps a tag to the property's name and shape. `nullable`: `null` may stand there."""

    kind: Literal["text", "value", "object", "list", "json"]
    schema: Mapping[str, Any]
    nullable: bool = False
    fields: dict[str, tuple[str, Shape]] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    item: Shape | None = None


class XmlForm:
    """The elements of one schema. `root` is the tag around all of them."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self.shape = self._shape(schema, ())
        self.root = next(tag for tag in _ROOTS if tag not in self.shape.fields)

    @cached_property
    def tags(self) -> frozenset[str]:
        """Every tag that an answer may hold."""
        return frozenset({self.root, ITEM, *_tags(self.shape)})

    def text(self) -> str:
        """The form as a model is shown it: the elements, with what belongs into each between brackets."""
        return "\n".join(self._lines(self.root, self.shape, "", required=True))

    def _shape(self, schema: Any, within_: tuple[int, ...]) -> Shape:
        schema, nullable, loops = self._resolved(schema, within_)
        rules = schema if isinstance(schema, Mapping) else {}
        kinds = _kinds(rules)
        nullable = nullable or "null" in kinds
        kinds -= {"null"} if len(kinds) > 1 else set()
        inside = (*within_, id(schema))
        if loops or not isinstance(schema, Mapping) or {"anyOf", "oneOf", "allOf", "not", "if", "$ref"} & rules.keys():
            return Shape("json", rules)
        if kinds == {"object"} and rules.get("properties") and "patternProperties" not in rules and not isinstance(_more(rules), Mapping):
            named = {name: self._shape(part, inside) for name, part in rules["properties"].items()}
            return Shape("object", rules, nullable, _tagged(named), frozenset(rules.get("required", ())))
        if kinds == {"array"} and isinstance(rules.get("items"), Mapping) and "prefixItems" not in rules:
            return Shape("list", rules, nullable, item=self._shape(rules["items"], inside))
        choices = rules.get("enum", [rules["const"]] if "const" in rules else None)
        if kinds == {"string"} or (not kinds and choices and all(isinstance(choice, str) for choice in choices)):
            return Shape("text", rules, nullable)
        return Shape("value", rules, nullable) if kinds and kinds <= _VALUES else Shape("json", rules)

    def _resolved(self, schema: Any, within_: tuple[int, ...]) -> tuple[Any, bool, bool]:
        """The schema with references followed and without the null of `anyOf: [X, null]`; whether null was there; whether it holds itself."""
        nullable = False
        for _ in range(32):
            if not isinstance(schema, Mapping):
                return schema, nullable, False
            if isinstance(schema.get("$ref"), str) and not schema.keys() - {"$ref", *_ASIDE}:
                target = within(self._schema, schema["$ref"])
                if id(target) in within_:
                    return schema, nullable, True
                schema = target
                continue
            forms = schema.get("anyOf", ())
            rest = [form for form in forms if form != {"type": "null"}]
            if len(rest) != 1 or schema.keys() - {"anyOf", *_ASIDE}:
                return schema, nullable, id(schema) in within_
            nullable = nullable or len(rest) < len(forms)
            schema = rest[0]
        return schema, nullable, True

    def _lines(self, tag: str, shape: Shape, indent: str, *, required: bool) -> Iterator[str]:
        notes = [] if required else ["may be left out"]
        if shape.kind == "object":
            yield f"{indent}<{tag}>{_bracketed([*_told(shape), *notes])}"
            for name, (field_, inner) in shape.fields.items():
                yield from self._lines(name, inner, indent + "  ", required=field_ in shape.required)
        elif shape.kind == "list" and shape.item is not None:
            yield f"{indent}<{tag}>{_bracketed([_items(shape.schema), *_told(shape), *notes])}"
            yield from self._lines(ITEM, shape.item, indent + "  ", required=True)
        else:
            yield f"{indent}<{tag}>{_bracketed([self._word(shape), *_told(shape), *notes])}</{tag}>"
            return
        yield f"{indent}</{tag}>"

    def _word(self, shape: Shape) -> str:
        rules = shape.schema
        choices = rules.get("enum", [rules["const"]] if "const" in rules else [])
        if shape.kind == "json":
            whole = {**rules, **{name: self._schema[name] for name in ("$defs", "definitions") if "$ref" in str(rules) and name in self._schema}}
            return f"JSON that matches {orjson.dumps(whole).decode()}"
        if choices:
            said = [choice if isinstance(choice, str) else orjson.dumps(choice).decode() for choice in choices]
            return f"one of: {' | '.join(said)}" if len(said) > 1 else f"always {said[0]}"
        word = "text" if shape.kind == "text" else kinds_of({"type": sorted(_kinds(rules) - {"null"}) or ["null"]}).removeprefix("a ")
        return " ".join([word, *_bounds(rules)])


def _kinds(rules: Mapping[str, Any]) -> set[str]:
    kind = rules.get("type", "object" if "properties" in rules else "array" if "items" in rules else None)
    return {kind} if isinstance(kind, str) else set(kind or ())


def _more(rules: Mapping[str, Any]) -> Any:
    return rules.get("additionalProperties")


def _tagged(shapes: Mapping[str, Shape]) -> dict[str, tuple[str, Shape]]:
    """The fields by their tags: names that can be none are changed, and no two are alike in any case."""
    out: dict[str, tuple[str, Shape]] = {}
    used: set[str] = set()
    for name, shape in shapes.items():
        tag = _NO_TAG.sub("_", name) or "_"
        tag = tag if re.match(r"[^\W\d]|_", tag) else f"_{tag}"
        while tag.casefold() in used:
            tag += "_"
        used.add(tag.casefold())
        out[tag] = (name, shape)
    return out


def _tags(shape: Shape) -> Iterator[str]:
    for tag, (_, inner) in shape.fields.items():
        yield tag
        yield from _tags(inner)
    if shape.item is not None:
        yield from _tags(shape.item)


def _bracketed(words: list[str]) -> str:
    said = "; ".join(word for word in words if word)
    return f"[{said}]" if said else ""


def _told(shape: Shape) -> list[str]:
    said = shape.schema.get("description")
    return [" ".join(said.split()) if isinstance(said, str) else "", "null for none" if shape.nullable else ""]


def _items(rules: Mapping[str, Any]) -> str:
    low, high = rules.get("minItems", 0), rules.get("maxItems")
    if high is not None:
        return f"exactly {low} items" if low == high else f"{low} to {high} items"
    return f"at least {low} items" if low > 1 else "an item element for each"


def _bounds(rules: Mapping[str, Any]) -> list[str]:
    """The rules for one value in words; those that have none as JSON."""
    words = {
        "minimum": "from {}", "maximum": "to {}", "exclusiveMinimum": "above {}", "exclusiveMaximum": "below {}", "multipleOf": "in steps of {}",
        "minLength": "at least {} characters", "maxLength": "at most {} characters", "pattern": "matching {}", "format": "as {}",
    }  # fmt: skip
    said = [words[name].format(rules[name]) for name in words if name in rules]
    other = {name: value for name, value in rules.items() if name not in words and name not in _RULES}
    return said + ([orjson.dumps(other).decode()] if other else [])
