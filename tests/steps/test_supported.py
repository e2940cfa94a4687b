"""score.grounded: sentence by sentence, what speaks against it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.flags import flags_of
from rowsmith.core.row import Drop, Row
from rowsmith.steps.entailing import doubt
from rowsmith.steps.quantities import quantities
from rowsmith.steps.score.grounded import Grounded

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import truth_grounding

SOURCE = (
    "The mill was built in 1874 by Ada Moor. It grinds 18 litres of grain a minute and rests in winter. Its owner, Tom Vale, does not sell flour."
)


@pytest.mark.parametrize(("half", "precision", "recall"), [("open", 0.95, 0.94), ("open-2", 0.80, 0.80)])
def test_the_open_rows_of_the_truth(half: str, precision: float, recall: float) -> None:
    found = truth_grounding.measured(half)
    assert found["precision"] >= precision and found["recall"] >= recall
    assert found["sentences"]["precision"] >= precision - 0.05 and found["sentences"]["recall"] >= recall - 0.02


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The mill was built in 1874.", None),
        ("The mill was built in 1847.", "number"),
        ("It grinds 1,080 litres of grain an hour.", None),
        ("It grinds 28 litres of grain a minute.", "number"),
        ("Ada Moore built the mill.", "name"),
        ("The owner sells flour.", "denied"),
        ("It never rests in winter.", "absolute"),
        ("Tourists love postcards with sunsets.", "unheard"),
        ("", None),
    ],
)
def test_what_speaks_against_a_sentence(sentence: str, reason: str | None) -> None:
    found = doubt(sentence, SOURCE)
    assert (found and found.reason) == reason


def test_two_things_that_changed_places() -> None:
    source = "Anna wrote the songs; Bruno sang them on the stage."
    assert doubt("Anna wrote the songs and Bruno sang them.", source) is None
    found = doubt("Bruno wrote the songs and Anna sang them.", source)
    assert found is not None and found.reason == "swapped"


FERRY = (
    "The ferry leaves Tolsk at 16:40 and needs 55 minutes. A ticket costs 8 crowns a month; students pay half. It carries 36 cars and 180 people. "
    "In 2019 it was sold for 1.2 million crowns, and 9 years later the price had doubled."
)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("It leaves at twenty to five.", None),
        ("It arrives at 17:35.", None),
        ("It arrives at 17:45.", "number"),
        ("Over a whole year a passenger pays 96 crowns.", None),
        ("Students pay 4 crowns a month.", None),
        ("There is five times as much room for people as for cars.", None),
        ("In 2028 the price was higher.", None),
        ("It carries 35 to 180 cars.", "number"),
        ("The ferry carries 144 cars and 180 people.", "number"),
        ("Its price in 2019 was one million two hundred thousand crowns.", None),
    ],
)
def test_what_follows_by_plain_arithmetic(sentence: str, reason: str | None) -> None:
    found = doubt(sentence, FERRY)
    assert (found and found.reason) == reason


WILL = (
    "The will leaves the house to Dora and the boat to Finn. The enzyme turns starch into sugar, and the planet is wider than the Earth. "
    "The planet may have an atmosphere. No serious harm was seen. The mill closed in 1962, the quarry still employs nineteen people. "
    "Its fumes are harmless. Rehearsals are on Mondays."
)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Dora gets the boat and Finn the house.", "swapped"),
        ("Dora gets the house and Finn the boat.", None),
        ("The enzyme turns sugar into starch.", "swapped"),
        ("The Earth is wider than the planet.", "swapped"),
        ("The planet has an atmosphere.", "absolute"),
        ("Serious harm was seen.", "denied"),
        ("The quarry has closed as well.", "denied"),
        ("Its fumes are harmful.", "denied"),
        ("They have rehearsals every Monday.", None),
    ],
)
def test_what_changes_places_is_left_open_or_denied(sentence: str, reason: str | None) -> None:
    found = doubt(sentence, WILL)
    assert (found and found.reason) == reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("three quarters of a year", "nine months"),
        ("48 megapascals", "48,000,000 pascals"),
        ("six thousand two hundred", "6,200"),
        ("one house in twenty", "5 %"),
        ("a quarter past nine", "9:15"),
        ("two minutes past eight", "8:02"),
        ("41 metres", "4,100 centimetres"),
        ("six months", "half a year"),
        ("four weeks", "28 days"),
        ("4,50 Euro", "450 Cent"),
        ("18 litres a minute", "1,080 litres an hour"),
        ("3,200 square kilometres", "320,000 hectares"),
        ("one in twenty", "5 %"),
        ("2 GB", "2048 MB"),
        ("half past eight", "8:30"),
        ("six hundred", "600"),
        ("1.500 toneladas", "1,5 millones de kilos"),
    ],
)
def test_numbers_in_every_writing(one: str, other: str) -> None:
    (first,), (second,) = quantities(one), quantities(other)
    assert (first.kind, first.value) == (second.kind, pytest.approx(second.value))


WRONG = {"role": "assistant", "content": "It was built in 1999."}
ASKED = {"role": "user", "content": "When?"}


@pytest.mark.parametrize(
    "data",
    [
        {"text": SOURCE, "answer": "It was built in 1999."},
        {"context": SOURCE, "response": "It was built in 1999."},
        {"text": SOURCE, "messages": [ASKED, WRONG]},
        {"messages": [ASKED, {"role": "tool", "content": SOURCE}, WRONG]},
        {"context": SOURCE, "input": "When?", "chosen": "It was built in 1999.", "rejected": "In 1874."},
    ],
)
def test_every_shape_is_read(data: dict[str, Any]) -> None:
    (found,) = Grounded().rows(row(data), StepContext(Path()))
    assert isinstance(found, Row) and found.scores["grounded_supported"] == 0.0
    (flag,) = flags_of(found)
    assert (flag.check, flag.reason, flag.detail, flag.span) == ("grounding", "unsupported", "number: 1999", (0, 21))


def test_settings_change_what_is_flagged() -> None:
    data = {"text": SOURCE, "answer": "Visitors like how the mill grinds."}
    (found,) = Grounded(least=1).rows(row(data), StepContext(Path()))
    assert isinstance(found, Row) and list(flags_of(found))
    (found,) = Grounded(least=0).rows(row(data), StepContext(Path()))
    assert isinstance(found, Row) and not list(flags_of(found))
    (found,) = Grounded(action="drop").rows(row({**data, "answer": "In 1999."}), StepContext(Path()))
    assert found == Drop("unsupported", "number: 1999")


@given(st.text(max_size=120), st.text(max_size=300))
def test_any_text_is_compared_and_a_quotation_is_supported(sentence: str, more: str) -> None:
    doubt(sentence, more)
    assert doubt(sentence, f"{more} {sentence}") is None
