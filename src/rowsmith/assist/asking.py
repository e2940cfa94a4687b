"""What the guide asks a model: what a prompt tells, what a reply says, what could be proposed, and in what the examples are to differ.

Each question is a row and an ordinary step. What comes back counts only with words that stand where they are said to stand: an item without such
a quote, or with a value that says nothing, stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from rowsmith import content
from rowsmith.assist.checklist import CHECKLIST, FORMAT, Evidence, Item, Items, assumed, known
from rowsmith.assist.words import Kind, hedged, unclear, variable
from rowsmith.steps.generate.columns import Columns

_NAMES = {"type": "string", "enum": list(CHECKLIST)}
_TEXT = {"type": "string"}
_KINDS = ("says", "confirm", "suggest", "unclear")
Question = tuple[dict[str, Any], Columns]
"""The row and the step by which a model is asked."""


def _object(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _list(item: dict[str, Any], most: int = 50) -> dict[str, Any]:
    return {"type": "array", "items": item, "maxItems": most}


ANALYSIS = _object(items=_list(_object(item=_NAMES, value=_TEXT, quote=_TEXT)))
_HOW = {"type": "string", "enum": ["stated", "inferred"]}
TURN = _object(kind={"type": "string", "enum": list(_KINDS)}, items=_list(_object(item=_NAMES, value=_TEXT, quote=_TEXT, how=_HOW)))
SUGGESTION = _object(items=_list(_object(item=_NAMES, value=_TEXT)))
DIMENSIONS = _object(attributes=_list(_object(name=_TEXT, values=_list(_TEXT, 12)), 8), edge_cases=_list(_TEXT, 20))


class Reference(BaseModel):
    """A prompt that the dataset is to test or train, as it stands: braces in it may be anybody's."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    system: str = ""
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a question: items with their evidence, what sort of reply it was, and the names of items that were left out because their
    words stand nowhere."""

    items: dict[str, Item] = field(default_factory=dict)
    kind: Kind = "says"
    unproven: tuple[str, ...] = ()


# -- a prompt ---------------------------------------------------------------------------------------------------------------------------


def analysis(prompt: Reference) -> Question:
    """What does this prompt tell about the items?"""
    row = {"system_text": prompt.system or "(none)", "user_text": prompt.text, "items": _described()}
    return row, _step("guide_analysis", ANALYSIS, fence=["system_text", "user_text"])


def read_analysis(prompt: Reference, answer: Mapping[str, Any]) -> Taken:
    """The items that a quote of the prompt shows; all others stay open."""
    found: dict[str, Item] = {}
    unproven = []
    for one in answer["items"]:
        name, quote = one["item"], _quote((prompt.text, prompt.system), one["quote"])
        if not quote or unclear(quote) or unclear(one["value"]):
            unproven.append(name)
        elif name not in found and (value := _value(name, one["value"])):
            found[name] = known(value, Evidence(source="prompt", quote=quote))
    return Taken(found, unproven=tuple(name for name in dict.fromkeys(unproven) if name not in found))


# -- a reply ----------------------------------------------------------------------------------------------------------------------------


def turn(reply: str, items: Items, question: str) -> Question:
    """What does this reply say?"""
    row = {"so_far": so_far(items), "question": question or "none", "reply": reply, "items": _described()}
    return row, _step("guide_turn", TURN, fence=["reply"])


def read_turn(reply: str, answer: Mapping[str, Any], source: str) -> Taken:
    """The items that words of the reply show: known where it says so plainly, assumed where that is concluded or not certain."""
    found: dict[str, Item] = {}
    unproven = []
    for one in answer["items"]:
        name, quote = one["item"], _quote((reply,), one["quote"])
        if not quote or unclear(quote) or unclear(one["value"]) or answer["kind"] == "unclear":
            unproven.append(name)
        elif value := _value(name, one["value"]):
            make = known if one["how"] == "stated" and not hedged(reply) else assumed
            found[name] = make(value, Evidence(source=source, quote=quote))
    kind: Kind = "says" if found else answer["kind"] if answer["kind"] != "says" else "unclear"
    return Taken(found, kind, tuple(name for name in dict.fromkeys(unproven) if name not in found))


# -- proposals --------------------------------------------------------------------------------------------------------------------------


def suggestion(items: Items, wanted: Sequence[str]) -> Question:
    """What could be said about these items?"""
    titles = ", ".join(wanted)
    return {"so_far": so_far(items), "wanted": titles, "items": _described()}, _step("guide_suggest", SUGGESTION)


def read_suggestion(wanted: Sequence[str], answer: Mapping[str, Any]) -> dict[str, Item]:
    """The proposals, each assumed."""
    said = {one["item"]: one["value"].strip() for one in answer["items"] if one["item"] in wanted and not unclear(one["value"])}
    return {name: assumed(value) for name, raw in said.items() if (value := _value(name, raw))}


def dimensions(items: Items) -> Question:
    """In what are the examples to differ?"""
    return {"so_far": so_far(items)}, _step("guide_dimensions", DIMENSIONS)


def read_dimensions(answer: Mapping[str, Any]) -> tuple[dict[str, list[str]], list[str]]:
    """Attributes with their values, and edge cases; what is blank, or has one value alone, is left out."""
    attributes = {}
    for one in answer["attributes"]:
        values = list(dict.fromkeys(value.strip() for value in one["values"] if value.strip()))
        if (name := variable(one["name"])) and len(values) > 1:
            attributes[name] = values
    return attributes, list(dict.fromkeys(case.strip() for case in answer["edge_cases"] if case.strip()))


def so_far(items: Items) -> str:
    """What is taken down, as a model reads it."""
    said = [f"- {name}: {item.value}" + (" (not confirmed)" if item.state == "assumed" else "") for name, item in items.items() if item.value]
    return "\n".join(said) or "nothing yet"


def file_format(said: str) -> str:
    """`jsonl` or `csv`, where that is said; else empty."""
    found = {word for word in re.findall(r"[a-z]+", said.lower()) if word in ("jsonl", "json", "csv", "ndjson", "lines")}
    return "" if not found or {"csv", "jsonl"} <= found else "csv" if "csv" in found else "jsonl"


def _value(name: str, said: str) -> str:
    return file_format(said) if name == FORMAT else said.strip()


def _described() -> str:
    return "\n".join(f"- {name}: {about.ask} For example: {about.example}" for name, about in CHECKLIST.items())


def _step(name: str, schema: dict[str, Any], fence: Sequence[str] = ()) -> Columns:
    return Columns(name=name, prompt=content.prompt(name), system=content.prompt(f"{name}_system"), schema_=schema, fence=list(fence))


def _quote(texts: Sequence[str], said: str) -> str:
    """The words as they stand in one of the texts, whole words alone; empty where they do not. White space of any kind is equal."""
    pieces = [re.escape(piece) for piece in said.split()]
    if not any(sign.isalnum() for sign in said):
        return ""
    before, after = (_spaced(sign) for sign in (said.strip()[0], said.strip()[-1]))
    wanted = r"(?<!\w)" * before + r"\s+".join(pieces) + r"(?!\w)" * after
    return next((found[0] for text in texts if (found := re.search(wanted, text))), "")


def _spaced(sign: str) -> bool:
    """Whether it is a letter or digit of a script that parts its words by spaces."""
    return sign.isalnum() and ord(sign) < 0x0E00
