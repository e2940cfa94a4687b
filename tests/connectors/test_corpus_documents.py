"""Documents by real writers: what stands in them is found, in order, with its headings and tables."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rowsmith.connectors.documents import read_documents
from rowsmith.core.documents import Document

CORPUS = Path(__file__).parents[1] / "corpus" / "files"
OFFICE = (".docx", ".odt", ".pptx", ".odp", ".xlsx", ".ods", ".epub")
KINDS = (*OFFICE, ".rst", ".adoc", ".ipynb", ".srt", ".vtt", ".ass", ".eml", ".mbox")
FILES = sorted(path for path in CORPUS.iterdir() if path.suffix in KINDS)


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[Document]]:
    """The documents of every file, read in one go."""
    found: dict[str, list[Document]] = {path.name: [] for path in FILES}
    for number, said in read_documents((path, path.name) for path in FILES):
        assert isinstance(said, Document), (FILES[number], said)
        found[FILES[number].name].append(said)
    return found


def truth_of(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.with_name(f"{path.name}.truth.json").read_text(encoding="utf-8"))
    return told


def squeezed(text: str) -> str:
    return " ".join(text.replace("\\", "").replace("’", "'").split())


def in_order(sentences: list[str], text: str) -> float:
    """The share of sentences that are found, each behind the one before it."""
    at, found, text = 0, 0, squeezed(text)
    for sentence in map(squeezed, sentences):
        place = text.find(sentence, at)
        if place >= 0:
            at, found = place + len(sentence), found + 1
    return found / len(sentences) if sentences else 1.0


def rows_of(text: str) -> list[list[str]]:
    """The rows of every table in a text, without the lines below headers."""
    lines = [line for line in text.split("\n") if line.startswith("|") and not re.fullmatch(r"[| -]+", line)]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


@every_file
def test_what_stands_in_a_document_is_found(path: Path, corpus: dict[str, list[Document]]) -> None:
    text, truth = "\n\n".join(one.text for one in corpus[path.name]), truth_of(path)
    assert in_order(truth["sentences"], text) >= 0.98
    headings = [words for line in text.split("\n") if (words := re.fullmatch(r"#+ (.*)", line))]
    said = iter([one[1] for one in headings])
    assert all(words in said for _, words in truth["headings"])
    deep = {words: level for level, words in truth["headings"]}
    levels = [(len(one[0].split(" ")[0]), deep[one[1]]) for one in headings if one[1] in deep]
    assert all(mine < other for mine, theirs in levels for other, others in levels if theirs < others)
    assert [row for table in truth["tables"] for row in table] == rows_of(text)
    assert all(words not in text for words in truth["boilerplate"])
    assert all(words in text for words in truth.get("notes_said", ()))


@every_file
def test_parts_begin_where_the_marks_say(path: Path, corpus: dict[str, list[Document]]) -> None:
    parts = truth_of(path).get("parts")
    for one in corpus[path.name]:
        assert list(one.marks) == ([parts] if parts else [])
        for marks in one.marks.values():
            offsets = [at for at, _ in marks]
            assert offsets[0] == 0 and offsets == sorted(set(offsets)) and offsets[-1] < len(one.text)
            assert not any(one.text[at].isspace() for at in offsets)
            assert parts == "times" or all(one.text[at - 2 : at] == "\n\n" for at in offsets[1:])


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix in OFFICE], ids=lambda path: path.name)
def test_title_and_author_are_columns(path: Path, corpus: dict[str, list[Document]]) -> None:
    (found,), truth = corpus[path.name], truth_of(path)
    assert {name: found.columns.get(name) for name in ("title", "author")} == {name: truth[name] for name in ("title", "author")}
