"""A value that a model gave, brought into the form that the schema asks for, as far as that changes no content.

Within fields: numbers and true or false written as text, choices in other case or punctuation, names of fields in other spelling, null
for a field that may be left out, one object where a list of them is asked for, a list or an object as JSON within a text. Around the
whole: a box that it was put into (`{"answer": {...}}`, a list of one, JSON within a text, a tool call, the schema filled in), or the box
that is missing around a list. Last, and only where all else fits: fields that the schema forbids are left off.

More than one different result is no result: nobody knows which one was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rowsmith.core.ids import canonical
from rowsmith.llm.tolerant import Unreadable, load

Node = Mapping[str, Any]

_SAFE = 2**53
_NUMBER = re.compile(r"\s*([+-]?\d{1,15}(?:\.\d{1,15})?)\s*(?:\Z|/\s*\d+\s*\Z|\(.*|[:–—-]\s+[^\d\s].*)", re.DOTALL)
_WORDS = {"true": True, "yes": True, "false": False, "no": False}
_BOXES = {
    "answer", "result", "response", "output", "final", "finalanswer", "finaloutput", "data", "json", "value", "item", "row", "object", "properties",
    "arguments", "parameters", "input", "function",
}  # fmt: skip
"""Names under which a whole answer is put. Others count only where nothing stands beside them."""
_BESIDE = {"type", "title", "required", "additionalproperties", "schema", "defs", "description", "name", "id"}
"""Names of boxes that may stand beside the answer: those of a schema and of a tool call."""
LARGEST = 20_000
"""Most values of an answer that is mended, or checked by jsonschema, which takes up to 0.1 ms for each."""
_DEEP = 4
"""Most boxes around an answer."""


class Mending:
    """The rules for one schema. `valid` says whether a value fits it."""

    def __init__(self, schema: Node, valid: Callable[[Any], bool]) -> None:
        self._root = schema
        self._valid = valid
        kind = schema.get("type")
        self._wants = kind if isinstance(kind, str) else ""

    def fields(self, value: Any) -> Any:
        """The value with its fields mended: the same value where there is nothing to mend."""
        return self._field(value, self._root)

    def results(self, value: Any, *, strict: bool) -> list[Any]:
        """Every different value that fits and may have been meant; the first step that leads to one decides. `strict`: it was read as JSON
        has it, so that its forbidden fields may be left off."""
        if size(value, LARGEST) > LARGEST:
            return [value] if self._valid(value) else []
        if self._valid(mended := self.fields(value)):
            return [mended]
        found: dict[bytes, Any] = {}
        tried = {canonical(mended)}
        for one in (value, *self._unboxed(value, _DEEP), *self._boxed(value)):
            mended = self.fields(one)
            for fitting in (mended, self._without_extras(mended, self._root)) if strict else (mended,):
                if (name := canonical(fitting)) not in tried and self._valid(fitting):
                    found[name] = fitting
                    break
                tried.add(name)
        return list(found.values())

    def candidates(self, value: Any) -> Iterator[Any]:
        """The value and what lies within its boxes, mended: what its complaints are looked for in."""
        if size(value, LARGEST) > LARGEST:
            yield value
            return
        for one in (value, *self._unboxed(value, _DEEP)):
            yield self.fields(one)

    # -- within fields ------------------------------------------------------------------------------------------------------------------

    def _field(self, value: Any, schema: Any) -> Any:
        schema = self._resolved(schema)
        if not isinstance(schema, Mapping):
            return value
        if isinstance(value, str) and _kinds(schema) and _kinds(schema) <= {"array", "object"}:
            value = next(self._within(value), value)
        if isinstance(value, dict) and isinstance(schema.get("properties"), Mapping):
            return self._object(value, schema)
        if isinstance(schema.get("items"), Mapping):
            if isinstance(value, dict) and _kinds(schema) == {"array"} and _kinds(self._resolved(schema["items"]) or {}) == {"object"}:
                value = [value]
            return [self._field(item, schema["items"]) for item in value] if isinstance(value, list) else value
        return _leaf(value, schema)

    def _object(self, value: dict[str, Any], schema: Node) -> dict[str, Any]:
        properties, required = schema["properties"], set(schema.get("required", ()))
        names = self._spelled(value, properties, required, closed=schema.get("additionalProperties") is False)
        out = {}
        for key, item in value.items():
            name = names.get(key, key)
            if name not in properties:
                out[name] = item
            elif item is not None or name in required or self._takes_null(properties[name]):
                out[name] = self._field(item, properties[name])
        return out

    def _spelled(self, value: dict[str, Any], properties: Node, required: set[str], *, closed: bool) -> dict[str, str]:
        """For keys that are no property, the missing property that they spell otherwise, where there is just one for just one."""
        unknown = [key for key in value if key not in properties]
        if not unknown:
            return {}
        missing: dict[str, list[str]] = {}
        for name in properties:
            if name not in value and (closed or name in required):
                missing.setdefault(_folded(name), []).append(name)
        keys: dict[str, list[str]] = {}
        for key in unknown:
            keys.setdefault(_folded(key), []).append(key)
        return {same[0]: missing[fold][0] for fold, same in keys.items() if fold and len(same) == 1 and len(missing.get(fold, ())) == 1}

    def _takes_null(self, schema: Any) -> bool:
        schema = self._followed(schema)
        if not isinstance(schema, Mapping):
            return schema is not False
        if "enum" in schema or "const" in schema:
            return None in schema.get("enum", [schema.get("const")])
        if forms := schema.get("anyOf", schema.get("oneOf")):
            return any(self._takes_null(form) for form in forms)
        return "type" not in schema or "null" in _kinds(schema)

    def _resolved(self, schema: Any) -> Any:
        """The schema with references within it followed, and without the null of `anyOf: [X, null]`."""
        for _ in range(_DEEP):
            schema = self._followed(schema)
            forms = schema.get("anyOf", schema.get("oneOf", ())) if isinstance(schema, Mapping) else ()
            forms = [form for form in forms if form != {"type": "null"}]
            if len(forms) != 1:
                return schema
            schema = forms[0]
        return schema

    def _followed(self, schema: Any) -> Any:
        """The schema with references within it followed; None for one that leads nowhere."""
        for _ in range(32):
            if not isinstance(schema, Mapping) or not isinstance(target := schema.get("$ref"), str):
                return schema
            schema = within(self._root, target)
        return None

    # -- around the whole -----------------------------------------------------------------------------------------------------------------

    def _unboxed(self, value: Any, deep: int) -> Iterator[Any]:
        if not deep:
            return
        for inner in self._within(value):
            yield inner
            yield from self._unboxed(inner, deep - 1)

    def _within(self, value: Any) -> Iterator[Any]:
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "[", '"'):
            try:
                yield load(value)
            except Unreadable:
                return
        elif isinstance(value, list) and len(value) == 1:
            yield value[0]
        elif isinstance(value, dict):
            for key, item in value.items():
                holds = isinstance(item, dict | list | str) or self._wants not in ("object", "array")
                if holds and (len(value) == 1 or (_folded(key) in _BOXES and all(_beside(*other) for other in value.items() if other[0] != key))):
                    yield item

    def _boxed(self, value: Any) -> Iterator[Any]:
        """A list, or its one item, where an object is asked for that holds nothing else."""
        properties = self._root.get("properties")
        if self._wants != "object" or not isinstance(properties, Mapping) or len(properties) != 1:
            return
        name, inner = next(iter(properties.items()))
        inner = self._resolved(inner)
        if not isinstance(inner, Mapping) or inner.get("type") != "array":
            return
        item = self._resolved(inner.get("items"))
        if isinstance(value, list):
            yield {name: value}
        elif isinstance(item, Mapping) and item.get("required"):  # else any object would pass for an item
            yield {name: [value]}

    def _without_extras(self, value: Any, schema: Any) -> Any:
        schema = self._resolved(schema)
        if not isinstance(schema, Mapping):
            return value
        if isinstance(value, list):
            return [self._without_extras(item, schema.get("items")) for item in value]
        properties = schema.get("properties")
        if not isinstance(value, dict) or not isinstance(properties, Mapping):
            return value
        closed = schema.get("additionalProperties") is False and "patternProperties" not in schema
        return {name: self._without_extras(item, properties.get(name)) for name, item in value.items() if name in properties or not closed}


def within(root: Node, target: str) -> Any:
    """The part of a schema that `#/$defs/name` points to; None for any other reference."""
    if not target.startswith("#"):
        return None
    found: Any = root
    for part in target[1:].strip("/").split("/") if target != "#" else ():
        name = part.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def size(value: Any, most: int) -> int:
    """How many values it holds, itself included; counted no further than a little beyond `most`."""
    count, boxes = 1, [value]
    while boxes and count <= most:
        box = boxes.pop()
        inner = box.values() if isinstance(box, dict) else box if isinstance(box, list) else ()
        count += len(inner)
        if count <= most:
            boxes += [item for item in inner if isinstance(item, dict | list)]
    return count


def _beside(key: str, item: Any) -> bool:
    """Whether this may stand beside a whole answer: a plain value, or a part of a schema."""
    return not isinstance(item, dict | list) or _folded(key) in _BESIDE


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _kinds(schema: Node) -> set[str]:
    kind = schema.get("type")
    return {kind} if isinstance(kind, str) else set(kind or ())


def _leaf(value: Any, schema: Node) -> Any:
    kinds = _kinds(schema)
    if isinstance(value, str):
        return _said(value, schema, kinds)
    if isinstance(value, float) and value.is_integer() and "integer" in kinds and "number" not in kinds:
        # Beyond 2**53 the whole number that the model wrote is lost; as a text it does not pass for one.
        return int(value) if abs(value) <= _SAFE else repr(value)
    return value


def _said(value: str, schema: Node, kinds: set[str]) -> Any:
    """A text where a choice, a number, true or false, or null is asked for."""
    if isinstance(choices := schema.get("enum"), list):
        same = [choice for choice in choices if _folded(str(choice)) == _folded(value) != ""]
        return same[0] if value not in choices and len(same) == 1 else value
    if not kinds or "string" in kinds:
        return value
    if kinds & {"number", "integer"} and (number := _NUMBER.fullmatch(value)):
        return _leaf(float(number[1]) if "." in number[1] else int(number[1]), schema)
    word = value.strip().strip(".!\"'").casefold()
    if "boolean" in kinds and word in _WORDS:
        return _WORDS[word]
    return None if "null" in kinds and word in ("null", "none") else value
