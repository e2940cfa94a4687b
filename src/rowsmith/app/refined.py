"""What refining a prompt has come to, as people and scripts read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rowsmith.app.prompt_trials import Asked
from rowsmith.core.falling import Decision
from rowsmith.core.prompts import Prompt
from rowsmith.core.samples import Sample
from rowsmith.core.themes import Checked, Grouped


def counted(n: int, what: str) -> str:
    """`1 note`, `2 notes`."""
    return f"{n:,} {what}{'s' * (n != 1)}"


@dataclass(frozen=True, slots=True)
class Change:
    """A changed prompt: what it says, what differs as a unified diff, why, and what was refused before it. `by`: the model, or empty for a person."""

    prompt: Prompt
    diff: str
    why: str = ""
    refused: tuple[str, ...] = ()
    by: str = ""

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {"prompt": self.prompt.dump(), "diff": self.diff, "why": self.why, "refused": list(self.refused), "by": self.by}


@dataclass(frozen=True, slots=True)
class Side:
    """What one prompt made of one input. `themes` are those that a detector found. `failing`: its share of failing rows, 0 or 1 for a single one;
    None: a judge gave no answer. `reason`: why there is no output; that is a failure."""

    outputs: tuple[dict[str, Any], ...]
    themes: tuple[str, ...]
    failing: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """One input, and both sides of it."""

    id: str
    input: dict[str, Any]
    old: Side
    new: Side

    @property
    def differs(self) -> bool:
        """Whether one side has a failure that the other one has not."""
        return self.change != 0 or self.old.themes != self.new.themes

    @property
    def change(self) -> float:
        """Failing share of the new side less that of the old one; 0 where it cannot be told."""
        return 0.0 if self.old.failing is None or self.new.failing is None else self.new.failing - self.old.failing


@dataclass(frozen=True, slots=True)
class Retest:
    """Both prompts over the same inputs, each with draws that nobody has seen. `decision` is over all themes, `themes` by each of them (together they
    hold as one). `rows` are sorted: those that fail anew, those that are mended, the others. `left_out` inputs could not be sent or judged, by
    reason. `notes` say what should be known before it is believed."""

    decision: Decision
    themes: dict[str, Decision]
    rows: tuple[Beside, ...]
    left_out: dict[str, int]
    notes: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether the failure rate fell."""
        return self.decision.verdict == "fell"

    def said(self) -> str:
        """The verdict in a sentence, with what would help where there are too few inputs."""
        found = self.decision
        if found.old is None or found.new is None:
            return "Too few to tell: no input could be tried in both ways."
        rates = f"{found.old:.0%} to {found.new:.0%} over {counted(found.inputs, 'input')}"
        sure = "" if found.low is None or found.high is None else f" ({found.low:+.0%} to {found.high:+.0%} with {found.level:.0%} certainty)"
        if found.verdict == "fell":
            return f"The failure rate fell from {rates}{sure}."
        if found.verdict == "rose":
            return f"The failure rate rose from {rates}{sure}."
        if found.verdict == "did not fall":
            return f"The failure rate did not fall: {rates}{sure}."
        if found.high is not None and found.high < 0:
            sure = ", too few of which differ"  # a fall that so few inputs show by chance
        needed = "" if found.needed is None else f"; about {found.needed:,} inputs are needed"
        return f"Too few to tell: {rates}{sure}{needed}."

    def dump(self) -> dict[str, Any]:
        """As plain data; `accepted` and `said` beside the decision."""
        return {
            **self.decision.dump(), "accepted": self.accepted, "said": self.said(), "themes": {n: d.dump() for n, d in self.themes.items()},
            "rows": [asdict(row) for row in self.rows], "left_out": self.left_out, "notes": list(self.notes),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """Samples after a drawing, in their order: `drawn` are the ids of those that are new, `failed` says why others have nothing new; they are what
    they were."""

    samples: tuple[Sample, ...]
    drawn: tuple[str, ...]
    failed: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refined:
    """A prompt refined: `base` is the version that it was, `version` the one that it became (None: the change was not kept). `verdict`: accepted,
    overruled (kept against the test, or without one), refused, or nothing to change."""

    name: str
    base: str
    grouped: Grouped
    themes: tuple[Checked, ...]
    change: Change | None
    test: Retest | None
    verdict: str
    version: str | None
    asked: tuple[Asked, ...]
    notes: tuple[str, ...] = ()

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "prompt": self.name, "base": self.base, "version": self.version, "verdict": self.verdict,
            "themes": [one.dump() for one in self.themes], "unassigned": [note.model_dump() for note in self.grouped.unassigned],
            "invented": self.grouped.invented, "change": self.change.dump() if self.change else None,
            "test": self.test.dump() if self.test else None, "asked": [asdict(one) for one in self.asked], "notes": list(self.notes),
        }  # fmt: skip
