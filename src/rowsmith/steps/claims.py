"""A sentence and its source, read so that they can be compared: words by their stems, clauses, numbers, and what is denied."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from rowsmith.content import entailment
from rowsmith.steps.arithmetic import Derived, derived
from rowsmith.steps.quantities import Quantity, quantities
from rowsmith.steps.sentences import sentences

WORD = re.compile(r"[^\W_]+(?:['’.-]?[^\W_]+)*")
_CLAUSE = re.compile(
    r"(?P<hard>[;:]|\s(?=(?:rather than|instead of|anstatt|statt|plutôt que|en lugar de)\s)"
    r"|,?\s(?:but|because|since|while|whereas|aber|weil|während|mais|car|pero|porque|otherwise)\s)"
    r"|,(?=\s)|,?\s(?:and|und|et|y)\s"
)
PARTS = re.compile(r",?\s(?:and|und|et|y|e|while|whereas|but|aber|mais|pero|während)\s|[;,]\s")
_COMPARES = re.compile(
    r"\b(?:\w+er than|as \w+ as|more \w+ than|\w+er als|plus \w+ que|más \w+ que)\s"
    r"(?:the |a |an |in |der |die |das |los |las |le |la |les )?([^\W\d_]{3,})"
)
_ENDINGS = re.compile(r"(?:ings?|edly|ed|ies|es|s|ly|ers?|en|em|e|ion|ions|ment|al|n|’s|'s|a|o|as|os)$")
_RATHER = frozenset(("rather", "instead", "plutôt", "lugar"))
_FLAT = str.maketrans("àáâãäåèéêëìíîïòóôõöùúûüçñß", "aaaaaaeeeeiiiiooooouuuucns")
_REACH = 4
"""Words behind a denial that it is about."""
REPEATED = 0.75
"""Share of a sentence's words in a clause from which on it repeats the clause."""


class Doubt(NamedTuple):
    """What speaks against a sentence: `number`, `name`, `denied`, `absolute`, `swapped` or `unheard`, and in which words."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a source says: its words, stems, names, numbers and what follows from them, clauses, and what it denies or compares with."""

    stems: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]
    quantities: tuple[Quantity, ...]
    derived: Derived
    clauses: tuple[tuple[str, ...], ...]
    sentences: tuple[list[tuple[str, ...]], ...]
    flat: str
    denied: frozenset[str]
    """Stems that the source only denies."""
    told: tuple[tuple[list[str], frozenset[str]], ...]
    """The words of each sentence, and their stems."""
    halves: tuple[tuple[frozenset[str], frozenset[str]], ...]
    """The stems of each two parts that stand side by side."""
    compared: frozenset[str]
    """Stems of what the source compares with."""


def plain(text: str) -> str:
    """The words of a text in lower case with a blank between and around them."""
    return " " + " ".join(word.lower() for word in WORD.findall(text)) + " "


@cache
def word_set(name: str) -> frozenset[str]:
    """A list of words of content/entailment.yaml."""
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
def read_source(source: str) -> Source:
    """A source, read."""
    # Rows made from one text come one after the other: what was read of it is kept for the next.
    words = WORD.findall(source)
    found = tuple(quantities(source, articles=True))
    told = [clauses_of(source[start:end]) for start, end in sentences(source, 0, len(source))]
    clauses = [clause for each in told for clause in each]
    stems = frozenset(stem(part) for word in words for part in (word, *re.split(r"[-'’.]", word)) if part)
    lower = frozenset(word.lower() for word in words)
    names = frozenset(bare(word) for word in words)
    whole = [[word for clause in each for word in clause] for each in told]
    compared = frozenset(stem(than[1]) for than in _COMPARES.finditer(source))
    return Source(
        stems, lower, names, found, derived(source, found), tuple(clauses), tuple(told), plain(source), _only_denied(clauses),
        tuple((each, frozenset(map(stem, each))) for each in whole),         _halves(source), compared
    )  # fmt: skip


def clauses_of(sentence: str) -> list[tuple[str, ...]]:
    """The words of a sentence, clause by clause; the items of a list are no clauses."""
    found: list[tuple[str, ...]] = []
    at, hard = 0, True
    for mark in [*_CLAUSE.finditer(sentence), None]:
        words = tuple(WORD.findall(sentence[at : mark.start() if mark else len(sentence)]))
        if found and not hard and (len(found[-1]) < 3 or len(words) < 4):
            found[-1] += words
        elif words:
            found.append(words)
        if mark:
            at, hard = mark.end(), mark["hard"] is not None
    return found


def _halves(source: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    parts = [half for start, end in sentences(source, 0, len(source)) for half in PARTS.split(source[start:end])]
    stems = [frozenset(stem(word) for word in content(WORD.findall(part))) for part in parts]
    return tuple(pairwise(stems))


def _only_denied(clauses: Sequence[Sequence[str]]) -> frozenset[str]:
    """The content words of a source that stand right behind a denial wherever they stand."""
    denied: set[str] = set()
    said: set[str] = set()
    for clause in clauses:
        reach = 0
        for word in clause:
            if word.lower() in word_set("negations"):
                reach = _REACH - 1
            elif word.lower() not in word_set("stop"):
                (denied if reach > 0 and not word[0].isupper() else said).add(stem(word))
                reach -= 1
    return frozenset(denied - said)


def denials(words: Sequence[str]) -> list[int]:
    """The places of the words that deny, and of `rather` and `instead` before what is not so."""
    return [
        place for place, word in enumerate(words)
        if word in word_set("negations") or (word in _RATHER and words[place + 1 : place + 2] in (["than"], ["of"], ["que"], ["de"]))
    ]  # fmt: skip


def bare(word: str) -> str:
    """A word in lower case without the ending of a possessor."""
    return re.sub(r"['’]s$|['’]$", "", word.lower())


def is_german(sentence: str) -> bool:
    """Whether a sentence is German, in which every noun has a capital."""
    return re.search(r"\b(?:der|die|das|und|ist|sind|es|im|für|ein|eine|nicht|auf|von|ab|den)\b", sentence.lower()) is not None and not re.search(
        r"\b(?:the|of|is|was|and|la|los|el|le|les)\b", sentence.lower()
    )


def content(words: Sequence[str]) -> list[str]:
    """The words that say something by themselves, numbers in figures among them."""
    stop = word_set("stop")
    return [word for word in words if (len(word) > 1 or word.isdigit()) and word.lower() not in stop]


def best(words: Sequence[str], known: Source) -> tuple[str, ...]:
    """The first of `nearest`."""
    return next(iter(nearest(words, known)), ())


def nearest(words: Sequence[str], known: Source) -> list[tuple[str, ...]]:
    """The clause, or several where they are alike in it, of the source that says most of what these words do; its first word counts twice."""
    wanted = [stem(word.removeprefix("un")) for word in content(words) if word.lower() not in word_set("negations") or word.startswith("un")]
    if not wanted:
        return []

    def shared(clause: tuple[str, ...]) -> float:
        stems = {stem(word) for word in clause}
        return sum(2.0 if place == 0 else 1.0 for place, one in enumerate(dict.fromkeys(wanted)) if one in stems)

    scores = [shared(clause) for clause in known.clauses]
    most = max(scores, default=0.0)
    return sorted((clause for clause, score in zip(known.clauses, scores, strict=True) if score == most > 0), key=len)


def nearest_sentence(words: Sequence[str], known: Source) -> list[str]:
    """The sentence of the source that has most of these words."""
    wanted = {stem(word) for word in content(words)}
    return max(known.told, key=lambda each: len(wanted & each[1]), default=([], frozenset()))[0]
