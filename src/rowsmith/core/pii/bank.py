"""Bank accounts and payment cards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rowsmith.core.pii.checksums import luhn, mod97
from rowsmith.core.pii.seen import Place, Seen

LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28, "CH": 21, "CR": 22,
    "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22,
    "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30,
    "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20,
    "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22,
    "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
    "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
"""Characters of an IBAN by country (the SWIFT registry)."""
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?\d[ -]?\d(?:[ \u00a0-]?[A-Za-z0-9]){11,32}")
_SEPARATORS = re.compile(r"[ \u00a0\u202f-]")
_RUN = re.compile(r"(?<!\w)(?<!\d[.,])\d++(?:[ \u00a0\u202f-]\d++)*+")
_DIGITS = re.compile(r"\d+")
_CARD = re.compile(
    r"3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|6(?:011|4[4-9]\d|5\d\d)\d{12}|"
    r"35(?:2[89]|[3-8]\d)\d{12}|62\d{14}|220[0-4]\d{12}|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{12}|8[12]\d{14}"
)


def ibans(seen: Seen) -> Iterator[Place]:
    """Accounts whose country, length and check digits (mod 97) are right, in groups or not, in any case."""
    at = 0
    while (one := _IBAN.search(seen.text, at)) is not None:
        found = _iban(seen.text, one)
        at = one.start() + 2
        if found is not None:
            yield found
            at = found[1]


def _iban(text: str, one: re.Match[str]) -> Place | None:
    length = LENGTHS.get(one[0][:2].upper())
    if length is None:
        return None
    end, count = one.start(), 0
    for char in one[0]:
        count += char.isalnum()
        end += 1
        if count == length:
            break
    code = _SEPARATORS.sub("", text[one.start() : end]).upper()
    return (one.start(), end) if count == length and not text[end : end + 1].isalnum() and mod97(code) else None


def cards(seen: Seen) -> Iterator[Place]:
    """Numbers of 14 to 16 digits with the prefix of an issuer and a right check digit (Luhn), in any grouping."""
    text = seen.text
    for run in _RUN.finditer(text):
        if len(run[0]) < 14:
            continue
        groups = [one.span() for one in _DIGITS.finditer(text, *run.span())]
        if len(groups) > 1 and text[groups[-1][1] : groups[-1][1] + 1] in "/:.,":  # the date or time behind a number
            after = text[groups[-1][1] + 1 : groups[-1][1] + 2]
            groups = groups[:-1] if after.isdigit() else groups
        yield from _cards(text, groups)


def _cards(text: str, groups: list[Place]) -> Iterator[Place]:
    start, end = groups[0][0], groups[-1][1]
    every = "".join(text[one:other] for one, other in groups)
    if 14 <= len(every) <= 16:
        if len(groups) <= 6 and _CARD.fullmatch(every) and luhn(every) and not text[end : end + 1].isalpha():
            yield start, end
    elif len(groups) > 1:
        yield from _beside(text, groups)


def _beside(text: str, groups: list[Place]) -> Iterator[Place]:
    """Cards beside other numbers: whole ones, or fours of fours with nothing but their security codes between."""
    lengths = "".join(str(other - one) if other - one < 10 else "w" if other - one in (14, 15, 16) else "?" for one, other in groups)
    if re.fullmatch(r"(?:4444){2,}|4444[23]|(?:w[23]?)+", lengths) is None:
        return
    for number in re.finditer("w|4444", lengths):
        start, end = groups[number.start()][0], groups[number.end() - 1][1]
        digits = _SEPARATORS.sub("", text[start:end])
        if _CARD.fullmatch(digits) and luhn(digits):
            yield start, end
