"""How often score.language tells the language of the rows of tests/truth/language."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from rowsmith.core.languages import UNKNOWN
from rowsmith.core.row import Row
from rowsmith.steps.score.language import language_of

FOLDER = Path(__file__).parents[1] / "tests" / "truth" / "language"


def measured(half: str) -> dict[str, Any]:
    """Precision (of the languages told) and recall (of those there are), hits in all and by kind, over the half `open` or `held`."""
    counts = Counter[str]()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        guess = language_of(Row("00" * 16, b"", one["data"])).language
        told, true = None if guess == UNKNOWN else guess, one["truth"]["language"]
        counts["told"] += told is not None
        counts["there"] += true is not None
        counts["right"] += told is not None and told == true
        counts["hits"] += told == true
        counts["rows"] += 1
        kinds[one["kind"]]["right" if told == true else "wrong"] += 1
    figures = {"precision": round(counts["right"] / counts["told"], 4), "recall": round(counts["right"] / counts["there"], 4)}
    return {"rows": counts["rows"], **figures, "hits": counts["hits"], "kinds": {name: dict(kinds[name]) for name in sorted(kinds)}}
