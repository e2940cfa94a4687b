"""What was found about a prompt: where it stands, with the words that show it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Rule = Literal["missing", "undeclared", "unused", "contradiction", "ambiguity", "overload", "redundancy"]
Severity = Literal["high", "medium", "low"]
Place = Literal["text", "system", "variables"]

SEES: dict[Rule, tuple[str, str]] = {
    "missing": (
        "variables that a step needs and no text uses (with --for), and {names} in single braces, which stay text",
        "whether rows will have the columns: rowsmith check and prompts test tell",
    ),
    "undeclared": ("variables that a text uses and nothing declares", "nothing: it is exact"),
    "unused": ("variables that are declared and no text uses", "nothing: it is exact"),
    "contradiction": (
        "orders and bans with the same words, opposite words of a short list, limits and formats that exclude each other",
        "orders that contradict each other in other words, or through what they mean",
    ),
    "ambiguity": ("vague words of a short list", "a clear-looking sentence that can be read in two ways, and what 'it' refers to"),
    "overload": ("more words or orders than a limit", "a short prompt that asks for too much at once"),
    "redundancy": ("sentences with nearly the same words, and emphasis that is repeated", "the same order in other words"),
}
"""Of each rule: what it sees, and what it cannot see without a model."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that may be wrong. `line` counts from 1 within the text that `place` names; `span` are its characters there [start, end), and
    `evidence` what they say; both are None or empty where nothing stands there. `by`: rule, or the model that said it."""

    rule: Rule
    severity: Severity
    place: Place
    line: int | None
    span: tuple[int, int] | None
    evidence: str
    what: str
    fix: str
    by: str = "rule"

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def at(rule: Rule, severity: Severity, place: Place, text: str, span: tuple[int, int], what: str, fix: str, by: str = "rule") -> Finding:
    """A finding that stands in a text."""
    start, end = span
    return Finding(rule, severity, place, text.count("\n", 0, start) + 1, span, text[start:end], what, fix, by)
