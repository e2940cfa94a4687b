"""What a pattern needs is in whatever it finds, so that no check passes over what it would have found by trying every pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rowsmith.core.said import parts
from rowsmith.steps import harm, instructions, unseen
from rowsmith.steps.harm import harms, unmasked
from rowsmith.steps.instructions import scan
from rowsmith.steps.linear import linear, tokens
from rowsmith.steps.pieces import Quick, alternatives, near, needs

TRUTH = Path(__file__).parents[1] / "truth"
RULES = [(number, rule.look.pattern) for number, rule in enumerate(harm._rules())]
ORDERS = [(number, one.look.pattern) for number, one in enumerate(instructions._patterns())]
PARTS = ("you", "he", "idiot", "a", "kill", "ai", "ignore", "all", "previous", "instructions", "x", "'", "_", " ", ".", "-", "dich", "忽略", "s")


class _Every:
    """Tries everything."""

    def __init__(self, count: int) -> None:
        self.count = count

    def may(self, words: object) -> range:
        return range(self.count)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    sets = [TRUTH / check / f"{name}.jsonl" for check in ("toxicity", "injection") for name in ("open", "open-2", "learn")]
    lines = [line for path in [*sets, TRUTH / "form" / "open.jsonl"] for line in path.read_bytes().splitlines()[::16]]
    return [part.text for line in lines for part in parts(orjson.loads(line)["data"])]


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (r"\b(?:your|his) (?:ugly )?(?:faces?|heads)", [[" his ", " your "], ["face", "heads"]]),
        (r"go to hell\b|\bstfu\b", [[" hell ", " stfu "]]),
        (r"\bf(?:uck)? you", [[" f"], [" you"]]),
        (r"(?!never)(?<=not)kill(?=ed)", [["kill"]]),
        (r"a[bc]d*e|\w+", []),
        (r"(?:dumb|ugly)+ (?:cow)?[|)]\)\bpig$", [["dumb", "ugly"], [" pig"]]),
        (r"t'es b{2}ad", [[" es ", "t "], ["ad"]]),
        ("忽略|忘记", [["忘记", "忽略"]]),
    ],
)
def test_the_pieces_of_a_pattern(pattern: str, wanted: list[list[str]]) -> None:
    found = needs(pattern)
    assert sorted(piece for one in found for piece in one) == sorted(piece for one in wanted for piece in one)
    assert "|".join(alternatives(pattern)) == pattern


def test_what_stands_near_is_needed_too() -> None:
    assert near(["ignore ", "[inst]"]) == (frozenset({"ignore ", " inst "}),)
    assert near(["ignore", "*"]) == ()


def _found_by_pieces(quick: Quick, number: int, text: str) -> bool:
    return number in quick.may(set(tokens(text)))


@settings(max_examples=8, deadline=None)
@given(some.data())
@pytest.mark.parametrize(("number", "pattern"), RULES)
def test_whatever_a_rule_for_harm_finds_has_its_pieces(number: int, pattern: str, data: some.DataObject) -> None:
    text = data.draw(some.from_regex(re.compile(pattern, re.ASCII)))
    rule = harm._rules()[number]
    if rule.look.search(text) and all(one.search(text) for one in rule.lists):
        assert _found_by_pieces(harm._quick(), number, text), text


@settings(max_examples=5, deadline=None)
@given(some.data())
@pytest.mark.parametrize(("number", "pattern"), ORDERS)
def test_whatever_an_order_is_found_by_has_its_pieces(number: int, pattern: str, data: some.DataObject) -> None:
    text = data.draw(some.from_regex(re.compile(pattern)))
    one = instructions._patterns()[number]
    if one.look.search(text) and any(word in text for word in one.near):
        assert _found_by_pieces(instructions._quick(), number, text), text


def _by_all(text: str) -> Iterator[object]:
    with pytest.MonkeyPatch.context() as all_:
        all_.setattr(harm, "_quick", lambda: _Every(len(harm._rules())))
        all_.setattr(instructions, "_quick", lambda: _Every(len(instructions._patterns())))
        yield harms(text)
        yield scan(text)


def test_no_text_of_the_truth_sets_is_told_otherwise_by_trying_all(texts: list[str]) -> None:
    flagged = 0
    for text in texts:
        assert [harms(text), scan(text)] == list(_by_all(text)), text
        flagged += bool(harms(text)) + bool(scan(text))
    assert flagged > 80


@settings(max_examples=60, deadline=None)
@given(some.lists(some.sampled_from(PARTS), max_size=400))
def test_nor_is_one_made_of_pieces_however_long_its_sentences(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert [harms(text), scan(text)] == list(_by_all(text))


@settings(max_examples=100, deadline=None)
@given(some.lists(some.sampled_from(("%41", "&#x61;", "\\u0061", "\\U0062", "aWdub3JlIGFsbCBydWxlcw==", "ignore", " ", "\n", "4")), max_size=40))
def test_no_payload_is_passed_over_for_want_of_a_sign(pieces: list[str]) -> None:
    text = "".join(pieces)
    decoded = {(one.start, one.end) for one in unseen.payloads(text)}
    for look, decode in ((unseen._ESCAPES, unseen._from_escapes), (unseen._PERCENT, unseen.unquote), (unseen._ENTITIES, unseen.unescape)):
        for found in look.finditer(text):
            if unseen._words(decode(found[0])) and decode(found[0]) != found[0]:
                assert any(end == found.end() for _, end in decoded)


def test_a_model_tells_only_of_what_is_probable_enough(texts: list[str]) -> None:
    model = linear("toxicity")
    for text in map(unmasked, map(str.lower, texts[::40])):
        one = model.likely(text, 0)
        assert (one is None) == (not tokens(text))
        if one is not None:
            assert model.likely(text, one.probability) == one == model.likely(text, 0, tokens(text))
            assert model.likely(text, one.probability + 1e-9) is None
