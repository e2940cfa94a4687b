"""What the scores of judges come to over many rows: who judged, by what, how far they agree, and what gives them away (core.suspicion).

Nothing here grows with the rows but a few numbers for each score of a row.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rowsmith.app.kin import told
from rowsmith.core import people, suspicion
from rowsmith.core.agreement import alpha_of, area, correlation_interval, spearman
from rowsmith.core.row import Row
from rowsmith.core.said import said

NOBODY = people.Agreed(None, None, None, 0)
_NAN = float("nan")
AGREE = 0.667
"""Below it Krippendorff calls even tentative conclusions doubtful."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far several judgements of a row agree: Krippendorff's alpha over `rows`, and its interval of 95 %; rows that are `apart`."""

    rows: int
    alpha: float | None
    interval: tuple[float, float] | None
    apart: int


@dataclass(frozen=True, slots=True)
class OfJudge:
    """One of the judges of a score: rows, the mean that it gave, and the correlation of ranks with what people think, where they say."""

    rows: int
    mean: float
    with_people: float | None


@dataclass(frozen=True, slots=True)
class WithPeople:
    """How far a score and people agree who have reviewed `rows` of it: Spearman's correlation, `area`, how often an accepted row scores higher than a
    rejected one, and Cohen's `kappa` of being accepted and being among as many rows of the highest scores; `among`: Krippendorff's alpha of people
    with each other. Intervals of 95 %; None where it cannot be told."""

    rows: int
    spearman: float | None
    interval: tuple[float, float] | None
    area: float | None
    kappa: people.Agreed
    among: people.Agreed


@dataclass(frozen=True, slots=True)
class JudgedScore:
    """What a judge's score comes to. `by` and `rubrics` count the rows of each judge and rubric, `made_by` are the models that made the rows.
    `verdicts` are those of preferences, of which `longer` says how often the longer answer won. What could not be told is None. `warnings` say what
    should be known before the score is believed."""

    score: str
    rows: int
    by: Mapping[str, int]
    rubrics: Mapping[str, int]
    made_by: tuple[str, ...]
    agreed: Agreed | None
    constant: suspicion.Constant | None
    length: suspicion.Length | None
    longer: suspicion.Longer | None
    places: suspicion.Places | None
    verdicts: Mapping[str, int]
    each: Mapping[str, OfJudge]
    people: WithPeople | None
    warnings: tuple[str, ...]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """In words."""
        yield f"scores.{self.score}: {self.rows:,} rows by {', '.join(f'{name} {n:,}' for name, n in self.by.items()) or 'nobody'}"
        if self.verdicts:
            yield "  " + ", ".join(f"{name} {n:,}" for name, n in self.verdicts.items())
        if (found := self.agreed) is not None:
            alpha = "" if found.alpha is None or found.interval is None else f"alpha {found.alpha:.2f} ({_of(found.interval)}), "
            yield f"  several judgements of {found.rows:,} rows: {alpha}{found.apart:,} rows apart"
        for name, judge in self.each.items() if len(self.each) > 1 else ():
            said_ = "" if judge.with_people is None else f", with people {judge.with_people:.2f}"
            yield f"  {name}: mean {judge.mean:.3g} of {judge.rows:,} rows{said_}"
        if self.people is not None:
            yield f"  with people, {self.people.rows:,} rows: {_with_people(self.people)}"
        if (length := self.length) is not None:
            held = f"; {length.held:.2f} among rows that people judge alike" if length.held is not None else ""
            yield f"  with the length: {length.correlation:.2f} ({_of(length.interval)}), Spearman{held}"
        if (won := self.longer) is not None:
            yield f"  the longer answer won in {won.longer:,} of {won.pairs:,} ({won.interval[0]:.0%} to {won.interval[1]:.0%})"
        if (place := self.places) is not None:
            yield f"  turned with the order: {place.turned:,} of {place.asked:,} ({place.interval[0]:.0%} to {place.interval[1]:.0%})"


@dataclass(slots=True)
class _Score:
    """What is counted of one score."""

    rows: int = 0
    by: Counter[str] = field(default_factory=Counter)
    rubrics: Counter[str] = field(default_factory=Counter)
    values: array[float] = field(default_factory=lambda: array("d"))
    lengths: array[float] = field(default_factory=lambda: array("d"))
    labels: array[float] = field(default_factory=lambda: array("d"))
    good: array[float] = field(default_factory=lambda: array("d"))
    each: dict[str, array[float]] = field(default_factory=lambda: defaultdict(lambda: array("d")))
    """Of each judge a row's score, and what people think of it."""
    units: list[array[float]] = field(default_factory=list)
    apart: int = 0
    picked: Counter[tuple[int, int]] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    several: list[tuple[str, ...]] = field(default_factory=list)
    won: Counter[bool] = field(default_factory=Counter)

    def scores(self, verdict: Mapping[str, Any], words: int, label: float | None, good: bool | None) -> None:
        """Count the score of a judge."""
        thought = _NAN if label is None else label
        self.rubrics[verdict["rubric"]] += 1
        self.values.append(verdict["overall"])
        self.lengths.append(words)
        self.labels.append(thought)
        self.good.append(_NAN if good is None else good)
        said_ = verdict.get("judgements") or [{"by": name, "overall": verdict["overall"]} for name in verdict["by"]]
        for name in dict.fromkeys(one["by"] for one in said_):
            own = [one["overall"] for one in said_ if one["by"] == name]
            self.each[name].extend((sum(own) / len(own), thought))
        if "judgements" in verdict:
            self.units.append(array("d", (one["overall"] for one in said_)))
            self.apart += not verdict["agreed"]

    def prefers(self, verdict: Mapping[str, Any]) -> None:
        """Count the verdict of a preference."""
        self.verdicts[verdict["better"]] += 1
        places = verdict["picked"]
        self.picked.update(zip(places[::2], places[1::2], strict=True))
        first, second = verdict.get("words") or (0, 0)
        if first != second and verdict["better"] != "tie":
            self.won[(first > second) == (verdict["better"] == "first")] += 1
        if "judgements" in verdict:
            self.several.append(tuple(one["better"] for one in verdict["judgements"]))
            self.apart += not verdict["agreed"]


class Gathered:
    """Counts the scores of judges row by row."""

    def __init__(self) -> None:
        self._scores: dict[str, _Score] = defaultdict(_Score)
        self.makers: set[str] = set()

    def add(self, row: Row, label: float | None = None, good: bool | None = None) -> None:
        """Count a row; `label`: what people think of it, higher is better; `good`: whether they accept it."""
        judged = {name: one for name, one in row.scores.items() if is_judged(one)}
        self.makers.update(makers(row))
        if not judged:
            return
        words = len((said(row.data, "answer") or said(row.data)).split())
        for name, verdict in judged.items():
            found = self._scores[name]
            found.rows += 1
            found.by.update(verdict["by"])
            if "picked" in verdict:
                found.prefers(verdict)
            else:
                found.scores(verdict, words, label, good)

    def figures(self, among: people.Agreed = NOBODY) -> tuple[JudgedScore, ...]:
        """Each score of a judge, by name; `among`: how far people agree with each other."""
        return tuple(self._figures(name, one, among) for name, one in sorted(self._scores.items()))

    def _figures(self, name: str, one: _Score, among: people.Agreed) -> JudgedScore:
        labelled = [triple for triple in zip(one.values, one.lengths, one.labels, strict=True) if triple[2] == triple[2]]
        found = JudgedScore(
            name, one.rows, dict(sorted(one.by.items())), dict(sorted(one.rubrics.items())), tuple(sorted(self.makers)), _agreed(one),
            suspicion.constant(one.values), suspicion.length(list(zip(one.values, one.lengths, strict=True)), labelled),
            suspicion.longer(one.won.total(), one.won[True]), suspicion.places(one.picked.total(), one.picked[1, 1], one.picked[2, 2]),
            dict(sorted(one.verdicts.items())), {name: _of_judge(said_) for name, said_ in sorted(one.each.items())},
            _people(one, labelled, among), (),
        )  # fmt: skip
        return _warned(found)


def _of_judge(said_: Sequence[float]) -> OfJudge:
    pairs = list(zip(said_[::2], said_[1::2], strict=True))
    return OfJudge(len(pairs), sum(score for score, _ in pairs) / len(pairs), spearman([pair for pair in pairs if pair[1] == pair[1]]))


def _people(one: _Score, labelled: Sequence[tuple[float, float, float]], among: people.Agreed) -> WithPeople | None:
    """How far the score and people agree; None where nobody has reviewed a row that has it."""
    if not labelled:
        return None
    ranked = spearman([(score, label) for score, _, label in labelled])
    told_ = [(score, bool(good)) for score, good in zip(one.values, one.good, strict=True) if good == good]
    around = correlation_interval(ranked, len(labelled), ranked=True)
    return WithPeople(len(labelled), ranked, around, area(told_), people.cohen(_passing(told_)), among)


def _passing(told_: Sequence[tuple[float, bool]]) -> list[tuple[bool, bool]]:
    """Of each row whether it is among those of the highest scores, as many as are accepted (or as near as equal scores allow), and accepted."""
    accepted = sum(good for _, good in told_)
    cuts = {score: sum(other >= score for other, _ in told_) for score in {score for score, _ in told_}}
    at = min(cuts, key=lambda score: (abs(cuts[score] - accepted), score), default=0.0)
    return [(score >= at, good) for score, good in told_]


def _with_people(found: WithPeople) -> str:
    said_ = [] if found.spearman is None else [f"Spearman {found.spearman:.2f}" + (f" ({_of(found.interval)})" if found.interval else "")]
    said_ += [] if found.area is None else [f"accepted above rejected {found.area:.0%}"]
    for name, one in (("kappa", found.kappa), ("people with each other alpha", found.among)):
        if one.value is not None:
            said_.append(f"{name} {one.value:.2f}" + (f" ({_of((one.low, one.high))})" if one.low is not None and one.high is not None else ""))
    return ", ".join(said_) or "too few to say"


def _agreed(one: _Score) -> Agreed | None:
    """Krippendorff's alpha, of scores on an interval scale, of verdicts as names."""
    if one.units:
        figure, interval = alpha_of(one.units) or (None, None)
        return Agreed(len(one.units), figure, interval, one.apart)
    if not one.several:
        return None
    found = people.alpha(one.several)
    held = None if found.low is None or found.high is None else (found.low, found.high)
    return Agreed(found.rows, found.value, held, one.apart)


def gathered(rows: Iterable[Row]) -> tuple[JudgedScore, ...]:
    """What the scores of judges come to over rows."""
    found = Gathered()
    for row in rows:
        found.add(row)
    return found.figures()


def is_judged(score: Any) -> bool:
    """Whether a score is one of a judge: of `score.judge` or `score.preference`."""
    return isinstance(score, dict) and "by" in score and ("picked" in score or ("overall" in score and "rubric" in score))


def makers(row: Row) -> Iterator[str]:
    """The models that made a row."""
    for step in row.origin.get("made", ()):
        if "model" in step and not step["kind"].startswith("score."):
            yield step["model"]


def _warned(found: JudgedScore) -> JudgedScore:
    return replace(found, warnings=tuple(f"scores.{found.score}: {said}" for said in _warnings(found)))


def _warnings(found: JudgedScore) -> Iterator[str]:
    if kin := told(found.by, found.made_by):
        yield kin
    if (constant := found.constant) is not None and constant.found:
        yield f"{constant.share:.1%} of the rows have {constant.score:g}: it tells nothing apart. Give the rubric anchors, or ask for less at once."
    if (length := found.length) is not None and length.found:
        what = "longer answers score higher" if length.correlation > 0 else "shorter answers score higher"
        low, high = length.held_interval if length.held_interval is not None and length.held_rows >= suspicion.FEW else length.interval
        least = min(abs(low), abs(high))
        other = "among rows that people judge alike, too" if length.held_rows >= suspicion.FEW else "reviews tell whether people think so, too"
        yield f"{what} (Spearman {length.correlation:.2f}, at least {least:.2f} in size); {other}."
    if (won := found.longer) is not None and won.found:
        which, times = ("longer", won.longer) if won.interval[0] > 0.5 else ("shorter", won.pairs - won.longer)
        yield f"the {which} answer won in {times:,} of {won.pairs:,} pairs; whether it was the better one, people have to say."
    if (place := found.places) is not None:
        if place.found:
            yield f"{place.turned:,} of {place.asked:,} verdicts turned with the order of the answers, and count as ties."
        if place.favours:
            yield f"The judge favours the {place.favours} place: {place.first:,} times the first, {place.second:,} times the second."
    if (agreed := found.agreed) is not None and agreed.interval is not None and agreed.interval[1] < AGREE:
        yield f"judgements of the same row agree little (alpha {agreed.alpha:.2f}, {_of(agreed.interval)}): below {AGREE} not much rests on them."
    if len(found.rubrics) > 1:
        told_ = ", ".join(f"{name} {n:,}" for name, n in found.rubrics.items())
        yield f"rows were judged by {len(found.rubrics)} rubrics or prompts ({told_}); whether they score alike, rowsmith review drift tells."
    if len(set(found.by.values()) | {found.rows}) > 1 and not found.verdicts:
        yield f"different rows were judged by different models ({', '.join(found.by)}); whether they score alike, rowsmith review drift tells."


def _of(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"
