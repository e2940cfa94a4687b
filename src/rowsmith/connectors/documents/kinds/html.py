"""HTML: the whole of a page as Markdown, or what is meant to be read on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.connectors.documents.markup import page_of
from rowsmith.core.documents import Document

SUFFIXES = (".html", ".htm", ".xhtml")
_BEGINS = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def is_it(head: bytes) -> bool:
    """Whether it begins like a page."""
    return bool(_BEGINS.match(head[:4096].replace(b"\0", b"")))


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The page: title, language, author and date are columns where it tells them."""
    html, notes = decoded(file.read(), given)
    page = page_of(html)
    yield Document(page.text, "html", columns=page.columns, notes=(*notes, *page.notes))
