"""Text that is addressed to a model and not to its readers: where it stands, by which rule, and how much weight it has.

The rules are data: content/injections.yaml. Text that only speaks of such instructions (in quotes, in code, as an example) does not count.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from rowsmith.content import injections
from rowsmith.steps.linear import linear, tokens
from rowsmith.steps.lined import lined
from rowsmith.steps.pieces import Quick, near, needs
from rowsmith.steps.unseen import Folded, Hidden, characters, fold, parts, payloads

LIKELY = "likely"
"""The rule of what no other names, and a model that has learnt from examples takes for an order to a model."""
LIKELY_FROM = 0.99
"""From which probability it counts."""
EXCERPT = 160
"""Most characters of an excerpt."""
_PAIRS = {"“": "”", "„": "“”", "«": "»", "‹": "›", "「": "」", "『": "』", "‘": "’"}
_TURNED, _TURNED_END = re.compile(r"(?:^|[\s(])»(?=\S)[^«»]*$|(?:^|[\s(])»$"), re.compile(r"^[^«»]*«")
_MODALS = frozenset(["must", "should", "shall", "will"])
_OPENERS = frozenset(
    ["please", "now", "then", "also", "just", "simply", "kindly", "immediately", "first", "instead", "so", "only", "always", "completely", "totally"]
)
_YOU_TO = re.compile(r"\byou\b[^.!?\n]{0,40}$")
_TOLD = re.compile(r"\b(?:you|ai|assistant|model|llm|chatbot)\W+(?:\w+\W+)?$")
_NOT = re.compile(r"(?:\bnot|\bnever|n.t|\bcannot|\bwithout)\W+$")
_THIRD = re.compile(r"\b(?:that|which|who|they|models?|attackers?|users?|to|can|could|may|might|would)\b")
_LAST_WORD = re.compile(r"(\w+)\W*$")
_TO_A_MODEL = re.compile(r"\b(?:ai|llms?|(?:language|dear) models?|chatgpt|gpt|chatbots?|assistants?)\b")
_ORDER = re.compile(
    r"\b(?:accept|always|answer|append|claim|do not|don.t|follow|forward|give|ignore|include|insert|mention|must|never|obey|output|praise|print|"
    r"promote|rank|rate|recommend|reply|respond|say|score|send|shall|should|tell|treat|write)\b"
)
_EXAMPLES = ("code", "item", "quote", "table")


class Finding(NamedTuple):
    """A place [start, end) of a text that speaks to a model. `weight`: from 1 on it is enough to flag the text."""

    rule: str
    start: int
    end: int
    weight: float
    excerpt: str


class _Pattern(NamedTuple):
    rule: str
    near: tuple[str, ...]
    look: re.Pattern[str]
    needs: re.Pattern[str] | None
    imperative: bool
    weight: float


def scan(text: str, aside: Sequence[str] = (), likely: float = LIKELY_FROM) -> list[Finding]:
    """What a text says to a model, in order. `aside`: what a reader of its file found hidden in it; such findings stand where the text has
    the words, else at its beginning, empty. Where the rules find less than enough, what the learnt model (content/weights/injection.bin) takes for
    an order with a probability of at least `likely` counts too; 1 asks the rules alone."""
    if not text and not aside:
        return []
    folded = fold(text)
    words = tokens(folded.text)
    found = list(_spoken(text, folded, words))
    unseen = (*characters(text), *parts(text), *payloads(text))
    for hidden in unseen:
        found += _told(text, hidden)
    for said in aside:
        place = max(0, text.find(said.strip()[:200])) if said.strip() else 0
        found += [Finding("hidden_text", place, place, 1.0, _excerpt(said)) for _ in _first(_heard(said))]
    if likely < 1 and weight(found) < 1:
        found += _likely(text, folded, words, unseen, likely)
    return sorted(set(found), key=lambda one: (one.start, one.end, one.rule))


def readings(text: str) -> list[str]:
    """What the learnt model is shown of a text: as it reads, and what is encoded in it."""
    return [fold(text).text, *(fold(hidden.says).text for hidden in (*characters(text), *payloads(text)) if hidden.says)]


def _likely(text: str, folded: Folded, words: Sequence[str], unseen: Sequence[Hidden], least: float) -> Iterator[Finding]:
    model = linear("injection")
    if one := model.likely(folded.text, least, words):
        start, end = folded.span(one.start, one.end)
        yield Finding(LIKELY, start, end, 1.0, _probable(one.probability, text[start:end]))
    for hidden in unseen:
        if hidden.how in ("tags", "encoded") and (one := model.likely(fold(hidden.says).text, least)):
            yield Finding(LIKELY, hidden.start, hidden.end, 1.0, _probable(one.probability, hidden.says))


def weight(findings: Sequence[Finding]) -> float:
    """The weight of all together: each rule counts once, by its heaviest finding."""
    heaviest: dict[str, float] = {}
    for one in findings:
        heaviest[one.rule] = max(one.weight, heaviest.get(one.rule, 0.0))
    return sum(heaviest.values())


def _told(text: str, hidden: Hidden) -> Iterator[Finding]:
    """What is unseen counts when it speaks to a model, however softly; a message in characters without a shape always does."""
    said = hidden.says or text[hidden.start : hidden.end]
    if hidden.how in ("tags", "zero_width", "variation", "bidi") or _first(_heard(hidden.says)):
        yield Finding(hidden.how, hidden.start, hidden.end, 1.0, _excerpt(said))


def _heard(said: str) -> Iterator[str]:
    """The rules that a hidden text meets."""
    folded = fold(said).text
    yield from (pattern.rule for pattern, _ in _matches(folded, tokens(folded)))
    if _TO_A_MODEL.search(folded) and _ORDER.search(folded):
        yield "order"


def _first(rules: Iterator[str]) -> list[str]:
    return [rule for rule in (next(rules, None),) if rule]


def _spoken(text: str, folded: Folded, words: Sequence[str]) -> Iterator[Finding]:
    """What stands in the open."""
    matches = list(_matches(folded.text, words))
    if not matches:
        return
    said = _Said(text, folded.text)
    for pattern, found in matches:
        start, end = folded.span(*found)
        if pattern.imperative and not said.begins(found[0]):
            continue
        if not said.only_mentions(pattern.rule, start, end, found[0]):
            yield Finding(pattern.rule, start, end, pattern.weight, _excerpt(text[start:end]))


def _matches(folded: str, words: Sequence[str]) -> Iterator[tuple[_Pattern, tuple[int, int]]]:
    for pattern in map(_patterns().__getitem__, _quick().may(set(words))):
        if any(word in folded for word in pattern.near):
            for found in pattern.look.finditer(folded):
                if found.end() > found.start() and (pattern.needs is None or pattern.needs.search(found[0])):
                    yield pattern, found.span()


@dataclass
class _Said:
    """A text that may speak of instructions rather than give them."""

    text: str
    folded: str

    def __post_init__(self) -> None:
        self._topical = any(word in self.folded for word in injections()["topic"])
        self._lines = lined(self.text)
        self._starts = [line.start for line in self._lines]

    def begins(self, at: int) -> bool:
        """Whether the words at a place of the folded text give an order: they begin a clause, or tell "you" to."""
        before = self.folded[max(0, at - 80) : at].rpartition("\n")[2]
        if _NOT.search(before):
            return False
        bare = before.rstrip()
        if not bare or not (bare[-1].isalnum() or bare[-1] == "_"):
            return True
        word = _LAST_WORD.search(bare)
        last = word[1] if word else ""
        if last == "to":
            return _YOU_TO.search(bare) is not None
        if last in _MODALS:
            return _TOLD.search(bare[: -len(last)]) is not None
        if last in ("and", "or"):
            return _THIRD.search(bare) is None
        return last in _OPENERS or bare == last in ("assistant", "ai", "model", "chatbot")

    def only_mentions(self, rule: str, start: int, end: int, at: int) -> bool:
        """Whether what stands at [start, end) is quoted, shown, or given as an example. `at`: its place in the folded text."""
        if self._quoted(start, end) or self._reported(at):
            return True
        within = self._lines[max(0, bisect_right(self._starts, start) - 1) : bisect_left(self._starts, end)]
        kinds = {line.kind for line in within if line.end > start and line.text.strip()}
        if rule in ("markers", "tools") and "code" in kinds:
            return True
        return self._topical and (bool(kinds & set(_EXAMPLES)) or rule in ("markers", "tools"))

    def _quoted(self, start: int, end: int) -> bool:
        before = self.text[max(0, start - 200) : start].rpartition("\n")[2]
        after = self.text[end : end + 300].partition("\n")[0]
        for opening, closing in _PAIRS.items():
            place = before.rfind(opening)
            if place >= 0 and not any(char in before[place + 1 :] for char in closing) and any(char in after for char in closing):
                return True
        if _TURNED.search(before) and _TURNED_END.search(after):  # »...«, as German quotes
            return True
        for mark in '"`':
            if before.count(mark) % 2 and mark in self.text[start:end] + after:
                return not re.search(r'"\s*:\s*$', before[: before.rfind(mark)])
        return bool(re.search(r"(?:^|[\s(])'[^']{0,60}$", before)) and re.search(r"'(?!\w)", after) is not None

    def _reported(self, at: int) -> bool:
        before = self.folded[max(0, at - 90) : at].rpartition("\n")[2].rstrip()
        if not before:
            return False
        reports = _reports()
        if before[-1] in ":：(":
            return reports.search(before) is not None
        return re.search(r"(?:such as|like|e\.g\.?|例如|例えば|например|wie|comme|como|come)$", before) is not None


def _probable(probability: float, said: str) -> str:
    return f"by no rule, but probable by what was learnt from examples, {probability:.2f}: {_excerpt(said)}"


def _excerpt(text: str) -> str:
    plain = " ".join("".join(char if char.isprintable() or char.isspace() else "\ufffd" for char in text[: 4 * EXCERPT]).split())
    return plain if len(plain) <= EXCERPT else f"{plain[:EXCERPT]}..."


@cache
def _patterns() -> tuple[_Pattern, ...]:
    return tuple(
        _Pattern(
            rule, tuple(one["near"]), re.compile(one["pattern"]), re.compile(one["needs"]) if "needs" in one else None, bool(one.get("imperative")),
            float(one["weight"]),
        )
        for rule, languages in injections().items() if isinstance(languages, dict) for every in languages.values() for one in every
    )  # fmt: skip


@cache
def _quick() -> Quick:
    return Quick([[[*needs(pattern.look.pattern), *near(pattern.near)]] for pattern in _patterns()])


@cache
def _reports() -> re.Pattern[str]:
    words = injections()["reports"]
    spaced = [re.escape(word) for word in words if word.isascii()]
    return re.compile(rf"\b(?:{'|'.join(spaced)})\b|{'|'.join(re.escape(word) for word in words if not word.isascii())}")
