"""JSON Lines: every row comes back, and each stays on its line."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.row import Row
from rowsmith.formats._format import json_line
from rowsmith.formats.jsonl import FORMAT

value = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), value, max_size=5))
def test_rows_come_back_from_one_line_each(data: dict[str, object]) -> None:
    line = json_line(FORMAT.row(Row("0" * 32, b"\1", data)))
    assert len(line.decode().splitlines()) == 1
    assert line.endswith(b"\n")
    assert json.loads(line) == data


def test_marks_that_some_readers_take_for_line_ends_are_escaped() -> None:
    assert json_line({"text": "a\x85b\u2028c\u2029d\r\n"}) == b'{"text":"a\\u0085b\\u2028c\\u2029d\\r\\n"}\n'


def test_lone_surrogates_and_huge_numbers_do_not_stop_an_export() -> None:
    assert json.loads(json_line({"text": "a\ud800b", "n": 10**30})) == {"text": "a\ufffdb", "n": str(10**30)}
