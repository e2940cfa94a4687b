"""LLaMA-Factory (0.9.5), conversations: a folder of ShareGPT records and the `dataset_info.json` that lists them."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import sharegpt
from rowsmith.formats._llama_factory import LlamaFactoryFolder

_SHAREGPT = sharegpt.FORMAT


class LlamaFactory(LlamaFactoryFolder):
    """Records as `sharegpt` has them, for the stage `sft`: what does not alternate is left out here, since it would be skipped there (L20).

    Each data file is a dataset of LLaMA-Factory, under its name without the suffix: `dataset: support-train`, `dataset_dir: FOLDER`.
    """

    name = "llama-factory"
    consumer = "llama-factory"
    needs = _SHAREGPT.needs
    drops = _SHAREGPT.drops
    keys = ("conversations", "tools", "images")
    rank = 4

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `sharegpt`."""
        return _SHAREGPT.row(row)

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _SHAREGPT.lost(row)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails as `sharegpt`."""
        return _SHAREGPT.read(record)


FORMAT = LlamaFactory()
