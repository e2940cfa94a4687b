"""The page for users names every option and every fault, in the words of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowsmith import testing
from rowsmith.testing import FAULTS, Script
from rowsmith.testing.refusals import RETRY_AFTER

PAGE = (Path(__file__).parents[2] / "docs" / "testing-recipes.md").read_text(encoding="utf-8")


def test_the_page_is_complete() -> None:
    missing = [f"| `{fault.name}` | {fault.what} | {fault.argument} |" for fault in FAULTS.values()]
    missing += [f"| `{name}` | {field.description} |" for name, field in Script.model_fields.items()]
    missing += [f"`{form}`" for form in RETRY_AFTER]
    assert [line for line in missing if line not in PAGE] == []


def test_public_names_are_there_and_others_are_not() -> None:
    assert all(getattr(testing, name) is not None for name in testing.__all__)
    assert set(testing._HOMES) == set(testing.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        testing.nothing  # noqa: B018
