"""Unsloth 2026.10.9, Axolotl 0.19.0, torchtune 0.6.1 and MLX-LM 0.32.2."""

from __future__ import annotations

import itertools
from typing import Any

from rowsmith.formats._consumers._rule import Consumer, Counting, Record, Rule, Setting, Watch, each, shape, turns
from rowsmith.formats._consumers._tables import ARGUMENTS, LATE_KEYS
from rowsmith.formats._consumers._trl import L08_TWO, told

# -- Unsloth --------------------------------------------------------------------------------------------------------------------------

_UNSLOTH = frozenset({"system", "user", "human", "input", "gpt", "assistant", "output"})


def _not_standard(record: Record) -> str | None:
    if record.get("conversations") is not None:
        return None
    name = next((name for name in record if any("from" in turn for turn in turns(record, name))), None)
    return f"`{name}` has from and value, and there is no `conversations`." if name else None


def _not_two(record: Record) -> str | None:
    for n, turn in enumerate(turns(record, "conversations")):
        if len(turn) != 2 or not all(isinstance(value, str) for value in turn.values()):
            return f"Message {n + 1} has {', '.join(turn)}; two texts are wanted."
        if _UNSLOTH.isdisjoint(turn.values()):
            return f"Message {n + 1} is from none of {', '.join(sorted(_UNSLOTH))}."
    return None


_UNSLOTH_FIX = "Export as unsloth, or as trl-sft where there are tools."
L32 = Rule("L32", "altered", "standardize_data_formats changes nothing without `conversations`.", _UNSLOTH_FIX, each(_not_standard))
L32_STOPS = Rule(
    "L32", "stops", "standardize_data_formats wants messages of exactly two texts, with roles that it knows.", _UNSLOTH_FIX, each(_not_two)
)

# -- Axolotl --------------------------------------------------------------------------------------------------------------------------

_ROLES = {"human": "user", "gpt": "assistant"}


def _later_turns(record: Record) -> str | None:
    sides = [len(record[name]) for name in ("chosen", "rejected") if isinstance(record.get(name), list)]
    return f"A side has {max(sides)} messages." if sides and max(sides) > 2 else None


class _Length(Watch):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        assert setting.tokens is not None
        self._tokens, self._most = setting.tokens, setting.max_length or 2048

    def row(self, record: Record, line: int) -> str | None:
        found: list[dict[str, Any]] = told(turns(record, "messages")) or [_renamed(turn) for turn in turns(record, "conversations")]
        if not found:
            return None
        count = len(self._tokens.ids(found, tools=record.get("tools")))
        return f"It has {count:,} tokens; 2 to {self._most:,} are taken." if not 2 <= count <= self._most else None


def _renamed(turn: dict[str, Any]) -> dict[str, Any]:
    role = str(turn.get("from", turn.get("role")))
    return {"role": _ROLES.get(role, role), "content": turn.get("value", turn.get("content"))}


L33 = Rule(
    "L33", "altered", "chatml.argilla_chat and chatml.ultra read two messages of each side; later turns and system prompts are lost.",
    "Use chat_template.default, with messages before the sides (--as trl-dpo).", each(_later_turns),
)  # fmt: skip
L34 = Rule(
    "L34", "lost", "Axolotl drops what is longer than sequence_len, and what has fewer than 2 tokens.",
    "Raise sequence_len (--max-length here), or set excess_length_strategy to raise or truncate.", _Length, True,
)  # fmt: skip

# -- torchtune ------------------------------------------------------------------------------------------------------------------------


def _null_first(record: Record) -> str | None:
    first = turns(record)[:1]
    return "The first message has no content." if first and first[0].get("content") is None else None


def _null_later(record: Record) -> str | None:
    found = next((n for n, turn in enumerate(turns(record)) if n and turn.get("content") is None), None)
    return f"Message {found + 1} has no content." if found else None


def _unread_calls(record: Record) -> str | None:
    found = next((n for n, turn in enumerate(turns(record)) if turn.get("tool_calls")), None)
    return f"Message {found + 1} calls tools." if found is not None else None


def _tools_stop(record: Record) -> str | None:
    if any(turn.get("from") not in ("system", "human", "gpt") for turn in turns(record, "conversations")):
        return "A turn is from none of system, human, gpt."
    roles = [turn.get("role") for turn in turns(record)]
    after = next((n for n, pair in enumerate(itertools.pairwise(roles)) if pair == ("tool", "assistant")), None)
    return f"Message {after + 2} of the assistant comes after a tool's." if after is not None else None


def _not_valid(record: Record) -> str | None:
    roles = [turn.get("role") for turn in turns(record)]
    if not roles or "tool" in roles:
        return None
    if len(roles) < 2:
        return "It has one message; two are the least."
    for before, role in zip(["", *roles], roles, strict=False):
        if (role == "system" and before) or (role == "user" and before == "user") or (role == "assistant" and before != "user"):
            return f"A message of the {role} comes {f'after one of the {before}' if before else 'first'}."
    return None


_NO_TOOLS = "Leave rows with tools out: --as torchtune does."
L28 = Rule("L28", "stops", "OpenAIToMessages ends with an error where the first message has no content.", "Write text.", each(_null_first))
L28_COPY = Rule("L28", "altered", "OpenAIToMessages makes of a message without content a copy of the one before.", _NO_TOOLS, each(_null_later))
L29 = Rule("L29", "altered", "torchtune does not read tool_calls.", _NO_TOOLS, each(_unread_calls))
L29_STOPS = Rule("L29", "stops", "torchtune refuses an answer after a tool's result, and turns of tools.", _NO_TOOLS, each(_tools_stop))
TURNS = Rule(
    "turns", "stops", "validate_messages refuses the order of the messages.", "Export as torchtune, which leaves them out.", each(_not_valid)
)

# -- MLX-LM ---------------------------------------------------------------------------------------------------------------------------

_MLX = (("prompt", "completion"), ("messages",), ("text",))


class _FirstShape(Watch):
    keys: tuple[str, ...] | None = None

    def row(self, record: Record, line: int) -> str | None:
        if self.keys is None:
            self.keys = next((keys for keys in _MLX if all(key in record for key in keys)), ())
        missing = [key for key in self.keys if record.get(key) is None]
        return f"It has no `{missing[0]}`, which the first row has." if missing else None


class _Blank(Watch):
    last = 0

    def row(self, record: Record, line: int) -> str | None:
        blank = line > self.last + 1 and self.setting.contents.container == "jsonl"
        self.last = line
        return f"The line before line {line} is empty." if blank else None


class _WrongName(Counting):
    def end(self) -> tuple[int, str] | None:
        return (self.count, "The file is called validation.jsonl.") if self.setting.name.lower() == "validation.jsonl" else None


def _earlier(record: Record) -> str | None:
    count = sum(turn.get("role") == "assistant" for turn in turns(record))
    return f"It has {count} answers." if count > 1 else None


L30 = Rule("L30", "stops", "MLX-LM decides by the first row; a row of another shape stops it.", "Write one shape to a file.", _FirstShape)
L30_BLANK = Rule("L30", "stops", "MLX-LM takes an empty line for broken JSON, and stops.", "Take it out: rowsmith convert does.", _Blank)
L30_NAME = Rule("L30", "lost", "MLX-LM ignores a file of this name.", "Call it valid.jsonl.", _WrongName)
L31 = Rule(
    "L31",
    "noted",
    "With mask_prompt all before the last message is masked: earlier answers are not trained.",
    "Leave mask_prompt out.",
    each(_earlier),
)

CONSUMERS = (
    Consumer(
        "unsloth", "Unsloth",
        (
            shape("Unsloth", ("conversations",), ("messages",), ("prompt", "completion"), ("text",), ("instruction", "output")),
            L08_TWO, L32, L32_STOPS, LATE_KEYS, ARGUMENTS,
        ),
    ),
    Consumer(
        "axolotl", "Axolotl",
        (
            shape(
                "Axolotl", ("messages",), ("conversations",), ("instruction", "output"), ("text",), ("segments",), ("chosen", "rejected"),
                ("prompt", "completion"), ("question", "answer"),
            ), L33, L34, LATE_KEYS, ARGUMENTS,
        ), 2048,
    ),
    Consumer(
        "torchtune", "torchtune",
        (
            shape("torchtune", ("messages",), ("conversations",), ("instruction", "output"), ("input", "output"), ("chosen", "rejected")),
            L28, L28_COPY, L29, L29_STOPS, TURNS,
        ),
    ),
    Consumer("mlx-lm", "MLX-LM", (shape("MLX-LM", *_MLX), L30, L30_BLANK, L30_NAME, L31)),
)  # fmt: skip
