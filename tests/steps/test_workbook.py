"""Spreadsheets that we write: no formula and no link is live, nothing is cut, and every value comes back."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.formats import built_in
from rowsmith.steps.export import write_export

PAYLOADS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://x/","y")', "=cmd|' /C calc'!A0", "\t=1+1", "＝1+1", "http://example.com/", "mailto:a@b.c",
    "internal:Sheet1!A1", "{=SUM(A1)}",
]  # fmt: skip


def written(folder: Path, *data: dict[str, Any]) -> Path:
    path = folder / "out.xlsx"
    write_export(path, [Row(f"{n:032x}", bytes([n]), one) for n, one in enumerate(data)], built_in("xlsx"), provenance="none")
    return path


def test_nothing_is_live(tmp_path: Path) -> None:
    path = written(tmp_path, *({"text": payload, payload: "x"} for payload in PAYLOADS))
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not any(name.startswith(("xl/externalLinks", "xl/worksheets/_rels")) for name in archive.namelist())
    assert "<f>" not in sheet
    assert "<f " not in sheet
    assert "hyperlink" not in sheet
    found = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in found[1:]] == PAYLOADS


def test_values_come_back(tmp_path: Path) -> None:
    odd = {"text": "ü ☃ 𝄞", "n": 3, "real": 0.5, "yes": True, "none": None, "list": ["a", 1], "map": {"a": "ü"}, "huge": 2**60}
    path = written(tmp_path, odd, {"late": "x"})
    head, first, second = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert dict(zip(head, first, strict=True)) == {
        "text": "ü ☃ 𝄞", "n": 3.0, "real": 0.5, "yes": True, "none": "", "list": '["a",1]', "map": '{"a":"ü"}', "huge": str(2**60), "late": "",
    }  # fmt: skip
    assert dict(zip(head, second, strict=True))["late"] == "x"


@pytest.mark.parametrize("text", ["x" * 32_768, "𝄞" * 16_384])
def test_what_no_cell_holds_is_refused_and_never_cut(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid, match="32,767 characters"):
        written(tmp_path, {"text": text})
    assert list(tmp_path.iterdir()) == []
    assert len(CalamineWorkbook.from_path(str(written(tmp_path, {"text": text[:-1]}))).get_sheet_by_index(0).to_python()[1][0]) == len(text) - 1


def test_too_many_columns(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="16,384 columns"):
        written(tmp_path, {f"c{n}": n for n in range(16_385)})
