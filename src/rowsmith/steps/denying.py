"""What a sentence denies that its source says, says that it denies, or claims beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from rowsmith.content import entailment
from rowsmith.steps.claims import WORD, Doubt, Source, best, clauses_of, content, denials, nearest, nearest_sentence, stem, word_set

_BEHIND = frozenset(("nicht", "pas", "niet", "nie"))
"""Denials that stand behind what they deny."""
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "dés", "des")
_REACH = 4
"""Words behind a denial that it is about."""


def absolute(sentence: str, known: Source) -> Doubt | None:
    """Whether a sentence claims all, for ever or a cause where the source does not."""
    words = [word.lower() for word in WORD.findall(sentence)]
    for word in words:
        if word in word_set("absolutes") and word not in known.words and stem(word) not in known.stems and not _often(word, words, known):
            return Doubt("absolute", word)
    said = f" {' '.join(words)} "
    for phrase in entailment()["phrases"]:
        if f" {phrase} " in said and f" {phrase} than " not in said and phrase not in known.flat:
            return Doubt("absolute", phrase)
    clause = {word.lower() for word in best(WORD.findall(sentence), known)}
    cause = next((word for word in words if word in word_set("causal")), None)
    if cause and clause & word_set("linked") and not set(words) & word_set("linked"):
        return Doubt("absolute", cause)
    done = next((word for word in words if word in word_set("done")), None)
    return Doubt("absolute", done) if done and clause & word_set("modals") and not set(words) & word_set("modals") else None


def _often(word: str, words: Sequence[str], known: Source) -> bool:
    """Whether a word that claims all says what the source does: every Monday, on Mondays; nobody, no one; in all."""
    at = words.index(word)
    after, before = (words[at + 1] if at + 1 < len(words) else ""), (words[at - 1] if at else "")
    if word in word_set("negations"):
        return any(other.lower() in word_set("negations") for other in nearest_sentence(words, known))
    return (bool(after) and after + "s" in known.words and after not in known.words) or before == "in"


def settled(sentence: str, known: Source) -> Doubt | None:
    """Whether a sentence says as a fact what the source leaves open."""
    words = [word.lower() for word in WORD.findall(sentence)]
    if set(words) & (word_set("hedges") | word_set("modals") | word_set("negations") | word_set("opinions")):
        return None
    clause = [word.lower() for word in best(words, known) if word != "May"]
    if not word_set("negations").isdisjoint(clause):
        return None
    hedge = next((word for word in clause if word in word_set("hedges")), None)
    said, stems = content(words), {stem(word) for word in clause}
    return Doubt("absolute", f"{hedge} ...") if hedge and sum(stem(word) in stems for word in said) * 2 > len(said) else None


def denied(sentence: str, known: Source) -> Doubt | None:
    """Whether a sentence denies what the clause that is nearest to it says, or says what that denies, or the opposite."""
    for said in clauses_of(sentence):
        words = [word.lower() for word in said]
        mine = {stem(word) for word in content(words) if word not in word_set("negations")}
        against: list[Doubt | None] = []
        for near in nearest(said, known):
            clause = [word.lower() for word in near]
            shared = {stem(word) for word in content(clause)} & mine
            if len(shared) >= 2 or (shared and 2 * len(shared) >= len(mine)):
                against.append(_contradicts(words, clause))
        if against and all(against):
            return against[0]
    return None


def _contradicts(words: Sequence[str], clause: Sequence[str]) -> Doubt | None:
    mine, theirs = (denials(each) for each in (words, clause))
    if bool(mine) != bool(theirs):
        one, other, places = (words, clause, mine) if mine else (clause, words, theirs)
        there = {stem(word) for word in content(other)}
        for place in places:
            about = one[max(0, place - 2 * (one[place] in _BEHIND)) : place + _REACH]
            if there & {stem(word) for word in content(about)}:
                return Doubt("denied", one[place])
        return None
    return None if mine else _opposite(words, clause)


@cache
def _opposites() -> dict[str, list[tuple[frozenset[str], frozenset[str]]]]:
    """By word, the groups that it is in, each with the group of its opposites."""
    groups = [frozenset(group[0].split() if isinstance(group, list) else group.split()) for group in entailment()["opposites"]]
    found: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
    for at in range(0, len(groups), 2):
        for one, other in ((groups[at], groups[at + 1]), (groups[at + 1], groups[at])):
            for word in one:
                found.setdefault(word, []).append((one, other))
    return found


def _opposite(words: Sequence[str], clause: Sequence[str]) -> Doubt | None:
    for word in words:
        for one, other in _opposites().get(word, ()):
            if not other.isdisjoint(clause) and one.isdisjoint(clause) and other.isdisjoint(words):
                return Doubt("denied", word)
    return _affixed(words, clause)


def _affixed(words: Sequence[str], clause: Sequence[str]) -> Doubt | None:
    """Whether a word stands in the clause with what makes it its opposite: usual and unusual, harmless and harmful."""
    for word in words:
        if word not in clause and any(other in clause and other not in words for other in _turned(word)):
            return Doubt("denied", word)
    return None


@lru_cache(maxsize=10_000)
def _turned(word: str) -> tuple[str, ...]:
    if len(word) < 5:
        return ()
    bare = [word[len(prefix) :] for prefix in _PREFIXES if word.startswith(prefix) and len(word) - len(prefix) > 3]
    ends = [word.removesuffix(one) + other for one, other in (("less", "ful"), ("ful", "less")) if word.endswith(one)]
    return (*(prefix + word for prefix in _PREFIXES), *bare, *ends)


def undone(sentence: str, known: Source) -> Doubt | None:
    """Whether a sentence without a denial says a word that the source only denies: "no harm was seen"."""
    words = [word.lower() for word in WORD.findall(sentence)]
    if denials(words):
        return None
    denied = [word for word in content(words) if stem(word) in known.denied]
    near = {stem(word) for word in nearest_sentence(words, known)}
    return Doubt("denied", denied[0]) if denied and (len(denied) > 1 or stem(denied[0]) in near) else None


def extended(sentence: str, known: Source) -> Doubt | None:
    """Whether a sentence says of one thing "too" what the source says of another: its first and last word never stand in one part of it."""
    words = [word.lower() for word in WORD.findall(sentence)]
    also = next((word for word in words if word in word_set("also") and (word != "well" or words[-2:] == ["as", "well"])), "")
    said = [stem(word) for word in content(words) if word not in word_set("also")]
    if not also or len(said) < 2 or not {said[0], said[-1]} <= known.stems:
        return None
    return None if any({said[0], said[-1]} <= half for pair in known.halves for half in pair) else Doubt("denied", also)
