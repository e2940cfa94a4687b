"""ShareGPT: `{conversations: [{from, value}]}`, from = system, human, gpt, function_call, observation."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any, Literal, TypedDict

import orjson

from rowsmith.core.errors import RowFailed
from rowsmith.core.references import is_reference
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _pictures, _plain, _reading
from rowsmith.formats._format import Format, Shape, json_bytes, says

IMAGE = "<image>"
"""Stands for an image in a text."""
_MARKS = re.compile("<(?:image|video|audio)>")
_BEFORE = re.compile(f"((?:{IMAGE})+)\n(.*)", re.DOTALL)
_ROLES = {
    "system": "system", "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "model": "assistant", "bot": "assistant",
    "chatgpt": "assistant", "function_call": "assistant", "observation": "tool", "tool": "tool",
}  # fmt: skip
_TAKE_TURNS = (("human", "observation"), ("gpt", "function_call"))
_FIELDS = frozenset({"role", "content", "tool_calls", "tool_call_id"})
_FROM = {"system": "system", "developer": "system", "user": "human", "assistant": "gpt", "tool": "observation"}


Turn = TypedDict("Turn", {"from": Literal["system", "human", "user", "gpt", "assistant", "model", "bot", "chatgpt"], "value": str})


class Plain(TypedDict):
    """A record of turns without tools."""

    conversations: list[Turn]


class ShareGpt(Format):
    """A conversation of any length, with a leading system prompt.

    Tools follow the convention of LLaMA-Factory: a call is a turn `function_call` (JSON of {name, arguments}, or of a list of them),
    results are turns `observation`, those of parallel calls joined into one (a JSON list), and `tools` is JSON text. Loaders of this
    format skip in silence what does not alternate, so such rows are left out here, and counted. Images are paths in `images`, and `<image>` stands
    for each where it is shown: for those of the columns `image` and `images` at the beginning of the first turn of a human. A text that has
    such a mark in it would be taken for an image too many.
    """

    name = "sharegpt"
    consumer = "llama-factory"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation", "fields of messages beside role, content and tool_calls", "ids of tool calls")
    keys = ("conversations", "tools", "system", "images")
    pictures = ("images",)
    attached = "path"
    rank = 0
    plain = Shape(Plain, lambda record: 1 + _plain.said(record["conversations"], "from"))

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `turn_order`, `tool_calls`, `tools`, `image_mark` and the reasons of `_chat.conversation` and `_pictures.seen`."""
        if not _pictures.of_columns(row) and (plain := _chat.plain(row.data)) is not None:
            turns = [spoken(role, text) for role, text in plain]
            _alternate([turn["from"] for turn in turns])
            return {"conversations": turns}
        said, shown = marked(_chat.conversation(row), row)
        turns = _turns(said)
        _alternate([turn["from"] for turn in turns])
        require_marks(turns, shown)
        tools = _chat.tools_of(row)
        return {"conversations": turns, **({"tools": _chat.as_text(tools)} if tools else {}), **({"images": shown} if shown else {})}

    def quick_read(self, record: dict[str, Any]) -> dict[str, Any]:
        """The turns as messages."""
        return {"messages": [{"role": _ROLES[turn["from"]], "content": turn["value"]} for turn in record["conversations"]]}

    def quick_row(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """A conversation in which question and answer take turns, and everyone says something."""
        if "messages" not in data:
            pair = _plain.pair(data)
            return None if pair is None else {"conversations": [spoken("user", pair[0]), spoken("assistant", pair[1])]}
        if (messages := _plain.conversation(data)) is None:
            return None
        roles = [message["role"] for message in messages]
        if roles[roles[0] == "system" :] != ["user", "assistant"] * (len(roles) // 2):
            return None
        return {"conversations": [{"from": _FROM[message["role"]], "value": message["content"]} for message in messages]}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _pictures.lost(_chat.lost(row, _FIELDS), row)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation, its tools, and its images as far as those are here; calls get ids. Fails with `messages`, `role`, `not_text`,
        `tool_calls`, `tools`, `images`."""
        turns = _checked(*_reading.need(record, "conversations"))
        system = [{"role": "system", "content": _reading.text(record, "system")}] if says(record.get("system")) else []
        calls = _Calls()
        messages = [message for turn in turns for message in calls.messages(turn)]
        found = _reading.messages(system + messages, "conversations")
        return {**_shown(found, record.get("images")), **_reading.tools(record)}


def spoken(role: str, text: str) -> dict[str, str]:
    """The turn in which someone of this role says this."""
    return {"from": _FROM[role], "value": text}


def marked(messages: list[_chat.Message], row: Row) -> tuple[list[_chat.Message], list[_pictures.Reference]]:
    """The messages with a mark in their text for each image of the row, and the images. Fails with the reasons of `_pictures.seen`."""
    seen = _pictures.seen(messages, row)
    if not (shown := seen.all()):
        return messages, []
    made = []
    for n, message in enumerate(seen.messages):
        if isinstance(message.get("content"), list):
            message = {**message, "content": "".join(part.get("text", IMAGE) for part in _pictures.parts(message))}
        if n == seen.place and seen.before:
            message = {**message, "content": f"{IMAGE * len(seen.before)}\n{_chat.text_of(message)}"}
        made.append(message)
    return made, shown


def require_marks(turns: list[dict[str, str]], shown: list[_pictures.Reference]) -> None:
    """Make sure that turns with images have no further marks in them.

    Raises:
        RowFailed: `image_mark`.
    """
    if shown and sum(len(_MARKS.findall(turn["value"])) for turn in turns) != len(shown):
        raise RowFailed("image_mark", f"A text has {IMAGE}, <video> or <audio> in it, which stands for a file.")


def _shown(messages: list[_chat.Message], images: Json) -> dict[str, Json]:
    """The columns of messages whose marks stand for these images. Images that are no references stay as they stand, and the marks with them."""
    if not isinstance(images, list) or not images or not all(map(is_reference, images)):
        return {"messages": messages, **({} if images is None else {"images": images})}
    made = [_parted(message) for message in messages]
    first = next((n for n, message in enumerate(messages) if message["role"] == "user"), 0)
    before = _BEFORE.fullmatch(str(messages[first]["content"]))
    rest = [message["content"] for message in messages[first + 1 :]]
    if before is not None and before[1] == IMAGE * len(images) and not any(IMAGE in str(text) for text in (before[2], *rest)):
        alone = {**messages[first], "content": before[2]}
        return {"messages": [*messages[:first], alone, *messages[first + 1 :]], "images": images}
    return {"messages": _pictures.put(made, images)}


def _parted(message: _chat.Message) -> _chat.Message:
    """The message with a bare part for each mark of an image, where the user says it."""
    text = message["content"]
    if message["role"] != "user" or IMAGE not in text:
        return message
    pieces = [piece for piece in re.split(f"({IMAGE})", text) if piece]
    return {**message, "content": [_pictures.BARE if piece == IMAGE else {"type": "text", "text": piece} for piece in pieces]}


def _turns(messages: list[_chat.Message]) -> list[dict[str, str]]:
    turns: list[dict[str, str]] = []
    for is_tool, group in groupby(messages, key=lambda message: message["role"] == "tool"):
        said = list(group)
        turns += [_results(said)] if is_tool else [_turn(message) for message in said]
    return turns


def _turn(message: _chat.Message) -> dict[str, str]:
    calls, text = _chat.calls_of(message), _chat.text_of(message)
    if not calls:
        return spoken(message["role"], text)
    if text:
        raise RowFailed("tool_calls", "ShareGPT has no place for text beside a tool call.")
    made = [{"name": name, "arguments": _chat.arguments_of(arguments)} for name, arguments in calls]
    return {"from": "function_call", "value": json_bytes(made if len(made) > 1 else made[0]).decode()}


def _results(messages: list[_chat.Message]) -> dict[str, str]:
    texts = [_chat.text_of(message) for message in messages]
    return {"from": "observation", "value": texts[0] if len(texts) == 1 else json_bytes(texts).decode()}


def _alternate(speakers: list[str]) -> None:
    rest = speakers[1:] if speakers[0] == "system" else speakers
    for i, who in enumerate(rest):
        if who not in _TAKE_TURNS[i % 2]:
            raise RowFailed("turn_order", f"Turn {i + 1} is {who}; after a system prompt, question and answer take turns.")


def _checked(turns: Json) -> list[dict[str, Json]]:
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, dict) and isinstance(turn.get("value"), str) for turn in turns):
        raise RowFailed("messages", "`conversations` is no list of turns with `from` and `value`.")
    if wrong := [turn.get("from") for turn in turns if turn.get("from") not in _ROLES]:
        raise RowFailed("role", f"A turn is from {wrong[0]!r}; known are {', '.join(sorted(_ROLES))}.")
    return turns


class _Calls:
    """Reads turns, and gives the calls in them ids, by which their results find them."""

    def __init__(self) -> None:
        self._count = 0
        self._open: list[str] = []

    def messages(self, turn: dict[str, Json]) -> list[_chat.Message]:
        """The messages of a turn: one, or one for each result of calls that were made at once."""
        role, text = _ROLES[turn["from"]], turn["value"]
        more = {name: value for name, value in turn.items() if name not in ("from", "value")}
        if turn["from"] == "function_call":
            return [{"role": role, "content": None, "tool_calls": [self._call(call) for call in _calls(text)], **more}]
        if role != "tool":
            return [{"role": role, "content": text, **more}]
        results = _apart(text, len(self._open))
        ids, self._open = self._open or [""], []
        return [{"role": role, "content": said, **({"tool_call_id": id_} if id_ else {}), **more} for id_, said in zip(ids, results, strict=False)]

    def _call(self, call: dict[str, Json]) -> dict[str, Json]:
        self._count += 1
        self._open.append(f"call_{self._count}")
        return {"id": self._open[-1], "type": "function", "function": {"name": call["name"], "arguments": call.get("arguments", {})}}


def _calls(text: str) -> list[dict[str, Json]]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RowFailed("tool_calls", "A turn from function_call is no JSON.") from None
    calls = found if isinstance(found, list) else [found]
    if not calls or not all(isinstance(call, dict) and isinstance(call.get("name"), str) for call in calls):
        raise RowFailed("tool_calls", "A turn from function_call names no function.")
    return calls


def _apart(text: str, count: int) -> list[str]:
    """The results of so many calls, joined by us or by whoever else writes them as one JSON list."""
    try:
        found = orjson.loads(text) if count > 1 else None
    except orjson.JSONDecodeError:
        found = None
    whole = isinstance(found, list) and len(found) == count and all(isinstance(one, str) for one in found)
    return found if whole and isinstance(found, list) else [text]


FORMAT = ShareGpt()
