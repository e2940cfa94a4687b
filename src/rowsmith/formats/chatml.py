"""ChatML, which is a template and no schema: `{text}`, the conversation rendered with `<|im_start|>` and `<|im_end|>`."""

from __future__ import annotations

import re

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading, _turns
from rowsmith.formats._format import Format

_MARKS = ("<|im_start|>", "<|im_end|>")
_TURN = re.compile(r"<\|im_start\|>(\w+)\n((?:(?!<\|im_(?:start|end)\|>).)*)<\|im_end\|>\n?", re.DOTALL)
_WHOLE = re.compile(f"(?:{_TURN.pattern})+", re.DOTALL)


class ChatMl(Format):
    """For trainers that take text and apply no template of their own; one that does wants `messages`, `trl-sft` or `openai`.

    The text ends with the last mark: behind a line break, TRL would put a second one. What the developer says is the system's. ChatML has
    no rule of its own for tools, so rows with tools are left out; and a text that holds one of the two marks would end a turn where it
    stands, so that row is, too.
    """

    name = "chatml"
    consumer = "trl-sft"
    needs = _chat.NEEDS
    drops = _turns.DROPS
    keys = ("text",)
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `marks` and the reasons of `_turns.of`."""
        turns = _turns.of(row)
        if any(mark in text for _, text in turns for mark in _MARKS):
            raise RowFailed("marks", f"A message holds {' or '.join(_MARKS)}.")
        return {"text": "\n".join(f"<|im_start|>{role}\n{text}<|im_end|>" for role, text in turns)}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The turns as `messages`; fails with `no_chatml` and the reasons of `_reading`."""
        text = _reading.text(record, "text")
        if not _WHOLE.fullmatch(text):
            raise RowFailed("no_chatml", "`text` is not turns between <|im_start|> and <|im_end|>.")
        return {"messages": _reading.messages([{"role": role, "content": said} for role, said in _TURN.findall(text)], "text")}


FORMAT = ChatMl()
