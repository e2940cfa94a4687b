"""What is wrong with an answer, field by field, in words that a model and a person understand: `pairs[0].score: 7 is above 5`.

One line for each complaint: the path of the field, a colon, what is wrong. Models are shown these lines, and they are kept with the
refused draw; `fields` reads the paths back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rowsmith.core.patterns import unnamed

WHOLE = "the answer"
"""The path of the answer itself."""
_KINDS = {
    "string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list",
    "object": "an object", "null": "null",
}  # fmt: skip
_NAME = re.compile(r"[\w-]+")
_PATH = re.compile(r"((?:[\w-]+|\[\d+\]|\[\"(?:[^\"\\]|\\.)*\"\]|\.)+|the answer): ")


def complaints(errors: Iterable[Any]) -> Iterator[str]:
    """The lines for the errors of jsonschema, in its order, none twice."""
    seen = set()
    for error in errors:
        for line in _lines(error):
            if line not in seen:
                seen.add(line)
                yield line


def fields(detail: str) -> Iterator[str]:
    """The fields that a refused draw's detail complains of, without their places in lists: `pairs[].score`."""
    for line in detail.split("\n"):
        if found := _PATH.match(line):
            yield re.sub(r"\[\d+\]", "[]", found[1])


def path_of(parts: Iterable[str | int]) -> str:
    """`pairs[0].score`; a name that is no plain word stands in brackets and quotes."""
    out = ""
    for part in parts:
        if isinstance(part, int):
            out += f"[{part}]"
        else:
            out += f".{part}" if _NAME.fullmatch(part) else f"[{json.dumps(part)}]"
    return out.removeprefix(".") or WHOLE


def kinds_of(schema: Any) -> str:
    """The types that a schema names, in words: `a text or null`."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    named = [kind] if isinstance(kind, str) else list(kind or ())
    return " or ".join(_KINDS.get(name, name) for name in named)


def shown(value: Any) -> str:
    """A value in one short line."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _lines(error: Any) -> Iterator[str]:
    path = list(error.absolute_path)
    if error.validator == "required":
        yield from (f"{path_of([*path, name])}: missing" for name in error.validator_value if name not in error.instance)
    elif error.validator == "additionalProperties" and error.validator_value is False:
        yield from (f"{path_of([*path, name])}: not asked for" for name in unnamed(error.instance, error.schema))
    elif error.validator in ("anyOf", "oneOf") and (inner := _nearest(error)):
        yield from complaints(inner)
    else:
        say = _SAY.get(error.validator)
        yield f"{path_of(path)}: {say(error.instance, error.validator_value) if say else _else(error)}"


def _nearest(error: Any) -> list[Any]:
    """The errors of the one form whose type the value has, when there is just one."""
    forms: dict[Any, list[Any]] = {}
    for inner in error.context:
        forms.setdefault(inner.relative_schema_path[0], []).append(inner)
    near = [found for found in forms.values() if not any(inner.validator == "type" and not inner.relative_path for inner in found)]
    return near[0] if len(near) == 1 else []


def _else(error: Any) -> str:
    text = str(error.message).replace("\n", " ")
    return text if len(text) <= 200 else f"{shown(error.instance)} breaks the rule {error.validator} {shown(error.validator_value)}"


def _type(value: Any, wanted: Any) -> str:
    said = "it is a list" if isinstance(value, list) else "it is an object" if isinstance(value, dict) else ""
    return f"{said}, not {kinds_of({'type': wanted})}" if said else f"{shown(value)} is not {kinds_of({'type': wanted})}"


def _count(word: str, least: bool) -> Callable[[Any, Any], str]:
    def say(value: Any, bound: Any) -> str:
        return f"it has {len(value):,} {word}, {'at least' if least else 'at most'} {bound:,} are asked for"

    return say


_SAY: dict[str, Callable[[Any, Any], str]] = {
    "type": _type,
    "enum": lambda value, allowed: f"{shown(value)} is none of {', '.join(shown(item) for item in allowed[:20])}",
    "const": lambda value, wanted: f"{shown(value)} is not {shown(wanted)}",
    "minimum": lambda value, bound: f"{shown(value)} is below {bound}",
    "maximum": lambda value, bound: f"{shown(value)} is above {bound}",
    "exclusiveMinimum": lambda value, bound: f"{shown(value)} is not above {bound}",
    "exclusiveMaximum": lambda value, bound: f"{shown(value)} is not below {bound}",
    "multipleOf": lambda value, bound: f"{shown(value)} is no multiple of {bound}",
    "minLength": lambda value, bound: _count("characters", True)(value, bound) if value else "it is empty",
    "maxLength": _count("characters", False),
    "minItems": lambda value, bound: _count("items", True)(value, bound) if value else "it is empty",
    "maxItems": _count("items", False),
    "minProperties": _count("fields", True),
    "maxProperties": _count("fields", False),
    "uniqueItems": lambda value, bound: "it holds an item twice",
    "pattern": lambda value, pattern: f"{shown(value)} does not match {pattern}",
    "anyOf": lambda value, forms: f"{shown(value)} has none of the {len(forms)} forms that are allowed",
    "oneOf": lambda value, forms: f"{shown(value)} does not have exactly one of the {len(forms)} forms that are allowed",
}
