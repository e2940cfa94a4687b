"""The way back of a row as the terminal tells it: pages, lines, members and what cleaning changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from reportlab.pdfgen.canvas import Canvas
from running import called


def ran(folder: Path, *steps: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Each row of a run's dataset: its origin with --json, and as text."""
    (folder / "r.json").write_text(json.dumps({"name": "t", "steps": steps}))

    def say(*words: str) -> str:
        done = called([*words], {"ROWSMITH_HOME": str(folder / "home")}, folder)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    say("run", "r.json")
    ids = [json.loads(line)["id"] for line in say("rows", "t", "--json").splitlines()[:-1]]
    return [(json.loads(say("origin", one, "--json")), say("origin", one)) for one in ids]


def test_the_pages_of_a_pdf_and_what_cleaning_changed(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "report.pdf"))
    for number in range(1, 5):
        canvas.drawString(72, 700, f"Part {number} tells of tea and how it is grown.")
        canvas.showPage()
    canvas.save()
    first, second = ran(
        tmp_path, {"kind": "read.files", "path": "report.pdf"}, {"kind": "transform.whitespace", "blank_lines": 0},
        {"kind": "chunk.tokens", "size": 26, "overlap": 0},
    )  # fmt: skip
    assert [one["sources"][0]["pages"] for one, _ in (first, second)] == [[1, 2], [3, 4]]
    assert ("pages 1 to 2" in first[1], "pages 3 to 4" in second[1]) == (True, True)
    (start, end, text), *_ = first[0]["sources"][0]["edits"]
    assert (text, f"characters {start} to {end}: removed" in first[1], "cleaned: 1 change\n" in first[1]) == ("", True, True)


def test_many_changes_are_counted_and_the_first_of_them_shown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("word\u200bs  \n" * 30 + "end")
    ((found, text),) = ran(tmp_path, {"kind": "read.files", "path": "a.txt"}, {"kind": "transform.control_characters"})
    edits = found["sources"][0]["edits"]
    assert len(edits) == 30 and f"cleaned: {len(edits)} changes" in text
    assert "    characters 4 to 5: removed" in text
    assert "10 more (--json has all)" in text and text.count(": removed") == 20


def test_what_stands_there_now(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Tea is a drink that\nis made of the leaves\nof a bush.\n")
    ((found, text),) = ran(tmp_path, {"kind": "read.files", "path": "a.txt"}, {"kind": "transform.whitespace", "join": True})
    assert [19, 20, " "] in found["sources"][0]["edits"]
    assert "    characters 19 to 20: now ' '" in text


def test_the_lines_of_code_within_an_archive(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "src.zip", "w") as archive:
        archive.writestr("lib/tea.py", "import os\n\n\ndef brew(leaf):\n    return leaf * 2\n\n\ndef pour(cup):\n    return cup\n")
    rows = ran(tmp_path, {"kind": "read.files", "path": "src.zip"}, {"kind": "chunk.code", "size": 16})
    found, text = next((one, said) for one, said in rows if one["origin"]["chunk"]["symbol"] == "brew")
    assert found["origin"]["chunk"]["lines"] == [4, 5]
    assert "from src.zip/lib/tea.py, characters " in text
    assert "symbol brew, language python, lines 4 to 5, " in text and f"chunk 2 of {len(rows)}, " in text


def test_a_row_without_any_of_it_says_none(tmp_path: Path) -> None:
    ((_, text),) = ran(tmp_path, {"kind": "read.rows", "rows": [{"text": "a"}]})
    assert not any(word in text for word in ("cleaned", "chunk", "page", "lines"))


def test_what_varied_a_row(tmp_path: Path) -> None:
    rows, values = [{"text": "a"}], {"tone": ["formal"], "who": [{"age": 5}]}
    ((_, text),) = ran(tmp_path, {"kind": "read.rows", "rows": rows}, {"kind": "generate.variants", "values": values})
    assert 'varied by tone formal, who {"age":5}' in text or "varied by tone formal, who {'age': 5}" in text
