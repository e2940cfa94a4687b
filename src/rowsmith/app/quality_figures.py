"""What is counted of rows that have been checked, in one pass: flags by check and reason, scores, lengths, languages, sources.

Nothing here grows with the rows but eight bytes for each score and length.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rowsmith.app.comparing import leaves
from rowsmith.app.quality_checks import Known, known
from rowsmith.app.quality_result import RowFlag, RowName
from rowsmith.core.flags import flags_of
from rowsmith.core.quality import measure
from rowsmith.core.row import Json, Row
from rowsmith.core.said import Part, parts
from rowsmith.core.shapes import SIDES
from rowsmith.core.step import Step
from rowsmith.steps.mislabelled import LIKELY, label_of

_LENGTHS = {"question": "question", "answer": "answer", "other": "text", "context": "text"}
"""What the texts of a role count for."""
MOST_SOURCES = 1000


@dataclass(slots=True)
class Found:
    """What one check has found: rows that it applies to, rows that are flagged, and those by reason. `unread`: how many of all these are records of a
    file that could not be read."""

    check: Known
    into: str | None
    rows: int = 0
    flagged: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unread: int = 0


class Names:
    """How the flags of steps name their checks, and rows themselves."""

    def __init__(self, steps: Mapping[str, Step], by_line: bool) -> None:
        self._by_line = by_line
        self._checks = {alias: name for name, step in steps.items() for alias in aliases(name, step)}

    def check(self, said: str) -> str | None:
        """The check that a flag is of; None where it is of none that was carried out."""
        return self._checks.get(said)

    def row(self, row: Row) -> RowName:
        """Its line in the file, or its id."""
        return int(row.origin["source"]["line"]) if self._by_line else row.id

    def flags(self, row: Row) -> Iterator[RowFlag]:
        """What the checks say against a row."""
        name = None
        for flag in flags_of(row):
            if (check := self.check(flag.check)) is not None:
                name = self.row(row) if name is None else name
                yield RowFlag(name, check, float(flag.score), flag.reason, flag.detail, flag.path, flag.span)


def aliases(name: str, step: Step) -> Iterator[str]:
    """By which names flags may call a check."""
    noun = step.kind.partition(".")[2]
    yield from (name, step.kind, step.title, noun, noun.replace("_", "-"))


class Figures:
    """The counters. `steps` are those of the checks, by the checks' names; `on_row` sees each row with what it says and its flags."""

    def __init__(self, steps: Mapping[str, Step], names: Names) -> None:
        self.checks = {name: Found(known(name), getattr(step, "into", None)) for name, step in steps.items()}
        self.rows = 0
        self.languages: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.on_row: list[Callable[[Row, list[Part], list[RowFlag]], None]] = []
        self.labels: Counter[tuple[str, str]] = Counter()
        """Rows by their label and the one that is likely."""
        self._labelling = steps.get("labels")
        self._names = names
        self._measures: dict[str, array[float]] = defaultdict(lambda: array("d"))
        self._lengths: dict[str, array[float]] = defaultdict(lambda: array("d"))

    def add(self, row: Row) -> None:
        """Count a row."""
        self.rows += 1
        said, flags = parts(row.data), list(self._names.flags(row))
        self._count_checks(row, {part.role for part in said if part.text.strip()}, flags)
        for name, value in leaves("", row.scores):
            self._measures[name.removeprefix(".")].append(value)
        for side, count in words(said).items():
            self._lengths[side].append(count)
        for source in sources(row):
            if source in self.sources or len(self.sources) < MOST_SOURCES:
                self.sources[source] += 1
        for listener in self.on_row:
            listener(row, said, flags)

    def unread(self, reasons: Mapping[str, int]) -> None:
        """Records of a file that could not be read, by reason: they are malformed."""
        if (found := self.checks.get("form")) is not None:
            found.unread = sum(reasons.values())
            found.rows += found.unread
            found.flagged += found.unread
            found.reasons.update(reasons)

    def _count_checks(self, row: Row, roles: set[str], flags: list[RowFlag]) -> None:
        reasons: dict[str, set[str]] = defaultdict(set)
        for flag in flags:
            reasons[flag.check].add(flag.reason)
        for name, found in self.checks.items():
            if name in reasons:
                found.flagged += 1
                found.reasons.update(reasons[name])
                found.rows += 1
            elif roles.issuperset(found.check.roles) and (found.into is None or row.scores.get(found.into) is not None):
                found.rows += 1
        if (pair := likely_label(row, flags, self._labelling)) is not None:
            self.labels[pair] += 1
        if "language" in self.checks and (code := language(row.scores.get(self.checks["language"].into or "language"))):
            self.languages[code] += 1

    def counts(self) -> dict[str, dict[str, int]]:
        """By check and reason, the rows that carry such a flag."""
        return {name: dict(sorted(found.reasons.items())) for name, found in self.checks.items()}

    def measures(self) -> dict[str, dict[str, Any]]:
        """Each score."""
        return {name: measure(values) for name, values in sorted(self._measures.items())}

    def lengths(self) -> dict[str, dict[str, Any]]:
        """The words of questions, answers, the two sides of preferences, and other texts, of the rows that have any."""
        return {name: measure(self._lengths[name]) for name in ("question", "answer", *SIDES, "text") if name in self._lengths}


def likely_label(row: Row, flags: list[RowFlag], step: Step | None) -> tuple[str, str] | None:
    """The label of a row and the likely one, where the check of labels (`step`) has judged it; a label that is not flagged is likely itself."""
    if step is None or row.scores.get(getattr(step, "into", None) or "") is None:
        return None
    if (given := label_of(row.data, getattr(step, "column", None))) is None:
        return None
    return given, next((flag.detail.removeprefix(LIKELY) for flag in flags if flag.check == "labels"), given)


def words(said: list[Part]) -> dict[str, int]:
    """How many words the question, the answer, other texts and the two sides of a preference have."""
    found: dict[str, int] = {}
    for part in said:
        if name := _LENGTHS.get(part.role):
            found[name] = found.get(name, 0) + len(part.text.split())
        if (side := part.path.partition(".")[0]) in SIDES:
            found[side] = found.get(side, 0) + len(part.text.split())
    return found


def language(score: Json) -> str:
    """The language that a check of languages has told."""
    if isinstance(score, dict):
        score = score.get("language")
    return score if isinstance(score, str) else ""


def sources(row: Row) -> Iterator[str]:
    """The names of the sources that a row comes from."""
    told = row.origin.get("source")
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, dict) and one.get("name"):
            yield str(one["name"])


def matrix(labels: Counter[tuple[str, str]]) -> dict[str, Any] | None:
    """Rows whose label was judged, the share whose label is likely another, and rows by given and likely label, most frequent mistakes first."""
    rows = sum(labels.values())
    if not rows:
        return None
    order = sorted(labels.items(), key=lambda one: (one[0][0] == one[0][1], -one[1], one[0]))
    wrong = sum(count for (given, likely), count in labels.items() if given != likely)
    return {"rows": rows, "share": wrong / rows, "matrix": [{"given": given, "likely": likely, "rows": count} for (given, likely), count in order]}
