from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.errors import RowFailed
from rowsmith.steps.score.grounded import Grounded, support, words

SOURCE = "The river rises in the high hills. It is 42 km long, and a mill stands at its mouth."


def scores(answer: object, source: object = SOURCE, **given: object) -> dict:
    (found,) = Grounded(**given).rows(row({"answer": answer, "text": source}), StepContext(Path()))
    return found.scores


@pytest.mark.parametrize(
    ("answer", "score", "exact"),
    [
        ("It is 42 km long", 1.0, True),
        (" IT IS 42 KM, long! ", 1.0, False),
        ("The river rises far away from here", 3 / 7, False),
        ("river mill mouth", 0.0, False),
        ("42 km", 1.0, True),
        ("43 km", 0.0, False),
        ("rises in the high hills and a mill stands", 1.0, False),
        ("!?", 0.0, False),
        ("", 0.0, False),
    ],
)
def test_scores_of_answers(answer: str, score: float, exact: bool) -> None:
    found = scores(answer)
    assert (found["grounded"], found["grounded_exact"]) == (pytest.approx(score), exact)


def test_scripts_and_forms() -> None:
    assert words("Don't panic: ﬁve ２ 漢字!") == ["don", "t", "panic", "five", "2", "漢", "字"]
    assert words("हिन्दी में") == ["हिन्दी", "में"]
    assert words("STRASSE straße Ǆ") == ["strasse", "strasse", "dž"]
    assert support("京都は古都です", "日本の京都は古都である。", 3) == pytest.approx(6 / 7)
    assert support("เมืองหลวง", "กรุงเทพเป็นเมืองหลวงของไทย", 3) == 1.0


def test_options_change_the_score() -> None:
    assert scores("the high mill", run=2)["grounded"] == pytest.approx(2 / 3)
    assert scores("the high mill", run=3)["grounded"] == 0.0
    assert set(scores("x", into="quoted")) == {"quoted", "quoted_exact", "quoted_supported"}
    data = {"answer": "other", "reply": "It is 42 km", "text": "none of it", "page": SOURCE}
    (found,) = Grounded(column="reply", against="page").rows(row(data), StepContext(Path()))
    assert found.scores["grounded"] == 1.0
    (found,) = Grounded().rows(row({"answer": "42 km", "context": SOURCE}), StepContext(Path()))
    assert found.scores["grounded"] == 1.0
    assert "name the column" in Grounded(against="answer").check()[0]
    assert "name the column" in Grounded(column="text", against="text").check()[0]


def test_rows_that_cannot_be_scored() -> None:
    for data, reason in (({"text": "x"}, "missing_column"), ({"answer": "x"}, "missing_column"), ({"answer": 3, "text": "x"}, "not_text")):
        with pytest.raises(RowFailed) as caught:
            list(Grounded().rows(row(data), StepContext(Path())))
        assert caught.value.reason == reason


_words = st.lists(st.sampled_from(["a", "b", "the", "river", "漢", "字", "42", "e\u0301", "İ"]), max_size=30).map(" ".join)


@given(_words | st.text(), _words | st.text(), _words | st.text(), st.integers(1, 6))
def test_laws_of_support(answer: str, source: str, more: str, run: int) -> None:
    score = support(answer, source, run)
    assert 0.0 <= score <= 1.0
    assert support(answer, f"{source} {more}", run) >= score
    assert support(answer.swapcase().swapcase(), source, run) <= 1.0
    assert support(answer, f"{more} {answer} {source}", run) == (1.0 if words(answer) else 0.0)
    if len(words(answer)) >= run + 1:
        assert support(answer, source, run + 1) <= score


@given(_words, _words, st.integers(1, 4))
def test_support_is_what_its_definition_says(answer: str, source: str, run: int) -> None:
    said, there = words(answer), words(source)
    length = min(run, len(said))

    def stands(piece: list[str]) -> bool:
        return any(there[at : at + len(piece)] == piece for at in range(len(there)))

    covered = {
        place for a in range(len(said)) for b in range(a + length, len(said) + 1) if stands(said[a:b]) for place in range(a, b)
    }
    assert support(answer, source, run) == pytest.approx(len(covered) / len(said) if said else 0.0)
