"""TRL's SFT trainer (1.16.0) with images: a folder of `{messages, images}`, as `load_dataset(FOLDER)` reads it."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _trl_vision
from rowsmith.formats._trl_vision import IMAGES, TrlVision


class TrlSftVision(TrlVision):
    """Conversations in which the user shows images. Each split is a folder of its images, and of a `metadata.jsonl` with a record a line:
    `{messages, images_file_names}`, of which `datasets` makes `images`, decoded.

    TRL's loss covers every turn unless `assistant_only_loss` is set (L05), which `trl-prompt-completion-vision` does not need. What an image
    takes of `max_length` its model says; set it to None, as tokens of images that are cut off stop TRL.
    """

    name = "trl-sft-vision"
    needs = tuple((*needs, "image") for needs in _chat.NEEDS)
    keys = ("messages", IMAGES, "images")
    rank = 3

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_trl_vision.shown` and `_chat.conversation`."""
        messages, images = _trl_vision.shown(_chat.conversation(row), row)
        return {"messages": messages, IMAGES: images}

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation and its images; fails with the reasons of `_trl_vision.heard`."""
        return _trl_vision.heard(record, "messages")


FORMAT = TrlSftVision()
