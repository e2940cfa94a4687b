"""Documents by real writers: what stands in them is found, in order, with its headings and tables."""

from __future__ import annotations

from pathlib import Path

import corpus_truth
import pytest
from corpus_truth import missed, truth_of

from rowsmith.connectors.documents import read_documents
from rowsmith.core.documents import Document

OFFICE = (".docx", ".odt", ".pptx", ".odp", ".xlsx", ".ods", ".epub")
KINDS = (*OFFICE, ".rst", ".adoc", ".ipynb", ".srt", ".vtt", ".ass", ".eml", ".mbox")
FILES = sorted(path for path in corpus_truth.FILES.iterdir() if path.suffix in KINDS)


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[Document]]:
    """The documents of every file, read in one go."""
    found: dict[str, list[Document]] = {path.name: [] for path in FILES}
    for number, said in read_documents((path, path.name) for path in FILES):
        assert isinstance(said, Document), (FILES[number], said)
        found[FILES[number].name].append(said)
    return found


every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


@every_file
def test_what_stands_in_a_document_is_found(path: Path, corpus: dict[str, list[Document]]) -> None:
    text, truth = "\n\n".join(one.text for one in corpus[path.name]), truth_of(path)
    assert missed(text, truth) == {}
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
