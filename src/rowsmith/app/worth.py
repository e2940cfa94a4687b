"""Worth: what a dataset teaches small probe models, tested on rows that were held out, beside what its baselines teach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from rowsmith.app.worth_rows import Material
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.ids import share
from rowsmith.core.paired import effect
from rowsmith.core.worth import Difference, Score, Verdict, compared, score
from rowsmith.steps.probe_lm import LanguageModel, mixed
from rowsmith.steps.probes import Classifier, Kind, Lesson, Probe, Retrieval

if TYPE_CHECKING:
    from rowsmith.engine.terms import Stopping

PROBES: Mapping[Kind, type[Probe]] = {"classifier": Classifier, "retrieval": Retrieval, "lm": LanguageModel}
FEWEST = 10
"""Rows to learn from, and to test with, below which nothing is measured."""
_CURVE = (8, 4, 2, 1)
_WORDS: Mapping[str, tuple[str, str, str]] = {
    "shuffled": ("It teaches more than {what}.", "It teaches less than {what}.", "No difference to {what} is shown."),
    "majority": ("It teaches more than {what}.", "It teaches less than {what}.", "No difference to {what} is shown."),
    "half": ("More of it still helps: it teaches more than {what}.", "More of it harms: it teaches less than {what}.",
             "Whether more of it would still help is not shown: no difference to {what}."),
    "random": ("{who} teaches more than {what}.", "{who} teaches less than {what}.", "No difference of {who} to {what} is shown."),
}  # fmt: skip

_VERDICTS: Mapping[str, Verdict] = {"B better": "teaches more", "A better": "teaches less", "no difference shown": "no difference shown"}

OnTraining = Callable[[int, int], None]
"""Told the trainings that are done, and how many there will be."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared (`whole`, `deduplicated`, or a subset as it was named), with which baseline, by how many rows, and what that shows."""

    name: str
    baseline: str
    rows: int
    score: float
    baseline_score: float
    difference: Difference
    says: str


@dataclass(frozen=True, slots=True)
class Worth:
    """What was found. `curve` has the score by rows learned from; `verdict` says it in words."""

    dataset: str
    probe: Kind
    rows: int
    test_rows: int
    seeds: int
    left_out: Mapping[str, int]
    curve: tuple[tuple[int, Score], ...]
    comparisons: tuple[Comparison, ...]
    verdict: str
    notes: tuple[str, ...]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "curve": [{"rows": rows, **asdict(found)} for rows, found in self.curve]}


class Trainings:
    """Trains and tests probes, counts them, and ends where that is asked for."""

    def __init__(self, kind: Kind, tests: Sequence[Lesson], seeds: int, total: int, on_training: OnTraining | None) -> None:
        self.kind, self.tests, self.seeds = kind, tests, seeds
        self._done, self._total, self._on_training = 0, total, on_training
        self.stopped = False

    def scores(self, lessons: Iterable[Lesson]) -> list[float]:
        """By test, what a probe that learned from these scores."""
        if self.stopped:
            what = f"Stopped after {self._done:,} of {self._total:,} trainings."
            raise Conflict(what, "The same command again begins them anew, and says the same.")
        found = PROBES[self.kind](lessons).scores(self.tests)
        self._done += 1
        if self._on_training is not None:
            self._on_training(self._done, self._total)
        return found

    def random(self, lessons: Sequence[Lesson], rows: int) -> list[list[float]]:
        """By seed, what as many random rows teach."""
        return [self.scores(drawn(lessons, rows, seed)) for seed in range(self.seeds)]

    def shuffled(self, lessons: Sequence[Lesson]) -> list[list[float]]:
        """By seed, what all rows teach whose labels or answers have been dealt out anew, or the words of each text."""
        found = []
        for seed in range(self.seeds):
            if self.kind == "lm":
                found.append(self.scores(mixed(one, seed) for one in lessons))
                continue
            others = drawn(lessons, len(lessons), seed)
            found.append(self.scores(replace(one, wanted=other.wanted) for one, other in zip(lessons, others, strict=True)))
        return found

    def on_stop(self, stopping: Stopping | None) -> None:
        """From now on, a stop ends the trainings."""

        def stop(request: str, grace_s: float | None) -> None:
            self.stopped = True

        if stopping is not None:
            stopping.on_follow = stop


def drawn(lessons: Sequence[Lesson], rows: int, seed: int) -> list[Lesson]:
    """As many random rows, chosen by their ids: the same whatever their order."""
    return sorted(lessons, key=lambda one: (share(one.row, f"worth {seed}"), one.row))[:rows]


def measured(
    dataset: str, material: Material, seeds: int, *, on_training: OnTraining | None = None, stopping: Stopping | None = None
) -> Worth:
    """Train and test.

    Raises:
        Invalid: there are too few rows, or a subset is as large as the whole. Conflict: it was stopped.
    """
    whole, tests = material.train, material.test
    _require(material, seeds)
    subsets = {"deduplicated": material.distinct, **material.subsets} if FEWEST <= len(material.distinct) < len(whole) else material.subsets
    comparisons = 2 + len(subsets) + (material.kind == "classifier")
    trainings = Trainings(material.kind, tests, seeds, 1 + seeds * len(_CURVE) + len(subsets) * (seeds + 1), on_training)
    trainings.on_stop(stopping)
    curve = {size: [trainings.scores(whole)] if part == 1 else trainings.random(whole, size) for part in _CURVE if (size := len(whole) // part)}
    own = curve[len(whole)][0]
    beside = _Beside(material, own, comparisons)
    found = [beside.compare("whole", "shuffled", own, trainings.shuffled(whole), len(whole))]
    if material.kind == "classifier":
        found.append(beside.majority())
    found.append(beside.compare("whole", "half", own, curve[len(whole) // 2], len(whole)))
    for name, lessons in subsets.items():
        share_drawn = len(lessons) / len(whole) if name in material.foreign else 0.0
        draws = trainings.random(whole, len(lessons))
        found.append(beside.compare(name, "random", trainings.scores(lessons), draws, len(lessons), share_drawn))
    points = tuple((size, score(scores, material.groups)) for size, scores in curve.items())
    verdict = " ".join(one.says for one in found)
    return Worth(dataset, material.kind, len(whole), len(tests), seeds, material.left_out, points, tuple(found), verdict, material.notes)


def _require(material: Material, seeds: int) -> None:
    if seeds < 2:
        raise Invalid(f"--seeds {seeds} leaves nothing to tell chance by.", "Give at least 2; 10 is the default.")
    lacking = {"classifier": "labels", "retrieval": "pairs of question or context and answer", "lm": "text"}[material.kind]
    for rows, what in ((len(material.train), "to learn from"), (len(set(material.groups)), "to test with that do not hang together")):
        if rows < FEWEST:
            raise Invalid(f"There are {rows} rows with {lacking} {what}; {FEWEST} are needed.", "Give more rows, or a test set of their own: --test.")
    for name, lessons in material.subsets.items():
        if not FEWEST <= len(lessons) < len(material.train):
            what = f"The subset {name!r} has {len(lessons):,} rows to learn from, the whole {len(material.train):,}."
            raise Invalid(what, f"Name one of at least {FEWEST} rows that is smaller than the whole, so that it has random ones beside it.")


@dataclass(frozen=True, slots=True)
class _Beside:
    material: Material
    own: Sequence[float]
    comparisons: int

    def compare(
        self, name: str, baseline: str, own: Sequence[float], draws: Sequence[Sequence[float]], rows: int, share_drawn: float = 0.0
    ) -> Comparison:  # fmt: skip
        found = compared(own, draws, self.material.groups, comparisons=self.comparisons, drawn=share_drawn)
        other = sum(map(sum, draws)) / len(draws) / len(own)
        return Comparison(name, baseline, rows, sum(own) / len(own), other, found, self._says(name, baseline, found))

    def majority(self) -> Comparison:
        """The most frequent label, always: nothing is drawn, so that the test rows alone count."""
        counts = Counter(str(one.wanted) for one in self.material.train)
        most = max(sorted(counts), key=lambda name: counts[name])
        named = [float(one.wanted == most) for one in self.material.test]
        pairs = [(other, one, str(group)) for other, one, group in zip(named, self.own, self.material.groups, strict=True)]
        paired = effect(pairs, measures=self.comparisons)
        gain, low, high = (value or 0.0 for value in (paired.difference, paired.low, paired.high))
        found = Difference(gain, low, high, paired.detectable or 0.0, _VERDICTS[paired.verdict])
        return Comparison("whole", "majority", len(self.material.train), paired.b or 0.0, paired.a or 0.0, found, self._says("", "majority", found))

    def _says(self, name: str, baseline: str, found: Difference) -> str:
        wanted = {"classifier": "labels", "retrieval": "answers", "lm": "words"}[self.material.kind]
        what = {"shuffled": f"the same rows with shuffled {wanted}", "majority": "the most frequent label", "half": "random halves of it",
                "random": "as many random rows"}[baseline]  # fmt: skip
        told = _WORDS[baseline][("teaches more", "teaches less", "no difference shown").index(found.verdict)]
        said = told.format(who=name, what=what)
        if found.verdict == "no difference shown" and not found.detectable:
            return f"{said[:-1]}; every training scored the same."
        if found.verdict == "no difference shown":
            return f"{said[:-1]}; one of {found.detectable:.3f} would have been found (80 %)."
        return f"{said[:-1]}, by {found.difference:+.3f} ({found.low:+.3f} to {found.high:+.3f})."

