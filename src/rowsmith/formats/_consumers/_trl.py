"""TRL 1.16.0: SFT, DPO, KTO, reward and GRPO."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from rowsmith.formats._consumers._rule import Consumer, Record, Rule, Setting, Watch, each, shape, shared, turns
from rowsmith.formats._consumers._tables import ARGUMENTS, LATE_KEYS

MAX_LENGTH = 1024
_NEAR, _LONG = 0.95, 2000


def told(messages: Any) -> Any:
    """Messages as TRL hands them on: fields that are null are left out."""
    return [{name: value for name, value in turn.items() if value is not None} for turn in messages]


class _Lengths(Watch):
    """Counts as TRL does: a text ends with the mark of an end, a conversation is rendered, and a completion begins where prompt and whole part."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        assert setting.tokens is not None
        self.tokens, self.most = setting.tokens, setting.max_length or MAX_LENGTH

    def whole(self, record: Record, *parts: Any) -> list[int]:
        """The tokens of texts or lists of messages, put together."""
        if isinstance(parts[0], str):
            text = "".join(parts)
            return self.tokens.ids(text if text.endswith(self.tokens.eos) else text + self.tokens.eos)
        return self.tokens.ids([turn for part in parts for turn in told(part)], tools=record.get("tools"))

    def prompt(self, record: Record, *answers: Any) -> int:
        """How many tokens the prompt has before the first of the answers begins."""
        asked = record["prompt"]
        ids = self.tokens.ids(asked) if isinstance(asked, str) else self.tokens.ids(told(asked), tools=record.get("tools"), open=True)
        return min(shared(ids, self.whole(record, asked, answer)) for answer in answers)


def _alike(*values: Any) -> bool:
    """Whether all are texts, or all are lists of messages."""
    return all(isinstance(value, str) for value in values) or all(isinstance(value, list) and value for value in values)


class _Unlearned(_Lengths):
    def row(self, record: Record, line: int) -> str | None:
        if not _alike(record.get("prompt"), record.get("completion")):
            return None
        before = self.prompt(record, record["completion"])
        return f"The prompt has {before:,} tokens, of which {self.most:,} are taken." if before >= self.most else None


class _Cut(_Lengths):
    def row(self, record: Record, line: int) -> str | None:
        prompt, completion = record.get("prompt"), record.get("completion")
        if _alike(prompt, completion):
            count = len(self.whole(record, prompt, completion))
            if self.prompt(record, completion) >= self.most:
                return None  # all of the completion goes, and with it the row: L01
        elif said := record.get("messages") or record.get("text"):
            count = len(self.whole(record, said))
        else:
            return None
        return f"It has {count:,} tokens, of which the first {self.most:,} are trained on." if count > self.most else None


class _NoRoom(_Lengths):
    def row(self, record: Record, line: int) -> str | None:
        answers = [record[name] for name in ("chosen", "rejected", "completion") if record.get(name) is not None]
        if not answers or not _alike(record.get("prompt"), *answers):
            return None
        before = self.prompt(record, *answers)
        return f"The prompt has {before:,} tokens, of which {self.most:,} are taken." if before >= self.most else None


class _Longer(_Lengths):
    def row(self, record: Record, line: int) -> str | None:
        before = [record["prompt"]] if record.get("prompt") is not None else []
        sides = [record.get("chosen"), record.get("rejected")]
        if not _alike(*sides, *before):
            return None
        longest = max(len(self.whole(record, *before, side)) for side in sides)
        return f"A side has {longest:,} tokens; {self.most:,} are the most." if longest > self.most else None


_LENGTH = "Raise max_length in the trainer's configuration (--max-length here), shorten the rows, or leave them out."
L01 = Rule(
    "L01", "lost", "The prompt fills max_length: nothing of the completion is left to learn, and TRL removes the row.", _LENGTH, _Unlearned, True
)
L02 = Rule("L02", "altered", "TRL cuts what is longer than max_length: the end of the answer is never seen.", _LENGTH, _Cut, True)
L03 = Rule("L03", "lost", "The prompt fills max_length: TRL removes the row.", _LENGTH, _NoRoom, True)
L03_REWARD = Rule("L03", "lost", "TRL's reward trainer removes a pair of which either side is longer than max_length.", _LENGTH, _Longer, True)


def _from_value(record: Record) -> str | None:
    said = turns(record, "conversations")
    names = sorted({str(turn.get("from")) for turn in said if "from" in turn})
    return f"It has `conversations` of {', '.join(names)}." if names else None


L04 = Rule(
    "L04", "altered", "TRL renames the keys from/value and not the roles: the template gets human and gpt for roles.",
    "Export messages with user and assistant: --as trl-sft.", each(_from_value),
)  # fmt: skip


def _all_learned(record: Record) -> str | None:
    others = {str(turn.get("role")) for turn in turns(record)} - {"assistant"}
    return f"The loss also covers what is said by: {', '.join(sorted(others))}." if others else None


L05 = Rule(
    "L05", "noted", "TRL's loss covers every turn of `messages`, also the user's.",
    "Export as trl-prompt-completion, or set assistant_only_loss.", each(_all_learned),
)  # fmt: skip


def said(value: Any) -> str:
    """The text of a value: as it stands, or of the messages in it."""
    if isinstance(value, list):
        return "\n".join(str(turn.get("content")) for turn in value if isinstance(turn, dict))
    return value if isinstance(value, str) else ""


def _same(record: Record) -> str | None:
    return "`chosen` and `rejected` say the same." if record.get("chosen") and record.get("chosen") == record.get("rejected") else None


def _nearly(record: Record) -> str | None:
    one, other = said(record.get("chosen"))[:_LONG], said(record.get("rejected"))[:_LONG]
    if not one or one == other:
        return None
    pair = SequenceMatcher(None, one, other, autojunk=False) if min(len(one), len(other)) > 0.9 * max(len(one), len(other)) else None
    near = pair is not None and pair.real_quick_ratio() >= _NEAR and pair.quick_ratio() >= _NEAR and pair.ratio() >= _NEAR
    return "`chosen` and `rejected` say almost the same." if near else None


_PAIRS = "Write another rejected answer, or leave the pair out."
L06 = Rule("L06", "altered", "A pair whose sides say the same trains without a signal (loss ln 2), and without a complaint.", _PAIRS, each(_same))
L06_NEAR = Rule("L06", "noted", "A pair whose sides say almost the same has little to teach.", _PAIRS, each(_nearly))


def _text_label(record: Record) -> str | None:
    label = record.get("label")
    return f"The label is {label!r}." if "label" in record and not isinstance(label, int | float) else None


class _OneLabel(Watch):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._counts = {True: 0, False: 0}

    def row(self, record: Record, line: int) -> str | None:
        if isinstance(record.get("label"), bool | int):
            self._counts[bool(record["label"])] += 1
        return None

    def end(self) -> tuple[int, str] | None:
        good, bad = self._counts[True], self._counts[False]
        return (good + bad, f"All labels are {'true' if good else 'false'}.") if (good + bad > 1 and not (good and bad)) else None


L07 = Rule("L07", "stops", "A label that is not true or false stops TRL's KTO trainer.", "Write true or false.", each(_text_label))
L07_ONE = Rule(
    "L07", "noted", "TRL's KTO trainer takes labels that are all alike, and has nothing to compare.", "Add rows with the other label.", _OneLabel
)


def _nothing(record: Record) -> str | None:
    for name in ("text", "completion"):
        value = record.get(name)
        if value is not None and not said(value).strip() and not any(turn.get("tool_calls") for turn in turns(record, name)):
            return f"`{name}` says nothing."
    return None


def _two_shapes(record: Record) -> str | None:
    found = [name for name in ("text", "messages", "prompt") if record.get(name) is not None]
    return f"It has {' and '.join(found)}." if len(found) > 1 else None


L08 = Rule("L08", "altered", "An empty text or completion trains the end mark alone.", "Leave such rows out.", each(_nothing))
L08_TWO = Rule(
    "L08", "altered", "A record in two shapes is taken in one of them, whichever TRL looks at first.", "Write one shape.", each(_two_shapes)
)


def _unmasked(record: Record) -> str | None:
    return "It has no `completion`." if record.get("completion") is None else None


L09 = Rule(
    "L09", "noted", "TRL ignores completion_only_loss on `text` and `messages`, and learns everything.",
    "Export as trl-prompt-completion where the answer alone is to be learned.", each(_unmasked),
)  # fmt: skip


def _no_messages(record: Record) -> str | None:
    for name in ("messages", "prompt", "completion", "chosen", "rejected"):
        if record.get(name) == []:
            return f"`{name}` is an empty list."
    kinds = {type(record[name]) for name in ("prompt", "completion", "chosen", "rejected") if record.get(name) is not None}
    return "It mixes texts and lists of messages." if len(kinds) > 1 else None


_KINDS = Rule(
    "kinds", "stops", "An empty list of messages, or texts beside lists of messages, stop TRL.", "Write all parts alike.", each(_no_messages)
)
_LOADING = (LATE_KEYS, ARGUMENTS)
_PAIR = (("prompt", "chosen", "rejected"), ("chosen", "rejected"))
SFT = Consumer(
    "trl-sft", "TRL's SFT trainer",
    (
        shape("TRL's SFT trainer", ("messages",), ("prompt", "completion"), ("text",), ("conversations",)), _KINDS, L01, L02, L04, L05, L08, L08_TWO,
        L09, *_LOADING,
    ), MAX_LENGTH,
)  # fmt: skip
DPO = Consumer("trl-dpo", "TRL's DPO trainer", (shape("TRL's DPO trainer", *_PAIR), _KINDS, L03, L06, L06_NEAR, *_LOADING), MAX_LENGTH)
KTO = Consumer(
    "trl-kto", "TRL's KTO trainer", (shape("TRL's KTO trainer", ("prompt", "completion", "label")), _KINDS, L03, L07, L07_ONE, *_LOADING), MAX_LENGTH
)
REWARD = Consumer(
    "trl-reward", "TRL's reward trainer", (shape("TRL's reward trainer", *_PAIR), _KINDS, L03_REWARD, L06, L06_NEAR, *_LOADING), MAX_LENGTH
)
GRPO = Consumer("trl-grpo", "TRL's GRPO and RLOO trainers", (shape("TRL's GRPO trainer", ("prompt",)), _KINDS, *_LOADING))
CONSUMERS = (SFT, DPO, KTO, REWARD, GRPO)
