"""How well score.form finds what is wrong with the form of the rows of tests/truth/form."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from rowsmith.core.flags import flags_of
from rowsmith.core.row import Row
from rowsmith.steps.score.form import Form

LENGTHS = {"shortest": 12, "longest": 450}
"""Those of the set's definition, in words."""
FOLDER = Path(__file__).parents[1] / "tests" / "truth" / "form"


def step(asked: dict[str, Any]) -> Form:
    """The check with the settings that a line of the set asks for."""
    given = {name: value for name, value in asked.items() if name in ("json", "language")} | LENGTHS
    if "schema" in asked:
        given |= {"schema": json.loads((FOLDER / asked["schema"]).read_text()), "schema_of": asked["of"]}
    return Form(**given)


def found(line: dict[str, Any]) -> set[str]:
    """The problems that the check finds in a line."""
    row = Row("00" * 16, b"", line["data"])
    (told,) = step(line["truth"]["asked"]).rows(row, None)  # type: ignore[arg-type]
    return {flag.reason.replace("_", "-") for flag in flags_of(told)}


def measured(half: str) -> dict[str, Any]:
    """Precision and recall of the flags, by problem and by kind, over the half `open` or `held`."""
    lines = [json.loads(line) for line in (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")]
    counts: Counter[str] = Counter()
    problems: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        told, true = found(line), set(line["truth"]["problems"])
        counts["tp" if told and true else "fp" if told else "fn" if true else "tn"] += 1
        kinds[line["kind"]]["right" if bool(told) == bool(true) else "wrong"] += 1
        for name in told | true:
            problems[name]["tp" if name in told & true else "fp" if name in told else "fn"] += 1
    by_problem = {name: _figures(problems[name]) for name in sorted(problems)}
    return {"rows": len(lines), **_figures(counts), "problems": by_problem, "kinds": {name: dict(kinds[name]) for name in sorted(kinds)}}


def _figures(counts: Counter[str]) -> dict[str, float]:
    tp, fp, fn = counts["tp"], counts["fp"], counts["fn"]
    precision, recall = (round(tp / (tp + wrong), 4) if tp + wrong else 1.0 for wrong in (fp, fn))
    return {"precision": precision, "recall": recall, "tp": tp, "fp": fp, "fn": fn}
