"""TRL's SFT trainer (1.16.0) with the loss on the answer alone: `{prompt, completion, tools?}`, both lists of messages."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _trl
from rowsmith.formats._format import Format


class TrlPromptCompletion(Format):
    """The last message is the completion, and is learned; all before it is the prompt, and is not.

    Both are always messages, because TRL refuses a file in which they are of two kinds; plain text is `prompt-completion`.
    """

    name = "trl-prompt-completion"
    consumer = "trl-sft"
    needs = _chat.NEEDS
    drops = _trl.DROPS
    keys = ("prompt", "completion", "tools")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_trl.messages`, `_trl.with_tools`, `_chat.conversation` and `_chat.asked_last`."""
        *prompt, last = _chat.conversation(row)
        asked, answered = _trl.messages(_chat.asked_last(prompt)), _trl.messages([last])
        return _trl.with_tools({"prompt": asked, "completion": answered}, row)

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _trl.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails with the reasons of `_reading.messages`."""
        return _trl.prompt_completion(record)


FORMAT = TrlPromptCompletion()
