"""TRL's KTO trainer (1.16.0) with images: a folder of `{prompt, completion, label, images}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _preference, _reading
from rowsmith.formats._trl_vision import IMAGES, TrlVision
from rowsmith.formats.trl_prompt_completion_vision import FORMAT as UNLABELLED


class TrlKtoVision(TrlVision):
    """The last message is the completion that `label` calls good or not; the label is true or false, since a text stops TRL (L07). A folder as
    `trl-sft-vision` makes it."""

    name = "trl-kto-vision"
    needs = tuple((*needs, "image", "label") for needs in _chat.NEEDS)
    keys = ("prompt", "completion", "label", IMAGES, "images")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.label` and `trl-prompt-completion-vision`."""
        label = _preference.label(row)
        return {**UNLABELLED.row(row), "label": label}

    def used(self, row: Row) -> tuple[str, ...]:
        """The conversation and its label."""
        return (*_chat.used(row), "label")

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation, its images and its label; fails with the reasons of `_trl_vision.heard` and `_reading.label`."""
        return {**UNLABELLED.read(record), "label": _reading.label(record)}


FORMAT = TrlKtoVision()
