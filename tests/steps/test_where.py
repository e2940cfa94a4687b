"""filter.where: what goes through, what is sent back, and why."""

from __future__ import annotations

from typing import Any

import pytest

from rowsmith.core.row import Drop, Row
from rowsmith.core.step import WHERE
from rowsmith.steps.filter.where import WhereFilter


def out(step: WhereFilter, data: dict[str, Any], scores: dict[str, Any] | None = None) -> Row | Drop:
    (found,) = step.rows(Row("a" * 32, b"", data, scores or {}), None)  # type: ignore[arg-type]
    return found


def test_lets_through_only_what_is_true() -> None:
    step = WhereFilter(where="scores.judge.overall >= 4")
    assert step.kind == "filter.where"
    assert isinstance(out(step, {}, {"judge": {"overall": 4}}), Row)
    assert out(step, {}, {"judge": {"overall": 3.5}}) == Drop("where", "not true: scores.judge.overall >= 4 (scores.judge.overall = 3.5)")
    assert out(step, {}) == Drop("where", "not true: scores.judge.overall >= 4 (scores.judge.overall = NULL)")


def test_sends_a_refused_row_back() -> None:
    step = WhereFilter(where="ok", retry_from="ask", retry_times=3, reason="not_ok")
    assert out(step, {"ok": False}) == Drop("not_ok", "not true: ok (ok = false)", "ask", 3)
    assert isinstance(out(step, {"ok": True}), Row)
    assert out(WhereFilter(where="ok", retry_from="ask"), {"ok": 1}) == Drop("where", "not true: ok (ok = 1)", "ask", 2)


def test_a_long_value_is_cut_in_the_detail() -> None:
    found = out(WhereFilter(where="length(text) > 1000"), {"text": "x" * 500})
    assert isinstance(found, Drop)
    assert found.detail.endswith("xxx...)")
    assert len(found.detail) < 200


def test_settings_are_checked() -> None:
    assert WhereFilter(where="a", retry_times=3).check()
    assert not WhereFilter(where="a", retry_times=3, retry_from="ask").check()
    assert WhereFilter(where="a").marked(WHERE) == {"where": "a"}
    with pytest.raises(ValueError, match="reason"):
        WhereFilter(where="a", reason="Not a code")
