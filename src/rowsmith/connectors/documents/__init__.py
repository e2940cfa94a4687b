"""Strangers' files as documents: reports, pages, letters and whatever else holds text, packed or not, read in a child process.

`read_documents` is what others use; `KINDS` says what there is, and which suffixes it has. A further kind is a further module in kinds/.

    kinds/         one module for each kind: how it is known, and how it is read; what several of them share is here:
    writing.py     a text while it is put together of blocks
    package.py     a zip of XML parts
    word.py, chart.py, opendocument.py, workbook.py, restructured.py, sphinx.py, asciidoc/, message.py, cues.py, conversation.py
    given.py       what a kind's reader is told beside the file
    recognise.py   which kind a file is
    archives.py    the files within zip and tar
    opened.py      all that is in a file, and what is wrong with it
    said.py        what the child says of a file
    child.py       the child process, which reads one file after the other and may neither send nor write anything
    folders.py     folders that are one thing
    reader.py      whoever starts it, watches it, and starts another where a file ended it
"""

from rowsmith.connectors.documents.kinds import every_kind
from rowsmith.connectors.documents.reader import read_documents

KINDS: dict[str, tuple[str, ...]] = {name: kind.suffixes for name, kind in every_kind().items()}
"""The kinds by name, with the suffixes of their files."""

__all__ = ["KINDS", "read_documents"]
