"""LLaMA-Factory (0.9.5), answers with a verdict: a folder of `{conversations, kto_tag}` and the `dataset_info.json` that lists them."""

from __future__ import annotations

from collections.abc import Mapping

from rowsmith.core.row import Json, Row
from rowsmith.formats import _preference, _reading, sharegpt
from rowsmith.formats._llama_factory import LlamaFactoryFolder


class LlamaFactoryKto(LlamaFactoryFolder):
    """For the stage `kto`: rows with a column `label` that is true or false; a text or number there would make the row none (L26)."""

    name = "llama-factory-kto"
    consumer = "llama-factory"
    needs = _preference.LABELLED
    drops = sharegpt.FORMAT.drops
    keys = ("conversations", "kto_tag", "tools", "images")
    rank = 1

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.label` and `sharegpt`."""
        label = _preference.label(row)
        return {**sharegpt.FORMAT.row(row), "kto_tag": label}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return [name for name in sharegpt.FORMAT.lost(row) if name != "label"]

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation and its label; fails with the reasons of `sharegpt` and `_reading.label`."""
        (tag,) = _reading.need(record, "kto_tag")
        return {**sharegpt.FORMAT.read(record), "label": _reading.label({"label": tag})}

    def column_names(self) -> Mapping[str, str]:
        """Conversations, tools and the verdict."""
        return {**super().column_names(), "kto_tag": "kto_tag"}


FORMAT = LlamaFactoryKto()
