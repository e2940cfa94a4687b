"""steps.diversity on its truth set: whether sets come out in the order of how much they say, by wording and by the score."""

from __future__ import annotations

from typing import Any

import orjson
from judged import TRUTH, lines, rows, share

from rowsmith.steps.diversity import diversity

MEASURES = ("distinct_1", "distinct_2", "distinct_3", "self_bleu", "wordings")


def measured(half: str) -> dict[str, Any]:
    """For the score and each figure the share of the pairs of sets that come out in the order of the truth, strictly; `equal_shapes`: whether
    every figure of a set is the same in all shapes; `sets`: the scores."""
    found = lines("diversity", half)
    told = {line["data"]["file"]: _figures(line["data"]["file"]) for line in found}
    pairs = [(line["data"]["file"], more) for line in found for more in line["truth"]["less_than"]]
    orders = {name: share(sum(told[less][name] < told[more][name] for less, more in pairs), len(pairs)) for name in ("score", *MEASURES)}
    shapes: dict[str, list[Any]] = {}
    for line in found:
        shapes.setdefault(line["kind"], []).append(told[line["data"]["file"]])
    sets = {kind: each[0] for kind, each in shapes.items()}
    return {"order": orders, "pairs": len(pairs), "equal_shapes": all(each == [each[0]] * len(each) for each in shapes.values()), "sets": sets}


def _figures(file: str) -> dict[str, float]:
    given = ({"data": orjson.loads(line)} for line in (TRUTH / "diversity" / file).read_bytes().splitlines())
    found = diversity(rows(given))
    figures = {name: found["figures"][name]["value"] for name in MEASURES}
    return {**figures, "self_bleu": -figures["self_bleu"], "score": found["score"]}
