"""Indexes of vectors of other libraries: what is added is found, replaced, and gone when it is taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from consumer import asked

KINDS = ("lancedb", "qdrant", "chroma", "builtin")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("vectors")
    return asked("vectors", "vectors", {kind: str(folder / kind) for kind in KINDS}, folder), folder


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_of_a_library_keeps_what_the_interface_says(kind: str, said: Any) -> None:
    found, folder = said[0][kind], said[1]
    assert found["empty"] == []
    assert found["exact"] == [[f"{300:032x}", pytest.approx(1.0, abs=1e-5)]]
    assert found["replaced"] == [[f"{7:032x}", pytest.approx(1.0, abs=1e-5)]]
    assert f"{300:032x}" not in found["after"]
    assert {f"{299:032x}", f"{301:032x}"} <= set(found["after"])
    assert found["length"].startswith("Invalid: ")
    assert found["own"] == [["a", pytest.approx(1.0, abs=1e-5)]]
    assert found["left"] == []
    assert Path(folder, kind).is_dir()
