"""filter.near_duplicates on its truth set: by the pairs that its bands find and verify, and by what the filter keeps."""

from __future__ import annotations

from typing import Any

from judged import Listed, lent, lines, rows, share

from rowsmith.core.flags import flags_of
from rowsmith.core.row import Row
from rowsmith.steps.bands import Bands, Members, jaccard
from rowsmith.steps.filter.near_duplicates import NearDuplicates
from rowsmith.steps.shingles import compared, shingles


def measured(half: str) -> dict[str, Any]:
    """precision, recall: of pairs of rows that are near-duplicates, all of them. `kinds`: recall of the pairs by the kind of the later row. `filter`:
    of the rows that it flags, the share that has the twin named as its partner; of all pairs, the share of which it does not keep both rows."""
    found, step = lines("near-duplicates", half), NearDuplicates(action="flag")
    truth = {(min(n, other), max(n, other)) for n, line in enumerate(found, 1) for other in line["truth"]["partners"]}
    pairs = _pairs(step, rows(found))
    kinds: dict[str, list[bool]] = {}
    for pair in sorted(truth):
        kinds.setdefault(found[pair[1] - 1]["kind"], []).append(pair in pairs)
    return {
        "precision": share(len(pairs & truth), len(pairs)), "recall": share(len(pairs & truth), len(truth)), "pairs": len(truth),
        "kinds": {kind: {"pairs": len(hits), "recall": share(sum(hits), len(hits))} for kind, hits in sorted(kinds.items())},
        "filter": _filter(step, rows(found), truth),
    }  # fmt: skip


def _pairs(step: NearDuplicates, found: Listed) -> set[tuple[int, int]]:
    with lent() as ctx:
        bands = Bands(ctx.scratch, step.permutations, step.bands, step.seed)
        for row in found:
            bands.add(shingles(compared(row.data), step.shingle))
        members, pairs = Members(bands.match()), set[tuple[int, int]]()
        for number, inside in bands.shared():
            mine = bands.shingles(number)
            pairs |= {(one + 1, number + 1) for one in members.near(inside) if jaccard(mine, bands.shingles(one)) >= step.similarity}
            members.join(number, inside)
        bands.close()
    return pairs


def _filter(step: NearDuplicates, found: Listed, truth: set[tuple[int, int]]) -> dict[str, Any]:
    twins: dict[int, int] = {}
    with lent() as ctx:
        for number, one in enumerate(step.all(found, Listed(), ctx), 1):
            assert isinstance(one, Row)
            twins.update((number, int(flag.twin, 16)) for flag in flags_of(one))
    right = sum((twin, number) in truth for number, twin in twins.items())
    parted = sum(one in twins or other in twins for one, other in truth)
    return {"flagged": len(twins), "precision": share(right, len(twins)), "recall": share(parted, len(truth))}
