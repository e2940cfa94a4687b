"""Ragas 0.4.3, DeepEval 4.3.1, promptfoo 0.123.1, langchain-core 1.7.2 and lm-eval 0.4.13."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rowsmith.formats._consumers._rule import Consumer, Record, Rule, Watch, each, shape, turns
from rowsmith.formats._consumers._tables import LINES, TABLES

_RAGAS = frozenset({
    "user_input", "retrieved_contexts", "reference_contexts", "retrieved_context_ids", "reference_context_ids", "response", "multi_responses",
    "reference", "rubrics", "persona_name", "query_style", "query_length", "reference_tool_calls", "reference_topics",
})  # fmt: skip


def _unread(record: Record) -> str | None:
    return None if any(record.get(name) is not None for name in _RAGAS) else f"It has {', '.join(record) or 'nothing'}."


_OLD = {"question": "user_input", "contexts": "retrieved_contexts", "answer": "response", "ground_truth": "reference", "ground_truths": "reference"}


def _old_names(record: Record) -> str | None:
    found = [name for name in _OLD if record.get(name) is not None]
    return f"{found[0]} is {_OLD[found[0]]} now." if found and _unread(record) is None else None


def _all_human(record: Record) -> str | None:
    return "Its messages have `role`." if any("role" in turn and "type" not in turn for turn in turns(record, "user_input")) else None


_RAGAS_FIX = "Export as ragas or ragas-multi-turn."
L35 = Rule("L35", "lost", "A sample of unknown names has no field that says anything.", _RAGAS_FIX, each(_unread))
L35_OLD = Rule("L35", "altered", "Ragas passes over names of older versions.", _RAGAS_FIX, each(_old_names))
L35_ROLES = Rule("L35", "altered", "Ragas reads messages of role and content as the human's, all of them.", _RAGAS_FIX, each(_all_human))
_GOLDEN = frozenset({
    "actualOutput", "expectedOutput", "retrievalContext", "toolsCalled", "expectedTools", "additionalMetadata", "sourceFile", "tokenCost",
    "inputTokenCount", "outputTokenCount", "customColumnKeyValues", "expectedLabels", "expectedOutcome", "userDescription",
})  # fmt: skip


def _camel(record: Record) -> str | None:
    found = next((name for name in record if name in _GOLDEN), None)
    return f"{found} is {re.sub('([A-Z])', lambda one: '_' + one[1].lower(), found)} in a file." if found else None


class _Flattened(Watch):
    forgetful = True

    def row(self, record: Record, line: int) -> str | None:
        if self.setting.contents.container not in TABLES:
            return None
        found = next((name for name in ("context", "retrieval_context") if isinstance(record.get(name), str) and "|" in record[name]), None)
        return f"`{found}` holds several, joined by |." if found else None


class _Lists(Watch):
    forgetful = True

    def row(self, record: Record, line: int) -> str | None:
        if self.setting.contents.container not in LINES:
            return None
        found = next((name for name in ("context", "retrieval_context") if isinstance(record.get(name), str)), None)
        return f"`{found}` is one text, where DeepEval has a list." if found else None


L36 = Rule("L36", "altered", "DeepEval's loader reads snake_case names, and passes over the others.", "Export as deepeval.", each(_camel))
L37 = Rule("L37", "noted", "DeepEval joins lists with | in CSV: a text that holds one is split.", "Use JSON: --as deepeval.", _Flattened)
L37_TEXT = Rule("L37", "altered", "DeepEval's own writer of JSON Lines makes one text of a list.", "Write lists: --as deepeval.", _Lists)
_QUIET = re.compile(r'\{\{ "(\{[{%#]|file://|package:)" \}\}|\{% raw %\}.*?\{% endraw %\}', re.DOTALL)
_LIVE = re.compile(r"\{[{%#]|^(?:file://|package:)")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _live(record: Record) -> str | None:
    values = record.get("vars", record)
    expected = [one.get("value") for one in turns(record, "assert")]
    for text in _texts([values, expected]):
        if ("{" in text or ":" in text) and (found := _LIVE.search(_QUIET.sub("", text))):
            return f"A value holds {found[0]!r}: {text[:60]!r}."
    return None


def _many(record: Record) -> str | None:
    values = record.get("vars")
    name = next((name for name, value in values.items() if isinstance(value, list)), None) if isinstance(values, dict) else None
    return f"`{name}` is a list." if name else None


_PROMPTFOO = "Export as promptfoo, or put the text between {% raw %} and {% endraw %}."
L38 = Rule("L38", "altered", "promptfoo renders values as templates: {{ 7*7 }} becomes 49.", _PROMPTFOO, each(_live))
L38_LISTS = Rule("L38", "altered", "promptfoo makes a test of every element of a list.", _PROMPTFOO, each(_many))
_LANGCHAIN = frozenset({"human", "user", "ai", "assistant", "function", "tool", "system", "developer"})


def _langchain(record: Record) -> str | None:
    for turn in turns(record):
        if str(turn.get("role")) not in _LANGCHAIN:
            return f"A message has the role {turn.get('role')!r}."
        if turn.get("role") == "tool" and not turn.get("tool_call_id"):
            return "A message of a tool has no tool_call_id."
    return None


MESSAGES = Rule("messages", "stops", "convert_to_messages ends with an error.", "Export as langchain.", each(_langchain))


def _no_choice(record: Record) -> str | None:
    choices, answer = record.get("choices"), record.get("answer")
    if not isinstance(choices, list) or isinstance(answer, str):
        return None
    return f"answer is {answer}, of {len(choices)} choices." if not isinstance(answer, int) or not 0 <= answer < len(choices) else None


CHOICE = Rule("choice", "stops", "The answer names none of the choices.", "Export as mcq.", each(_no_choice))
CONSUMERS = (
    Consumer("ragas", "Ragas", (L35, L35_OLD, L35_ROLES)),
    Consumer("deepeval", "DeepEval", (shape("DeepEval", ("input",), ("scenario",)), L36, L37, L37_TEXT)),
    Consumer("promptfoo", "promptfoo", (L38, L38_LISTS)),
    Consumer("langchain", "LangChain", (shape("LangChain", ("messages",), ("page_content",)), MESSAGES)),
    Consumer("lm-eval", "lm-eval-harness", (shape("lm-eval", ("question",), ("input",), ("prompt",), ("text",)), CHOICE)),
)
