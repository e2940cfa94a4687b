"""Instructions that a question gives and whose keeping can be counted: how long, in which form, with which words, in which language.

Source of the kinds: Zhou et al., "Instruction-Following Evaluation for Large Language Models" (IFEval), arXiv 2311.07911. There the instructions are
given beside the question; here they are found in it, by the patterns of content/constraints.yaml, in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import orjson

from rowsmith.content import constraints
from rowsmith.core.languages import UNKNOWN
from rowsmith.steps.form_asked import language_of, length
from rowsmith.steps.sentences import sentences

NEAR = 0.2
"""How far "about 100 words" may be off."""
_QUOTED = r"(?:\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”|'[^'\n]{1,80}'(?!\w))"
_EACH = re.compile(r"\"([^\"\n]+)\"|“([^”\n]+)”|'([^'\n]+)'(?!\w)")
_FENCED = re.compile(r"\s*```\w*\n(.*?)\n?```\s*", re.DOTALL)
_BULLET = re.compile(r"^\s*(?:[-*•+]|\d{1,3}[.)])\s+\S", re.MULTILINE)
_HIGHLIGHT = re.compile(r"\*\*[^*\n]+\*\*|(?<!\*)\*[^*\s][^*\n]*\*(?!\*)")
_PLACEHOLDER = re.compile(r"\[[^\[\]\n]+\]")
_TITLE = re.compile(r"<<[^<>\n]+>>")
_POSTSCRIPT = re.compile(r"^\s*P\.? ?(?:P\.? ?)?S\b", re.MULTILINE)


class Constraint(NamedTuple):
    """An instruction: its kind, the words that give it, and whether an answer keeps it."""

    kind: str
    said: str
    kept: Callable[[str], bool]


def constraints_of(question: str) -> list[Constraint]:
    """The instructions of a question that can be counted, each kind of saying once.

    >>> [one.kept("Tea.") for one in constraints_of("What is tea? Use at least 3 words.")]
    [False]
    """
    return [*_counts(question), *_formats(question), *_words(question), *_languages(question)]


def _counts(question: str) -> Iterator[Constraint]:
    for kind, measure in _MEASURES.items():
        for found in _pattern("count", kind).finditer(question):
            how, number = _bound(found)
            if not how and kind != "words" and _pattern("bare").search(question, 0, found.start()):
                how = "exactly"
            if how:
                yield Constraint(kind, found[0], _within(measure, how, number))


def _bound(found: re.Match[str]) -> tuple[str, int]:
    """How it compares and with which number; none for a bare number."""
    given = next(number for name, number in found.groupdict().items() if name.startswith("number") and number)
    number = int(given) if given.isdigit() else constraints()["numbers"].split().index(given.lower()) + 1
    said = next((how for name, how in found.groupdict().items() if name.startswith("how") and how), "").lower()
    if not said:
        return "", number
    return next(name for name, words in constraints()["compared"].items() if said in str(words).split("|")), number


def _within(measure: Callable[[str], int], how: str, number: int) -> Callable[[str], bool]:
    def kept(answer: str) -> bool:
        count = measure(answer)
        return {
            "at_least": count >= number, "more": count > number, "at_most": count <= number, "fewer": count < number, "exactly": count == number,
            "about": abs(count - number) <= NEAR * number,
        }[how]  # fmt: skip

    return kept


def _formats(question: str) -> Iterator[Constraint]:
    for kind, kept in _FORMATS.items():
        if found := _pattern("format", kind).search(question):
            yield Constraint(kind, found[0], kept)


def _words(question: str) -> Iterator[Constraint]:
    for kind, kept in _KEPT.items():
        for found in _pattern("keywords", kind).finditer(question):
            words = [next(filter(None, one.groups())).strip() for one in _EACH.finditer(found["said"])]
            yield Constraint(kind, found[0], _all(kept, words))


def _all(kept: Callable[[str, str], bool], words: list[str]) -> Callable[[str], bool]:
    return lambda answer: all(kept(answer, word) for word in words)


def _languages(question: str) -> Iterator[Constraint]:
    found = _pattern("language").search(question)
    if found:
        asked = constraints()["languages"][found["said"].lower()]
        yield Constraint("language", found[0], lambda answer: language_of(answer).language in (asked, UNKNOWN))


@cache
def _pattern(*path: str) -> re.Pattern[str]:
    said = constraints()
    for name in path:
        said = said[name]
    compared = "|".join(str(words) for words in constraints()["compared"].values())
    numbers = "|".join(constraints()["numbers"].split())
    text = str(said)
    for turn in range(text.count("{n}")):  # a name for each: a group's name may stand once
        text = text.replace("{n}", rf"(?:\b(?P<how{turn}>{compared}) )?\b(?P<number{turn}>\d{{1,5}}|{numbers})", 1)
    return re.compile(text.replace("{quoted}", _QUOTED).replace("{languages}", "|".join(constraints()["languages"])), re.IGNORECASE)


def _holds(answer: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", answer, re.IGNORECASE) is not None


def _is_json(answer: str) -> bool:
    fenced = _FENCED.fullmatch(answer)
    try:
        orjson.loads(fenced[1] if fenced else answer)
    except orjson.JSONDecodeError:
        return False
    return True


def _bare(answer: str) -> str:
    return answer.strip().strip("\"“”'").strip().lower()


_MEASURES: dict[str, Callable[[str], int]] = {
    "words": length,
    "sentences": lambda answer: len(list(sentences(answer, 0, len(answer)))),
    "paragraphs": lambda answer: len([one for one in re.split(r"\n\s*\n|\n\s*\*\*\*\s*\n", answer) if one.strip()]),
    "bullets": lambda answer: len(_BULLET.findall(answer)),
    "highlights": lambda answer: len(_HIGHLIGHT.findall(answer)),
    "placeholders": lambda answer: len(_PLACEHOLDER.findall(answer)),
}
_FORMATS: dict[str, Callable[[str], bool]] = {
    "json": _is_json,
    "lowercase": lambda answer: answer == answer.lower(),
    "uppercase": lambda answer: answer == answer.upper(),
    "no_commas": lambda answer: "," not in answer,
    "title": lambda answer: _TITLE.search(answer) is not None,
    "quoted": lambda answer: re.fullmatch(r"\s*[\"“].*[\"”]\s*", answer, re.DOTALL) is not None,
    "postscript": lambda answer: _POSTSCRIPT.search(answer) is not None,
}
_KEPT: dict[str, Callable[[str, str], bool]] = {
    "with": _holds,
    "without": lambda answer, word: not _holds(answer, word),
    "starts": lambda answer, word: _bare(answer).startswith(_bare(word)),
    "ends": lambda answer, word: _bare(answer).endswith(_bare(word)),
}
KINDS = (*_MEASURES, *_FORMATS, *_KEPT, "language")
"""Kinds of instructions."""
