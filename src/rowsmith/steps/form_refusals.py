"""Answers that refuse, or ask for more, in place of an answer: by how their sentences begin, and, of short ones, by what stands within them.

The phrases are data: content/form.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from rowsmith.content import form
from rowsmith.core.flags import Flag
from rowsmith.steps.form_phrases import WORD, begins, filled, has, pattern, shares, unquoted, words_of
from rowsmith.steps.form_turns import Turn
from rowsmith.steps.pieces import Quick, alternatives, needs
from rowsmith.steps.sentences import sentences

Span = tuple[int, int]
_LONG_REST, _SHORT_REST = 30, 10
"""Words beside a refusal from which on something is answered all the same: beside a plain one, and beside what might be part of an answer."""
_OF_IT = re.compile(r"\b(?:this|that|your) (?:request|question|task)\b", re.IGNORECASE)
"""What no letter speaks of: that which was asked of the one who writes it."""
_LEAST_CARRIED = 7
"""Words of a question that holds what is to be translated."""
_FEW_CHARACTERS, _SOME_CHARACTERS = 260, 420
"""Characters below which an answer may be a refusal in whatever words."""


def refusals(turn: Turn) -> Iterator[Flag]:
    """`refusal`: an answer whose first sentences refuse, with little beside it."""
    if turn.role not in ("answer", "rejected"):
        return
    text = unquoted(turn.text)
    where = (span for span in sentences(text, 0, len(text)) if WORD.search(text, *span))
    before = 0
    for start, end in islice(where, 3):
        core = refuses(text, start, end)
        most = _LONG_REST
        beside = _offers
        if core is not None and pattern("refusal", "disclaims").search(text, start, end):
            most, beside = _SHORT_REST, _invites
        if core is None and turn.question and len(text) < _SOME_CHARACTERS:
            core, most = _in_other_words(turn, text, (start, end), before)
        if core is not None:
            rest = sum(_words(text, span) for span in where if refuses(text, *span) is None and not beside(text, span))
            if rest + before <= most and not _goes_on(text[core:end]) and not _is_told(turn, text, text[start:end]):
                yield turn.flag("refusal", start, end)
                return
            if most == _LONG_REST:
                return
        words = _words(text, (start, end))
        if words > 12 and not _apology(text, start, end):
            return
        before += words


def _in_other_words(turn: Turn, text: str, span: Span, before: int) -> tuple[int | None, int]:
    """Where the core of a refusal ends that stands within a sentence of a short answer, and how many words may stand beside it."""
    start, end = span
    if len(text) < _FEW_CHARACTERS and before == 0 and _speaks_of_the_request(turn, text[start:end]) and not _is_told(turn, "", ""):
        return start, _LONG_REST
    name, found = _stands_in(text, span)
    if found is None or (name == "asks" and (_wants_a_question(turn) or found[0].lower() in turn.question.lower())):
        return None, 0
    return found.end(), _LONG_REST if name == "within" else _SHORT_REST


def _wants_a_question(turn: Turn) -> bool:
    return pattern("refusal", "wording").search(turn.question) is not None


def _stands_in(text: str, span: Span, names: Sequence[str] = ("within", "asks")) -> tuple[str, re.Match[str] | None]:
    """What of the phrases of these lists stands within a sentence, and of which list it is: those are tried of which the sentence has the pieces."""
    listed, quick = _listed()
    for number in quick.may(words_of(text[slice(*span)].replace("'", " "))):
        name, look = listed[number]
        if name in names and (found := look.search(text, *span)):
            return name, found
    return "", None


@cache
def _listed() -> tuple[Sequence[tuple[str, re.Pattern[str]]], Quick]:
    said = [(name, side) for name in ("within", "asks") for one in form()["refusal"][name] for side in alternatives(filled("refusal", one))]
    return [(name, re.compile(one, re.IGNORECASE)) for name, one in said], Quick([[needs(one)] for _, one in said])


def _speaks_of_the_request(turn: Turn, sentence: str) -> bool:
    """Whether a sentence of a short answer says, in whatever words, that there is no answer: it denies, names the request and not its subject."""
    return all(has(sentence, "refusal", name) for name in ("denial", "meta", "speaker")) and not shares(turn.question, sentence)


def _is_told(turn: Turn, text: str, sentence: str) -> bool:
    """Whether the question is one about refusing, or asks for a letter or a tale, and a refusal that does not speak of the request is part of it."""
    asked = unquoted(turn.question, quotes=False)
    if pattern("refusal", "about").search(asked):
        return True
    if pattern("truncated", "written").search(asked) and pattern("boilerplate", "greeting").match(text.lstrip()) and not _OF_IT.search(text):
        return True
    genre = pattern("refusal", "genre").search(asked)
    if genre and pattern("refusal", "carries").match(genre[0]) and len(words_of(asked)) < _LEAST_CARRIED:
        return False
    if genre is None or genre[0].lower() in sentence.lower():
        return False
    return not has(text, "refusal", "meta") or (pattern("refusal", "part").match(genre[0]) is not None and not _OF_IT.search(text))


def _words(text: str, span: tuple[int, int]) -> int:
    return len(WORD.findall(text, *span))


def _apology(text: str, start: int, end: int) -> bool:
    found = begins(("refusal", "apology"), text, start, end)
    return found is not None


def refuses(text: str, start: int, end: int) -> int | None:
    """Where the core of a refusal ends, if the sentence is one: apologies, then what refuses."""
    at = start
    for _ in range(4):
        if found := begins(("refusal", "begins"), text, at, end):
            return found.end()
        sorry = begins(("refusal", "apology"), text, at, end)
        if sorry is None or sorry.end() == at:
            return _therefore(text, at, end)
        at = sorry.end()
        while at < end and text[at] in " ,.;:!\u00a0\u2013\u2014-":
            at += 1
    return None


def _therefore(text: str, start: int, end: int) -> int | None:
    """Where a refusal ends that a sentence comes to in its second half: "That is a matter of law, so I cannot advise you"."""
    for turns in pattern("refusal", "hence").finditer(text, start, end):
        if found := begins(("refusal", "begins"), text, turns.end(), end):
            return found.end()
    return None


def _offers(text: str, span: Span) -> bool:
    """Whether a sentence beside a refusal belongs to it: an apology, an offer, a request."""
    return pattern("refusal", "offer").match(text, *span) is not None or _stands_in(text, span, ("asks",))[1] is not None


def _invites(text: str, span: Span) -> bool:
    """Whether a sentence behind "I have no opinions" only offers to go on: any other answers all the same."""
    return pattern("refusal", "invites").match(text, *span) is not None


def _goes_on(rest: str) -> bool:
    """Whether the sentence itself goes on to answer: "I cannot say for certain, but a coin of this kind ..."."""
    turns = re.search(rf",? \b{form()['refusal']['general']}\b,? ", rest, re.IGNORECASE)
    return turns is not None and len(WORD.findall(rest[turns.end() :])) >= 4 and pattern("refusal", "offer").match(rest[turns.end() :]) is None
