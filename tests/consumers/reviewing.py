"""Rows of every shape that people review, as files for the tools that they do it in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from written import CALLING, PAIRS, TALKS, row

from rowsmith.core.row import Row
from rowsmith.formats import Format, Gathered
from rowsmith.steps.export import write_export

SHAPES: dict[str, Sequence[dict[str, Any]]] = {
    "pairs": [*TALKS[:3], {"input": "To be answered?", "answer": ""}, {"input": "Refunds?", "answer": "30 days.", "contexts": ["30"], "n": 3}],
    "messages": [*TALKS[3:], CALLING, {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "image"}]}]}],
    "preferences": [*PAIRS, {"input": "Same?", "chosen": "Yes.", "rejected": "Yes."}],
    "classes": [{"text": "Oslo", "label": "city <&\""}, {"text": "Nile ☂", "label": "river"}, {"text": "Yes", "label": True}, {"text": "?"}],
    "texts": [{"text": "Oslo is cold."}, {"text": "{{ x }} $text", "source": "a.md"}],
}  # fmt: skip


def files(format: Format, folder: Path) -> dict[str, tuple[Path, list[Row]]]:
    """A JSON array of the records of each shape, and their rows."""
    found = {}
    for name, data in SHAPES.items():
        rows = [row(number, said) for number, said in enumerate(data)]
        path = folder / f"{name}.json"
        assert write_export(path, rows, format, provenance="none").rows_out == len(rows)
        found[name] = (path, rows)
    return found


def gathered(see: Any, format: Format, rows: Sequence[Row]) -> Gathered:
    """What the records of these rows have in common."""
    seen = Gathered()
    for one in rows:
        see(seen, format.row(one))
    return seen
