"""Bitcoin addresses: base58 with its double SHA-256 checksum, bech32 (BIP 173) and bech32m (BIP 350)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from rowsmith.core.pii.seen import Place, Seen

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {char: value for value, char in enumerate(_BASE58)}
_BECH32 = {char: value for value, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_OLD = re.compile(rf"(?<![A-Za-z0-9])[13][{_BASE58}]{{25,34}}(?![A-Za-z0-9])")
_NEW = re.compile(r"(?<![A-Za-z0-9])(?:bc1[a-z0-9]{39,87}|BC1[A-Z0-9]{39,87})(?![A-Za-z0-9])")
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def addresses(seen: Seen) -> Iterator[Place]:
    """Addresses whose checksum is right."""
    yield from (one.span() for one in _OLD.finditer(seen.text) if base58(one[0]))
    yield from (one.span() for one in _NEW.finditer(seen.text) if bech32(one[0].lower()))


def base58(address: str) -> bool:
    """Whether the last four bytes are the checksum of the 21 before them, for the versions of the main network."""
    number = 0
    for char in address:
        number = number * 58 + _VALUE[char]
    if number >> 200:
        return False
    whole = number.to_bytes(25, "big")
    return whole[0] in (0, 5) and sha256(sha256(whole[:21]).digest()).digest()[:4] == whole[21:]


def bech32(address: str) -> bool:
    """Whether the checksum is that of a segregated-witness address of the main network: 1 for version 0, bech32m's constant above."""
    if any(char not in _BECH32 for char in address[3:]):
        return False
    data = [_BECH32[char] for char in address[3:]]
    return polymod([3, 3, 0, 2, 3, *data]) == (1 if data[0] == 0 else 0x2BC830A3)


def polymod(values: list[int]) -> int:
    """The checksum of BIP 173 over values of five bits; the human part `bc` is [3, 3, 0, 2, 3]."""
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, factor in enumerate(_GENERATOR):
            check ^= factor if top >> place & 1 else 0
    return check
