"""Answers that are none by their words: what belongs to the request, the error of a call, and the question once more; and how phrases are sought.

The phrases are data: content/form.yaml. What stands in code or in quotation marks is spoken of, not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from rowsmith.content import form
from rowsmith.core.flags import Flag
from rowsmith.steps.form_turns import Turn

_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|``.+?``|`[^`\n]+`", re.DOTALL)
_QUOTED = re.compile(
    r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|„[^“”\n]{1,400}[“”]|«[^»\n]{1,400}»"
    r"|»[^«\n]{1,400}«|‘[^’\n]{2,400}’(?!\w)|「[^」\n]{1,400}」"
)
_QUOTES = frozenset("\"“„«»‘「")
WORD = re.compile(r"\w+(?:['’]\w+)*")
_NAMED = re.compile(r"(?<!\\)\{([a-z_]+)\}")
"""A part of a pattern that stands by itself, under its name, in the same section of content/form.yaml."""
_LEAST_COPIED, _LEAST_CHARACTERS = 6, 10
"""Words of a question, and characters of one in a script that parts no words, from which on it is taken for copied."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_STOPS = "。？！?!.:： \n"
FIRST_WORD = re.compile(r"[¿¡]?([^\W\d_]*)")
_LATIN = "\u024f"
_ORDER = 320
_AROUND = " \"'“”„«»¿¡*_()\u00a0\u202f"
_HEADING = re.compile(r"^[ \t]*(?:#{1,6}\s|\*\*[^*\n]+\*\*:?[ \t]*$)", re.MULTILINE)
_LEADING = 4
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
    return re.compile(filled(section, "|".join(f"(?:{one})" for one in patterns)), re.IGNORECASE)


def filled(section: str, said: str) -> str:
    """A pattern with those that it names in their places."""
    while _NAMED.search(said):
        said = _NAMED.sub(lambda found: str(form()[section][found[1]]), said)
    return said


def begins(path: tuple[str, str], text: str, start: int, end: int | None = None) -> re.Match[str] | None:
    """What of a list of openings stands at a place: of those alone that may begin with the word there, as its `first` tells by language."""
    word = FIRST_WORD.match(text, start)
    for look in _beginning(path, word[1].lower() if word else ""):
        if found := look.match(text, start, len(text) if end is None else end):
            return found
    return None


@lru_cache(maxsize=4096)
def _beginning(path: tuple[str, str], word: str) -> list[re.Pattern[str]]:
    foreign = not word or max(word) > _LATIN
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


def has(text: str, *path: str) -> bool:
    """Whether a text has one of the words of a list."""
    return not word_list(*path).isdisjoint(words_of(text))


@lru_cache(maxsize=4)
def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return [word.lower() for word in WORD.findall(text)]


def shares(question: str, sentence: str) -> bool:
    """Whether a sentence takes up a word of the question, by its first letters."""
    said = {word[:5] for word in words_of(sentence) if len(word) > 3}
    return any(word[:5] in said for word in words_of(question) if len(word) > 3 and word not in word_list("refusal", "meta"))


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
        found = pattern("scaffolding", "error").match(raw, start) or _requests(turn, raw, start)
        found = found or begins(("scaffolding", "start"), text, start) or _ordered(text, start)
        if found and not _asked_about(turn):
            yield turn.flag("scaffolding", start, found.end())


def _requests(turn: Turn, text: str, start: int) -> re.Match[str] | None:
    """The body of a call of a model that stands for the answer, unless code was asked for."""
    return None if pattern("coding").search(turn.question) else pattern("scaffolding", "request").match(text, start)


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
    if _UNSPACED.search(turn.question):
        yield from _copied_whole(turn)
        return
    asked = words_of(turn.question)
    if len(asked) < _LEAST_COPIED or asked[-1] not in (small := turn.text.lower()) or asked[0] not in small:
        return
    words = WORD.findall(turn.text)
    size = len(asked)
    for at in [*range(min(_LEADING, len(words) - size) + 1), len(words) - size]:
        if at < 0 or words[at].lower() != asked[0]:
            continue
        if [word.lower() for word in words[at : at + size]] == asked and (at <= _LEADING or at == len(words) - size):
            said = list(WORD.finditer(turn.text))
            if _apart(turn.text, said[at].start(), said[at + size - 1].end()) and not pattern("copied").search(turn.question):
                yield turn.flag("prompt_copy", said[at].start(), said[at + size - 1].end())
            return


def _copied_whole(turn: Turn) -> Iterator[Flag]:
    """The same in a script that parts no words: the question at either end of the answer."""
    asked, said = turn.question.strip().rstrip(_STOPS), turn.text.strip().rstrip(_STOPS)
    at = turn.text.find(asked)
    if len(asked) >= _LEAST_CHARACTERS and at >= 0 and (said.endswith(asked) or not turn.text[:at].strip(_AROUND)):
        behind = turn.text[at + len(asked) :]
        if (not behind or behind[0] in _STOPS) and not pattern("copied").search(turn.question):
            yield turn.flag("prompt_copy", at, at + len(asked))


def _apart(text: str, start: int, end: int) -> bool:
    """Whether what stands there is said by itself: a sentence, a line, or the whole."""
    after, before = text[end:].lstrip(_AROUND), text[:start].rstrip(_AROUND)
    return (not after or not _goes_with(after[0])) and (not before or not _goes_with(before[-1]))


def _goes_with(char: str) -> bool:
    """Whether what stands beside this character may be part of a sentence with it."""
    return char.isalnum() or char in ",،、"
