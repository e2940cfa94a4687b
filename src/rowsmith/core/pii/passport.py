"""Passport numbers: what looks like one and to which the word belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rowsmith.core.pii.seen import Place, Seen, last, words

_NUMBER = re.compile(r"(?<![\w])(?<!\d[.,/-])(?=[A-Za-z0-9]*\d)([A-Za-z]{0,3} ?\d{6,9}|[A-Z0-9]{8,9})(?![\w])(?![.,/-]\d)")
_WORDS = words(
    "passport", "e-?pass(?:port)?", r"reise ?pass", r"pass(?:nummer|-?nr|-?no| no| number)", "passeport", "pasaporte", "passaporto", "passaporte",
    "paspoort", "paszport", "pasaport", "pass(?=[:=\"])", "паспорт", "护照", "パスポート", "旅券",
)  # fmt: skip
_OTHER = re.compile(
    r"(?<![^\W_])(?:photo|foto|picture|control|kontrolle|office|booking|reference|flight|serial|ticket|queue|costs?|fee|book(?:ed|ing)?|order|expir\w*|"
    r"valid|issued|since|product|phone|tel|call|card|iban|ssn|dni|visa)(?![^\W_])"
)
_GAP = re.compile(r"\.?(?:[^\d.;!?]|(?<=\bno)\.|(?<=\bnr)\.|(?<=\bn)\.|(?<=\bnum)\.)*$")
_AFTER = re.compile(
    r"[\"'”)\]]*\s*(?:<-|←|\(|is |ist |est |es |\|)\s*"
    r"(?:(?:my|her|his|their|the|mein|mon|son|su|mi)\s)?(?:n[°º.ro]*\s(?:de\s)?|n[uú]m\w*\s(?:de\s)?)?"
)


def passports(seen: Seen) -> Iterator[Place]:
    """Six to nine digits with up to three letters, or nine letters and digits mixed, behind the word in many languages, or before its label."""
    if not seen.says(_WORDS):
        return
    for one in _NUMBER.finditer(seen.text):
        if sum(char.isdigit() for char in one[0]) >= 2 and (_before(seen, one.start()) or _after(seen, one.end())):
            yield one.span()


def _before(seen: Seen, start: int) -> bool:
    said = seen.before(start, 50)
    word = last(_WORDS, said)
    if word is None:
        return False
    between = said[word:]
    return len(between) <= 40 and _GAP.match(between) is not None and _OTHER.search(between) is None


def _after(seen: Seen, end: int) -> bool:
    after = seen.after(end, 50)
    found = _AFTER.match(after)
    return found is not None and _WORDS.match(after, found.end()) is not None
