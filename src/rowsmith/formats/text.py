"""Plain text for language modelling: `{text}`. TRL, Axolotl (`completion`), LLaMA-Factory, MLX-LM and Together read it."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _reading
from rowsmith.formats._format import Format, unused


class Text(Format):
    """The column `text`, and nothing else: trainers learn all of it, so there is no question and no answer in it."""

    name = "text"
    consumer = "trl-sft"
    needs = (("text",),)
    drops = ("columns beside text",)
    keys = ("text",)

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `no_text`, `not_text`, `empty_text`."""
        return {"text": text_in(row)}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return unused(row, ("text",))

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The text; fails with the reasons of `_reading.text`."""
        return {"text": _reading.text(record, "text")}


def text_in(row: Row) -> str:
    """The column `text`, which says something.

    Raises:
        RowFailed: `no_text`, `not_text`, `empty_text`.
    """
    text = row.data.get("text")
    if text is None:
        raise RowFailed("no_text", "It needs `text`.")
    if not isinstance(text, str):
        raise RowFailed("not_text", "`text` is not text.")
    if not text.strip():
        raise RowFailed("empty_text", "`text` says nothing; a trainer would learn the end of the text alone (L08).")
    return text


FORMAT = Text()
