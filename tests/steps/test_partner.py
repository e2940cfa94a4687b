from __future__ import annotations

from collections import Counter
from pathlib import Path

from set_rows import carried_out, row

from rowsmith.core.row import Dropped, Row
from rowsmith.steps.transform.partner import Partner

ROWS = [row(str(n), input=f"{n}?") for n in range(40)]


def test_every_row_is_the_partner_of_one_other(tmp_path: Path) -> None:
    found = carried_out(Partner(columns=["input"]), tmp_path, ROWS)
    others = Counter(one.data["other_input"] for one in found if isinstance(one, Row))
    assert others == Counter(one.data["input"] for one in ROWS)
    assert all(isinstance(one, Row) and one.data["input"] != one.data["other_input"] and len(one.origin["parents"]) == 2 for one in found)
    assert carried_out(Partner(columns=["input"]), tmp_path, ROWS[::-1]) == found[::-1]


def test_a_share_of_the_rows_has_one_and_a_row_alone_has_none(tmp_path: Path) -> None:
    found = carried_out(Partner(columns=["input"], share=0.5), tmp_path, ROWS)
    assert 8 < sum(one.data["other_input"] is not None for one in found if isinstance(one, Row)) < 32
    (alone,) = carried_out(Partner(columns=["input"]), tmp_path, ROWS[:1])
    assert isinstance(alone, Row) and alone.data == {"input": "0?", "other_input": None}


def test_no_column_is_replaced(tmp_path: Path) -> None:
    found = carried_out(Partner(columns=["input"]), tmp_path, [row("a", input="1", other_input="2"), row("b", input="3")])
    assert isinstance(found[0], Dropped) and found[0].reason == "column_taken"
    assert Partner(columns=["a", "a"]).check()
