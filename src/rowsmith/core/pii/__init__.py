"""Personal data and credentials in a text: where they stand and of which kind, by form, checksum and the words beside them.

Every recogniser takes time that grows with the length of the text and no faster. Where two could claim a place, the more specific one has it:
a number that is a card within an IBAN is no card. Names and street addresses need a model and are not found here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from rowsmith.core.patterns import Pattern
from rowsmith.core.pii import bank, birth, coins, keys, mail, national, network, passport, phone, social
from rowsmith.core.pii.seen import Place, Seen

KINDS = (
    "key", "email", "iban", "crypto", "codice_fiscale", "nir", "card", "dni", "nino", "ssn", "steuer_id", "pesel", "aadhaar", "cpf", "bsn", "mac",
    "ip", "dob", "passport", "phone",
)  # fmt: skip
"""What is recognised, the most specific first."""
TITLES = {
    "key": "key or token", "email": "e-mail address", "iban": "bank account (IBAN)", "crypto": "Bitcoin address",
    "codice_fiscale": "Italian tax code",
    "nir": "French social security number", "card": "card number", "dni": "Spanish identity number", "nino": "British National Insurance number",
    "ssn": "US social security number", "steuer_id": "German tax number", "pesel": "Polish PESEL", "aadhaar": "Indian Aadhaar number",
    "cpf": "Brazilian CPF", "bsn": "Dutch BSN", "mac": "MAC address", "ip": "IP address", "dob": "date of birth", "passport": "passport number",
    "phone": "phone number", "person": "name of a person", "address": "address or place",
}  # fmt: skip
"""What each kind is called."""
_FIND: dict[str, Callable[[Seen], Iterator[Place]]] = {
    "key": keys.keys, "email": mail.emails, "iban": bank.ibans, "crypto": coins.addresses, "codice_fiscale": national.codici_fiscali,
    "nir": national.nirs, "card": bank.cards, "dni": national.dnis, "nino": social.ninos, "ssn": social.ssns, "steuer_id": national.steuer_ids,
    "pesel": national.pesels, "aadhaar": national.aadhaars, "cpf": national.cpfs, "bsn": national.bsns, "mac": network.macs, "ip": network.ips,
    "dob": birth.dates, "passport": passport.passports, "phone": phone.phones,
}  # fmt: skip
_DIGITS = {"iban": 2, "nir": 14, "card": 14, "dni": 7, "nino": 6, "ssn": 9, "steuer_id": 11, "pesel": 11, "aadhaar": 12, "cpf": 11, "bsn": 8, "ip": 1,
           "dob": 4, "passport": 2, "phone": 7}  # fmt: skip
"""Fewest digits of a text that holds a value of the kind."""
_NEEDS: dict[str, Callable[[Seen], bool]] = {
    "key": lambda seen: seen.longest >= 15 or "PRIVATE KEY" in seen.text,
    "crypto": lambda seen: seen.longest >= 26,
    "mac": lambda seen: seen.text.count(":") > 4 or seen.text.count("-") > 4 or seen.text.count(".") > 1,
    "ip": lambda seen: seen.text.count(".") > 2 or seen.text.count(":") > 1,
    "dob": lambda seen: seen.numbers > 1,
}
"""What else such a text has: looked at first, for it costs a hundredth of a recogniser."""
_DIGIT, _AT, _TOKEN = re.compile(r"\d"), re.compile(r"\b(?:at|AT)\b"), re.compile("gh[a-z]_")


def _holds_any(text: str) -> bool:
    """Whether a text has what every text has that holds any of it."""
    if "@" in text or _DIGIT.search(text) or "PRIVATE KEY" in text or "sk-" in text or "xox" in text:
        return True
    return ("gh" in text and _TOKEN.search(text) is not None) or (("at" in text or "AT" in text) and _AT.search(text) is not None)


def _may_hold(kind: str, seen: Seen) -> bool:
    return seen.digits >= _DIGITS.get(kind, 0) and (kind not in _NEEDS or _NEEDS[kind](seen))


class Found(NamedTuple):
    """A value of a kind at the characters [start, end) of a text."""

    kind: str
    start: int
    end: int


def find(text: str, *, kinds: Collection[str] = KINDS, named: str = "", own: Iterable[tuple[str, Pattern]] = ()) -> list[Found]:
    """What a text holds of these kinds, in order; no two overlap.

    `named` is what the column is called in which it stands: a name that says `phone` is a word beside a number. `own` are kinds of yours, each a
    regular expression; they go before the others.

    >>> find("Write to ada@example.org or call +44 20 7946 0018.")
    [Found(kind='email', start=9, end=24), Found(kind='phone', start=33, end=49)]
    """
    taken: list[Found] = [Found(kind, start, end) for kind, pattern in own for start, end in pattern.spans(text) if end > start]
    if _holds_any(text):
        seen = Seen(text, named)
        taken += [Found(kind, *place) for kind in KINDS if kind in kinds and _may_hold(kind, seen) for place in _FIND[kind](seen)]
    return disjoint(taken)


def disjoint(found: Iterable[Found]) -> list[Found]:
    """Of places that overlap the one that comes first in `found`; sorted by place."""
    starts: dict[int, Found] = {}
    blocks: dict[int, list[Found]] = {}
    for one in found:
        near = range(one.start >> _BITS, (max(one.end, one.start + 1) - 1 >> _BITS) + 1)
        if not any(one.start < other.end and other.start < one.end for block in near for other in blocks.get(block, ())):
            starts[one.start] = one
            for block in near:
                blocks.setdefault(block, []).append(one)
    return [starts[at] for at in sorted(starts)]


_BITS = 7
"""Places are looked up in blocks of 128 characters."""
