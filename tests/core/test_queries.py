"""What one writes to search, and which rows it means."""

from __future__ import annotations

import pytest

from rowsmith.core.errors import Invalid
from rowsmith.core.queries import MOST_TERMS, query
from rowsmith.core.words import cut

ROW = {"input": "Where is green tea grown?", "answer": ["In Assam, since 1834.", "東京都に住む", "أهلاً وسهلاً"]}


@pytest.mark.parametrize(
    ("search", "means"),
    [
        ("tea assam", True), ("tea coffee", False), ("TEA Assam", True), ('"green tea"', True), ('"tea green"', False), ('"grown in"', False),
        ("tea OR coffee", True), ("coffee OR tea assam", True), ("coffee OR milk assam", False), ("coffee OR milk OR tea", True),
        ("tea -milk", True), ("tea -assam", False), ('tea -"green tea"', False), ('tea -"tea green"', True), ("-milk", True), ("-tea", False),
        ("ass*", True), ("ass", False), ('"green te"*', True), ('"green te"', False), ("-ass*", False), ("1834", True),
        ("京都", True), ("東都", False), ("京", True), ("京都に", True), ("اهلا", True), ("أهلا وسهلا", True), ('"سهلا"', False),
        ("tea & assam", True), ("OR tea", True), ("tea OR", True), ("don't", False),
        ("-", None), ("!!!", None), ("", None), ('""', None), ('-"…"', None),
    ],
)  # fmt: skip
def test_searches(search: str, means: bool | None) -> None:
    if means is None:
        with pytest.raises(Invalid, match="no word"):
            query(search)
    else:
        assert query(search).matches(cut(ROW)) is means


@pytest.mark.parametrize(
    ("search", "what"),
    [('tea "green', "not closed"), ("tea OR -milk", "excludes within an OR"), ("x " * (MOST_TERMS + 1), "61 words")],
)
def test_searches_that_cannot_be(search: str, what: str) -> None:
    with pytest.raises(Invalid, match=what):
        query(search)
