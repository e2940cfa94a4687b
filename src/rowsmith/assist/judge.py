"""A prompt looked over by a model: contradiction, ambiguity, overload and redundancy, each with the words that show it.

The model is asked by an ordinary step; what it names is believed only where its words stand in the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rowsmith import content
from rowsmith.assist.findings import Finding, Place, Rule, at
from rowsmith.core.prompts import Prompt
from rowsmith.steps.generate.columns import Columns

JUDGED: tuple[Rule, ...] = ("contradiction", "ambiguity", "overload", "redundancy")
"""What a model looks for."""
_FAULT = {
    "type": "object",
    "properties": {
        "fault": {"type": "string", "enum": list(JUDGED)}, "words": {"type": "string"}, "why": {"type": "string"}, "instead": {"type": "string"},
    },
    "required": ["fault", "words", "why", "instead"],
    "additionalProperties": False,
}  # fmt: skip
SCHEMA = {"type": "object", "properties": {"faults": {"type": "array", "items": _FAULT}}, "required": ["faults"], "additionalProperties": False}


def question(prompt: Prompt) -> tuple[dict[str, Any], Columns]:
    """The row and the step that ask a model about a prompt."""
    step = Columns(prompt=content.prompt("lint"), system=content.prompt("lint_system"), schema_=SCHEMA, fence=["system_text", "user_text"])
    return {"system_text": prompt.system or "(none)", "user_text": prompt.text}, step


def read(prompt: Prompt, answer: Mapping[str, Any], model: str) -> tuple[list[Finding], int]:
    """What the model named and where it stands, and how many faults it named with words that stand nowhere: those are left out."""
    found: list[Finding] = []
    faults = answer["faults"]
    for fault in faults:
        if place := _place(prompt, fault["words"]):
            where, text, span = place
            found.append(at(fault["fault"], "medium", where, text, span, fault["why"], fault["instead"], model))
    return found, len(faults) - len(found)


def together(rules: Sequence[Finding], judged: Sequence[Finding]) -> list[Finding]:
    """Both, without what rules found where the model found the same."""
    same = [rule for rule in rules if any(rule.rule == one.rule and rule.place == one.place and _meet(rule.span, one.span) for one in judged)]
    return [rule for rule in rules if rule not in same] + list(judged)


def _meet(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def _place(prompt: Prompt, words: str) -> tuple[Place, str, tuple[int, int]] | None:
    """Where the words stand; spaces and line breaks are equal."""
    pieces = [re.escape(piece) for piece in words.split()]
    places: tuple[tuple[Place, str], ...] = (("text", prompt.text), ("system", prompt.system))
    for place, text in places:
        if pieces and (found := re.search(r"\s+".join(pieces), text)):
            return place, text, found.span()
    return None
