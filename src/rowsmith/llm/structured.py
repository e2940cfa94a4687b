"""From a reply to a value: the ladder from strict JSON to repair, and the reason when there is none.

An answer that was cut off is never repaired and never becomes data: half an answer cannot be told from a whole one afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from rowsmith.core.models import Model
from rowsmith.llm.providers import Reply
from rowsmith.llm.schema import Schema
from rowsmith.llm.tolerant import Unreadable, found, load, plain, repaired

DETAIL = 1000
"""Most characters of a detail."""
SHOWN = 8000
"""Most characters of a bad answer that are shown to the model again."""


@dataclass(slots=True, frozen=True)
class Refused:
    """Why a reply is not used: `cut`, `refusal`, `empty`, `garbled`, `oversized`, `malformed` (no JSON) or `schema` (JSON of another form).
    `again`: whether showing the model its errors makes sense."""

    reason: str
    detail: str
    again: bool = False


def text_of(reply: Reply, model: Model) -> str | Refused:
    """The answer as text."""
    return _whole(reply, reply.text, model) or plain(reply.text)


def value_of(reply: Reply, schema: Schema, model: Model) -> Any:
    """The answer as a JSON value that matches the schema, or `Refused`."""
    text = reply.text if reply.text.strip() else reply.tool_arguments
    if (refused := _whole(reply, text, model)) is not None:
        return replace(refused, again=refused.reason == "malformed")
    try:
        value = orjson.loads(text)
        if "\\u0000" not in text and schema.surely(value):
            return value
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    return _laddered(reply, text, schema, model)


def asked_again(messages: Sequence[Mapping[str, Any]], reply: Reply, refused: Refused) -> list[Mapping[str, Any]]:
    """The messages, followed by the bad answer and what is wrong with it. The given messages stay as they are."""
    bad = plain(reply.text if reply.text.strip() else reply.tool_arguments)[:SHOWN]
    told = (
        f"Your answer cannot be used.\n{refused.detail}\nAnswer the question again, with one corrected JSON value and nothing else: "
        "no other words, no code fence."
    )
    return [*messages, {"role": "assistant", "content": bad}, {"role": "user", "content": told}]


def _whole(reply: Reply, text: str, model: Model) -> Refused | None:
    """Why there is no whole answer in the reply; None when there is one."""
    if reply.garbled:
        return Refused("garbled", reply.garbled[:DETAIL])
    if reply.refusal or reply.finish == "refusal":
        return Refused("refusal", plain(reply.refusal or reply.text)[:DETAIL] or "The provider's filter stopped the answer.")
    if reply.finish == "length" or (reply.finish == "unknown" and _full(reply, model)):
        return Refused("cut", f"The answer was cut off at max_tokens = {model.max_tokens}.")
    if reply.finish == "broken":
        return Refused("malformed", "The answer breaks off in the middle: what came next was no text any more.")
    return None if text.strip() else Refused("empty", "The answer holds no text.")


def _full(reply: Reply, model: Model) -> bool:
    return reply.usage.tokens_out is not None and reply.usage.tokens_out >= model.max_tokens


def _laddered(reply: Reply, text: str, schema: Schema, model: Model) -> Any:
    try:
        strict = [load(text)]
    except Unreadable as error:
        strict, problem = [], str(error)
    if strict:
        return _checked(strict[0], schema)
    values = [value for value in found(text) if _fits(value, schema)]
    good = [value for value in (_checked(value, schema) for value in values) if not isinstance(value, Refused)]
    if good and all(value == good[0] for value in good):
        return good[0]
    if good:
        return Refused("malformed", f"The answer holds {len(good)} different JSON values where one is asked for.", again=True)
    if reply.finish == "stop" and not _full(reply, model):
        try:
            value = repaired(text)
        except Unreadable as error:
            problem = f"{problem}; {error}"
        else:
            if _fits(value, schema) and not isinstance(better := _checked(value, schema), Refused):
                return better
    if len(values) == 1:
        return _checked(values[0], schema)
    return Refused("malformed", f"The answer is not JSON: {problem}."[:DETAIL], again=True)


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a value found within other text can be the answer at all: a box of the kind that is asked for, not empty."""
    kind = {"object": dict, "array": list}.get(schema.wants)
    return isinstance(value, kind) if kind else isinstance(value, dict | list) and bool(value)


def _checked(value: Any, schema: Schema) -> Any:
    value = schema.numbers(value)
    errors = schema.errors(value)
    return Refused("schema", _listed(errors), again=True) if errors else value


def _listed(errors: Sequence[str]) -> str:
    lines: Iterator[str] = (f"- {error}" for error in errors)
    return "\n".join(lines)[:DETAIL]
