"""What should be known before the verdict of a comparison is believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rowsmith.app.comparison import Judged, Measure, Side
from rowsmith.app.judging import family
from rowsmith.core.paired import LEVEL, NOT_SHOWN, fewest
from rowsmith.store.database import Database
from rowsmith.store.kept import Pairing, shared_answers


def cautions(
    db: Database, paired: Pairing, sides: Sequence[Side], measures: Sequence[Measure], pairs: Sequence[tuple[float, float, str]],
    verdicts: Judged | None,
) -> Iterator[str]:  # fmt: skip
    """In words; `pairs` are those of the measure that decides."""
    yield from _of_runs(db, paired, sides)
    yield from _of_figures(measures, pairs, len(paired))
    if verdicts is not None:
        yield from _of_judge(verdicts, sides)


def _of_runs(db: Database, paired: Pairing, sides: Sequence[Side]) -> Iterator[str]:
    for side in sides:
        if side.state not in ("finished", "shortfall"):
            yield f"Run {side.run} is {side.state}: rows that are still to come are not in it (rowsmith resume {side.run})."
    if shared := shared_answers(db, *paired.runs):
        yield f"Both runs rest on {shared:,} of the same answers. Where that is not meant, run one of them with --fresh: it buys its own."
    alone = sum(map(sum, (only.values() for only in paired.only)))
    if alone > len(paired) / 20:
        yield f"{alone:,} rows are kept in one run alone; the figures are about the {len(paired):,} that both kept, which may be the easier ones."


def _of_figures(measures: Sequence[Measure], pairs: Sequence[tuple[float, float, str]], paired: int) -> Iterator[str]:
    first, parents = measures[0].effect, len({parent for _, _, parent in pairs})
    if first.pairs < paired:
        yield f"{paired - first.pairs:,} of {paired:,} pairs have no value of {measures[0].by} on both sides, and are not in it."
    if first.low is None:
        yield f"{first.pairs:,} pairs of {parents:,} parents give no interval: two parents at least are needed."
    elif parents < first.pairs:
        yield f"The {first.pairs:,} pairs come of {parents:,} parents; the interval counts the parents, as siblings are alike."
    needed = fewest((1 - LEVEL) / len(measures))
    if first.pairs and not first.differing:
        yield f"All {first.pairs:,} pairs are equal by {measures[0].by}."
    elif first.verdict == NOT_SHOWN and first.low is not None and first.differing < needed:
        yield f"{first.differing:,} of {first.pairs:,} pairs differ; with fewer than {needed} nothing can be shown, be they all on one side."
    if len(measures) > 1:
        yield f"{len(measures)} measures were compared; their intervals are wide enough to hold all together with {LEVEL:.0%}. The surest decides."


def _of_judge(verdicts: Judged, sides: Sequence[Side]) -> Iterator[str]:
    related = [f"{side.run} ({', '.join(kin)})" for side in sides if (kin := [one for one in side.models if family(one) == family(verdicts.model)])]
    if related:
        made = " and ".join(related)
        yield f"The judge {verdicts.model} is of the family of the models that made {made}; judges favour their own (arXiv 2404.13076)."
    if failed := sum(verdicts.failed.values()):
        yield f"Of {failed:,} pairs the judge gave no answer that can be used: rowsmith runs {verdicts.run} --failed."
    by_place, asked = sum(verdicts.by_place.values()), verdicts.a + verdicts.b + verdicts.ties
    if by_place > asked / 5:
        yield f"In {by_place:,} of {asked:,} pairs the judge went by the place and not by the answer; they count as ties."
