"""Values that stand in the place of personal data: a mask, a made-up value of the same kind and form, or a hash with a key.

What is made up depends on the key, the kind and the value alone (its letters and digits, whatever stands between them): the same value becomes the
same one everywhere, in any order, with nothing remembered. A made-up value is reserved for examples where its kind has a range for that, and else
wrong by its own check digit, so that it belongs to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from rowsmith.core.edits import Edit
from rowsmith.core.pii import Found, find

How = Literal["mask", "replace", "hash"]
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_PREFIX = re.compile(r"(?:github_pat_|(?:sk|rk)_(?:live|test)_|sk-(?:proj-|ant-)?|gh[a-z]_|glpat-|xox[a-z]-|AIza|AKIA|ASIA|[a-z]{2,6}[_-])?")
_WORD = re.compile(r"[^\W\d_]+")
_BLOCK = re.compile(r"(-----BEGIN [^\n-]{0,60}-----).*(-----END [^\n-]{0,60}-----)", re.DOTALL)
_TRIES = 64


@dataclass(frozen=True, slots=True)
class Hiding:
    """How values are hidden. `mask` is what stands there with `mask`; {kind} is the kind. `key` keeps whoever has no key from trying out values."""

    how: How = "mask"
    key: bytes = b""
    mask: str = "[{kind}]"

    def edits(self, text: str, found: Iterable[Found]) -> list[Edit]:
        """What to change in a text so that none of the values is left: sorted, as the findings are."""
        return [Edit(one.start, one.end, self.hidden(one.kind, text[one.start : one.end])) for one in found]

    def hidden(self, kind: str, value: str) -> str:
        """What stands in the place of a value.

        >>> Hiding("replace").hidden("ip", "10.1.2.3").startswith(("192.0.2.", "198.51.100.", "203.0.113."))
        True
        """
        if self.how == "mask":
            return self.mask.replace("{kind}", kind)
        if self.how == "hash":
            return f"{kind}_{self._digest(kind, value, 0).hex()[:16]}"
        for turn in range(_TRIES):  # until its check digit is wrong: at most one in seven is right by chance
            made = _made(kind, value, _Lot(self._digest(kind, value, turn)))
            if made != value and (kind in _RESERVED or not any(one.kind == kind for one in find(made, kinds=[kind], named=kind))):
                break
        return made

    def _digest(self, kind: str, value: str, turn: int) -> bytes:
        bare = "".join(char for char in value.casefold() if char.isalnum())
        return blake2b(f"{kind}\0{bare}\0{turn}".encode(), key=blake2b(self.key, digest_size=64).digest() if self.key else b"").digest()


class _Lot:
    """Numbers drawn from a digest, the same ones every time."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self._bits, self._turn = seed, int.from_bytes(seed, "big"), 0

    def below(self, count: int) -> int:
        """A number from 0 to count - 1."""
        if self._bits < 1 << 64:
            self._turn += 1
            self._bits = int.from_bytes(blake2b(self._seed + self._turn.to_bytes(4, "big")).digest(), "big") | 1 << 512
        self._bits, found = divmod(self._bits, count)
        return found

    def name(self, length: int) -> str:
        """Letters that can be spoken."""
        return "".join((_VOWELS if place % 2 else _CONSONANTS)[self.below(5 if place % 2 else 14)] for place in range(length))


def _made(kind: str, value: str, lot: _Lot) -> str:
    kept = 3 if value[:3].lower() == "bc1" else _KEPT.get(kind, 0) if not (kind == "dni" and value[0].isdigit()) else 0
    own = {"email": _email, "ip": _ip, "mac": _mac, "phone": _phone, "ssn": _ssn, "nino": _nino, "dob": _date, "key": _key, "iban": _iban,
           "passport": _passport, "person": _words, "address": _words}  # fmt: skip
    return value[:kept] + own.get(kind, _same_form)(value[kept:], lot)


def _same_form(value: str, lot: _Lot) -> str:
    """Another digit for each digit, another letter for each letter, in the same case."""
    return "".join(_another(char, lot) for char in value)


def _another(char: str, lot: _Lot) -> str:
    if char.isdigit():
        return str(lot.below(10))
    if char.isalpha():
        letter = _LETTERS[lot.below(len(_LETTERS))]
        return letter if char.isupper() else letter.lower()
    return char


def _filled(value: str, digits: str, lot: _Lot) -> str:
    """The form of a value with these digits first, and others behind."""
    rest = iter(digits)
    return "".join(next(rest, None) or str(lot.below(10)) if char.isdigit() else char for char in value)


def _email(value: str, lot: _Lot) -> str:
    name = f"{lot.name(6)}{lot.below(1000):03}"
    return f"{name}@example.org" if "@" in value else f"{name} (at) example (dot) org"


def _ip(value: str, lot: _Lot) -> str:
    """RFC 5737 and RFC 3849."""
    if ":" in value:
        return f"2001:db8::{lot.below(65536):x}:{lot.below(65536):x}"
    return f"{('192.0.2', '198.51.100', '203.0.113')[lot.below(3)]}.{lot.below(254) + 1}"


def _mac(value: str, lot: _Lot) -> str:
    """RFC 7042: 00-00-5E-00-53-00 to FF."""
    digits = iter(f"00005e0053{lot.below(256):02x}")
    made = "".join(next(digits) if char.isalnum() else char for char in value)
    return made.upper() if value.isupper() else made


def _phone(value: str, lot: _Lot) -> str:
    """555-0100 to 0199 in North America; else a national number that begins with 00, as none does."""
    digits = "".join(char for char in value if char.isdigit())
    north = (len(digits) == 10 and digits[0] in "23456789") or (len(digits) == 11 and digits[0] == "1")
    if north and re.search(r"\d{3}\D{0,2}\d{3}\D?\d{4}$", value):
        return _filled(value, f"{digits[:-10]}{2 + lot.below(8)}{lot.below(10)}{lot.below(10)}55501", lot)
    if value.lstrip("( ").startswith("+") or digits.startswith("00"):
        code = digits[: 2 if value.lstrip("( ").startswith("+") else 4]
        return _filled(value, f"{code}00", lot)
    return _filled(value, "000" if digits.startswith("0") else "00", lot)


def _ssn(value: str, lot: _Lot) -> str:
    """The area 000 is never given out."""
    return _filled(value, "000", lot)


def _nino(value: str, lot: _Lot) -> str:
    """The prefix QQ is never given out."""
    made = _filled(value, "", lot)
    return ("QQ" if value[:1].isupper() else "qq") + made[2:]


def _date(value: str, lot: _Lot) -> str:
    """Another day, and another month where it is a number, within five years of the year."""
    parts = re.split(r"(\d+)", value)
    for place in range(1, len(parts), 2):
        number = int(parts[place])
        if len(parts[place]) == 4:
            parts[place] = str(number - 5 + lot.below(11))
        elif number <= 31:
            parts[place] = str(1 + lot.below(12)).zfill(len(parts[place]))[-2:]
    return "".join(parts)


def _key(value: str, lot: _Lot) -> str:
    """The prefix that says whose it is, and EXAMPLE within, which no key has."""
    if block := _BLOCK.fullmatch(value):
        return f"{block[1]}\nEXAMPLE{_same_form('A' * 16, lot)}\n{block[2]}"
    prefix = _PREFIX.match(value)
    head = prefix[0] if prefix else ""
    return f"{head}EXAMPLE{_same_form(value[len(head) + 7 :], lot)}"


def _iban(value: str, lot: _Lot) -> str:
    """The country stays; the check digits 00 are never right."""
    return value[:2] + re.sub(r"^([ -]?)\d([ -]?)\d", r"\g<1>0\g<2>0", _same_form(value[2:], lot))


def _passport(value: str, lot: _Lot) -> str:
    """X for each letter, and noughts first: no state writes them so."""
    return re.sub(r"[A-Za-z]", lambda found: "X" if found[0].isupper() else "x", _filled(value, "000", lot))


def _words(value: str, lot: _Lot) -> str:
    """Made-up words of about the same length, with other digits."""
    made = _WORD.sub(lambda found: lot.name(max(3, len(found[0]))).title() if found[0][:1].isupper() else found[0], value)
    return re.sub(r"\d", lambda _: str(lot.below(10)), made)


_KEPT = {"crypto": 1, "dni": 1, "nir": 1, "card": 1}
"""Characters that tell the form, and stay."""
_RESERVED = frozenset({"email", "ip", "mac", "phone", "dob", "passport", "person", "address", "ssn", "nino"})
"""Kinds that are made from what is reserved or given to nobody, and of the others' form all the same."""

