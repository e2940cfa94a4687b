"""What has changed places between a sentence and its source: two things, two parts, a name, what something is compared with."""

from __future__ import annotations

import re
from itertools import combinations

from rowsmith.steps.claims import PARTS, REPEATED, WORD, Doubt, Source, bare, content, is_german, nearest_sentence, stem, word_set

_PASSIVE = frozenset(("by", "von", "par", "por", "durch"))
_THAN = re.compile(
    r"\b(?:than|as|als|que)\s(?:the |a |an |in |der |die |das |los |las |le |la |les )?([^\W\d_]{3,})\b(?=[^.,;]{0,25}[.,;])"
)


def swapped(sentence: str, known: Source) -> Doubt | None:
    """Whether two things have changed places: what the source says in the order A M B stands in the sentence as B M A."""
    mine = [stem(word) for word in content(WORD.findall(sentence))]
    told = [[word for clause in each for word in clause] for each in known.sentences]
    for said in (*told, *known.clauses):
        theirs = [stem(word) for word in content(said)]
        passive = (_PASSIVE & {word.lower() for word in WORD.findall(sentence)}) - {word.lower() for word in said}
        shared = [one for one in mine if mine.count(one) == 1 and theirs.count(one) == 1]
        if passive or len(shared) < max(3, 0.6 * len(mine)):
            continue
        if len(shared) == len(mine) > 3 and _transposed([theirs.index(one) for one in shared]) and _around(sentence) & _around(" ".join(said)):
            return Doubt("swapped", " ".join(shared[:6]))
        if _exchanged([theirs.index(one) for one in shared], [one.isdigit() for one in shared]):
            return Doubt("swapped", " ".join(shared[:6]))
    return None


def _around(text: str) -> frozenset[str]:
    """The words of a text that tell from what, into what or for what something is, and that stay where the two change places."""
    return word_set("relations") & {word.lower() for word in WORD.findall(text)}


def _transposed(places: list[int]) -> bool:
    """Whether two neighbours, and they alone, have changed places: "turns sugar into starch"."""
    order = sorted(places)
    wrong = [place for place, (one, other) in enumerate(zip(places, order, strict=True)) if one != other]
    return len(wrong) == 2 and wrong[1] - wrong[0] == 1


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


def crossed(sentence: str, known: Source) -> Doubt | None:
    """Whether two halves of a sentence have each something of two parts of the source: "Dora gets the boat and Finn the house"."""
    halves = [{stem(word) for word in content(WORD.findall(half))} for half in PARTS.split(sentence)]
    halves = [half for half in halves if len(half) > 1]
    for one, two in combinations(halves, 2):
        for this, that in known.halves:
            mine = [(half & this - that, half & that - this) for half in (one - two, two - one)]
            if all(each for half in mine for each in half):
                return Doubt("swapped", ", ".join(sorted(mine[0][0] | mine[0][1])))
    return None


def misplaced(sentence: str, known: Source) -> Doubt | None:
    """Whether a sentence repeats one of the source with another of its names, or of its numbers, in the place of one."""
    words = WORD.findall(sentence)
    told = nearest_sentence(words, known)
    stems = {stem(word) for word in told}
    said = content(words)
    names = {bare(word) for word in words[1:] if word[0].isupper()}
    if len(said) < 3 or sum(stem(word) in stems for word in said) < REPEATED * (len(said) - 1):
        return None
    theirs = {bare(word) for word in told[1:] if word[0].isupper()}
    lost = {name for name in theirs - names if name not in {word.lower() for word in words}}
    wrong = next((name for name in names - theirs if stem(name) not in stems), None)
    return Doubt("swapped", wrong) if wrong and lost and not is_german(sentence) else None


def compared(sentence: str, known: Source) -> Doubt | None:
    """Whether what the source compares something with is what the sentence compares: "the Earth is wider than it"."""
    for mine in _THAN.finditer(sentence):
        before = {stem(word) for word in WORD.findall(sentence[: mine.start()])}
        for theirs in known.compared:
            if theirs in before and theirs != stem(mine[1]):
                return Doubt("swapped", mine[1])
    return None
