"""Files of notes: what they may say, and what is told of what they may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.engine.note_files import read


def filed(folder: Path, text: str) -> Path:
    path = folder / "notes.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_notes_and_themes_are_read(tmp_path: Path) -> None:
    found = read(filed(tmp_path, """
notes:
  - {row: 3f2a, note: too formal, verdict: bad}
  - {input: {q: no}, output: {answer: yes}, edit: {answer: "true"}}
themes:
  - {name: formal, notes: [too formal], where: "length(answer) > 3"}
"""))  # fmt: skip
    assert [(note.row, note.note, note.verdict, note.input, note.edit) for note in found.notes] == [
        ("3f2a", "too formal", "bad", None, None), ("", "", "", {"q": "no"}, {"answer": "true"}),
    ]  # fmt: skip
    proposed = found.themes[0].proposed()
    assert (proposed.name, proposed.notes, proposed.where) == ("formal", [(None, "too formal")], "length(answer) > 3")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("notes:\n  - {row: a}", 2, "it says nothing"), ("notes:\n  - {note: x}", 2, "give either the row"),
        ("notes:\n  - row: a\n    verdict: fine", 3, "good"), ("notes:\n  - {row: a, output: {b: c}, note: x}", 2, "an output needs the input"),
        ("themes:\n  - {name: a, notes: []}", 2, "notes"), ("remarks: []", 1, "remarks"), ("- a", 1, "It holds no notes"),
        ("", 1, "It holds no notes"),
        ("notes:\n  - {row: a, note: x}\n  - {row: a, note: x, note: y}", 3, "a second time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(Invalid) as error:
        read(filed(tmp_path, text))
    assert any(problem.line == line and words in str(problem) for problem in error.value.problems), error.value.problems


def test_what_is_no_file_of_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cannot be opened"):
        read(tmp_path / "nowhere.yaml")
    (tmp_path / "b.yaml").write_bytes(b"notes: \xff")
    with pytest.raises(Invalid, match="not UTF-8: byte 8"):
        read(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").write_bytes(b"#" * (1 << 21))
    with pytest.raises(Invalid, match="larger than"):
        read(tmp_path / "c.yaml")
