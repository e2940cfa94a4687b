"""Answers that are none by their words: refusals, stock openings, what belongs to the request, and the question once more.

The phrases are data: content/form.yaml. What stands in code or in quotation marks is spoken of, not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice

from rowsmith.content import form
from rowsmith.core.flags import Flag
from rowsmith.steps.form_turns import Turn
from rowsmith.steps.sentences import sentences

_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|``.+?``|`[^`\n]+`", re.DOTALL)
_QUOTED = re.compile(
    r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|„[^“”\n]{1,400}[“”]|«[^»\n]{1,400}»"
    r"|»[^«\n]{1,400}«|‘[^’\n]{2,400}’(?!\w)|「[^」\n]{1,400}」"
)
_QUOTES = frozenset("\"“„«»‘「")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_LONG_REST = 30
"""Words beside a refusal from which on something is answered all the same."""
_NAMED = re.compile(r"(?<!\\)\{([a-z_]+)\}")
"""A part of a pattern that stands by itself, under its name, in the same section of content/form.yaml."""
_LEAST_COPIED = 6
FIRST_WORD = re.compile(r"[¿¡]?([^\W\d_]*)")
_LATIN = "\u024f"
_ORDER = 320
_FEW_CHARACTERS = 260
_FIRST = re.compile(r"[^\W\d_][^.!?:\n]{8,120}?[ \u00a0\u202f]?[!.:](?=\s)")
_SHORT_HEAD = 90
_LEAST_BEHIND = 30
_AROUND = " \"'“”„«»¿¡*_()\u00a0\u202f"
_HEADING = re.compile(r"^[ \t]*(?:#{1,6}\s|\*\*[^*\n]+\*\*:?[ \t]*$)", re.MULTILINE)
_LEADING = 2
"""Words that may stand before a copied question: `Question:`, `You asked:`."""


@lru_cache(maxsize=16)
def unquoted(text: str, quotes: bool = True) -> str:
    """The text with blanks where code stands and, with `quotes`, what is quoted; every other character at its place."""
    plain = text if quotes else text.replace("’", "'")
    if "`" in plain or "~~~" in plain:
        plain = _CODE.sub(_blank, plain)
    if quotes and not _QUOTES.isdisjoint(plain):
        plain = _QUOTED.sub(_blank, plain)
    return plain.replace("’", "'")


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


@cache
def pattern(*path: str) -> re.Pattern[str]:
    """A pattern of content/form.yaml, a list of them as one; `{name}` in it is another of its section."""
    value = form()
    for name in path:
        value = value[name]
    return _compiled(path[0], value if isinstance(value, list) else [str(value)])


def _compiled(section: str, patterns: list[str]) -> re.Pattern[str]:
    said = "|".join(f"(?:{one})" for one in patterns)
    while _NAMED.search(said):
        said = _NAMED.sub(lambda found: str(form()[section][found[1]]), said)
    return re.compile(said, re.IGNORECASE)


def begins(path: tuple[str, str], text: str, start: int, end: int | None = None) -> re.Match[str] | None:
    """What of a list of openings stands at a place: of those alone that may begin with the word there, as its `first` tells by language."""
    word = FIRST_WORD.match(text, start)
    for look in _beginning(path, word[1].lower() if word else ""):
        if found := look.match(text, start, len(text) if end is None else end):
            return found
    return None


@lru_cache(maxsize=4096)
def _beginning(path: tuple[str, str], word: str) -> list[re.Pattern[str]]:
    foreign = not word or word[0] > _LATIN
    first = _first_words(path)
    return [pattern(*path, name) for name in first if name == "any" or word in first[name] or (foreign and name == "other")]


@cache
def _first_words(path: tuple[str, str]) -> dict[str, frozenset[str]]:
    """By language, the words with which its openings begin."""
    return {name: frozenset(form()["first"]["_".join(path)].get(name, "").split()) for name in form()[path[0]][path[1]]}


def lowered(text: str) -> str:
    """The text in the letters that a pattern which knows no case takes for the same: for `speaks_of`."""
    return text.lower() if text.isascii() else text.translate(_SAME).lower()


def speaks_of(text: str, *path: str) -> bool:
    """Whether a text in `lowered` letters has one of the pieces that whatever the pattern finds has: asked first, for it costs next to nothing."""
    return any(map(text.__contains__, _pieces(path)))


@cache
def _pieces(path: tuple[str, ...]) -> list[str]:
    value = form()["pieces"]
    for name in path:
        value = value[name]
    return str(value).split()


_SAME = {ord(char): same for char, same in (("İ", "i"), ("ı", "i"), ("ſ", "s"))}


@cache
def word_list(*path: str) -> frozenset[str]:
    """A list of words of content/form.yaml."""
    return frozenset(form()[path[0]][path[1]].split())


def weak_words() -> frozenset[str]:
    """Words behind which another must come: with them no sentence ends."""
    return word_list("truncated", "weak")


def refusals(turn: Turn) -> Iterator[Flag]:
    """`refusal`: an answer whose first sentences refuse, with little beside it."""
    if turn.role not in ("answer", "rejected"):
        return
    text = unquoted(turn.text)
    where = (span for span in sentences(text, 0, len(text)) if _WORD.search(text, *span))
    before = 0
    few = len(turn.text) < _FEW_CHARACTERS and turn.question
    for start, end in islice(where, 3):
        core = _refusal(text, start, end)
        if core is None and few and before == 0 and _speaks_of_the_request(turn, text[start:end]) and not _is_told(turn, "", ""):
            core = start
        if core is not None:
            rest = sum(_words(text, span) for span in where if not _beside(text, span))
            if rest + before <= _LONG_REST and not _goes_on(text[core:end]) and not _is_told(turn, text, text[start:end]):
                yield turn.flag("refusal", start, end)
            return
        words = _words(text, (start, end))
        if words > 12 and not _apology(text, start, end):
            return
        before += words


def _speaks_of_the_request(turn: Turn, sentence: str) -> bool:
    """Whether a sentence of a short answer says, in whatever words, that there is no answer: it denies, names the request and not its subject."""
    return all(_has(sentence, "refusal", name) for name in ("denial", "meta", "speaker")) and not _shares(turn.question, sentence)


def _has(text: str, *path: str) -> bool:
    """Whether a text has one of the words of a list."""
    return not word_list(*path).isdisjoint(_said(text))


@lru_cache(maxsize=4)
def _said(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _shares(question: str, sentence: str) -> bool:
    """Whether a sentence takes up a word of the question, by its first letters."""
    said = {word[:5] for word in _said(sentence) if len(word) > 3}
    return any(word[:5] in said for word in _said(question) if len(word) > 3 and word not in word_list("refusal", "meta"))


def _is_told(turn: Turn, text: str, sentence: str) -> bool:
    """Whether the question is one about refusing, or asks for a letter or a tale, and a refusal that does not speak of the request is part of it."""
    asked = unquoted(turn.question, quotes=False)
    if pattern("refusal", "about").search(asked):
        return True
    genre = pattern("refusal", "genre").search(asked)
    return genre is not None and genre[0].lower() not in sentence.lower() and not _has(text, "refusal", "meta")


def _words(text: str, span: tuple[int, int]) -> int:
    return len(_WORD.findall(text, *span))


def _apology(text: str, start: int, end: int) -> bool:
    found = begins(("refusal", "apology"), text, start, end)
    return found is not None


def _refusal(text: str, start: int, end: int) -> int | None:
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


def _beside(text: str, span: tuple[int, int]) -> bool:
    """Whether a sentence beside a refusal belongs to it: another one, an apology, an offer."""
    return _refusal(text, *span) is not None or pattern("refusal", "offer").match(text, *span) is not None


def _goes_on(rest: str) -> bool:
    """Whether the sentence itself goes on to answer: "I cannot say for certain, but a coin of this kind ..."."""
    turns = re.search(rf",? \b{form()['refusal']['general']}\b,? ", rest, re.IGNORECASE)
    return turns is not None and len(_WORD.findall(rest[turns.end() :])) >= 4 and pattern("refusal", "offer").match(rest[turns.end() :]) is None


def openings(turn: Turn) -> Iterator[Flag]:
    """`boilerplate`: an answer that opens with a stock phrase."""
    if turn.role not in ("answer", "rejected"):
        return
    text = unquoted(turn.text, quotes=False)
    start = len(text) - len(text.lstrip(" \n\t*_#>"))
    if found := begins(("boilerplate", "begins"), text, start):
        yield turn.flag("boilerplate", start, found.end())
    elif (announced := _announces(turn, text, start)) and _refusal(text, start, announced) is None:
        yield turn.flag("boilerplate", start, announced)


def _announces(turn: Turn, text: str, start: int) -> int:
    """Where a first sentence ends that only says, in whatever words, that an answer follows; 0 if it says more."""
    head = _FIRST.match(text, start)
    if head is None or head.end() - start > _SHORT_HEAD or len(text) - head.end() < _LEAST_BEHIND:
        return 0
    said = head[0]
    told = all(_has(said, "boilerplate", name) for name in ("answer", "place"))
    return head.end() if told and not _has(turn.question, "boilerplate", "answer") and not _shares(turn.question, said) else 0


def scaffolding(turn: Turn) -> Iterator[Flag]:
    """`scaffolding`: marks of a template at the edge of a text, the request itself, or the error of a call, as the answer."""
    if turn.role in ("system", "context"):
        return
    text = unquoted(turn.text)
    yield from _marks(turn, text)
    if turn.role in ("answer", "rejected"):
        # An error is told in braces and quotation marks of its own, which make it no quotation.
        raw = turn.text.replace("’", "'")
        start = len(raw) - len(raw.lstrip(" \n\t*_#>`"))
        found = pattern("scaffolding", "error").match(raw, start) or begins(("scaffolding", "start"), text, start) or _ordered(text, start)
        if found and not _asked_about(turn):
            yield turn.flag("scaffolding", start, found.end())


def _ordered(text: str, start: int) -> re.Match[str] | None:
    """What orders an answer to be written."""
    return pattern("scaffolding", "ordered").match(text, start) if speaks_of(text[:_ORDER].lower(), "scaffolding", "ordered") else None


def _asked_about(turn: Turn) -> bool:
    return pattern("scaffolding", "about").search(turn.question) is not None


def _marks(turn: Turn, text: str) -> Iterator[Flag]:
    answer = turn.role in ("answer", "rejected")
    for found in pattern("scaffolding", "token").finditer(text):
        edge = not text[: found.start()].strip() or not text[found.end() :].strip()
        if edge or (turn.role != "question" and not _asked_about(turn)):
            yield turn.flag("scaffolding", *found.span())
            return
    for found in pattern("scaffolding", "heading").finditer(text):
        if text[: found.start()].rpartition("\n")[2].strip() == "" and _stands(text, found, answer) and not (answer and _asked_about(turn)):
            yield turn.flag("scaffolding", *found.span())
            return
    for found in pattern("scaffolding", "speaker").finditer(text) if answer and ":" in text else ():
        before = text[: found.start()]
        if (not before.strip() or before.endswith("\n")) and not _asked_about(turn):
            yield turn.flag("scaffolding", *found.span())
            return


def _stands(text: str, found: re.Match[str], answer: bool) -> bool:
    """Whether a heading is the mark of a template: first in an answer, or with its colon and no heading before it of which it would be the next."""
    if answer and not text[: found.start()].strip():
        return found[0].rstrip().endswith(":") or text[found.end() : found.end() + 1] in ("\n", "")
    return found[0].rstrip().endswith(":") and _HEADING.search(text, 0, found.start()) is None


def copies(turn: Turn) -> Iterator[Flag]:
    """`prompt_copy`: the whole question of six words or more stands in the answer, alone, before or after the rest."""
    if turn.role not in ("answer", "rejected"):
        return
    asked = _said(turn.question)
    if len(asked) < _LEAST_COPIED or asked[-1] not in (small := turn.text.lower()) or asked[0] not in small:
        return
    words = _WORD.findall(turn.text)
    size = len(asked)
    for at in [*range(min(_LEADING, len(words) - size) + 1), len(words) - size]:
        if at < 0 or words[at].lower() != asked[0]:
            continue
        if [word.lower() for word in words[at : at + size]] == asked and (at <= _LEADING or at == len(words) - size):
            said = list(_WORD.finditer(turn.text))
            if _apart(turn.text, said[at].start(), said[at + size - 1].end()) and not pattern("copied").search(turn.question):
                yield turn.flag("prompt_copy", said[at].start(), said[at + size - 1].end())
            return


def _apart(text: str, start: int, end: int) -> bool:
    """Whether what stands there is said by itself: a sentence, a line, or the whole."""
    after, before = text[end:].lstrip(_AROUND), text[:start].rstrip(_AROUND)
    return (not after or not _goes_with(after[0])) and (not before or not _goes_with(before[-1]))


def _goes_with(char: str) -> bool:
    """Whether what stands beside this character may be part of a sentence with it."""
    return char.isalnum() or char in ",،、"
