"""filter.semantic_duplicates on its truth set, with vectors of builtin/hashing, and of the model in the folder that MODEL names (see chunking.py).

    MODEL=FOLDER python benchmarks/truth_semantic_duplicates.py [open|held]

By default the figure of `measured` is that of the better model at LIMITS; the sweep over thresholds is for work on the open half.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chunking import hashing, of_folder
from judged import Listed, lent, lines, rows, share

from rowsmith.connectors.vectors import open_index
from rowsmith.core.calls import floats
from rowsmith.core.flags import flags_of
from rowsmith.core.row import Row
from rowsmith.steps.filter.semantic_duplicates import SemanticDuplicates
from rowsmith.steps.shingles import compared

LIMITS = {"builtin/hashing": 0.5, "MODEL": 0.65}
"""Chosen on the open half, MODEL for all-MiniLM-L6-v2."""


@dataclass
class Lent:
    """The part of a Context that the step uses."""

    scratch: Path

    def index(self, kind: str) -> Any:
        """An empty index."""
        return open_index(kind, "", self.scratch)


def measured(half: str) -> dict[str, Any]:
    """By model: precision and recall of the pairs that the step ties together, against the pairs of paraphrases; recall by kind, and of the kinds of
    look-alikes how many pairs were tied. `without_verify`: by the cosine alone."""
    models: dict[str, Any] = {"builtin/hashing": hashing}
    if folder := os.environ.get("MODEL"):
        models["MODEL"] = of_folder(Path(folder))
    found = lines("semantic-duplicates", half)
    told = {}
    for name, embed in models.items():
        given = _embedded(found, embed)
        one = _judged(found, given, LIMITS[name], verify=True)
        told[name] = {"similarity": LIMITS[name], **one, "without_verify": _judged(found, given, LIMITS[name], verify=False)}
    return told[max(told, key=lambda name: float(told[name]["recall"] * told[name]["precision"]))] | {"models": told}


def _embedded(found: list[dict[str, Any]], embed: Any) -> Listed:
    given = rows(found)
    vectors = asyncio.run(embed([compared(row.data) for row in given]))
    return Listed(row.with_data({**row.data, "vector": list(floats(vector))}) for row, vector in zip(given, vectors, strict=True))


def _judged(found: list[dict[str, Any]], given: Listed, similarity: float, *, verify: bool) -> dict[str, Any]:
    with lent() as ctx:
        done = list(SemanticDuplicates(action="flag", similarity=similarity, verify=verify).all(given, Listed(), Lent(ctx.scratch)))  # type: ignore[arg-type]
    pairs = {(number, int(flag.twin, 16)) for number, one in enumerate(done, 1) if isinstance(one, Row) for flag in flags_of(one)}
    truth = {(number, line["truth"]["partner"]) for number, line in enumerate(found, 1) if line["truth"]["flag"]}
    kinds: dict[str, list[bool]] = {}
    for later, earlier in sorted(truth):
        kinds.setdefault(found[later - 1]["kind"], []).append((later, earlier) in pairs)
    alike: dict[str, int] = {}
    for number, line in enumerate(found, 1):
        if (other := line["truth"].get("lookalike")) and other < number:
            alike[line["kind"]] = alike.get(line["kind"], 0) + ((number, other) in pairs)
    return {
        "precision": share(len(pairs & truth), len(pairs)), "recall": share(len(pairs & truth), len(truth)), "found": len(pairs),
        "kinds": {kind: {"pairs": len(hits), "recall": share(sum(hits), len(hits))} for kind, hits in kinds.items()}, "lookalikes_tied": alike,
    }  # fmt: skip


def _sweep() -> None:
    for name, embed in {"builtin/hashing": hashing, **({"MODEL": of_folder(Path(os.environ["MODEL"]))} if "MODEL" in os.environ else {})}.items():
        found = lines("semantic-duplicates", "open")
        given = _embedded(found, embed)
        for similarity in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
            for verify in (True, False):
                one = _judged(found, given, similarity, verify=verify)
                print(name, similarity, verify, one["precision"], one["recall"], one["lookalikes_tied"])


if __name__ == "__main__":
    _sweep() if sys.argv[1:] == ["sweep"] else print(json.dumps(measured(*sys.argv[1:] or ["open"])))
