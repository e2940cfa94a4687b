"""AsciiDoc (https://docs.asciidoctor.org/asciidoc/latest/) as Markdown. No file is included.

    lines.py    conditions, attributes, and the head of a document
    words.py    marks within words
    table.py    tables
    blocks.py   everything else
"""

from rowsmith.connectors.documents.asciidoc.blocks import Reader
from rowsmith.connectors.documents.asciidoc.lines import conditioned, head

__all__ = ["Reader", "conditioned", "head"]
