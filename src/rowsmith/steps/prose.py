"""English prose: which of its sentences can be understood without the text around them."""

from __future__ import annotations

import re


def listed(words: str) -> frozenset[str]:
    """The set of the words of a text."""
    return frozenset(words.split())


_STARTS = re.compile(r"[\"'“‘(\[`*_]*[A-Z0-9`]")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")

_OPENERS = listed(
    "this that these those it its they their them he she his her him we our us i my here there such both either neither however therefore thus hence "
    "also then otherwise instead moreover furthermore additionally similarly likewise conversely but and or so yet nor because see note for "
    "first second third finally next lastly later earlier meanwhile yes no not"
)
_POINTING = re.compile(
    r"\b(?:this|these|those|above|below|here|following|former|latter|aforementioned|previous(?:ly)?|we|us|our|ours|he|she|him|her|his)\b", re.I
)
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|theirs|itself|themselves)\b", re.I)
_DANGLING = re.compile(r"\b(?:it|its|they|them|their|this|these|those|he|she|him|her|his|we|us|our|here|above|below|that)\b", re.I)
_QUOTED = re.compile(r'"[^"]*"|`[^`]*`')
_EARLY = 4


def word_count(text: str) -> int:
    """How many words the text has."""
    return sum(1 for _ in _WORD.finditer(text))


def flat(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def whole(sentence: str) -> bool:
    """Whether it is a whole, well-formed sentence: a capital or code first, a full stop last, brackets and quotes closed, four words or more."""
    return (
        _STARTS.match(sentence) is not None
        and sentence.rstrip("\"'”’)*_")[-1:] in (".", "!")
        and not sentence.endswith("...")
        and all(sentence.count(left) == sentence.count(right) for left, right in ("()", "[]", "“”"))
        and sentence.count('"') % 2 == sentence.count("`") % 2 == 0
        and "|" not in sentence
        and word_count(sentence) >= 4
    )


def stands_alone(sentence: str) -> bool:
    """Whether nothing in it points outside: no pronoun before its noun, no "this", "above", "the following", no "However" at its head."""
    first = _WORD.search(sentence)
    if first is None or first[0].lower() in _OPENERS or _POINTING.search(sentence):
        return False
    early = " ".join(_WORD.findall(sentence)[:_EARLY])
    return _PRONOUN.search(early) is None


def dangles(question: str) -> bool:
    """Whether a question has a pronoun that nothing in it explains; what it quotes is left aside."""
    return _DANGLING.search(_QUOTED.sub("", question)) is not None
