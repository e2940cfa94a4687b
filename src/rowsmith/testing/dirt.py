"""Answers that hold what was asked for, in the ways that models without a schema mode write them: `DIRT`.

Each one changes a whole answer, JSON or XML, and loses nothing of it. What is written for the one form leaves the other as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rowsmith.testing.exchange import Fault
from rowsmith.testing.request import Reply

Change = Callable[[str], str]

_DRAFTS = 'The user wants an object. Perhaps {"input": "a draft", "answer": "no"}? Or <reply><answer>no</answer></reply>? {no: that, is wrong}.\n'


def says(change: Change) -> Callable[[Reply, str], Reply]:
    """A change of what the model says: its text, or the arguments of its tool call."""

    def changed(reply: Reply, argument: str) -> Reply:
        if reply.tool:
            return replace(reply, tool=(reply.tool[0], change(reply.tool[1])))
        return replace(reply, text=change(reply.text or ""))

    return changed


def _of_json(change: Callable[[Any], str]) -> Change:
    """A change of the value of an answer in JSON."""

    def changed(text: str) -> str:
        try:
            return change(json.loads(text))
        except ValueError:
            return text

    return changed


def _of_xml(change: Change) -> Change:
    """A change of an answer in XML."""
    return lambda text: change(text) if text.lstrip().startswith("<") else text


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _each(change: Callable[[Any], Any], value: Any) -> Any:
    """The value with every leaf changed."""
    if isinstance(value, dict):
        return {name: _each(change, item) for name, item in value.items()}
    return [_each(change, item) for item in value] if isinstance(value, list) else change(value)


def _keys(change: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, dict):
        return {change(name): _keys(change, item) for name, item in value.items()}
    return [_keys(change, item) for item in value] if isinstance(value, list) else value


def _as_text(leaf: Any) -> Any:
    return str(leaf) if isinstance(leaf, int | float) and not isinstance(leaf, bool) else leaf


def _as_word(leaf: Any) -> Any:
    return {True: "Yes", False: "no"}[leaf] if isinstance(leaf, bool) else leaf


def _spaced(before: str, after: str, value: Any) -> str:
    """JSON with something after each opening and before each closing brace of an object."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return re.sub(r"^( *)(.*\{)$", rf"\1\2{before}", re.sub(r"^( *)(\},?)$", rf"\1{after}\2", text, flags=re.MULTILINE), flags=re.MULTILINE)


def _smart(value: Any) -> str:
    return re.sub(r'"((?:[^"\\]|\\.)*)"', lambda found: f"“{found[1]}”", _dumps(value))


def _bare_keys(value: Any) -> str:
    return re.sub(r'"([A-Za-z_]\w*)": ', r"\1: ", _dumps(value))


def _without_commas(value: Any) -> str:
    return re.sub(r'([\]}"\del]),$', r"\1", json.dumps(value, ensure_ascii=False, indent=1), flags=re.MULTILINE)


def _open_end(text: str) -> str:
    return re.sub(r"\s*</[^<>]+>\s*\Z", "", text)


def _inside(text: str) -> str:
    """What stands within the outermost element."""
    return _open_end(re.sub(r"\A\s*<[^<>]+>", "", text)).strip()


def _raw(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


_THOUGHTS = [
    ("think_aloud", "a thought with drafts of its own between tags, then the answer", lambda text: f"<think>\n{_DRAFTS * 20}</think>\n\n{text}"),
    ("think_unopened", "a thought whose opening tag the chat template swallowed", lambda text: f"{_DRAFTS}</think>\n\n{text}"),
    ("think_unclosed", "an opening tag that is never closed, then the answer", lambda text: f"<think>\n\n{text}"),
    ("channels", "the channels analysis and final", lambda text: (
        f"<|channel|>analysis<|message|>{_DRAFTS}<|end|><|start|>assistant<|channel|>final<|message|>{text}")),
    ("bare_channels", "the channels without their marks", lambda text: f"analysis{_DRAFTS}assistantfinal{text}"),
    ("words_around", "words before and after, with brackets of their own", lambda text: (
        f"As [1] says of {{x}}, **here** it is:\n\n{text}\n\nGood luck! [2]")),
    ("tilde_fence", "a fence of tildes, indented", lambda text: f"  ~~~\n{text}\n  ~~~"),
    ("open_fence", "a Markdown fence that is never closed", lambda text: f"```json\n{text}"),
]  # fmt: skip

_JSON = [
    ("single_quotes", "as Python writes it: single quotes, True, None", lambda value: repr(value)),
    ("bare_keys", "keys without quotes", _bare_keys),
    ("smart_quotes", "typographic quotes", _smart),
    ("trailing_commas", "a comma before each closing bracket", lambda value: re.sub(r"\n *([\]}])", r",\1", json.dumps(value, indent=1))),
    ("comments", "comments", lambda value: _spaced(" // the answer", "/* that is all */ ", value)),
    ("missing_commas", "no commas at the ends of lines", _without_commas),
    ("missing_brace", "the last brace is missing", lambda value: _dumps(value)[:-1]),
    ("json_in_text", "JSON within a JSON string", lambda value: _dumps(_dumps(value))),
    ("escaped_quotes", "quotes and line breaks escaped as within a string", lambda value: json.dumps(json.dumps(value, indent=1))[1:-1]),
    ("in_a_list", "a list with the one object in it", lambda value: _dumps([value])),
    ("in_a_box", "the object within another", lambda value: _dumps({"result": value, "confidence": 0.9})),
    ("filled_schema", "the schema with the values for its properties", lambda value: _dumps({"type": "object", "properties": value, "required": []})),
    ("tool_as_text", "a tool call written as text", lambda value: f"<tool_call>\n{_dumps({'name': 'answer', 'arguments': value})}\n</tool_call>"),
    ("numbers_as_text", "numbers as text", lambda value: _dumps(_each(_as_text, value))),
    ("words_for_booleans", "yes and no for true and false", lambda value: _dumps(_each(_as_word, value))),
    ("loud_keys", "keys in capitals", lambda value: _dumps(_keys(str.upper, value))),
    ("extra_field", "a field that was not asked for", lambda value: _dumps({**value, "confidence": 0.9} if isinstance(value, dict) else value)),
]  # fmt: skip

_XML = [
    ("xml_attributes", "attributes in every tag", lambda text: re.sub(r"<([\w.-]+)>", r'<\1 type="value" id=1>', text)),
    ("xml_loud_tags", "tags in capitals", lambda text: re.sub(r"</?[\w.-]+>", lambda found: found[0].upper(), text)),
    ("xml_raw", "& and < as they stand", _raw),
    ("xml_cdata", "every text in CDATA", lambda text: re.sub(r">([^<>\n]+)</", lambda found: f"><![CDATA[{_raw(found[1])}]]></", text)),
    ("xml_comments", "a declaration and comments", lambda text: '<?xml version="1.0"?>\n' + re.sub(r">\n", ">\n<!-- <note> -->\n", text)),
    ("xml_open_end", "the last closing tag is missing", _open_end),
    ("xml_bare", "nothing around the fields", _inside),
    ("xml_other_root", "another element around the fields", lambda text: f"<response>\n{_inside(text)}\n</response>"),
]

DIRT: dict[str, Fault] = {
    name: Fault(name, what, content=says(change))
    for name, what, change in [
        *_THOUGHTS,
        *((name, what, _of_json(change)) for name, what, change in _JSON),
        *((name, what, _of_xml(change)) for name, what, change in _XML),
    ]
}
"""Every dirt by name: thoughts, fences and words around any answer; faults of JSON; `xml_...` faults of XML."""
