"""Whether a source bears a sentence out, by what can be seen without a model: its numbers, names, words, denials and the order of what it says.

It reads no meaning. A figure that the source has not, nor that follows from two of its own, a name that it has not, a sentence that denies what
it says or claims all where it does not, two things that have changed places, or too few of the sentence's words in the source speak against it.
"""

from __future__ import annotations

import re

from rowsmith.steps.arithmetic import alike, follows, near
from rowsmith.steps.claims import REPEATED, WORD, Doubt, Source, bare, content, is_german, nearest, plain, read_source, stem, word_set
from rowsmith.steps.denying import absolute, denied, extended, settled, undone
from rowsmith.steps.quantities import Quantity, months, quantities, units
from rowsmith.steps.swapping import compared, crossed, misplaced, swapped

_SPAN = re.compile(r"\s?(?:to|bis|à|a|-|–|:)\s?\d")
"""What makes of a number and the next one a span or a score, which nobody reckons."""


def doubt(sentence: str, source: str, least: float = 0.4) -> Doubt | None:
    """What speaks against a sentence; None where nothing does. `least`: the share of its content words that the source must have."""
    known = read_source(source)
    if _quoted(plain(sentence), known):
        return None
    return (
        _wrong_number(sentence, known)
        or _wrong_name(sentence, known)
        or absolute(sentence, known)
        or swapped(sentence, known)
        or crossed(sentence, known)
        or compared(sentence, known)
        or misplaced(sentence, known)
        or denied(sentence, known)
        or undone(sentence, known)
        or extended(sentence, known)
        or settled(sentence, known)
        or _unheard(sentence, known, least)
    )


def _quoted(said: str, known: Source) -> bool:
    """Whether the source has these words one after the other, and does not deny them with the word before."""
    before, found, _ = known.flat.partition(said)
    return bool(found) and not (before and before.rsplit(None, 1)[-1] in word_set("negations"))


def _wrong_number(sentence: str, known: Source) -> Doubt | None:
    """A number that the source has not; one that only follows from its numbers where the sentence repeats a clause with another in its place."""
    found = quantities(sentence)
    for one in found:
        reckoned = follows(one, found, known.derived) and not _SPAN.match(sentence, one.end) and not _in_place_of(one, sentence, known)
        if not reckoned and not _stands(one, sentence, known):
            return Doubt("number", sentence[one.start : one.end])
    return None


def _stands(one: Quantity, sentence: str, known: Source) -> bool:
    if one.kind in ("", "rate") and one.value == 1:
        return True
    if any(alike(one, other.kind, other.value) or (one.raw == other.raw and not (one.kind and other.kind)) for other in known.quantities):
        return True
    if any(near(one, 1 / other.value) for other in known.quantities if one.kind == "rate" and other.kind == "time" and other.value):
        return True
    return sentence[one.end : one.end + 1] == "s" and any(other.value // 10 == one.value // 10 for other in known.quantities)


def _in_place_of(one: Quantity, sentence: str, known: Source) -> bool:
    """Whether the words around a number are those of a clause that has another number there."""
    said = [stem(word) for word in content(WORD.findall(sentence[: one.start] + sentence[one.end :]))]
    mine = {other.value for other in quantities(sentence)}
    for clause in nearest(WORD.findall(sentence), known)[:1]:
        text = " ".join(clause)
        theirs = {stem(word) for word in clause}
        other = [each for each in quantities(text) if each.kind == one.kind and each.value not in mine]
        if other and said and sum(word in theirs for word in said) >= REPEATED * len(said):
            return True
    return False


def _wrong_name(sentence: str, known: Source) -> Doubt | None:
    words = list(WORD.finditer(sentence))
    capital = [found for found in words[1:] if found[0][0].isupper()]
    inner = [found for found in words[:1] if re.search(r"[a-z][A-Z]", found[0])]
    for found in (*capital, *inner):
        word = bare(found[0])
        if word in known.names or len(word) < 2 or word in units() or (word in months() and str(months()[word]) in known.words):
            continue
        if not is_german(sentence) and not any(word == name + "s" or name == word + "s" for name in known.names):
            return Doubt("name", found[0])
        if word in months():
            return Doubt("name", found[0])
    return None


def _unheard(sentence: str, known: Source, least: float) -> Doubt | None:
    numbers = [(one.start, one.end) for one in quantities(sentence)]
    content = [found for found in WORD.finditer(sentence) if found[0].lower() not in word_set("stop")]
    if not content:
        return None
    heard = sum(any(start <= found.start() < end for start, end in numbers) or _known(found[0], known) for found in content)
    missing = [found[0] for found in content if not _known(found[0], known)]
    return None if heard >= least * len(content) else Doubt("unheard", ", ".join(missing[:5]))


def _known(word: str, known: Source) -> bool:
    return stem(word) in known.stems or any(stem(part) in known.stems for part in re.split(r"[-'’.]", word) if len(part) > 2)
