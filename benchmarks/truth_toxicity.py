"""Precision and recall of score.toxicity on the truth set of harm, by kind."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from rowsmith.core.row import Row
from rowsmith.steps.harm import LIKELY_FROM
from rowsmith.steps.score.toxicity import Toxicity

_TRUTH = Path(__file__).parents[1] / "tests" / "truth" / "toxicity"
NOT_MEASURED = "not measured here"


def measured(half: str) -> dict[str, Any]:
    """Of a half: precision and recall over rows of the light backend, and by kind the rows judged rightly. The learnt model is asked on the held
    half alone: it has seen the others. Figures of models that had not are told by `scripts/learn_checks.py --figures`."""
    step = Toxicity(likely=LIKELY_FROM if half == "held" else 1)
    counts, right, total = Counter[tuple[bool, bool]](), Counter[str](), Counter[str]()
    for line in (_TRUTH / f"{half}.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        said = _flagged(step, one["data"])
        wanted = one["truth"]["flag"]
        counts[wanted, said] += 1
        total[one["kind"]] += 1
        right[one["kind"]] += said == wanted
    found, wanted_all, both = counts[True, True] + counts[False, True], counts[True, True] + counts[True, False], counts[True, True]
    kinds = {kind: {"right": right[kind], "of": total[kind]} for kind in sorted(total)}
    light = "this figure" if half == "held" else "this figure, by its rules alone"
    others = dict.fromkeys(("guard model", "OpenAI moderation", "ONNX classifier", "Detoxify", "Perspective"), NOT_MEASURED)
    return {
        "precision": round(both / found, 4) if found else None, "recall": round(both / wanted_all, 4), "rows": total.total(),
        "false": counts[False, True], "missed": counts[True, False], "kinds": kinds, "backends": {"light": light, **others},
    }  # fmt: skip


def _flagged(step: Toxicity, data: dict[str, Any]) -> bool:
    context: Any = None
    (row,) = step.rows(Row("0" * 32, b"", data), context)
    assert isinstance(row, Row)
    return row.scores["toxicity"] > 0
