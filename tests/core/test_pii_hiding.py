"""core.pii.hiding: masks, made-up values that keep the form and belong to nobody, and hashes; the same for the same value, whatever came before."""

from __future__ import annotations

import pytest

from rowsmith.core.edits import apply
from rowsmith.core.pii import KINDS, find
from rowsmith.core.pii.checksums import luhn, mod97
from rowsmith.core.pii.hiding import Hiding

VALUES = {
    "key": "ghp" "_zeZNGmnDbHL4KXeFtcIYpqbVbRNOBvVqLHnW", "email": "ada@north-mill.co.uk", "iban": "GB82 WEST 1234 5698 7654 32",
    "crypto": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "codice_fiscale": "RSSMRA85T10A562S", "nir": "2 55 08 14 168 025 38", "card": "4111-1111-1111-1111",
    "dni": "12345678Z", "nino": "AB 12 34 56 C", "ssn": "123-45-6789", "steuer_id": "86095742719", "pesel": "44051401359",
    "aadhaar": "2341 2341 2346",
    "cpf": "529.982.247-25", "bsn": "111222333", "mac": "00-1A-2B-3C-4D-5E", "ip": "8.8.8.8", "dob": "3 May 1990", "passport": "C01X00T47",
    "phone": "+1 212 466 1774",
}  # fmt: skip
CHECKED = ("iban", "crypto", "codice_fiscale", "nir", "card", "dni", "steuer_id", "pesel", "aadhaar", "cpf", "bsn", "key")


def form(value: str) -> str:
    return "".join("9" if char.isdigit() else "A" if char.isupper() else "a" if char.islower() else char for char in value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_made_up_value_keeps_its_form_and_belongs_to_nobody(kind: str) -> None:
    value = VALUES[kind]
    made = Hiding("replace", b"k").hidden(kind, value)
    assert made != value
    if kind not in ("email", "ip", "key", "crypto", "mac"):
        assert form(made) == form(value)
    if kind in CHECKED:
        assert find(made, kinds=[kind], named=kind) == []
    assert kind != "card" or not luhn(made.replace("-", ""))
    assert kind != "iban" or not mod97(made.replace(" ", ""))


def test_reserved_values_stand_where_there_are_some() -> None:
    hide = Hiding("replace").hidden
    assert hide("email", "a@b.de").endswith("@example.org") and hide("email", "a (at) b.de").endswith(" (at) example (dot) org")
    assert hide("ip", "8.8.8.8").startswith(("192.0.2.", "198.51.100.", "203.0.113.")) and hide("ip", "fe80::1").startswith("2001:db8::")
    assert hide("mac", "de:ad:be:ef:00:01").startswith("00:00:5e:00:53:") and hide("ssn", "123-45-6789").startswith("000-")
    assert "555 01" in hide("phone", "+1 212 466 1774") and hide("phone", "+44 20 7946 0018").startswith("+44 00")
    assert hide("phone", "0033 6 12 34 56 78").startswith("0033 0 0") and hide("phone", "030 9039378").startswith("000 ")
    block = hide("key", "-----BEGIN PRIVATE" " KEY-----\nMIIB\n-----END PRIVATE" " KEY-----")
    assert block.startswith("-----BEGIN PRIVATE") and "MIIB" not in block and find(block) == []


def test_the_same_value_becomes_the_same_whatever_stands_between_its_digits() -> None:
    hide = Hiding("replace", b"k")
    spaced, bare = hide.hidden("card", "4111 1111 1111 1111"), hide.hidden("card", "4111111111111111")
    assert spaced.replace(" ", "") == bare
    assert hide.hidden("email", "Ada@Example.com") == hide.hidden("email", "ada@example.com") != hide.hidden("email", "bob@example.com")
    assert hide.hidden("email", "ada@example.com") != Hiding("replace", b"other").hidden("email", "ada@example.com")


def test_masks_and_hashes() -> None:
    assert Hiding().hidden("email", "a@b.de") == "[email]" and Hiding(mask="<{kind}>").hidden("ip", "1.1.1.1") == "<ip>"
    hashed = Hiding("hash", b"k").hidden("card", "4111 1111 1111 1111")
    assert hashed == Hiding("hash", b"k").hidden("card", "4111-1111-1111-1111") and hashed.startswith("card_") and len(hashed) == 21
    assert hashed != Hiding("hash", b"l").hidden("card", "4111 1111 1111 1111")


def test_a_text_without_its_values() -> None:
    text = "Write to ada@north-mill.co.uk or call +44 20 7946 0018."
    assert apply(text, Hiding().edits(text, find(text))) == "Write to [email] or call [phone]."
