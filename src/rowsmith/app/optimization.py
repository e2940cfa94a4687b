"""What an optimisation is asked for, and what it has come to, as people and scripts read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from rowsmith.app.comparison import Side
from rowsmith.app.purse import Cost
from rowsmith.core.metrics import Metric, parts_of
from rowsmith.core.paired import Effect
from rowsmith.core.paired import Verdict as Shown
from rowsmith.core.prompts import Prompt

Verdict = Literal["better", "worse", "no difference shown"]
VERDICTS: dict[Shown, Verdict] = {"A better": "worse", "B better": "better", "no difference shown": "no difference shown"}


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried. `rounds` of `candidates` each, beside the prompt that there is; `demos` few-shot examples at most; `minibatch` rows of the
    dev part for which the weaker half of the candidates is told, and twice as many each time after."""

    rounds: int
    candidates: int
    demos: int
    minibatch: int


MODES = {"light": Effort(1, 6, 4, 10), "medium": Effort(2, 8, 4, 20), "heavy": Effort(3, 12, 4, 35)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A prompt that was tried. `how`: rewritten, examples or both; `state`: refused (it could not be used: `why`), beaten, or best of its round.
    `dev` is its mean score over `rows` of the dev part."""

    name: str
    how: str
    state: str
    dev: float | None
    rows: int
    why: str
    prompt: Prompt | None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        said = {name: getattr(self, name) for name in ("name", "how", "state", "dev", "rows", "why")}
        return {**said, "prompt": self.prompt and self.prompt.dump()}


@dataclass(frozen=True, slots=True)
class Forecast:
    """The most calls that it takes (fewer where proposals are the same, or none is better), and US dollars for them (None: a price is not known)."""

    calls: int
    cost_usd: float | None
    rows: dict[str, int]
    effort: Effort
    metric: Metric
    evidence: str
    answer: str
    notes: tuple[str, ...] = ()

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "metric": self.metric.model_dump(mode="json", exclude_defaults=True, by_alias=True), "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class Tested:
    """The metric on sample rows: what was expected, what the model answered (without a model, what is expected of the row itself and of another
    one), and the score; `problem` says why there is none."""

    expected: Any
    answer: Any
    score: float | None
    problem: str


@dataclass(frozen=True, slots=True)
class Optimization:
    """A prompt that was optimised. `effect` is the best candidate (B) beside the prompt as it was (A) on held-out rows, `verdict` says it in a word;
    where no candidate was better on the dev part, `best` is None and nothing was compared. `accepted` is the version that was kept."""

    prompt: str
    version: str
    dataset: str
    forecast: Forecast
    candidates: tuple[Candidate, ...]
    best: Candidate | None
    effect: Effect | None
    verdict: Verdict
    baseline: float | None
    dev_baseline: float | None
    sides: tuple[Side, ...]
    figures: tuple[dict[str, float | None], ...]
    failed: tuple[dict[str, int], ...]
    looks: int
    cost: Cost
    notes: tuple[str, ...]
    runs: tuple[str, ...]
    accepted: str | None = None

    @property
    def message(self) -> str:
        """What is written down where the best candidate is accepted."""
        metric = " + ".join(part.kind for part in parts_of(self.forecast.metric))
        found = self.effect
        if found is None or found.a is None or found.b is None:
            return f"Optimised on {self.dataset[:80]} by {metric}"
        sure = "" if found.low is None or found.high is None else f" ({found.low:+.3f} to {found.high:+.3f} with 95 % certainty)"
        what = f"{found.a:.3f} -> {found.b:.3f} on {found.pairs:,} held-out rows, {found.difference:+.3f}{sure}"
        return f"Optimised on {self.dataset.partition('@')[0]}@{self.dataset.partition('@')[2][:12]} by {metric}: {what}"

    def dump(self) -> dict[str, Any]:
        """As plain data: what decides at the top."""
        effect = asdict(self.effect) if self.effect else {}
        shown = {name: effect.get(name) for name in ("pairs", "difference", "low", "high", "differing", "detectable")}
        best = None if self.best is None else {**self.best.dump(), "score": effect.get("b")}
        return {
            "prompt": self.prompt, "version": self.version, "dataset": self.dataset, **shown, "verdict": self.verdict, "accepted": self.accepted,
            "baseline": self.baseline, "dev_baseline": self.dev_baseline, "best": best, "candidates": [one.dump() for one in self.candidates],
            "sides": [asdict(side) for side in self.sides], "figures": list(self.figures), "failed": list(self.failed), "looks": self.looks,
            "cost": asdict(self.cost), "forecast": self.forecast.dump(), "notes": list(self.notes), "runs": list(self.runs),
        }  # fmt: skip
