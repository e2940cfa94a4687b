from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.row import Drop, New
from rowsmith.steps.chunk.tokens import Tokens
from rowsmith.steps.chunk_sizes import sizes


def of(*tokens: int) -> list[New]:
    return [New({}, {"chunk": {"tokens": one}}) for one in tokens]


def test_sizes_of_some_chunks() -> None:
    assert sizes(of(10, 20, 30, 40)) == {
        "count": 4, "total": 100, "min": 10, "max": 40, "mean": 25.0, "p50": 20, "p95": 40,
        "histogram": [{"from": 10 + 4 * n, "to": min(40, 13 + 4 * n), "count": count} for n, count in enumerate([1, 0, 1, 0, 0, 1, 0, 1])],
    }  # fmt: skip
    assert sizes(of(7))["histogram"] == [{"from": 7, "to": 7, "count": 1}]
    assert sizes([Drop("empty_text"), row({"text": "x"})]) == {"count": 0, "total": 0, "histogram": []}
    made = list(Tokens(size=8, overlap=0).rows(row({"text": "one two three four five six seven eight nine ten"}), StepContext(Path())))
    assert sizes(made)["total"] == 10


@given(st.lists(st.integers(1, 900), min_size=1, max_size=80))
def test_every_chunk_has_its_bar(tokens: list[int]) -> None:
    found = sizes(of(*tokens))
    bars = found["histogram"]
    assert (found["count"], found["total"]) == (len(tokens), sum(tokens))
    assert [bar["count"] for bar in bars] == [sum(bar["from"] <= one <= bar["to"] for one in tokens) for bar in bars]
    assert sum(bar["count"] for bar in bars) == len(tokens) and len(bars) <= 10
    assert found["min"] <= found["p50"] <= found["p95"] <= found["max"]
    assert sum(one <= found["p50"] for one in tokens) * 2 >= len(tokens)
