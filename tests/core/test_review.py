"""What reviews come to: the newest word of each person, about what the row says now."""

from __future__ import annotations

from typing import Any

from rowsmith.core.expressions import parse
from rowsmith.core.review import NOTHING, Review, summary, unknown_names


def review(n: int, **said: Any) -> Review:
    known = {"row": "r", "hash": "now", "verdict": "", "score": None, "label": None, "note": None, "fields": None, "author": "a", "branch": "main"}
    return Review(n=n, **{**known, "created_at": float(n), **said})


def test_nothing_is_what_no_review_comes_to() -> None:
    assert summary([], "now") == NOTHING


def test_the_newest_verdict_score_and_label_of_each_person_count() -> None:
    found = summary(
        [
            review(1, verdict="reject", score=1.0, label="odd"),
            review(2, author="b", verdict="accept", score=3.0),
            review(3, verdict="accept", score=2.0),
            review(4, author="c", verdict="reject", label="odd"),
            review(5, note="only a note"),
        ],
        "now",
    )
    assert found == {
        "count": 5, "people": 3, "verdict": "accept", "accepted": 2, "rejected": 1, "score": 2.5, "label": "odd", "labels": {"odd": 2},
        "differ": True, "outdated": 0,
    }  # fmt: skip
    assert summary([review(1, verdict="accept"), review(2, author="b", verdict="reject")], "now")["verdict"] is None


def test_they_differ_where_verdicts_or_labels_do_until_one_decides() -> None:
    said = [review(1, label="odd", verdict="accept"), review(2, author="b", label="even", verdict="accept")]
    assert [summary(said, "now")[name] for name in ("differ", "verdict", "label")] == [True, "accept", None]
    said.append(review(3, author="c", label="even", decides=True))
    assert [summary(said, "now")[name] for name in ("differ", "people", "label")] == [False, 3, "even"]


def test_names_that_reviews_do_not_have_are_told() -> None:
    (problem,) = unknown_names(parse("reviews.verdit = 'accept' AND reviews.labels.good > 0 AND answer.verdit = 1"))
    assert "no 'verdit'" in problem.what and "Did you mean 'verdict'?" in problem.fix and "people" in problem.fix


def test_reviews_of_an_older_text_do_not_count() -> None:
    found = summary([review(1, verdict="accept", hash="then"), review(2, verdict="reject", hash="then"), review(3, score=4.0)], "now")
    assert found == {**NOTHING, "count": 1, "people": 1, "score": 4.0, "outdated": 2}


def test_time_decides_and_not_the_order_of_arrival() -> None:
    """Reviews that a merge brought have later numbers and earlier times."""
    late, early = review(1, verdict="accept", created_at=9.0), review(2, verdict="reject", created_at=5.0)
    assert summary([late, early], "now")["accepted"] == 1


def test_a_review_says_whether_it_is_of_what_the_row_says() -> None:
    assert review(1).dump("now")["current"] is True
    assert review(1).dump("then")["current"] is False
    assert "current" not in review(1).dump()
