"""Precision and recall of score.pii on the truth set of personal data."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from rowsmith.core.row import Row
from rowsmith.steps.score.pii import Pii

_TRUTH = Path(__file__).parents[1] / "tests" / "truth" / "pii"
_MODELS = ("person", "address")


def measured(half: str) -> dict[str, Any]:
    """Of the half `open` or `held`: precision and recall over entities and by kind, the share of exact spans, and of rows rightly flagged."""
    right, missed, false, exact = Counter[str](), Counter[str](), Counter[str](), 0
    rows_right = rows = 0
    for line in (_TRUTH / f"{half}.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        found = _found(one["data"])
        wanted = one["truth"]["entities"]
        for entity in (entity for entity in wanted if not entity.get("needs_model")):
            hits = [place for place in found if _meets(place, entity)]
            (right if hits else missed)[entity["kind"]] += 1
            exact += any(place[2:] == (entity["start"], entity["end"]) for place in hits)
        false.update(place[0] for place in found if not any(_meets(place, entity) for entity in wanted))
        rows += 1
        rows_right += bool(found) == one["truth"]["flag"]
    kinds = {kind: _figures(right[kind], missed[kind], false[kind]) for kind in sorted({*right, *missed, *false})}
    total = _figures(right.total(), missed.total(), false.total())
    return {**total, "exact_spans": round(exact / right.total(), 4), "rows": rows, "rows_right": round(rows_right / rows, 4), "kinds": kinds}


def _found(data: dict[str, Any]) -> list[tuple[str, str, int, int]]:
    """(kind, path, start, end) of each finding."""
    context: Any = None
    (row,) = Pii().rows(Row("0" * 32, b"", data), context)
    assert isinstance(row, Row)
    return [(flag["reason"], flag["path"], *flag["span"]) for flag in row.origin.get("flags", ()) if flag["reason"] not in _MODELS]


def _meets(place: tuple[str, str, int, int], entity: dict[str, Any]) -> bool:
    kind, path, start, end = place
    return kind == entity["kind"] and path == entity["path"] and start < entity["end"] and entity["start"] < end


def _figures(right: int, missed: int, false: int) -> dict[str, Any]:
    found, wanted = right + false, right + missed
    precision, recall = (right / found if found else None), (right / wanted if wanted else None)
    return {"precision": precision and round(precision, 4), "recall": recall and round(recall, 4), "right": right, "missed": missed, "false": false}
