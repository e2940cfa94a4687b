from __future__ import annotations

from typing import Any

import pytest
from asking_context import row, work

from rowsmith.core.row import Row
from rowsmith.steps.score.evolved import Evolved

ASKED = {"before": "Name a river.", "input": "Name a river of which nobody sings.", "answer": "It is the Vjosa."}


def told(equal: bool = False, **said: str) -> tuple[Any, int]:
    (found,), ctx = work(Evolved(), row({**ASKED, **said}), {"reason": "so", "holds": equal})
    assert isinstance(found, Row)
    return found.scores["evolved"], len(ctx.asks)


def test_what_has_evolved_holds_and_a_model_was_asked() -> None:
    assert told() == ({"holds": True, "reason": ""}, 1)
    assert told(equal=True) == ({"holds": False, "reason": "equal"}, 1)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"input": "#Rewritten Prompt#: Name a river."}, "copied_words"),
        ({"answer": "Sorry, that cannot be told."}, "sorry"),
        ({"answer": "Es tut mir leid, das geht nicht."}, "sorry"),
        ({"answer": "... the, and it is!"}, "says_nothing"),
        ({"answer": "?!"}, "says_nothing"),
    ],
)
def test_what_words_tell_needs_no_model(said: dict[str, str], reason: str) -> None:
    assert told(**said) == ({"holds": False, "reason": reason}, 0)


def test_words_that_stood_there_before_and_long_answers_are_no_signs() -> None:
    assert told(before="Improve the given prompt: sing.", input="Improve the given prompt in two steps: sing.")[0]["holds"]
    assert told(answer=f"Sorry for the length. {'word ' * 90}")[0]["holds"]
