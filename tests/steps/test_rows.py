from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError
from step_context import StepContext

from rowsmith.core.row import Bad
from rowsmith.steps.read.rows import ReadRows


def test_rows_of_the_recipe(tmp_path: Path) -> None:
    step = ReadRows(name="seeds", rows=[{"id": 3, "topic": "tea\0"}, {"topic": date(2024, 1, 31), "big": 2**70}])
    first, second = step.read(StepContext(tmp_path))
    assert (first.data, first.key, first.origin) == ({"id": 3, "topic": "tea\ufffd"}, "3", {"source": {"name": "seeds", "index": 0, "key": "3"}})
    assert (second.data, second.key) == ({"topic": "2024-01-31", "big": str(2**70)}, None)
    assert step.columns(None) == {"id", "topic", "big"}
    assert step.shape == "source"


def test_the_key_column(tmp_path: Path) -> None:
    step = ReadRows(rows=[{"slug": "a"}, {"x": 1}], key="slug")
    good, bad = step.read(StepContext(tmp_path))
    assert good.key == "a"
    assert isinstance(bad, Bad)
    assert bad.where == "read.rows:2"
    assert "number 2" in step.check()[0]


def test_what_is_not_a_row_is_refused() -> None:
    for rows in ([], ["text"], [{"x": object()}], None):
        with pytest.raises(ValidationError):
            ReadRows(rows=rows)


def test_its_settings_are_plain_data() -> None:
    step = ReadRows(rows=[{"a": 1}])
    assert step.settings() == {"kind": "read.rows", "rows": [{"a": 1}]}
    assert ReadRows(**{k: v for k, v in step.settings().items() if k != "kind"}) == step
