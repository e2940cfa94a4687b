"""Sentences with exact spans, in many languages: by their marks, and by what only looks like one (abbreviations, initials, ordinal numbers).

No model and no dictionary. Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Ethiopic, Khmer, Burmese, Chinese and Japanese marks end sentences;
scripts that have none (Thai) are cut at line ends alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rowsmith.steps.prose import listed

_CLOSING = r"(?:[\"'”’“‘»)\]*_」』）】〉》〕]*(?:[ \u00a0\u202f]»(?=\s|$))?)"
_END = re.compile(
    rf"(?P<stop>[.!?…]+{_CLOSING}(?:\[\d+\])*)(?=\s|$)"
    rf"|(?P<wide>(?:[。！？｡]|(?<!\d)．)+{_CLOSING})"
    rf"|(?P<own>[؟۔।॥።။។]+[!.]*{_CLOSING})"
    r"|(?P<line>\n)"
)
_GOES_ON = re.compile(r"[と、っ]|など")
"""Behind a closed Japanese quotation: the sentence that quotes goes on."""
_NEXT = re.compile(r"\s*[\"'“„‚‘«»(\[`*_¿¡「『（]*(\w*)")
_BLOCK = re.compile(r"[ \t]*(?:[-*+•]\s|\d{1,3}[.)]\s|#{1,6}\s|[>|]|```|~~~|$)")
_SHORT_LINE = 40
"""Characters below which a line has not been wrapped: its end is the end of what it says."""
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
_ORDINAL = re.compile(r"\b(?:am|im|vom|zum|zur|beim|ab|bis|seit|dem|den|der|des|die|das|und|oder|jeder|jedem|jeden|ihr|sein)\s+\d{1,2}\.$", re.I)
_LISTED = re.compile(r"(?:^|\n)[ \t]*\d{1,3}\.$")
_NEVER = listed(
    "mr mrs ms dr prof rev gen col capt lt sgt hon st messrs e.g i.e cf vs viz ed eds trans approx resp ca dept "  # English
    "z.b d.h u.a o.ä o.a i.d.r i.a v.a s.o s.u m.e bzw vgl hrsg abs bsp evtl ggf gem inkl exkl insb mind sog usf zzgl ausg aufl dipl ing "  # German
    "mme mlle mm m.me env p.ex c.-à-d réf sr sra srta ud uds p.ej dott sig.ra ecc dra d.c a.c bijv d.w.z dhr mevr "  # Romance languages, Dutch
    "т.е т.к т.д т.п г гг ул рис им проф"  # Russian
)
_NUMBERED = listed(
    "no nos nr n art fig figs eq eqs sec ch chap vol pp p s abb bd tel núm pág págs pag blz стр jan feb mar apr jun jul aug sep sept oct nov dec"
)
"""Abbreviations where a number follows; many are words too."""
_SELDOM = listed("etc usw jr inc ltd co corp bros al a.m p.m ph.d u.s u.k u.n e.u gmbh z.t u.s.w др")
_OPENERS = listed(
    "the a an this that these those it he she they we you i in on at but and so if when while as for there here what why how "
    "der die das ein eine es er sie wir ich ihr dies diese dieser dieses im am auf doch und aber wenn als "
    "le la les un une il elle ils nous vous el los las una ella pero lo gli"
)
"""Words that begin a sentence, and seldom a name: where they follow, an abbreviation ended one."""


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of text[start:end] in order, without the space between them; a heading, a list item and a table's row are one too.

    A line break ends one before an empty line or another block, and behind a line that is too short to have been wrapped.
    """
    begin = line = start
    for found in _END.finditer(text, start, end):
        at = found.end()
        if found["line"]:
            ends, line = found.start() - line < _SHORT_LINE or _BLOCK.match(text, at, _line_end(text, at, end)) is not None, at
        else:
            ends = _is_end(text, begin, found, end)
        if ends:
            yield from _trimmed(text, begin, at)
            begin = at
    yield from _trimmed(text, begin, end)


def _line_end(text: str, at: int, end: int) -> int:
    found = text.find("\n", at, end)
    return end if found < 0 else found


def _is_end(text: str, begin: int, found: re.Match[str], end: int) -> bool:
    at = found.end()
    if found["own"]:
        return True
    if found["wide"]:
        return found["wide"][-1] in "。！？｡．" or _GOES_ON.match(text, at, end) is None
    following = _NEXT.match(text, at, min(end, at + 60))
    word = following[1] if following else ""
    if word[:1].islower():
        return False
    if not found["stop"].startswith(".") or found["stop"].startswith(".."):
        return True
    return _dot_ends(text[max(begin, found.start() - 40) : found.start() + 1], word)


def _dot_ends(before: str, word: str) -> bool:
    """Whether the full stop at the end of `before` ends a sentence, and not only an abbreviation, an initial or a number."""
    last = before.rsplit(None, 1)[-1].lstrip("\"'“„‚‘«([*_`")
    bare = last[:-1].lower()
    if bare.isdigit():
        return _LISTED.search(before) is None and _ORDINAL.search(before) is None
    if bare in _NEVER or bare.endswith("str"):
        return False
    if bare in _NUMBERED:
        return not word[:1].isdigit()
    if bare in _SELDOM or _INITIALS.fullmatch(last):
        return not word or word.lower() in _OPENERS
    return True


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
