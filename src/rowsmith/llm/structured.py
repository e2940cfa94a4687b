"""From a reply to a value: as it stands, found within other words, or repaired; and the reason when there is none.

An answer that was cut off is never repaired and never becomes data: half an answer cannot be told from a whole one afterwards. What could
mean two different things is refused, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from rowsmith.core.calls import FOUND, PLAIN, REPAIRED
from rowsmith.core.ids import canonical
from rowsmith.core.models import Model
from rowsmith.llm import xml_answer
from rowsmith.llm.complaints import WHOLE
from rowsmith.llm.instructions import REMINDERS
from rowsmith.llm.providers import Reply, Way
from rowsmith.llm.schema import Schema
from rowsmith.llm.thoughts import Spoken, spoken, without_thoughts
from rowsmith.llm.tolerant import Unreadable, found, load, plain

DETAIL = 1000
"""Most characters of a detail."""
SHOWN = 8000
"""Most characters of a bad answer that are shown to the model again."""
CALL_ID = "answer001"
"""The id of a tool call that is shown to the model again: nine letters and digits, which every provider takes."""


@dataclass(slots=True)
class Taken:
    """An answer that is used, and what had to be done for it: PLAIN (nothing), FOUND or REPAIRED."""

    value: Any
    how: str = PLAIN


@dataclass(slots=True, frozen=True)
class Refused:
    """Why a reply is not used: `cut`, `refusal`, `empty`, `garbled`, `oversized`, `malformed` (cannot be read) or `schema` (of another form:
    `detail` has a line for each field, see llm.complaints). `again`: whether showing the model its errors makes sense."""

    reason: str
    detail: str
    again: bool = False


class _Candidate(NamedTuple):
    """A value that may be the answer. `sure`: it is whole by itself, whatever the reply says of its end; else only where the model came to
    its own end. `strict`: it was read as JSON has it. `sound`: it is no piece of something larger."""

    value: Any
    how: str
    sure: bool = True
    strict: bool = True
    sound: bool = True


def text_of(reply: Reply, model: Model) -> Taken | Refused:
    """The answer as text, without what a chat template marks as thought."""
    if (refused := _whole(reply, reply.text, model)) is not None:
        return refused
    said = without_thoughts(reply.text)
    if not said.answer.strip():
        return _thoughts_only()
    return Taken(plain(said.answer), FOUND if said.thought else PLAIN)


def value_of(reply: Reply, schema: Schema, model: Model, way: Way) -> Taken | Refused:
    """The answer as a JSON value that matches the schema. A tool call's arguments come first where a tool was asked for, else the text."""
    text, other = reply.text, reply.tool_arguments
    if other and (way == "tools" or _blank(text)):
        text, other = other, text
    if (refused := _whole(reply, text, model)) is not None:
        return replace(refused, again=refused.reason == "malformed")
    try:
        value = orjson.loads(text)
        if "\\u0000" not in text and schema.surely(value):
            return Taken(value)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    ended = reply.finish == "stop" and not _full(reply, model)
    first = _laddered(text, schema, way, ended)
    if isinstance(first, Taken) or _blank(other):
        return first
    second = _laddered(other, schema, way, ended)
    return second if isinstance(second, Taken) else first


def asked_again(messages: Sequence[Mapping[str, Any]], reply: Reply, refused: Refused, way: Way, tool: str) -> list[Mapping[str, Any]]:
    """The messages, followed by the bad answer and what is wrong with it. The given messages stay as they are.

    A tool call is answered by its result, as the interfaces demand; arguments that are no JSON object cannot be sent as a call and are shown
    as text. The messages have the form of OpenAI's chat completions, `tool_calls` and role `tool` included.
    """
    told = f"Your answer cannot be used.\n{refused.detail}\n{REMINDERS[way]}"
    if way == "tools" and (arguments := _arguments(reply)):
        call = {"id": CALL_ID, "type": "function", "function": {"name": tool, "arguments": arguments}}
        return [*messages, {"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": CALL_ID, "content": told}]
    said = reply.text if way == "xml" else spoken(reply.text).answer
    bad = plain(said.strip() or reply.text.strip() or reply.tool_arguments)[:SHOWN]
    return [*messages, {"role": "assistant", "content": bad}, {"role": "user", "content": told}]


def _arguments(reply: Reply) -> str:
    """The arguments of the reply's tool call as JSON that every server reads; empty where they are no object, or long."""
    try:
        value = load(reply.tool_arguments)
    except Unreadable:
        return ""
    text = canonical(value).decode() if isinstance(value, dict) else ""
    return text if len(text) <= SHOWN else ""


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
    return Refused("empty", "The answer holds no text.") if _blank(text) else None


def _blank(text: str) -> bool:
    return not text or text.isspace()


def _full(reply: Reply, model: Model) -> bool:
    return reply.usage.tokens_out is not None and reply.usage.tokens_out >= model.max_tokens


def _thoughts_only() -> Refused:
    return Refused("empty", "The answer holds thoughts and nothing else.")


def _laddered(text: str, schema: Schema, way: Way, ended: bool) -> Taken | Refused:
    said, problem = Spoken(text), ""
    try:
        candidates = [_Candidate(load(text), PLAIN)]
    except Unreadable:
        said = spoken(text, schema.xml.tags if way == "xml" else frozenset())
        if not said.answer.strip():
            return _thoughts_only()
        candidates, problem = _candidates(said, schema, way)
    return _chosen(candidates, schema, ended) or _refused(candidates, schema, problem, way)


def _candidates(said: Spoken, schema: Schema, way: Way) -> tuple[list[_Candidate], str]:
    """Every value that may be meant, and what was wrong with the first that could not be read. After a thought that was never closed only
    what stands at the very end counts."""
    problem = ""
    if way == "xml":
        elements, problem = xml_answer.values(said.answer, schema.xml)
        if elements and (not said.open or said.answer.rstrip().endswith(">")):
            alone = _alone(said, schema.xml.root)
            return [_Candidate(one.value, PLAIN if alone and not one.bare else FOUND, sure=not one.missing) for one in elements], problem
    if said.thought and not said.open:
        try:
            return [_Candidate(load(said.answer), FOUND)], ""
        except Unreadable:
            pass
    values, broken = found(said.answer, schema.wants)
    if said.open:
        values, broken = [one for one in values[-1:] if one.last], "its thought does not end"
    return [_Candidate(one.value, FOUND if one.strict else REPAIRED, not one.open, one.strict, one.sound) for one in values], problem or broken


def _alone(said: Spoken, root: str) -> bool:
    """Whether nothing stands beside the element that holds the answer."""
    text = said.answer.strip()
    return not said.thought and text.startswith(f"<{root}>") and text.endswith(f"</{root}>")


def _chosen(candidates: Sequence[_Candidate], schema: Schema, ended: bool) -> Taken | Refused | None:
    """The one value that fits, or why it is none: two that differ, or one within something that cannot be read. None: nothing fits."""
    good: dict[bytes, Taken] = {}
    for one in candidates:
        if not one.sure and not ended:
            continue
        for value in schema.mending.results(one.value, strict=one.strict):
            if not one.sound:
                return Refused("malformed", "The answer holds a JSON value within something that cannot be read.", again=True)
            how = one.how if one.sure and value == one.value else REPAIRED
            good.setdefault(canonical(value), Taken(value, how))
    if len(good) > 1:
        return Refused("malformed", f"The answer holds {len(good)} different values where one is asked for.", again=True)
    return next(iter(good.values()), None)


def _refused(candidates: Sequence[_Candidate], schema: Schema, problem: str, way: Way) -> Refused:
    """Why nothing fits: what is wrong with the fields of the value that comes nearest, or that there is none."""
    if way == "xml" and problem:
        candidates = ()  # what is left of a broken answer
    whole = [value for one in candidates if one.sound and one.sure for value in schema.mending.candidates(one.value)]
    if complaints := [lines for value in whole if (lines := schema.errors(value))]:
        nearest = min(complaints, key=lambda lines: (lines[0].startswith(WHOLE), len(lines)))
        return Refused("schema", "\n".join(_short(nearest)), again=True)
    if not all(one.sure for one in candidates):
        problem = problem or "its end is missing, so it may be cut off"
    form = "XML" if way == "xml" else "JSON"
    return Refused("malformed", f"The answer cannot be read: {problem or f'it holds no {form}'}."[:DETAIL], again=True)


def _short(lines: Sequence[str]) -> Iterator[str]:
    """As many whole lines as a detail holds."""
    left = DETAIL
    for line in lines:
        left -= len(line) + 1
        if left >= -1:
            yield line
