"""What is looked for first, because it is quick, never hides what the whole look would find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rowsmith.content import form
from rowsmith.core import pii
from rowsmith.core.said import parts
from rowsmith.steps.form_phrases import FIRST_WORD, begins, lowered, pattern, speaks_of, unquoted

PARTS = ("pii/open.jsonl", "form/open.jsonl", "form/open-2.jsonl", "form/open-3.jsonl", "form/open-4.jsonl")
TRUTH = Path(__file__).parents[1] / "truth"
QUICK = [("placeholder", name) for name in form()["pieces"]["placeholder"]]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    lines = [line for part in PARTS for line in (TRUTH / part).read_bytes().splitlines()]
    return [part.text for line in lines for part in parts(orjson.loads(line)["data"])]


@settings(max_examples=60, deadline=None)
@given(some.data())
@pytest.mark.parametrize("path", QUICK, ids=" ".join)
def test_whatever_a_pattern_finds_has_one_of_its_pieces(path: tuple[str, ...], data: some.DataObject) -> None:
    look = re.compile(form()["placeholder"]["mark"]) if path[1] == "mark" else pattern(*path)
    said = data.draw(some.from_regex(look))
    assert look.search(said) is None or speaks_of(lowered(said), *path)


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_so_it_is_with_orders(data: some.DataObject) -> None:
    look = pattern("scaffolding", "ordered")
    said = data.draw(some.from_regex(re.compile(look.pattern)))
    found = look.match(said)
    assert found is None or speaks_of(found[0].lower(), "scaffolding", "ordered")


@settings(max_examples=120, deadline=None)
@given(some.data())
@pytest.mark.parametrize(("problem", "name"), [tuple(path.split("_")) for path in form()["first"]])
def test_every_opening_is_looked_for_at_its_first_word(problem: str, name: str, data: some.DataObject) -> None:
    language = data.draw(some.sampled_from([each for each in form()[problem][name] if each != "any"]))
    look = pattern(problem, name, language)
    said = data.draw(some.from_regex(re.compile(rf"\A(?:{look.pattern})"))).lower()
    found, word = look.match(said), FIRST_WORD.match(said)
    within = found and word and found.end() < word.end()  # the beginning of a longer word is no opening
    assert not found or within or begins((problem, name), said, 0)


def test_it_is_so_on_the_texts_of_the_truth_sets(texts: list[str]) -> None:
    found = dict.fromkeys(QUICK, 0)
    for path in QUICK:
        look = re.compile(form()["placeholder"]["mark"]) if path[1] == "mark" else pattern(*path)
        for text in texts:
            if look.search(text):
                found[path] += 1
                assert speaks_of(lowered(text), *path), text
    assert all(found.values()), found


def test_letters_that_are_alike_for_a_pattern_are_alike_when_looked_for_first() -> None:
    assert pattern("placeholder", "loose").search("PLACEHOLDER TEXT")
    for text in ("Coming ſoon:", "PLACEHOLDER TEXT", "lorem \u0130psum", "lorem \u0131psum"):
        assert pattern("placeholder", "loose").search(text) and speaks_of(lowered(text), "placeholder", "loose")


def test_code_and_quotations_are_blanked_as_ever() -> None:
    assert unquoted("say `x` and “y” or ‘zz’", quotes=True) == "say     and     or     "
    assert unquoted("it’s `x`", quotes=False) == "it's    "
    assert unquoted("~~~\nx\n~~~ y") == " " * 9 + " y"


def _all(text: str, look: pytest.MonkeyPatch) -> list[pii.Found]:
    with look.context() as whole:
        whole.setattr(pii, "_may_hold", lambda kind, seen: True)
        return pii.find(text)


def test_no_personal_data_is_passed_over_in_the_truth_sets(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = [one for text in texts for one in _same(text, monkeypatch)]
    assert len({one.kind for one in found}) == len(pii.KINDS)


def _same(text: str, look: pytest.MonkeyPatch) -> Iterator[pii.Found]:
    found = pii.find(text)
    assert found == _all(text, look), text
    yield from found


VALUES = ("ada@example.org", "4111 1111 1111 1111", "DE89370400440532013000", "10.0.0.1", "::1", "fe80::1", "aa:bb:cc:dd:ee:ff", "born 1/1/90",
          "geb. 1.1.1990", "passport X1234567",
          "AB123456C", "078-05-1120", "12345678Z", "X1234567L", "call 555-0100 12", "+4930123456", "1990年1月1日 出生日期")  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    some.lists(some.sampled_from(VALUES) | some.text("0123456789 .:-/@abcXtel٣", max_size=12), max_size=4),
    some.sampled_from((" ", "", "\n", ", ")),
)
def test_nor_in_texts_of_pieces(pieces: list[str], between: str) -> None:
    with pytest.MonkeyPatch.context() as look:
        list(_same(between.join(pieces), look))
