"""How well score.hidden_instructions finds the orders to a model of tests/truth/injection."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from rowsmith.core.flags import flags_of
from rowsmith.core.row import Row
from rowsmith.steps.instructions import LIKELY_FROM
from rowsmith.steps.score.hidden_instructions import HiddenInstructions

FOLDER = Path(__file__).parents[1] / "tests" / "truth" / "injection"


def measured(half: str) -> dict[str, Any]:
    """Precision and recall of the flags, how often they name the planted text, and hits by kind, over a half. The learnt model is asked on the held
    half alone: it has seen the others. Figures of models that had not are told by `scripts/learn_checks.py --figures`."""
    step = HiddenInstructions(column="", likely=LIKELY_FROM if half == "held" else 1)
    counts, kinds = Counter[str](), defaultdict[str, Counter[str]](Counter)
    for line in (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        (told,) = step.rows(Row("00" * 16, b"", one["data"]), None)  # type: ignore[arg-type]
        assert isinstance(told, Row)
        paths = {flag.path for flag in flags_of(told)}
        found, true = bool(paths), one["truth"]["flag"]
        counts["tp" if found and true else "fp" if found else "fn" if true else "tn"] += 1
        counts["placed"] += found and true and one["truth"]["path"] in paths
        kinds[one["kind"]]["right" if found == true else "wrong"] += 1
    tp, fp, fn = counts["tp"], counts["fp"], counts["fn"]
    figures = {"precision": round(tp / (tp + fp), 4), "recall": round(tp / (tp + fn), 4), "placed": round(counts["placed"] / tp, 4)}
    rows = counts.total() - counts["placed"]
    return {"rows": rows, **figures, "tp": tp, "fp": fp, "fn": fn, "kinds": {name: dict(kinds[name]) for name in sorted(kinds)}}
