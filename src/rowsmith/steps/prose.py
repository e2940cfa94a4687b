"""English prose: its sentences with exact spans, and which of them can be understood without the text around them."""

from __future__ import annotations

import re
from collections.abc import Iterator


def listed(words: str) -> frozenset[str]:
    """The set of the words of a text."""
    return frozenset(words.split())


_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s|$)|\n")
_STARTS = re.compile(r"[\"'“‘(\[`*_]*[A-Z0-9`]")
_NO_END = listed("e.g. i.e. etc. vs. cf. approx. fig. no. eq. sec. ch. vol. dr. mr. mrs. ms. prof. st. jr. sr. inc. ltd. co. al. ca. resp.")
_SHORT_LINE = 40
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


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of text[start:end], a paragraph. A line break ends one only behind a line that is too short to have been wrapped."""
    begin = start
    line = start
    for found in _END.finditer(text, start, end):
        at = found.end()
        if found[0] == "\n":
            ends, line = found.start() - line < _SHORT_LINE, at
        else:
            ends = _is_end(text, begin, at, end)
        if ends:
            yield from _trimmed(text, begin, at)
            begin = at
    yield from _trimmed(text, begin, end)


def _is_end(text: str, begin: int, at: int, end: int) -> bool:
    rest = text[at : min(end, at + 40)].lstrip()
    last = text[max(begin, at - 40) : at].rsplit(None, 1)[-1]
    initial = len(last) == 2 and last[0].isupper()
    return (not rest or _STARTS.match(rest) is not None) and last.lower().lstrip("(") not in _NO_END and not initial


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


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
