"""Judges in the quality report: who scored the rows, how far they agree with each other and with people, and what gives them away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowsmith.app.quality_report_lists import Entries, entries
from rowsmith.app.quality_report_words import NONE, count, figure, line, number, share, text, whole

SCORES = 20
"""Most scores of judges that a report shows."""
_MOST = 20


@dataclass(frozen=True, slots=True)
class Judge:
    """One of those who gave a score."""

    name: str
    rows: str
    mean: str
    with_people: str


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """A score of judges: figures with what they are of, warnings, and for pairs of answers how often each won."""

    name: str
    told: str
    judges: Sequence[Judge]
    figures: Sequence[tuple[str, str, str]]
    warnings: Sequence[str]
    verdicts: Entries | None


def judged(found: Any) -> Sequence[JudgedBy]:
    """The scores of judges; none where nobody has judged."""
    return [_score(one) for one in (found or ())[:SCORES] if isinstance(one, Mapping)]


def _score(one: Mapping[str, Any]) -> JudgedBy:
    rows, name = whole(one.get("rows")), line(one.get("score"), 80)
    rubrics = _counts(one.get("rubrics"))
    by = f", by the {'rubric' if len(rubrics) == 1 else 'rubrics'} {', '.join(line(rubric, 40) for rubric in rubrics[:8])}" if rubrics else ""
    made = [line(model, 80) for model in (one.get("made_by") or ())[:8]]
    told = f"{count(rows)} {'row' if rows == 1 else 'rows'}{by}" + (f"; the rows were made by {', '.join(made)}" if made else "")
    verdicts = _counts(one.get("verdicts"))
    named = {"first": "the first of the two", "second": "the second", "tie": "neither"}
    warnings = [text(said).removeprefix(f"scores.{name}: ") for said in (one.get("warnings") or ())[:_MOST]]
    won = {named.get(verdict, verdict): n for verdict, n in (one.get("verdicts") or {}).items()} if verdicts else {}
    said_ = [said[:1].upper() + said[1:] for said in warnings]
    return JudgedBy(name, told, _judges(one), _figures(one), said_, entries(won, rows) if won else None)


def _counts(found: Any) -> list[str]:
    return [str(name) for name in found] if isinstance(found, Mapping) else []


def _judges(one: Mapping[str, Any]) -> list[Judge]:
    each = one.get("each") or {}
    return [
        Judge(line(name, 80), count(n), number((each.get(name) or {}).get("mean")), _signed((each.get(name) or {}).get("with_people")))
        for name, n in list((one.get("by") or {}).items())[:_MOST]
    ]


def _figures(one: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Name, value, and what it is of."""
    return [*_agreement(one.get("agreed") or {}), *_with_people(one.get("people") or {}), *_led(one)]


def _agreement(agreed: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if agreed:
        yield "agreement of judgements", _of(agreed.get("alpha"), agreed.get("interval")), f"alpha, {count(agreed.get('rows'))} rows"
        yield "rows where they lie apart", count(agreed.get("apart")), share(agreed.get("apart"), agreed.get("rows"))


def _with_people(people: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if not people:
        return
    rows = f"{count(people.get('rows'))} reviewed rows"
    yield "with people", _of(people.get("spearman"), people.get("interval")), f"Spearman, {rows}"
    if people.get("area") is not None:
        yield "accepted above rejected", share(people.get("area"), 1), f"of pairs of {rows}"
    for name, key, measure in (("with people", "kappa", "kappa"), ("people with each other", "among", "alpha")):
        told = people.get(key) or {}
        if told.get("value") is not None:
            yield name, _of(told.get("value"), (told.get("low"), told.get("high"))), f"{measure}, {count(told.get('rows'))} rows"


def _led(one: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """By what a judge may be led."""
    if length := one.get("length"):
        held = f"; {_signed(length.get('held'))} among rows that people judge alike" if length.get("held") is not None else ""
        yield "with the length", _of(length.get("correlation"), length.get("interval")), f"Spearman, 99 %, {count(length.get('rows'))} rows{held}"
    if won := one.get("longer"):
        yield "the longer answer won", share(won.get("longer"), won.get("pairs")), _among(won, won.get("pairs"))
    if places := one.get("places"):
        turned = whole(places.get("first")) + whole(places.get("second"))
        yield "turned with the order", share(turned, places.get("asked")), _among(places, places.get("asked"))
    if constant := one.get("constant"):
        yield "most frequent score", number(constant.get("score")), f"{share(constant.get('share'), 1)} of the rows"


def _among(found: Mapping[str, Any], pairs: Any) -> str:
    low, high = (share(end, 1) for end in found.get("interval") or (None, None))
    return f"{low} to {high} in 99 %, {count(pairs)} pairs"


def _of(value: Any, interval: Any) -> str:
    ends = [figure(end) for end in interval or ()]
    return f"{_signed(value)} ({_signed(ends[0])} to {_signed(ends[1])})" if len(ends) == 2 and None not in ends else _signed(value)


def _signed(value: Any) -> str:
    """A correlation, with two digits."""
    found = figure(value)
    return NONE if found is None else f"{found:.2f}".replace("-", "−")


def without_warnings(notes: Sequence[Any], found: Any) -> list[Any]:
    """Notes but for those that stand with their judge."""
    told = {said for one in found or () if isinstance(one, Mapping) for said in one.get("warnings") or ()}
    return [note for note in notes if note not in told]
