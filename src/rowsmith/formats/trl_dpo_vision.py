"""TRL's DPO trainer (1.16.0) with images: a folder of `{prompt, chosen, rejected, images}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _preference, _trl_vision
from rowsmith.formats._trl_vision import IMAGES, TrlVision


class TrlDpoVision(TrlVision):
    """What was asked, with its images, and two ways to go on. A folder as `trl-sft-vision` makes it. Two answers that say the same are left out
    (L06)."""

    name = "trl-dpo-vision"
    needs = (("input", "chosen", "rejected", "image"),)
    keys = ("prompt", "chosen", "rejected", IMAGES, "images")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.preference`, `_trl_vision.shown` and `_trl_vision.said`."""
        found = _preference.preference(row)
        prompt, images = _trl_vision.shown(found.prompt, row)
        chosen, rejected = (_trl_vision.said(answer) for answer in (found.chosen, found.rejected))
        return {"prompt": prompt, "chosen": chosen, "rejected": rejected, IMAGES: images}

    def used(self, row: Row) -> tuple[str, ...]:
        """The preference."""
        return _preference.USED

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The preference and its images, all parts as messages; fails with the reasons of `_trl_vision.heard`."""
        prompt = _trl_vision.heard(record, "prompt")
        answers = {name: _trl_vision.heard(record, name, answer=True)["messages"] for name in ("chosen", "rejected")}
        return {"input": prompt.pop("messages"), **answers, **prompt}


FORMAT = TrlDpoVision()
