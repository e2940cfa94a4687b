"""Answers made up for a form in XML that the messages show: elements with what belongs into each between brackets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

_FORM = re.compile(r"^<([^\W\d][\w.-]*)>(?:\[.*\])?(?:</\1>$|$.*?^</\1>$)", re.MULTILINE | re.DOTALL)
_LEAF = re.compile(r"( *)<([\w.-]+)>\[(.*)\]</\2>")
_OPEN = re.compile(r"( *)<([\w.-]+)>(?:\[(.*)\])?")
_COUNT = re.compile(r"(?:exactly|at least|(?=\d+ to)) ?(\d+)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

Make = Callable[[Any, str], Any]
"""Makes a value that fits a JSON Schema; the second argument is its place in the answer."""


def form_in(texts: Iterable[str]) -> str:
    """The first form that stands in one of the texts; empty when there is none."""
    found = (form[0] for text in texts for form in _FORM.finditer(text) if "[" in form[0])
    return next(found, "")


def filled(form: str, make: Make) -> str:
    """The form with values in place of its brackets."""
    return "\n".join(_filled(form.split("\n"), make, ""))


def _filled(lines: list[str], make: Make, path: str) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if leaf := _LEAF.fullmatch(line):
            out.append(f"{leaf[1]}<{leaf[2]}>{_escaped(_value(leaf[3], make, f'{path}/{leaf[2]}'))}</{leaf[2]}>")
            at += 1
            continue
        opened = _OPEN.fullmatch(line)
        assert opened is not None
        end = lines.index(f"{opened[1]}</{opened[2]}>", at)
        times = int(found[1]) if (found := _COUNT.match(opened[3] or "")) else 1
        inner = [_filled(lines[at + 1 : end], make, f"{path}/{opened[2]}/{i}") for i in range(max(1, times))]
        out += [f"{opened[1]}<{opened[2]}>", *(line for part in inner for line in part), lines[end]]
        at = end + 1
    return out


def _value(words: str, make: Make, path: str) -> str:
    """What the words between two brackets ask for."""
    if words.startswith("JSON that matches "):
        return json.dumps(make(json.JSONDecoder().raw_decode(words, len("JSON that matches "))[0], path), ensure_ascii=False)
    words = words.split("; ")[0]
    if words.startswith("always "):
        return words.removeprefix("always ")
    if words.startswith("one of: "):
        return str(make({"enum": words.removeprefix("one of: ").split(" | ")}, path))
    kinds = {"text": "string", "whole number": "integer", "number": "number", "true or false": "boolean", "null": "null"}
    kind = next(name for word, name in kinds.items() if words.startswith(word))
    made = make({"type": kind, **_bounds(words)}, path)
    return made if isinstance(made, str) else json.dumps(made)


def _bounds(words: str) -> dict[str, Any]:
    names = {
        "from": "minimum", "to": "maximum", "above": "exclusiveMinimum", "below": "exclusiveMaximum", "in steps of": "multipleOf",
        "at least": "minLength", "at most": "maxLength",
    }  # fmt: skip
    found = {name: re.search(rf"\b{word} ({_NUMBER.pattern})", words) for word, name in names.items()}
    return {name: json.loads(number[1]) for name, number in found.items() if number}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
