"""How well score.grounded tells supported answers from unsupported ones, on tests/truth/grounding."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from rowsmith.core.flags import Flag, flags_of
from rowsmith.core.row import Row
from rowsmith.core.said import parts
from rowsmith.steps.score.grounded import Grounded

FOLDER = Path(__file__).parents[1] / "tests" / "truth" / "grounding"


def flags(data: dict[str, Any]) -> list[Flag]:
    """What the check says against a row."""
    (told,) = Grounded().rows(Row("00" * 16, b"", data), None)  # type: ignore[arg-type]
    assert isinstance(told, Row)
    return list(flags_of(told))


def measured(half: str) -> dict[str, Any]:
    """Precision and recall by rows (`flag`) and by sentences, and by kind, over the half `open` or `held`."""
    rows, said = Counter[str](), Counter[str]()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        found, true = flags(one["data"]), one["truth"]["flag"]
        rows["tp" if found and true else "fp" if found else "fn" if true else "tn"] += 1
        kinds[one["kind"]]["right" if bool(found) == true else "wrong"] += 1
        texts = {part.path: part.text for part in parts(one["data"])}
        told = {texts[flag.path][slice(*flag.span)] for flag in found if flag.span}
        planted = set(one["truth"].get("unsupported") or ())
        said["tp"] += len(told & planted)
        said["fp"] += len(told - planted)
        said["fn"] += len(planted - told)
    return {"rows": rows.total(), **_figures(rows), "sentences": _figures(said), "kinds": {name: dict(kinds[name]) for name in sorted(kinds)}}


def _figures(counts: Counter[str]) -> dict[str, float]:
    tp, fp, fn = counts["tp"], counts["fp"], counts["fn"]
    precision, recall = (round(tp / (tp + wrong), 4) if tp + wrong else 1.0 for wrong in (fp, fn))
    return {"precision": precision, "recall": recall, "tp": tp, "fp": fp, "fn": fn}
