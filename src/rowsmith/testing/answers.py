"""Answers made up by rule: JSON that fits a schema, or text; the same request body always gets the same answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from rowsmith.testing.request import Reply, Request
from rowsmith.testing.xml_forms import filled

_FORMATS = {
    "date": "2024-05-17",
    "date-time": "2024-05-17T10:30:00Z",
    "time": "10:30:00Z",
    "email": "someone@example.org",
    "uri": "https://example.org/page",
    "uuid": "3f2c1e9a-5b7d-4c8e-9f10-2a3b4c5d6e7f",
    "ipv4": "192.0.2.1",
    "hostname": "example.org",
}
_DEEP = 6


class Unfit(ValueError):
    """A schema for which no value can be made up by rule; script the answer instead."""


def made_up(request: Request, seed: bytes) -> Reply:
    """The default answer: a tool call, JSON that fits the request's schema, XML in the request's form, or a text of its last message's words.

    Strings are words of the last user message and 8 hexadecimal digits that depend on `seed` and the place in the schema.

    Raises:
        Unfit: the schema asks for something that cannot be made up, such as a pattern.
    """
    words = request.text[:4000].split() or ["nothing"]
    if request.tool is not None:
        value = fitting(request.tool["schema"], words, seed)
        return Reply(None, "tool_calls", tool=(request.tool["name"], _dumps(value)))
    if request.schema is not None:
        return Reply(_dumps(fitting(request.schema, words, seed)))
    if request.form:
        return Reply(filled(request.form, lambda schema, path: _Maker(schema, words, seed).value(schema, path, 0)))
    return Reply(_Maker({}, words, seed).words("", 24))


def fitting(schema: Any, words: Sequence[str], seed: bytes) -> Any:
    """A JSON value that fits `schema`; all properties are filled in."""
    names = _flat(orjson.dumps(schema))
    if names:
        maker = _Maker(schema, words, seed)
        return {name: maker.words(f"/{name}") for name in names}
    return _Maker(schema, words, seed).value(schema, "", 0)


@lru_cache(256)
def _flat(schema: bytes) -> tuple[str, ...]:
    """The names of an object of plain texts, the usual schema by far; nothing for any other."""
    value = orjson.loads(schema)
    if not isinstance(value, dict) or set(value) - {"type", "properties", "required", "additionalProperties", "title", "description"}:
        return ()
    inner = value.get("properties") or {}
    plain = all(isinstance(s, dict) and s.get("type") == "string" and set(s) <= {"type", "title", "description"} for s in inner.values())
    return tuple(inner) if plain and set(value.get("required", [])) <= set(inner) else ()


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


class _Maker:
    def __init__(self, root: Any, words: Sequence[str], seed: bytes) -> None:
        self.root, self.all, self.seed = root, words, seed

    def number(self, path: str) -> int:
        return int.from_bytes(blake2b(path.encode(), key=self.seed, digest_size=8).digest(), "big")

    def words(self, path: str, count: int = 8) -> str:
        number = self.number(path)
        start = number % max(1, len(self.all) - count + 1)
        return f"{' '.join(self.all[start : start + count])} {number & 0xFFFFFFFF:08x}"

    def value(self, schema: Any, path: str, depth: int) -> Any:
        if schema is True or schema == {}:
            return self.words(path)
        if not isinstance(schema, dict):
            raise Unfit(f"No value fits the schema {schema!r} at {path or '/'}.")
        schema = self.plain(schema, path, depth)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][self.number(path) % len(schema["enum"])]
        kind = self.kind(schema, path)
        made = getattr(self, f"_{kind}", None)
        if made is None:
            raise Unfit(f"There is no JSON type {kind!r} (at {path or '/'}).")
        return made(schema, path, depth)

    def plain(self, schema: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        """The schema with references followed, `allOf` merged and one of `anyOf` or `oneOf` chosen."""
        for _ in range(32):
            if "$ref" in schema:
                schema = _merged({k: v for k, v in schema.items() if k != "$ref"}, self.follow(schema["$ref"]))
            elif "allOf" in schema:
                parts = schema["allOf"]
                schema = {k: v for k, v in schema.items() if k != "allOf"}
                for part in parts:
                    schema = _merged(schema, part)
            elif "anyOf" in schema or "oneOf" in schema:
                key = "anyOf" if "anyOf" in schema else "oneOf"
                options = sorted(schema[key], key=_weight) if depth >= _DEEP else schema[key]
                choice = options[0 if depth >= _DEEP else self.number(f"{path}|{key}") % len(options)]
                schema = _merged({k: v for k, v in schema.items() if k != key}, choice)
            else:
                return schema
        raise Unfit(f"The schema refers to itself without end at {path or '/'}.")

    def follow(self, ref: str) -> Any:
        found = self.root
        try:
            for part in ref.lstrip("#").strip("/").split("/") if ref != "#" else []:
                found = found[part.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError):
            raise Unfit(f"The schema has no {ref!r}.") from None
        return found

    def kind(self, schema: dict[str, Any], path: str) -> str:
        kind = schema.get("type")
        if isinstance(kind, list):
            return str(kind[self.number(f"{path}|type") % len(kind)])
        if kind is None:
            kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
        return str(kind)

    def _null(self, schema: dict[str, Any], path: str, depth: int) -> None:
        return None

    def _boolean(self, schema: dict[str, Any], path: str, depth: int) -> bool:
        return self.number(path) % 2 == 0

    def _integer(self, schema: dict[str, Any], path: str, depth: int) -> int:
        step = int(schema.get("multipleOf", 1)) or 1
        low, high = _range(schema, 1, 99)
        first, last = -(-int(-(-low // 1)) // step), int(high // 1) // step
        if first > last:
            raise Unfit(f"No integer lies between {low} and {high} at {path or '/'}.")
        return (first + self.number(path) % (last - first + 1)) * step

    def _number(self, schema: dict[str, Any], path: str, depth: int) -> float:
        if "multipleOf" in schema:
            low, high = _range(schema, 0.0, 0.0)
            step = schema["multipleOf"]
            return float(-(-low // step) * step)
        low, high = _range(schema, 0.0, 1.0, 1e-9)
        return round(low + (high - low) * (self.number(path) % 10**6) / 10**6, 9)

    def _string(self, schema: dict[str, Any], path: str, depth: int) -> str:
        text = _FORMATS.get(schema.get("format", "")) or self.words(path)
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        while len(text) < least:
            text = f"{text} {self.words(f'{path}+{len(text)}')}"
        text = text if most is None else text[-most:] if most else ""
        if "pattern" in schema and not re.search(schema["pattern"], text):
            raise Unfit(f"A text for the pattern {schema['pattern']!r} at {path or '/'} cannot be made up. Script the answer (rules or reply).")
        return text

    def _array(self, schema: dict[str, Any], path: str, depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        count = max(least, 1 if depth < _DEEP else 0)
        count = min(count, schema.get("maxItems", count))
        first = schema.get("prefixItems", [])
        return [self.value(first[i] if i < len(first) else schema.get("items", {}), f"{path}/{i}", depth + 1) for i in range(max(count, len(first)))]

    def _object(self, schema: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        names = schema.get("properties", {})
        if depth >= _DEEP:
            names = {name: names.get(name, {}) for name in schema.get("required", [])}
        if depth > 4 * _DEEP:
            raise Unfit("The schema contains itself without end.")
        names = names | {name: {} for name in schema.get("required", []) if name not in names}
        return {name: self.value(inner, f"{path}/{name}", depth + 1) for name, inner in names.items()}


def _merged(left: dict[str, Any], right: Any) -> dict[str, Any]:
    if not isinstance(right, dict):
        return left
    merged = {**right, **left}
    if "properties" in left and "properties" in right:
        merged["properties"] = {**right["properties"], **left["properties"]}
    if "required" in left and "required" in right:
        merged["required"] = list(dict.fromkeys([*left["required"], *right["required"]]))
    return merged


def _weight(schema: Any) -> int:
    kind = schema.get("type") if isinstance(schema, dict) else None
    return {"null": 0, "boolean": 1, "integer": 1, "number": 1, "string": 1, "array": 2}.get(str(kind), 3)


def _range(schema: dict[str, Any], low: float, high: float, edge: float = 1) -> tuple[float, float]:
    """The lowest and highest number allowed; `edge` keeps clear of an exclusive bound."""
    least = schema.get("minimum", schema["exclusiveMinimum"] + edge if "exclusiveMinimum" in schema else None)
    most = schema.get("maximum", schema["exclusiveMaximum"] - edge if "exclusiveMaximum" in schema else None)
    if least is None:
        return (low if most is None or low <= most else most - (high - low)), high if most is None else most
    return least, (least + (high - low) if most is None else most)
