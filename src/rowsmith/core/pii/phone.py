"""Phone numbers: international ones by their country code, national ones by their form and a word such as call or Tel. near by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rowsmith.core.pii.seen import Place, Seen, last, words

_SPACE = " \u00a0\u202f"
_RUN = re.compile(rf"(?<![\w+#])(?<!\d[.,/:-])(?:\+ ?|\(\+|\((?=\d))?\d(?:(?:[{_SPACE}./()\-\u2011]{{1,2}}(?=[\d(])|[{_SPACE}]\(|)\d)*+")
_GROUP = re.compile(r"\d+")
_LENGTHS = {
    "1": (10, 10), "7": (10, 10), "20": (8, 10), "27": (9, 9), "30": (10, 10), "31": (9, 9), "32": (8, 9), "33": (9, 9), "34": (9, 9), "36": (8, 9),
    "39": (8, 11), "40": (9, 9), "41": (9, 9), "43": (7, 13), "44": (9, 10), "45": (8, 8), "46": (7, 10), "47": (8, 8), "48": (9, 9), "49": (6, 12),
    "51": (8, 9), "52": (10, 11), "53": (8, 8), "54": (10, 11), "55": (10, 11), "56": (9, 9), "57": (10, 10), "58": (10, 10), "60": (8, 10),
    "61": (9, 9), "62": (8, 12), "63": (8, 10), "64": (8, 10), "65": (8, 8), "66": (8, 9), "81": (9, 10), "82": (8, 10), "84": (9, 10),
    "86": (10, 11), "90": (10, 10), "91": (10, 10), "92": (9, 10), "93": (9, 9), "94": (9, 9), "95": (8, 10), "98": (10, 10),
}  # fmt: skip
"""Digits of a national number, least and most, by country code (E.164); three-digit codes have seven to eleven."""
_THREE = ("21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42", "50", "59", "67", "68", "85", "88", "96", "97", "99")
_WORDS = words(
    "phone", "telephone", r"tel(?![a-z])", "t[eé]l[eé]phone", r"t[eé]l(?![a-zé])", "telefon", "telefoon", "tel[eé]fono", "telefone", "mobile",
    "mobil",
    "mobiel", r"mob(?![a-z])", r"cell(?:ular|ulare|phone)?(?![a-z])", "celular", "cellulare", "handy", "m[oó]vil", r"portable", "gsm", "fax",
    "landline",
    "whats ?app", "call", r"calls?\b", "ring", r"dial", "text me", r"sms", "hotline", "reception", "switchboard", "extension", r"reach", "contact",
    "festnetz", "rufnummer", "durchwahl", "rufen", "anruf", "ruf(?:st|t|e)?\\b", "erreich", "zur[uü]ckruf", "ruckruf", "sprechstunde", "appel",
    "rappel", "joindre", "joignable",
    "ll[aá]ma", "llamar", "marca(?:r|d)", "contact[aáe]", "chiam", "numero verde", "recapito", "bel(?:len|t)?\\b", "bereikbaar",
    "liga(?:r|ue)?\\b", "ligue",
    "fone", "telem[oó]vel", "zadzwo", "dzwo", "kom[oó]rk", "numer tel", "caller", "callback", "voicemail", "signal", "telegram", "viber",
    "my number",
    "phone number", "meine nummer", "mon num[eé]ro", "mi n[uú]mero", "mio numero", "office line", "desk line", "front desk", "emergency contact",
    "電話", "电话",
    "телефон",
)  # fmt: skip
_LETTER = re.compile(r"(?:^|[\n|;,/])\s{0,3}[tmpf][:.]?\s{0,3}$")
_LINKED = re.compile(r"(?:tel|sms|callto|wa\.me)[:/]$")
_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2,4}|\d{4}([./-])\d{1,2}\2\d{1,2}|\d{4}[-/]\d{4}")
_NANP = re.compile(r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}")
_FRENCH = re.compile(r"0[1-9](?:([ .-])\d\d)(?:\1\d\d){3}")
_GROUPED = re.compile(r"0[1-9]\d{1,3}[ /-]{1,3}\d{3,8}|0[1-9]\d{0,3} \d{2,4}(?: \d{2,4}){1,3}|[6789]\d\d(?: \d\d){3}")
_LABEL = re.compile(
    r"(?:[\s:=\"'#.,>|-]|(?<=\s)\(|(?<![^\W_])(?:me|us|him|her|them|back|number|no|nr|nummer|n[°º]|num[eé]ro|n[uú]mero|numer|is|ist|est|es|[eè]|to|jest|"
    r"at|on|under|unter|au|al|le|el|il|en|op|home|work|office|private|main|my|her|his|phone|app|id|td|class|x)(?![^\W_]))*$"
)
_REST = re.compile(r"^[^\W_]+")
"""What is left of the word itself: numbers, `mobil|nummer`."""
_UNITS = re.compile(
    r"\s?(?:people|users?|calls?|bytes?|[kmg]b|ms|times|customers|subscribers|followers|views|visitors|units|items|rows|records|sold|€|eur|usd|\$|%|"
    r"kwh|k?m|kg|rings?|minutes|seconds|hours|days|years|mal|fois|veces|volte)(?![^\W_])"
)
_BEHIND = re.compile(rf"[\"'”)\]]*\s*(?:<-|←|\(|\|)\s*(?:my |the )?(?:{_WORDS.pattern})")
_STRONG = re.compile(
    r"\([2-9]\d\d\) ?[2-9]\d\d[ .-]\d{4}|1[ .-][2-9]\d\d[ .-][2-9]\d\d[ .-]\d{4}|"
    r"\(\d\d\) ?9?\d{4}-\d{4}|\(0\d{1,5}\) ?\d[\d -]{4,10}\d"
)


def phones(seen: Seen) -> Iterator[Place]:
    """With a country code anywhere; in a national form of clear shape anywhere too; else where a word of calling stands near."""
    for run in _RUN.finditer(seen.text):
        start, end = run.span()
        if sum(map(str.isdigit, run[0])) < 7:
            continue
        place = _abroad(seen, start, end) if run[0].lstrip("(").startswith(("+", "00")) else None
        place = place or _at_home(seen, *_trimmed(seen.text, start, end))
        if place is not None:
            yield place


def _abroad(seen: Seen, start: int, end: int) -> Place | None:
    """A number with its country code, cut where the country's numbers end."""
    text = seen.text
    plus = "+" in text[start : start + 3]
    first = start + (2 if text[start] == "(" else 1) if plus else start + 2
    groups = [one.span() for one in _GROUP.finditer(text, first, end)]
    digits = "".join(text[one:other] for one, other in groups)
    code = next((digits[:size] for size in (1, 2) if digits[:size] in _LENGTHS), digits[:3] if digits[:2] in _THREE else "")
    if not code or (text[end : end + 1].isalnum() and len(groups) == 1):
        return None
    least, most = _LENGTHS.get(code, (7, 11))
    least, most = least + len(code), most + len(code)
    most += "(0)" in text[start:end]
    count, stop = 0, 0
    for one, other in groups:
        if count + other - one > most:
            break
        count, stop = count + other - one, other
    if count < least or (not plus and len(groups) < 2 and not _near(seen, start, stop, 40)):
        return None
    if text[start] == "(" and ")" not in text[start:stop]:
        start += 1
    return start, stop


def _trimmed(text: str, start: int, end: int) -> Place:
    """Without what begins a time, a date or a decimal behind the number, and without a bracket that is not closed."""
    if (text[end : end + 1] in ":/.," and text[end + 1 : end + 2].isdigit()) or text[end : end + 1].isalnum() or text[end : end + 1] == "_":
        cut = max(text.rfind(sign, start, end) for sign in _SPACE)
        end = cut if cut > start else start
    if text[start : start + 1] == "(" and ")" not in text[start:end]:
        start += 1
    return start, end


def _at_home(seen: Seen, start: int, end: int) -> Place | None:
    said = seen.text[start:end]
    count = sum(map(str.isdigit, said))
    if not 8 <= count <= 12 or _DATE.fullmatch(said) or seen.text[end : end + 2] == "-X":
        return None
    linked = _LINKED.search(seen.before(start, 8)) is not None
    if seen.numbers_something(start) and not linked:
        return None
    if linked or any(form.fullmatch(said) for form in (_NANP, _FRENCH, _STRONG)):
        return start, end
    if count >= 9 and _GROUPED.fullmatch(said):
        return start, end
    if said.lstrip("(").startswith("0") and count >= 9:
        return (start, end) if _near(seen, start, end, 70) else None
    grouped = max(map(len, _GROUP.findall(said))) >= 3 and not said.isdigit()
    return (start, end) if count <= 11 and (grouped or said.isdigit()) and _at_label(seen, start, end, grouped) else None


def _at_label(seen: Seen, start: int, end: int, grouped: bool) -> bool:
    """Whether a number of no clear shape is called a phone number: right before it, or nearly so where it is in groups; or by a label behind it."""
    before = seen.before(start, 45)
    word = last(_WORDS, before)
    if word is not None:
        between = _REST.sub("", before[word:], count=1)
        if _LABEL.match(between) or (grouped and not any(char.isdigit() for char in between)):
            return _UNITS.match(seen.after(end, 14)) is None
    return _LETTER.search(before) is not None or _BEHIND.match(seen.after(end, 40)) is not None


def _near(seen: Seen, start: int, end: int, within: int) -> bool:
    """Whether a word of calling stands before the number, with no other long number between, or right behind it."""
    before = seen.before(start, within)
    if _LETTER.search(before):
        return True
    word = last(_WORDS, before)
    if word is not None and not _long(_GROUP.findall(before[word:])):
        return True
    after = seen.after(end, 30)
    found = _WORDS.search(after)
    return found is not None and not any(char.isdigit() or char in ".;!?\n" for char in after[: found.start()])


def _long(numbers: Sequence[str]) -> bool:
    return any(len(number) > 4 for number in numbers)
