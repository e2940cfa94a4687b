"""How well score.labels finds the wrong labels of tests/truth/labels."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from rowsmith.steps.mislabelled import judged, labelled
from rowsmith.steps.score.labels import Labels

FOLDER = Path(__file__).parents[1] / "tests" / "truth" / "labels"


def measured(half: str) -> dict[str, Any]:
    """Precision and recall of the flags, how often the likely label is right, and recall by kind, over the half `open` or `held`."""
    lines = [json.loads(line) for line in (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]
    step = Labels()
    verdicts = judged([labelled(line["data"], None, step.folds, step.seed) for line in lines], step.folds)
    counts, right = Counter[str](), 0
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for line, verdict in zip(lines, verdicts, strict=True):
        told, true = verdict is not None and verdict.sureness >= step.sureness, line["truth"]["flag"]
        counts["tp" if told and true else "fp" if told else "fn" if true else "tn"] += 1
        kinds[line["kind"]]["right" if told == true else "wrong"] += 1
        right += verdict is not None and told and true and verdict.likely == line["truth"]["right"]
    tp, fp, fn = counts["tp"], counts["fp"], counts["fn"]
    figures = {"precision": round(tp / (tp + fp), 4), "recall": round(tp / (tp + fn), 4), "likely_right": round(right / tp, 4)}
    return {"rows": len(lines), **figures, "tp": tp, "fp": fp, "fn": fn, "kinds": {name: dict(kinds[name]) for name in sorted(kinds)}}
