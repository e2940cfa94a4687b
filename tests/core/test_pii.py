"""core.pii: what is personal data and what only looks like it, where it stands, and that no text costs more than its length."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowsmith.core.patterns import pattern
from rowsmith.core.pii import KINDS, TITLES, Found, disjoint, find

FOUND = [
    ("email", "Write to <ada@example.org>.", "ada@example.org"), ("email", "ada@xn--bcher-kva.de", "ada@xn--bcher-kva.de"),
    ("email", "ada[at]example[dot]co[dot]uk", "ada[at]example[dot]co[dot]uk"), ("email", "ada at example dot org", "ada at example dot org"),
    ("email", "Mail ada@example.de.Thanks", "ada@example.de"), ("phone", "Text me on 07700 900123 later", "07700 900123"),
    ("phone", "Zadzwoń do mnie: 601 234 567", "601 234 567"), ("phone", "call +91 98765 43210", "+91 98765 43210"),
    ("phone", '<a href="tel:02079460018">', "02079460018"), ("phone", "Tel. +41 (0)44 668 18 00", "+41 (0)44 668 18 00"),
    ("phone", "name;phone\nAda;612345678\n", "612345678"), ("phone", "SMS a 333-1234567", "333-1234567"), ("phone", "0033 6 12 34 56 78",
    "0033 6 12 34 56 78"),
    ("phone", '{"phoneNumber":"4155552671"}', "4155552671"), ("dob", "wurde am 3. Mai 1990 geboren", "3. Mai 1990"),
    ("dob", "She was born in Lyon on 3 May 1990.", "3 May 1990"), ("dob", "D.O.B.: 12/05/80", "12/05/80"), ("dob", "id,dob\n1,1980-05-12",
    "1980-05-12"),
    ("dob", '"dateOfBirth": "1980-05-12"', "1980-05-12"), ("passport", "Pass-Nr.: C01X00T47", "C01X00T47"), ("passport", "paszport AB1234567",
    "AB1234567"),
    ("ip", "http://192.168.1.1/", "192.168.1.1"), ("ip", "[2001:db8::1]:443", "2001:db8::1"), ("ip", "fe80::1%eth0", "fe80::1"),
    ("mac", "mac:00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E"), ("mac", "001A.2B3C.4D5E", "001A.2B3C.4D5E"), ("ssn", "SSN: 123-45-6789", "123-45-6789"),
    ("ssn", "ssn 123 45 6789", "123 45 6789"), ("nino", "nino AB 12 34 56 C", "AB 12 34 56 C"), ("card", "4111 1111 1111 1111 09/31",
    "4111 1111 1111 1111"),
    ("card", "4111111111111111 123", "4111111111111111"), ("iban", "IBAN: GB82 WEST 1234 5698 7654 32.", "GB82 WEST 1234 5698 7654 32"),
    ("bsn", "BSN 111222333", "111222333"), ("pesel", "PESEL 44051401359", "44051401359"), ("cpf", "CPF 529.982.247-25", "529.982.247-25"),
    ("aadhaar", "Aadhaar 2341 2341 2346", "2341 2341 2346"), ("dni", "12345678Z", "12345678Z"), ("dni", "X1234567L", "X1234567L"),
    ("codice_fiscale", "RSSMRA85T10A562S", "RSSMRA85T10A562S"), ("steuer_id", "Tax ID: 86095742719", "86095742719"),
    ("nir", "NIR 2 55 08 14 168 025 38", "2 55 08 14 168 025 38"), ("crypto", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("crypto", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"),
    ("key", "postgres://app:hunter2x9@db.internal/x", "hunter2x9"), ("key", "k = 'AKI" "AQWERTYUIOPASDFG1'", "AKI" "AQWERTYUIOPASDFG1"),
    ("key", "-----BEGIN PRIVATE" " KEY-----\nMIIB\n-----END PRIVATE" " KEY-----",
    "-----BEGIN PRIVATE" " KEY-----\nMIIB\n-----END PRIVATE" " KEY-----"),
]  # fmt: skip
NOTHING = [
    "Order 415-555-2671-99", "ISBN 978-3-16-148410-0", "version 1.2.3.4", "see 4.1.2.3 of the manual", "call before 12.05.2031 at 10:30",
    "Contact us about invoice 12345678", "Call me about order 4155552671", "The company was born on 3 May 1999.",
    "My birthday party is on 12.05.2031",
    "passport fees 2031: 120", "logo@2x.png", "user@host", "git@github.com:ada/kettle.git", "x = a[::1]", "std::vector", "12:30:45", "a::b::c",
    "call function 12345678901", "callback(12345678)", "12345678 calls", "phones sold: 12345678", "0.1234567890123456", "12345-6789", "sk-learn",
    "4111 1111 1111 1112", "GB82 WEST 1234 5698 7654 33", "12345678A", "BSN 111222334", "Bestelling 111222333", "PESEL 44051401358",
    "set TOKEN=<your-token-here>", "AKIAIOSFODNN7EXAMPLE", "3a:5f:aa:bb:cc:dd:ee:ff:00:11", "000-12-3456", "part no. 123-45-6789",
]  # fmt: skip
HOSTILE = (
    "1", "@", "a@", "@a.", "12 ", "1-", ":", "ab:", "-eyJ", "sk-", "(at)", "a at b dot ", "a://a:", "AB12 ", "DE12 3456 ", "+4", "4111 ",
    "passport 1",
    "born on 1.1.", "1.1.1990 ", "call 0", "tel 333 222 1111 ", "\n", "a;b\n", "bsn 123456782 ", "version 1.2.3.4 to ", "awssecret", "2001:db8::1 ",
    "order # ", "1 12 12 12 123 ", "-----BEGIN PRIVATE" " KEY-----", "12345678 n° ", "1 january ", "(", "gh" "p_",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "value"), FOUND)
def test_a_value_is_found_where_it_stands(kind: str, text: str, value: str) -> None:
    assert [(one.kind, text[one.start : one.end]) for one in find(text)] == [(kind, value)]


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_like_it_is_not_found(text: str) -> None:
    assert find(text) == []


def test_the_name_of_a_column_is_a_word_beside_its_numbers() -> None:
    assert (find("4155552671"), find("4155552671", named="customerPhone")) == ([], [Found("phone", 0, 10)])
    assert find("1980-05-12", named="birth_date") == [Found("dob", 0, 10)]


def test_of_what_overlaps_the_more_specific_stands() -> None:
    assert [one.kind for one in find("IBAN GB82 WEST 1234 5698 7654 32, postgres://u:4111111111111111@h.example.org/x")] == ["iban", "key"]
    own = [("ticket", pattern(r"ada@\w+"))]
    assert find("ada@example.org", own=own) == [Found("ticket", 0, 11)]
    assert disjoint([Found("a", 5, 9), Found("b", 0, 6), Found("c", 0, 5)]) == [Found("c", 0, 5), Found("a", 5, 9)]


def test_kinds_are_chosen_and_have_titles() -> None:
    assert find("ada@example.org 10.0.0.1", kinds=["ip"]) == [Found("ip", 16, 24)]
    assert set(KINDS) <= set(TITLES)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*HOSTILE, "ada@example.org ", "x", " ", "\u00e9"]), max_size=30))
def test_places_are_in_order_apart_and_within_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    ends = [0]
    for one in find(text):
        assert ends[-1] <= one.start < one.end <= len(text)
        ends.append(one.end)


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    """What took quadratic time here would not end before the suite's own limit."""
    find((piece * (300_000 // len(piece) + 1))[:300_000])
