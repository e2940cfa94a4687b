"""Whether a source bears a sentence out, by what can be seen without a model: its numbers, names, words, denials and the order of what it says.

It reads no meaning. A figure that the source has not, nor that follows from two of its own, a name that it has not, a sentence that denies what
it says or claims all where it does not, two things that have changed places, or too few of the sentence's words in the source speak against it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations
from typing import NamedTuple

from rowsmith.content import entailment
from rowsmith.steps.quantities import Quantity, months, quantities
from rowsmith.steps.sentences import sentences

_WORD = re.compile(r"[^\W_]+(?:['’.-]?[^\W_]+)*")
_CLAUSE = re.compile(
    r"(?P<hard>[;:]|\s(?=(?:rather than|instead of|anstatt|statt|plutôt que|en lugar de)\s)"
    r"|,?\s(?:but|because|since|while|whereas|aber|weil|während|mais|car|pero|porque|otherwise)\s)"
    r"|,(?=\s)|,?\s(?:and|und|et|y)\s"
)
_ENDINGS = re.compile(r"(?:ings?|edly|ed|ies|es|s|ly|ers?|en|em|e|ion|ions|ment|al|n|’s|'s|a|o|as|os)$")
_FLAT = str.maketrans("àáâãäåèéêëìíîïòóôõöùúûüçñß", "aaaaaaeeeeiiiiooooouuuucns")
_PASSIVE = frozenset(("by", "von", "par", "por", "durch"))
_CLOSE = 0.1
"""How far a number may lie from what it is said to be about."""


class Doubt(NamedTuple):
    """What speaks against a sentence: `number`, `name`, `denied`, `absolute`, `swapped` or `unheard`, and in which words."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Source:
    stems: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]
    quantities: tuple[Quantity, ...]
    derived: tuple[float, ...]
    clauses: tuple[tuple[str, ...], ...]
    sentences: tuple[list[tuple[str, ...]], ...]
    flat: str


def doubt(sentence: str, source: str, least: float = 0.4) -> Doubt | None:
    """What speaks against a sentence; None where nothing does. `least`: the share of its content words that the source must have."""
    known = _read(source)
    if _plain(sentence) in known.flat:
        return None
    return (
        _wrong_number(sentence, known)
        or _wrong_name(sentence, known)
        or _absolute(sentence, known)
        or _swapped(sentence, known)
        or _denied(sentence, known)
        or _unheard(sentence, known, least)
    )


def _plain(text: str) -> str:
    return " " + " ".join(word.lower() for word in _WORD.findall(text)) + " "


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(str(entailment()[name]).split())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its commonest endings, in lower case and without accents."""
    plain = str(entailment()["irregular"].get(word.lower(), word)).lower().translate(_FLAT)
    for _ in range(2):
        shorter = _ENDINGS.sub("", plain)
        if len(shorter) < 3:
            break
        plain = shorter
    return plain[:7]


@lru_cache(maxsize=64)
def _read(source: str) -> _Source:
    # Rows made from one text come one after the other: what was read of it is kept for the next.
    words = _WORD.findall(source)
    found = tuple(quantities(source))
    told = [_clauses(source[start:end]) for start, end in sentences(source, 0, len(source))]
    clauses = [clause for each in told for clause in each]
    stems = frozenset(stem(part) for word in words for part in (word, *re.split(r"[-'’.]", word)) if part)
    lower = frozenset(word.lower() for word in words)
    names = frozenset(_bare(word) for word in words)
    return _Source(stems, lower, names, found, tuple(_derived(source, found)), tuple(clauses), tuple(told), _plain(source))


def _clauses(sentence: str) -> list[tuple[str, ...]]:
    """The words of a sentence, clause by clause; the items of a list are no clauses."""
    found: list[tuple[str, ...]] = []
    at, hard = 0, True
    for mark in [*_CLAUSE.finditer(sentence), None]:
        words = tuple(_WORD.findall(sentence[at : mark.start() if mark else len(sentence)]))
        if found and not hard and (len(found[-1]) < 3 or len(words) < 4):
            found[-1] += words
        elif words:
            found.append(words)
        if mark:
            at, hard = mark.end(), mark["hard"] is not None
    return found


def _bare(word: str) -> str:
    return re.sub(r"['’]s$|['’]$", "", word.lower())


def _derived(source: str, found: Sequence[Quantity]) -> list[float]:
    """What follows from two numbers: differences, growth in percent; and the months between dates."""
    values = [one.value for one in found if one.kind in ("", "money")][:40]
    more = [abs(a - b) for a, b in combinations(values, 2)]
    more += [abs(b / a - 1) for a in values for b in values if a and a != b and 0.2 < b / a < 5]
    dated = re.findall(r"\b([^\W\d_]+) (?:de |of )?(\d{4})\b", source)
    dates = [(int(year) * 12 + months()[name.lower()]) for name, year in dated if name.lower() in months()]
    return more + [float(abs(a - b)) for a, b in combinations(dates, 2)]


def _wrong_number(sentence: str, known: _Source) -> Doubt | None:
    for one in quantities(sentence):
        if not _has_number(one, sentence, known):
            return Doubt("number", sentence[one.start : one.end])
    return None


def _has_number(one: Quantity, sentence: str, known: _Source) -> bool:
    if one.kind in ("", "rate") and one.value == 1:
        return True
    if any(_same(one, other.value) for other in known.quantities if one.kind == other.kind):
        return True
    if any(one.raw == other.raw for other in known.quantities if not (one.kind and other.kind)):
        return True
    if any(_same(one, 1 / other.value) for other in known.quantities if one.kind == "rate" and other.kind == "time" and other.value):
        return True
    years = one.value / 12 if one.kind == "months" else one.value
    if any(abs(value - years) < 0.005 or abs(value - one.value) < 0.005 or (one.near and _close(value, years)) for value in known.derived if value):
        return True
    decade = sentence[one.end : one.end + 1] == "s" and any(other.value // 10 == one.value // 10 for other in known.quantities)
    return decade or (one.kind == "months" and any(_close(value, years) for value in known.derived))


def _same(one: Quantity, value: float) -> bool:
    if one.kind == "data" and value and abs(one.value / value - 1) < 0.03:
        return True
    return abs(one.value - value) <= 1e-3 * max(abs(value), 1e-9) or (one.near and _close(one.value, value))


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _CLOSE * max(abs(one), abs(other))


def _wrong_name(sentence: str, known: _Source) -> Doubt | None:
    words = list(_WORD.finditer(sentence))
    capital = [found for found in words[1:] if found[0][0].isupper()]
    inner = [found for found in words[:1] if re.search(r"[a-z][A-Z]", found[0])]
    for found in (*capital, *inner):
        word = _bare(found[0])
        if word in known.names or len(word) < 2 or (word in months() and str(months()[word]) in known.words):
            continue
        if not _german(sentence) and not any(word == name + "s" or name == word + "s" for name in known.names):
            return Doubt("name", found[0])
        if word in months():
            return Doubt("name", found[0])
    return None


def _german(sentence: str) -> bool:
    return re.search(r"\b(?:der|die|das|und|ist|sind|es|im|für|ein|eine|nicht|auf|von|ab|den)\b", sentence.lower()) is not None and not re.search(
        r"\b(?:the|of|is|was|and|la|los|el|le|les)\b", sentence.lower()
    )


def _absolute(sentence: str, known: _Source) -> Doubt | None:
    words = [word.lower() for word in _WORD.findall(sentence)]
    for word in words:
        if word in _set("absolutes") and word not in known.words:
            return Doubt("absolute", word)
    for phrase in entailment()["phrases"]:
        if f" {phrase} " in f" {' '.join(words)} " and phrase not in known.flat:
            return Doubt("absolute", phrase)
    clause = {word.lower() for word in _best(_WORD.findall(sentence), known)}
    if (cause := next((word for word in words if word in _set("causal")), None)) and clause & _set("linked") and not set(words) & _set("linked"):
        return Doubt("absolute", cause)
    done = next((word for word in words if word in _set("done")), None)
    return Doubt("absolute", done) if done and clause & _set("modals") and not set(words) & _set("modals") else None


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if word.lower() not in _set("stop") and (len(word) > 1 or word.isdigit())]


def _best(words: Sequence[str], known: _Source) -> tuple[str, ...]:
    """The first of `_nearest`."""
    return next(iter(_nearest(words, known)), ())


def _nearest(words: Sequence[str], known: _Source) -> list[tuple[str, ...]]:
    """The clause, or several where they are alike in it, of the source that says most of what these words do; its first word counts twice."""
    wanted = [stem(word.removeprefix("un")) for word in _content(words) if word.lower() not in _set("negations") or word.startswith("un")]
    if not wanted:
        return []

    def shared(clause: tuple[str, ...]) -> float:
        stems = {stem(word) for word in clause}
        return sum(2.0 if place == 0 else 1.0 for place, one in enumerate(dict.fromkeys(wanted)) if one in stems)

    scores = [shared(clause) for clause in known.clauses]
    most = max(scores, default=0.0)
    return sorted((clause for clause, score in zip(known.clauses, scores, strict=True) if score == most > 0), key=len)


def _denied(sentence: str, known: _Source) -> Doubt | None:
    for said in _clauses(sentence):
        words = [word.lower() for word in said]
        mine = {stem(word) for word in _content(words) if word not in _set("negations")}
        against: list[Doubt | None] = []
        for near in _nearest(said, known):
            clause = [word.lower() for word in near]
            shared = {stem(word) for word in _content(clause)} & mine
            if len(shared) >= 2 or (shared and 2 * len(shared) >= len(mine)):
                against.append(_contradicts(words, clause))
        if against and all(against):
            return against[0]
    return None


def _contradicts(words: Sequence[str], clause: Sequence[str]) -> Doubt | None:
    mine, theirs = (any(word in _set("negations") for word in each) for each in (words, clause))
    if mine != theirs:
        word = next(word for word in (words if mine else clause) if word in _set("negations"))
        return Doubt("denied", word)
    return None if mine else _opposite(words, clause)


@cache
def _opposites() -> list[tuple[frozenset[str], frozenset[str]]]:
    groups = [frozenset(group[0].split() if isinstance(group, list) else group.split()) for group in entailment()["opposites"]]
    return [pair for at in range(0, len(groups), 2) for pair in ((groups[at], groups[at + 1]), (groups[at + 1], groups[at]))]


def _opposite(words: Sequence[str], clause: Sequence[str]) -> Doubt | None:
    for one, other in _opposites():
        said = next((word for word in words if word in one), None)
        if said and any(word in other for word in clause) and not any(word in one for word in clause) and not any(word in other for word in words):
            return Doubt("denied", said)
    return None


def _swapped(sentence: str, known: _Source) -> Doubt | None:
    """Whether two things have changed places: what the source says in the order A M B stands in the sentence as B M A."""
    mine = [stem(word) for word in _content(_WORD.findall(sentence))]
    told = [[word for clause in each for word in clause] for each in known.sentences]
    for said in (*told, *known.clauses):
        theirs = [stem(word) for word in _content(said)]
        passive = (_PASSIVE & {word.lower() for word in _WORD.findall(sentence)}) - {word.lower() for word in said}
        shared = [one for one in mine if mine.count(one) == 1 and theirs.count(one) == 1]
        if passive or len(shared) < max(3, 0.6 * len(mine)):
            continue
        if _exchanged([theirs.index(one) for one in shared], [one.isdigit() for one in shared]):
            return Doubt("swapped", " ".join(shared[:6]))
    return None


def _exchanged(places: list[int], figures: list[bool]) -> bool:
    """Whether two pieces have changed places around a third. A figure changes with a figure: adverbs of time move about."""
    order = sorted(places)
    numeric = dict(zip(places, figures, strict=True))
    while places and places[0] == order[0]:
        places, order = places[1:], order[1:]
    while places and places[-1] == order[-1]:
        places, order = places[:-1], order[:-1]
    size = len(places)
    if size < 3 or numeric[places[0]] != numeric[places[-1]]:
        return False
    return any(places[j:] + places[i:j] + places[:i] == order for i in range(1, size - 1) for j in range(i + 1, size))


def _unheard(sentence: str, known: _Source, least: float) -> Doubt | None:
    numbers = [(one.start, one.end) for one in quantities(sentence)]
    content = [found for found in _WORD.finditer(sentence) if found[0].lower() not in _set("stop")]
    if not content:
        return None
    heard = sum(any(start <= found.start() < end for start, end in numbers) or _known(found[0], known) for found in content)
    missing = [found[0] for found in content if not _known(found[0], known)]
    return None if heard >= least * len(content) else Doubt("unheard", ", ".join(missing[:5]))


def _known(word: str, known: _Source) -> bool:
    return stem(word) in known.stems or any(stem(part) in known.stems for part in re.split(r"[-'’.]", word) if len(part) > 2)
