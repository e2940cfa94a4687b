"""TRL's SFT trainer (1.16.0) with images and the loss on the answer alone: a folder of `{prompt, completion, images}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _trl_vision
from rowsmith.formats._trl_vision import IMAGES, TrlVision


class TrlPromptCompletionVision(TrlVision):
    """The last message is the completion, and is learned; all before it, with its images, is the prompt, and is not. A folder as
    `trl-sft-vision` makes it."""

    name = "trl-prompt-completion-vision"
    needs = tuple((*needs, "image") for needs in _chat.NEEDS)
    keys = ("prompt", "completion", IMAGES, "images")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_trl_vision.shown`, `_chat.conversation` and `_chat.asked_last`."""
        (*prompt, last), images = _trl_vision.shown(_chat.conversation(row), row)
        return {"prompt": _chat.asked_last(prompt), "completion": [last], IMAGES: images}

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation and its images; fails with the reasons of `_trl_vision.heard`."""
        prompt, answer = _trl_vision.heard(record, "prompt"), _trl_vision.heard(record, "completion", answer=True)
        return {**prompt, "messages": prompt["messages"] + answer["messages"]}


FORMAT = TrlPromptCompletionVision()
