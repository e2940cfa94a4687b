"""Tables: exact unless told otherwise; a spreadsheet-safe file holds no formula."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.formats import json_bytes
from rowsmith.steps.table import TableLayout

PAYLOADS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://x/","y")', "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1", "＠x", "\n=1",
]  # fmt: skip
text = st.text(st.characters(exclude_categories=["Cs"]))


def written(records: list[dict[str, object]], *, delimiter: str = ",", safe: bool = False) -> str:
    laying = TableLayout({}, delimiter, safe=safe)
    try:
        assert {laying.lines(json_bytes(record) + b"\n") for record in records} == {b""}
        return b"".join(laying.end()).decode()
    finally:
        laying.close()


def read(content: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter))


@given(st.lists(st.fixed_dictionaries({"a": text, "b": text}), min_size=1, max_size=20))
def test_text_comes_back_byte_for_byte(records: list[dict[str, object]]) -> None:
    assert read(written(records)) == records


@given(st.lists(st.fixed_dictionaries({"a": text, "b": text}), min_size=1, max_size=20))
def test_with_tabs_too(records: list[dict[str, object]]) -> None:
    assert read(written(records, delimiter="\t"), "\t") == records


@given(st.lists(st.fixed_dictionaries({"only": text}), min_size=1, max_size=9))
def test_a_single_column_keeps_its_empty_rows(records: list[dict[str, object]]) -> None:
    assert read(written(records)) == records


def test_1001_rows_keep_their_count() -> None:
    assert [row["n"] for row in read(written([{"n": i} for i in range(200)] * 5 + [{"n": 7}]))][-1] == "7"
    assert len(read(written([{"text": "a\nb,\"c\""}] * 1001))) == 1001


def test_other_values_are_json_and_null_differs_from_empty_text() -> None:
    content = written([{"a": ["x", {"y": "ü"}], "b": 1.5, "c": True, "d": None, "e": ""}])
    assert content == 'a,b,c,d,e\n"[""x"",{""y"":""ü""}]",1.5,true,,""\n'
    assert json.loads(read(content)[0]["a"]) == ["x", {"y": "ü"}]


def test_columns_that_come_late_are_in_the_header() -> None:
    assert written([{"a": "1"}, {"b": "2", "a": "3"}]) == "a,b\n1,\n3,2\n"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_formulas(payload: str) -> None:
    assert read(written([{"a": payload, payload: "x"}]))[0] == {"a": payload, payload: "x"}
    safe = read(written([{"a": payload, payload: "x"}], safe=True))[0]
    assert safe == {"a": f"'{payload}", f"'{payload}": "x"}


def test_safe_mode_leaves_numbers_and_words_alone() -> None:
    record = {"a": -5, "b": "-5.5", "c": "a=b", "d": [-1]}
    assert written([record], safe=True) == written([record])
