"""LLaMA-Factory 0.9.5: alpaca and sharegpt, with the `dataset_info.json` that lies beside the file, or a complete one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from rowsmith.formats._consumers._rule import Consumer, Record, Rule, Setting, Watch, each, shape, turns

TAGS = ("role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag", "system_tag")
_SHAREGPT = dict(zip(TAGS, ("from", "value", "human", "gpt", "observation", "function_call", "system"), strict=True))
_MESSAGES = dict(zip(TAGS, ("role", "content", "user", "assistant", "tool", "function_call", "system"), strict=True))
_TURNS = ("conversations", "messages")
IMAGE = "<image>"
_TRAINED = ("response", "chosen", "kto_tag")


def _said(record: Record) -> tuple[list[dict[str, Any]], Mapping[str, str]]:
    """The turns of a record, and the names of its roles as a complete block of tags has them."""
    found = turns(record, "conversations") or turns(record, "messages")
    return found, _SHAREGPT if found and "from" in found[0] else _MESSAGES


def _with_info(watch: Callable[[Setting], Watch]) -> Callable[[Setting], Watch]:
    """One that has nothing to look at without a dataset_info.json."""
    return lambda setting: Watch(setting) if setting.info is None else watch(setting)


def _roles(record: Record) -> tuple[list[str], Mapping[str, str]]:
    """Who speaks, without a leading system prompt."""
    found, tags = _said(record)
    tag = tags["role_tag"]
    names = [str(turn.get(tag)) for turn in found]
    return names[1:] if names[:1] == [tags["system_tag"]] else names, tags


def _parallel(record: Record) -> str | None:
    names, tags = _roles(record)
    if names.count(result := tags["observation_tag"]) < 2:
        return None
    twice = next((n for n, pair in enumerate(itertools.pairwise(names)) if pair == (result, result)), None)
    return None if twice is None else f"Turns {twice + 1} and {twice + 2} are results of tools."


def _broken(record: Record) -> str | None:
    names, tags = _roles(record)
    if not names:
        return None
    ranked = record.get("chosen") is not None and record.get("rejected") is not None
    ways = ((tags["user_tag"], tags["observation_tag"]), (tags["assistant_tag"], tags["function_tag"]))
    wrong = next((n for n, name in enumerate(names) if name not in ways[n % 2]), None)
    if wrong is not None and _parallel(record):
        return None
    if wrong is not None:
        return f"Turn {wrong + 1} is {names[wrong]}, where {' or '.join(ways[wrong % 2])} has to speak."
    return f"It ends with {names[-1]}." if len(names) % 2 != ranked else None


class _Untagged(Watch):
    """Turns whose role no tag of the dataset_info.json names."""

    forgetful = True

    def row(self, record: Record, line: int) -> str | None:
        given = (self.setting.info or {}).get("tags")
        found, _ = _said(record)
        if not isinstance(given, Mapping) or not found:
            return None
        known = {given[name] for name in TAGS if name in given}
        missing = next((str(turn.get(given.get("role_tag", "from"))) for turn in found if turn.get(given.get("role_tag", "from")) not in known), None)
        return f"No tag of dataset_info.json names {missing!r}." if missing else None


class _Unlisted(Watch):
    """Columns that the dataset_info.json unsets, as its `columns` do not list them."""

    forgetful = True

    def row(self, record: Record, line: int) -> str | None:
        info = self.setting.info or {}
        given = info.get("columns")
        if not isinstance(given, Mapping) or info.get("formatting", "alpaca") != "alpaca" or any(name in given for name in _TRAINED):
            return None
        return f"`columns` lists {', '.join(map(str, given)) or 'nothing'}, and no response." if record.get("output") is not None else None


class _Tagged(Watch):
    """Without a dataset_info.json: what one has to say for these records."""

    forgetful = True

    def row(self, record: Record, line: int) -> str | None:
        if self.setting.info is not None or not (found := turns(record, "messages")) or "role" not in found[0]:
            return None
        return "Its turns are `messages` with `role`, which need tags."


def _calls(record: Record) -> str | None:
    calling = next((n for n, turn in enumerate(turns(record, "messages", "conversations")) if turn.get("tool_calls")), None)
    return None if calling is None else f"Message {calling + 1} calls tools in `tool_calls`."


class _Openai(Watch):
    """Records that are read with `formatting: openai`."""

    forgetful = True

    def row(self, record: Record, line: int) -> str | None:
        if (self.setting.info or {}).get("formatting") != "openai" or record.get("tools"):
            return None
        return "It has no tools."


def _kinds(record: Record) -> str | None:
    pair = [record[name] for name in ("chosen", "rejected") if record.get(name) is not None]
    wanted = dict if turns(record, "conversations", "messages") else str
    if pair and not all(isinstance(side, wanted) for side in pair):
        return f"chosen and rejected have to be {'mappings' if wanted is dict else 'texts'} here."
    tag = record.get("kto_tag")
    return f"kto_tag is {tag!r}." if tag is not None and not isinstance(tag, bool) else None


def _empty(record: Record) -> str | None:
    output = record.get("output") if "instruction" in record else None
    return "`output` is empty." if isinstance(output, str) and not output.strip() else None


def _history(record: Record) -> str | None:
    return f"`history` has {len(record['history'])} answers." if isinstance(record.get("history"), list) and record["history"] else None


def _texts(record: Record) -> list[str]:
    """Every text that is trained on, in which a mark may stand."""
    found, tags = _said(record)
    sides = [side.get(tags["content_tag"]) if isinstance(side, dict) else side for side in (record.get("chosen"), record.get("rejected"))]
    plain = [record.get(name) for name in ("instruction", "input", "output", "prompt", "query", "response")]
    return [text for text in (*(turn.get(tags["content_tag"]) for turn in found), *sides, *plain) if isinstance(text, str)]


def _marks(record: Record) -> int:
    prompt = [text.count(IMAGE) for text in _texts({**record, "chosen": None, "rejected": None})]
    sides = [text.count(IMAGE) for text in _texts({"chosen": record.get("chosen"), "rejected": record.get("rejected")})]
    return sum(prompt) + max(sides, default=0)


class _Mismatched(Watch):
    """More or fewer images than marks. A dataset_info.json whose columns do not name them unsets them."""

    forgetful = True

    def row(self, record: Record, line: int) -> str | None:
        found = record.get("images")
        images = found if isinstance(found, list) else [] if found is None else [found]
        columns = (self.setting.info or {}).get("columns")
        unset = isinstance(columns, Mapping) and "images" not in columns
        marks = _marks(record)
        if not images or (marks == len(images) and not unset):
            return None
        return f"It has {marks} marks, and {len(images)} images{' that `columns` of dataset_info.json does not name' if unset else ''}."


def _unshown(record: Record) -> str | None:
    marks = 0 if record.get("images") else _marks(record)
    return f"It has {marks} {IMAGE}, and no image." if marks else None


_INFO = "Write all seven tags: role_tag, content_tag, user_tag, assistant_tag, observation_tag, function_tag, system_tag."
L20 = Rule(
    "L20",
    "lost",
    "LLaMA-Factory skips a conversation in which question and answer do not take turns.",
    "Export as sharegpt.",
    each(_broken),
    keys=_TURNS,
)
L21 = Rule(
    "L21",
    "lost",
    "Two results of tools in a row break the turns: the row is skipped.",
    "Join them into one: --as sharegpt.",
    each(_parallel),
    keys=_TURNS,
)
L22 = Rule(
    "L22",
    "lost",
    "A block of tags unsets every tag that it does not list: turns of those roles, and their rows, are dropped.",
    _INFO,
    _with_info(_Untagged),
    keys=_TURNS,
)
L22_NOTE = Rule(
    "L22",
    "noted",
    "Turns with role and content need a block of tags, which unsets every tag that it does not list.",
    _INFO,
    _Tagged,
    keys=("messages",),
)
L23 = Rule(
    "L23", "lost", "A block of columns unsets every column that it does not list: without a response nothing is trained.",
    "List every column that the file has, and none that it lacks.", _with_info(_Unlisted),
)  # fmt: skip
L24 = Rule(
    "L24",
    "altered",
    "`tool_calls` are not read: the call vanishes, and an empty answer is trained.",
    "Export as sharegpt.",
    each(_calls),
    keys=_TURNS,
)
L25 = Rule(
    "L25", "altered", '"formatting": "openai" adds "detailed thinking off" to every system prompt where there are no tools.',
    'Use "sharegpt" with all seven tags.', _with_info(_Openai),
)  # fmt: skip
L26 = Rule(
    "L26", "lost", "Sides of the wrong kind, or a kto_tag that is neither true nor false, make a row without an answer, which is dropped.",
    "Export as sharegpt or dpo; write kto_tag as true or false.", each(_kinds), keys=("chosen", "rejected", "kto_tag"),
)  # fmt: skip
L27 = Rule("L27", "altered", "An empty output trains an empty answer.", "Leave such rows out.", each(_empty), keys=("output",))
L27_HISTORY = Rule(
    "L27", "noted", "The answers in `history` are trained on, too.", "Export as sharegpt, with mask_history.", each(_history), keys=("history",)
)
IMAGES = Rule(
    "images", "stops", f"LLaMA-Factory ends with an error where a row has more or fewer images than {IMAGE}.",
    "Export as sharegpt or llama-factory, which write a mark for each image.", _Mismatched, keys=("images",),
)  # fmt: skip
IMAGES_NOTE = Rule(
    "images", "noted", f"{IMAGE} without an image is text to a model of text, and stops the training of one that sees.",
    "Leave such rows out, or take the mark out of the text, where the model sees.", each(_unshown),
)  # fmt: skip
CONSUMERS = (
    Consumer(
        "llama-factory", "LLaMA-Factory",
        (
            shape("LLaMA-Factory", ("conversations",), ("messages",), ("instruction",), ("prompt",), ("text",)),
            L20, L21, L22, L22_NOTE, L23, L24, L25, L26, L27, L27_HISTORY, IMAGES, IMAGES_NOTE,
        ),
    ),
)  # fmt: skip
