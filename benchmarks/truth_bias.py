"""How well the measures of bias find the planted gaps of tests/truth/bias, and no others."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from yaml import safe_load

from rowsmith.core.row import Row
from rowsmith.steps.bias_measure import bias

FOLDER = Path(__file__).parents[1] / "tests" / "truth" / "bias"


def rows(name: str) -> list[Row]:
    """The rows of a data set of the truth."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [Row(f"{number:032x}", b"", json.loads(line)) for number, line in enumerate(lines)]


def measured(half: str) -> dict[str, Any]:
    """Precision and recall of the gaps over the data sets of the half `open` or `held`, and by kind.

    In a file of pairs a lower sentiment of the group that is answered worse is no mistake (see the definition).
    """
    groups = safe_load((FOLDER / "groups.yaml").read_text(encoding="utf-8"))
    counts, kinds = Counter[str](), defaultdict[str, Counter[str]](Counter)
    for line in (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        truth = one["truth"]
        planted = {(truth["dimension"], gap["gap"], gap["group"]) for gap in truth["gaps"]}
        excused = {(dimension, "sentiment", group) for dimension, gap, group in planted if gap == "counterfactual"}
        found = {(each["dimension"], each["gap"], each["group"]) for each in bias(rows(one["data"]["file"]), groups)["findings"]} - excused
        for name, said in (("tp", found & planted), ("fp", found - planted), ("fn", planted - found)):
            counts[name] += len(said)
            kinds[one["kind"]][name] += len(said)
    tp, fp, fn = counts["tp"], counts["fp"], counts["fn"]
    figures = {"precision": round(tp / (tp + fp), 4) if tp + fp else 1.0, "recall": round(tp / (tp + fn), 4) if tp + fn else 1.0}
    return {"sets": 26, **figures, "tp": tp, "fp": fp, "fn": fn, "kinds": {name: dict(kinds[name]) for name in sorted(kinds)}}
