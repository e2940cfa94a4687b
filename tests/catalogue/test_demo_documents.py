"""Recipes that begin with documents, on the documentation that `make demo` reads, and a scripted model that answers to schema and role."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue import carried_out
from rowsmith.app.catalogue import listing

DOCS = Path(__file__).parents[2] / "docs"
NAMES = [found.name for found in listing() if found.about.needs.startswith("documents") and "chunk" in found.parameters]


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_reads_the_documents_of_the_demo(name: str, tmp_path: Path) -> None:
    result, rows = carried_out(name, tmp_path, input=str(DOCS), chunk="400", target="4")
    assert result.state == "finished" and len(rows) == 4
