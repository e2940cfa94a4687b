"""score.toxicity and score.guard: harm to someone, masks, quotations and fiction; the answers of a guard model and what they become."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from asking_context import Asked
from cleaned import CTX
from step_context import row

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, Row
from rowsmith.steps.harm import harms, unmasked
from rowsmith.steps.score.guard import Guard, verdict
from rowsmith.steps.score.toxicity import Toxicity

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
HARM = [
    ("insult", "You are such an idiot."), ("insult", "Shut the f*ck up."), ("insult", "Halt die Fresse."), ("threat",
    "I'm going to beat you up after school."),
    ("threat", "Hijo de puta, te voy a matar."), ("hate", "Women belong in the kitchen."), ("hate", "Every refugee is a rapist."),
    ("self_harm", "go kill yourself"), ("sexual", "Show me your boobs."), ("harassment", "Everyone hates you."), ("harassment",
    "You are worthless."),
]  # fmt: skip
NONE = [
    "Kill the process.", "I could kill for a coffee.", "We will beat them in the final.", "This shitty printer eats paper.",
    "Women should be allowed to vote.",
    "Gay people are normal.", "Ich bringe dich zum Bahnhof.", "You are nothing like him.", "I am such an idiot.",
    "You magnificent bastard, well done!",
    'He said "you are an idiot" and was fined for it.', 'In my novel the pirate says, "I will kill you."', "You are not alone, call a crisis line.",
    "A classic bass and an assistant in Scunthorpe.",
]  # fmt: skip
CHAT = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Well. You are an idiot."}]}


@pytest.mark.parametrize(("category", "text"), HARM)
def test_harm_is_found_and_named(category: str, text: str) -> None:
    assert [one.category for one in harms(text)] == [category]


@pytest.mark.parametrize("text", NONE)
def test_words_alone_are_no_harm(text: str) -> None:
    assert harms(text) == []


def test_masks_are_undone_in_place() -> None:
    assert unmasked("you a**hole, f-u-c-k off, sh1t, b****") == "you asshole, fuck    off, shit, bitch"
    assert unmasked("b2b at 3pm, e-mail") == "b2b at 3pm, e-mail"


def test_the_sentence_is_flagged_where_it_stands() -> None:
    (done,) = Toxicity().rows(row(CHAT), CTX)
    assert isinstance(done, Row) and done.scores == {"toxicity": 1}
    (flag,) = done.origin["flags"]
    text = CHAT["messages"][1]["content"]
    assert (flag["reason"], flag["path"], text[slice(*flag["span"])].strip()) == ("insult", "messages.1.content", "You are an idiot.")
    (dropped,) = Toxicity(action="drop").rows(row({"input": "x", "chosen": "y", "rejected": "I will kill you."}), CTX)
    assert dropped == Drop("threat", "I will kill you.")
    (clean,) = Toxicity(categories=["threat"]).rows(row(CHAT), CTX)
    assert isinstance(clean, Row) and clean.scores == {"toxicity": 0} and "flags" not in clean.origin


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["you ", "f*", "a-", '"', "you are a ", "women ", "i will ", "x", "s3", "'a", "kill you "])
def test_a_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    harms((piece * 20_000)[:60_000])


def guarded(answer: str, **given: Any) -> tuple[Any, Asked]:
    ctx = Asked(lambda messages: answer)
    (done,) = asyncio.run(Guard(**given).rows(row(CHAT), ctx))  # type: ignore[arg-type]
    return done, ctx


def test_a_guard_model_is_asked_about_the_row_as_data() -> None:
    done, ctx = guarded("safe")
    assert (done.scores, "flags" in done.origin) == ({"toxicity": 0}, False)
    assert "S1: threat: " in ctx.request and "messages.1.content ---\nWell. You are an idiot." in ctx.request


def test_what_a_guard_model_says_becomes_reasons() -> None:
    done, _ = guarded("\n\nunsafe\nS5,S2")
    assert done.scores == {"toxicity": 1} and [flag["reason"] for flag in done.origin["flags"]] == ["insult", "hate"]
    assert guarded("unsafe\nS1", categories={"rude": "is rude"}, action="drop")[0] == Drop("rude", "is rude")
    assert (verdict("Unsafe", ["a"]), verdict("unsafe\nS9", ["a"]), verdict("SAFE.", ["a"])) == (["unsafe"], ["unsafe"], [])
    with pytest.raises(RowFailed, match="neither safe nor unsafe"):
        verdict("I would rather not say", ["a"])


def test_a_prompt_has_to_show_the_record() -> None:
    assert any("record" in problem for problem in Guard(prompt="Is it safe?", system="").check()) and Guard().check() == []


def test_the_open_half_of_the_truth_set() -> None:
    import truth_toxicity

    found = truth_toxicity.measured("open")
    assert found["precision"] >= 0.95 and found["recall"] >= 0.95, found
