from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.errors import RowFailed
from rowsmith.steps.transform.unpair import Unpair


def made(step: Unpair, **data: Any) -> list[Any]:
    return [one.data for one in step.rows(row(data), StepContext(Path()))]


@given(st.text(), st.text())
def test_a_pair_becomes_two_answers_with_a_verdict(chosen: str, rejected: str) -> None:
    good, bad = made(Unpair(), input="?", chosen=chosen, rejected=rejected)
    assert good == {"input": "?", "answer": chosen, "label": True} and bad == {"input": "?", "answer": rejected, "label": False}


def test_no_column_is_replaced_and_two_have_no_name_in_common() -> None:
    with pytest.raises(RowFailed, match="column 'label' already"):
        made(Unpair(), chosen="a", rejected="b", label="x")
    assert Unpair(chosen="rejected").check() and Unpair(into="label").check() and not Unpair().check()
