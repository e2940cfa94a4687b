"""score.contamination on its truth set: each half against the evaluation set of its own."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from judged import TRUTH, Listed, by_row, lent, lines, rows, share

from rowsmith.core.flags import Flag, flags_of
from rowsmith.core.row import Row
from rowsmith.steps.score.contamination import Contamination


def measured(half: str) -> dict[str, Any]:
    """Precision and recall of the rows that are flagged, `block` or `review`, overall and by kind. recall_verbatim, recall_edited: of either family;
    precision_block: among copies. item: the share of the flagged rows whose best match is the item that stands in them."""
    found = lines("contamination", half)
    step = Contamination(against_files=[str(TRUTH / "contamination" / f"evaluation-{half}.jsonl")])
    with lent() as ctx:
        flags = [_best(one) for one in step.all(rows(found), Listed(), ctx)]
    told = by_row(found, [flag is not None for flag in flags], lambda line: line["truth"]["flag"])
    hits: dict[str, list[bool]] = defaultdict(list)
    for line, flag in zip(found, flags, strict=True):
        if line["truth"]["flag"]:
            hits[line["kind"].partition("-")[0]].append(flag is not None)
    told_of = [(line["truth"], flag) for line, flag in zip(found, flags, strict=True) if flag]
    named = [truth["item"] == int(flag.twin.rpartition(":")[2]) for truth, flag in told_of if truth["flag"]]
    blocked = [truth["flag"] for truth, flag in told_of if flag.reason == "contaminated"]
    return {
        **told, **{f"recall_{family}": share(sum(each), len(each)) for family, each in sorted(hits.items())},
        "precision_block": share(sum(blocked), len(blocked)), "item": share(sum(named), len(named)),
    }  # fmt: skip


def _best(row: Any) -> Flag | None:
    assert isinstance(row, Row)
    return next(flags_of(row), None)
