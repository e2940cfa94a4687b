"""Statistics count in and out: what is taken out again leaves nothing behind."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.ids import canonical
from rowsmith.core.statistics import METHOD, Lengths, Statistics, above, counted, edge

text = st.text("ab é", max_size=12)
value = st.none() | st.booleans() | st.integers(-9, 9) | text | st.just([]) | st.lists(text, max_size=2)
message = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "?"]), "content": text})
columns = st.dictionaries(st.sampled_from(["text", "label", "input", "answer"]), value, max_size=4)
row = columns | st.fixed_dictionaries({"messages": st.lists(message, max_size=3)})


def guess(said: str) -> str:
    return "aa" if "a" in said else "und"


def of(rows: list[dict[str, Any]]) -> Statistics:
    return counted(((data, len(canonical(data))) for data in rows), guess)


@given(st.lists(row, max_size=6), st.lists(row, max_size=6))
def test_taken_out_again_they_were_never_there(stay: list[dict[str, Any]], go: list[dict[str, Any]]) -> None:
    both = of([*go, *stay])
    for data in go:
        both.add(data, len(canonical(data)), guess, -1)
    assert both.kept() == of(stay).kept()


@given(st.lists(row, max_size=6))
def test_what_is_kept_reads_back(rows: list[dict[str, Any]]) -> None:
    found = of(rows)
    found.duplicates = 1
    again = Statistics.load(found.kept())
    assert again == found
    assert again is not None and again.dump() == found.dump()
    assert Statistics.load({**found.kept(), "method": METHOD + 1}) is None


@given(st.integers(0, 10**7))
def test_every_length_falls_into_one_bin(n: int) -> None:
    assert edge(n) <= n < above(edge(n))


def test_bins_follow_each_other() -> None:
    edges = sorted({edge(n) for n in range(5000)})
    assert all(above(one) == other for one, other in pairwise(edges))


def test_lengths() -> None:
    lengths = Lengths()
    assert lengths.dump() == {"total": 0, "mean": None, "median": None, "p95": None, "histogram": []}
    for n in (1, 5, 5, 100):
        lengths.add(n)
    told = lengths.dump()
    assert (told["total"], told["mean"], told["median"], told["p95"]) == (111, 27.75, [4, 5], [96, 127])
    assert told["histogram"] == [{"from": 1, "below": 2, "count": 1}, {"from": 4, "below": 6, "count": 2}, {"from": 96, "below": 128, "count": 1}]


def test_what_is_told_of_rows() -> None:
    rows: list[dict[str, Any]] = [
        {"input": "a b", "answer": "c"}, {"input": "b", "answer": ""}, {"input": "b", "answer": None, "n": 3},
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
    ]  # fmt: skip
    told = of(rows).dump()
    assert (told["rows"], told["tokens"]["total"], told["languages"], told["duplicates"]) == (4, 7, {"aa": 2, "und": 2}, None)
    columns = {column["name"]: column for column in told["columns"]}
    assert {name: (column["filled"], column["types"]) for name, column in columns.items()} == {
        "input": (0.75, {"text": 3}), "answer": (0.25, {"text": 2, "null": 1}), "n": (0.25, {"number": 1}), "messages": (0.25, {"list": 1}),
    }  # fmt: skip
    assert (told["roles"], told["turns"]) == ({"assistant": 1, "user": 1}, {"2": 1})
    assert told["problems"] == {"input, answer: answer is empty": 1, "input, answer: answer is not text": 1}
    assert (told["shapes"], told["shape"], told["unfit"]) == ({"input, answer": 1, "messages": 1}, "messages", 3)
    assert of(rows).brief()["filled"] == {name: column["filled"] for name, column in columns.items()}
