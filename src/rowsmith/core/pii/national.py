"""Identity and tax numbers of European countries, India and Brazil: form, check digit, and for bare digits a word that names the number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rowsmith.core.pii import checksums
from rowsmith.core.pii.seen import Place, Seen, words

_BEFORE, _AFTER = r"(?<![^\W_])(?<!\d[.,])", r"(?![^\W_])(?![.,]\d)"
_NIR = re.compile(_BEFORE + r"[1-478][ .-]?\d\d[ .-]?\d\d[ .-]?(?:\d\d|2[ABab])[ .-]?\d{3}[ .-]?\d{3}[ .-]?\d\d" + _AFTER)
_DNI = re.compile(_BEFORE + r"(?:\d{2}[.]?\d{3}[.]?\d{3}|[XYZxyz][-. ]?\d[.]?\d{3}[.]?\d{3})[- ]?[A-Za-z]" + _AFTER)
_FISCALE = re.compile(
    _BEFORE + r"[A-Z]{3} ?[A-Z]{3} ?[0-9L-NP-V]{2}[A-EHLMPR-T][0-9L-NP-V]{2} ?[A-Z][0-9L-NP-V]{3}[A-Z]" + _AFTER, re.IGNORECASE
)
_STEUER = re.compile(_BEFORE + r"[1-9]\d(?:[ /.-]?\d{3}){3}" + _AFTER)
_PESEL = re.compile(_BEFORE + r"\d{11}" + _AFTER)
_AADHAAR = re.compile(_BEFORE + r"[2-9]\d{3}([ -]?)\d{4}\1\d{4}" + _AFTER)
_CPF = re.compile(_BEFORE + r"\d{3}[. ]?\d{3}[. ]?\d{3}[-/ ]?\d\d" + _AFTER)
_BSN = re.compile(_BEFORE + r"(?:\d{3}([ .-]?)\d{3}\1\d{3}|\d{4}\.\d\d\.\d{3}|\d{8})" + _AFTER)
_STEUER_WORDS = words("steuer ?-?id", "id[ -]?nr", "tin(?![a-z])", "tax ?-?id", r"(?:steuer\w*[ -])?identifikations ?-?(?:nummer|nr)",
"steueridentifikation", "steuerliche")
_BSN_WORDS = words("bsn", "burger ?service ?nummer", "sofi-?nummer", "citizen (?:service )?number")
_PESEL_WORDS = words("pesel")
_AADHAAR_WORDS = words("aadhaa?r", "adhaa?r", "uidai", "आधार")
_CPF_WORDS = words("cpf", "cadastro de pessoas? f[ií]sicas?")
_FORM = re.compile(r"[ ./-]")


def nirs(seen: Seen) -> Iterator[Place]:
    """French social security numbers whose key is right, those of Corsica too."""
    for one in _NIR.finditer(seen.text):
        code = _FORM.sub("", one[0])
        if code[3:5] != "00" and checksums.nir(code):
            yield one.span()


def dnis(seen: Seen) -> Iterator[Place]:
    """Spanish DNI and NIE whose letter is right."""
    for one in _DNI.finditer(seen.text):
        if checksums.dni(_FORM.sub("", one[0]).upper()):
            yield one.span()


def codici_fiscali(seen: Seen) -> Iterator[Place]:
    """Italian tax codes whose last letter is right, in groups or not, in any case, also those with letters for digits."""
    for one in _FISCALE.finditer(seen.text):
        if checksums.codice_fiscale(one[0].replace(" ", "").upper()):
            yield one.span()


def steuer_ids(seen: Seen) -> Iterator[Place]:
    """German tax numbers (11 digits), where a word names them."""
    return _named(seen, _STEUER, _STEUER_WORDS, checksums.mod11_10)


def pesels(seen: Seen) -> Iterator[Place]:
    """Polish PESEL numbers, where the word stands."""
    return _named(seen, _PESEL, _PESEL_WORDS, checksums.pesel)


def aadhaars(seen: Seen) -> Iterator[Place]:
    """Indian Aadhaar numbers, where the word stands."""
    return _named(seen, _AADHAAR, _AADHAAR_WORDS, checksums.verhoeff)


def cpfs(seen: Seen) -> Iterator[Place]:
    """Brazilian CPF numbers, where the word stands."""
    return _named(seen, _CPF, _CPF_WORDS, checksums.cpf)


def bsns(seen: Seen) -> Iterator[Place]:
    """Dutch citizen service numbers (9 digits, or 8 without their leading 0), where a word names them."""
    return _named(seen, _BSN, _BSN_WORDS, lambda digits: checksums.bsn(digits.rjust(9, "0")))


def _named(seen: Seen, form: re.Pattern[str], named: re.Pattern[str], right: Callable[[str], bool]) -> Iterator[Place]:
    """What has the form and a right check digit, in a text that names the number and does not say that this one is another's."""
    if seen.says(named):
        for one in form.finditer(seen.text):
            if right(_FORM.sub("", one[0])) and (_just_before(seen, one, named) or not seen.numbers_something(one.start())):
                yield one.span()


def _just_before(seen: Seen, one: re.Match[str], named: re.Pattern[str]) -> bool:
    return named.search(seen.before(one.start(), 25)) is not None
