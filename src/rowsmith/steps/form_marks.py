"""What a text must not hold: places left to be filled, and characters that a wrong encoding left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from rowsmith.content import form
from rowsmith.core.flags import Flag
from rowsmith.steps.form_phrases import lowered, pattern, speaks_of, unquoted, weak_words, word_list
from rowsmith.steps.form_turns import Turn

_SQUARE = re.compile(r"(?<![\w\]!\\])\[\[?([^\[\]\n]{2,120})\]\]?(?![(\[:])")
_DOUBLE = re.compile(r"\{\{\s*([\w .|'\"()-]{1,60}?)\s*\}\}|\{%[^%\n]{1,60}%\}|<<([\w -]{2,40})>>|%[A-Z][A-Z_]{2,30}%")
_CURLY = re.compile(r"(?<![\w\\}^_${])\{(?!\w_\w{1,2}\})[^\W\d_][\w -]{1,40}\}(?!\})|\$\{[\w.]{1,40}\}")
_ANGLE = re.compile(r"(?<![\w<])<([^\W\d_][^\W\d_ _-]*(?:[ _-][^\W\d_]+){0,4})>(?!>)")
_FORMULA = re.compile(r"[=^\\]|^\W*\d+,")
_MARKS = "\"“”„«»"
_LETTERS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]+ $")
_BLANK = re.compile(r"(?<![\w_])_{4,}(?![\w_])")
_LOOKS_LIKE_CODE = re.compile(r"[;{}]\s*\n|^\s*[{\[][\s\"']|\\[a-z]+\{", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""All of the categories Cc and Cs but tab, line feed and carriage return."""
_BYTES = {bytes([code]).decode("cp1252"): code for code in range(0x80, 0xC0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)} | {
    chr(code): code for code in range(0x80, 0xC0)
}
"""The characters as which the second and later bytes of UTF-8 are read, by Windows-1252 or Latin-1."""
_NEXT = "[" + re.escape("".join(_BYTES)) + "]"
_SURE = re.compile(
    rf"[ÃÂ]{_NEXT}|[âã]{_NEXT}{{2}}|ð{_NEXT}{{3}}|ðŸ|ï»¿|ï¿½|â€(?=\W|$)"
    "|[ÅÄ][\u0080-\u009f\u2018-\u203a\u20ac\u0152\u0153\u0160\u0161\u017d\u017e\u0178]"
)
_PAIRS = re.compile(rf"(?:[ÐÑÎÏ×ØÙÚÅÄ]{_NEXT}){{2,}}|(?:[à-ï]{_NEXT}{{2}}){{2,}}")


def placeholders(turn: Turn) -> Iterator[Flag]:
    """`placeholder`: something that was left to be filled."""
    if turn.role in ("system", "context", "label"):
        return
    text = unquoted(turn.text, quotes=False)
    found = sorted({*_fields(text), *_words(turn, text), *_blanks(turn, text)})
    for start, end in () if found and _spoken_of(turn) else found:
        yield turn.flag("placeholder", start, end)


def _spoken_of(turn: Turn) -> bool:
    """Whether the question is about such places, or the text itself."""
    if turn.role in ("answer", "rejected"):
        return pattern("placeholder", "about").search(turn.question) is not None
    asks = turn.role == "question" and "?" in turn.text
    return pattern("placeholder", "about" if asks else "shown").search(unquoted(turn.text, quotes=False)) is not None


def _fields(text: str) -> Iterator[tuple[int, int]]:
    for found in _SQUARE.finditer(text) if "[" in text else ():
        if not _supplied(text, found) and (_to_fill(found[1]) or _stands_for(text, found)):
            yield found.span()
    if any(sign in text for sign in "{<%"):
        yield from (found.span() for found in _DOUBLE.finditer(text))
    if "{" in text and not _LOOKS_LIKE_CODE.search(text):
        yield from (found.span() for found in _CURLY.finditer(text))
    for found in _ANGLE.finditer(text) if "<" in text else ():
        tag, *further = found[1].lower().split()
        names = tag in _tags() and not (tag in word_list("placeholder", "fields") and "</" not in text)
        if not (names and _attributes().issuperset(further)) and f"</{found[1]}" not in text:
            yield found.span()


def _blanks(turn: Turn, text: str) -> Iterator[tuple[int, int]]:
    """Lines to write on, in an answer to a question that has none."""
    if "____" in text and turn.role in ("answer", "rejected") and "__" not in turn.question:
        yield from (found.span() for found in _BLANK.finditer(text))


@cache
def _tags() -> frozenset[str]:
    return frozenset(form()["placeholder"]["tags"].split())


@cache
def _attributes() -> frozenset[str]:
    return frozenset(form()["placeholder"]["attributes"].split())


@cache
def _fill() -> frozenset[str]:
    return frozenset(form()["placeholder"]["fill"].split("|"))


def _to_fill(inside: str) -> bool:
    """Whether what stands in square brackets tells what is to stand there; what an editor notes, or supplies with its article, does not."""
    said = inside.strip().lower().replace("_", " ").replace("’", "'")
    words = _LETTERS.findall(said)
    if not words or inside.lstrip()[0] in "\"'“" or _FORMULA.search(inside) or not word_list("placeholder", "noted").isdisjoint(words):
        return False
    return said.strip(" .…:") in _fill() or any(word in _fill() for word in (words if len(words) <= 4 else words[:2])) or "goes here" in said


def _supplied(text: str, found: re.Match[str]) -> bool:
    """Whether an editor put words with an article of their own into a quotation: he "left [the town] at dawn"."""
    article = found[1].partition(" ")[0] in word_list("placeholder", "articles")
    return article and bool(sum(text.count(mark, 0, found.start()) for mark in _MARKS) % 2)


def _stands_for(text: str, found: re.Match[str]) -> bool:
    """Whether words in square brackets stand where a sentence needs a word of its own: "pier [quay], near the [old customs house]"."""
    before = _LAST_WORD.search(text, max(0, found.start() - 20), found.start())
    words = _LETTERS.findall(found[1])
    return (
        before is not None
        and before[0].strip().lower() in weak_words()
        and 0 < len(words) <= 4
        and found[1] == found[1].lower()
        and not any(char.isdigit() for char in found[1])
        and word_list("placeholder", "noted").isdisjoint(words)
        and words[0] not in weak_words()
        and text[found.end() : found.end() + 1] in " .,;:!?\n"
    )


def _words(turn: Turn, text: str) -> Iterator[tuple[int, int]]:
    plain = unquoted(turn.text)
    small = lowered(plain)
    if "(" in plain:
        yield from (found.span() for found in pattern("placeholder", "round").finditer(plain))
    for name in ("open", "loose"):
        if speaks_of(small, "placeholder", name):
            yield from (found.span() for found in pattern("placeholder", name).finditer(plain))
    if speaks_of(small, "placeholder", "mark"):
        yield from (found.span() for found in re.finditer(form()["placeholder"]["mark"], plain))
    if not turn.sourced and not (turn.role in ("question", "other") and len(text.split()) > 60) and speaks_of(small, "placeholder", "given"):
        yield from (found.span() for found in pattern("placeholder", "given").finditer(plain))


def speaks_of_encodings(text: str) -> bool:
    """Whether a text is a talk about encodings, which shows what they do wrong."""
    return pattern("encodings").search(text) is not None


def encodings(turn: Turn, about: bool = False) -> Iterator[Flag]:
    """`encoding`: the replacement character, control characters, and UTF-8 that was read as Windows-1252 or Latin-1.

    `about`: the row is a talk about encodings, and what it quotes is no fault."""
    text = turn.text
    if text.isascii() and not _CONTROL.search(text):
        return
    seen = unquoted(text) if about else text
    for start, end, what in _wrong(seen):
        yield turn.flag("encoding", start, end, what)


def _wrong(text: str) -> Iterator[tuple[int, int, str]]:
    if (place := text.find("\ufffd")) >= 0:
        yield place, place + 1, "the replacement character U+FFFD"
    if control := _CONTROL.search(text):
        yield *control.span(), f"the control character U+{ord(control[0]):04X}"
    for look in (_SURE, _PAIRS):
        if (found := look.search(text)) and (look is _PAIRS or not _capitals(text, found)):
            yield *found.span(), f"{found[0]!r}: UTF-8 that was read as another encoding"
            break


def _capitals(text: str, found: re.Match[str]) -> bool:
    """Whether it is the last letter of a word in capitals, with a mark of punctuation behind it: MAÇÃ»."""
    before = text[max(0, found.start() - 2) : found.start()]
    return len(before) == 2 and before.isalpha() and before.isupper() and not found[0][1:].isalpha() and found[0][0] in "ÃÂÅÄ"
