"""HTML: the whole of a page as Markdown, or what is meant to be read on it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import replace
from functools import cache
from typing import IO

from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.connectors.documents.markup import Page, facts_of, hides, page_of, parsed, without_hidden
from rowsmith.connectors.documents.missing import needed
from rowsmith.core.documents import Document
from rowsmith.core.lines import encoding_of

SETTINGS = {"readable": False}
"""readable: only what is meant to be read, without navigation, banners and footers (trafilatura)."""
_SHORT = 250
"""Characters."""
_BEGINS = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
"""What browsers read, where pages name an older encoding that it goes beyond."""


def is_it(head: bytes) -> bool:
    """Whether it begins like a page."""
    return bool(_BEGINS.match(head[:4096].replace(b"\0", b"")))


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The page: title, language, author and date are columns where it tells them."""
    raw = file.read()
    html, notes = decoded(raw, replace(given, encoding=given.encoding or _declared(raw)))
    page = _readable(html) if given.setting("readable", SETTINGS) else page_of(html)
    if page is None:
        page, notes = page_of(html), (*notes, "Nothing in it stands out as what is meant to be read; it is the whole page.")
    if not page.text.strip() and "<script" in html.lower():
        notes = ("There is no text in it, and scripts that may make it: read.web runs them with `browser: true`.",)
    yield Document(page.text, "html", columns=page.columns, notes=(*notes, *page.notes))


def _declared(raw: bytes) -> str | None:
    """The encoding that a page names, unless its bytes are UTF-8 all the same."""
    hit = _CHARSET.search(raw[:4096])
    if hit is None or encoding_of(raw[:4], "")[1]:
        return None
    try:
        name = codecs.lookup(hit[1].decode()).name
    except LookupError:
        return None
    try:
        raw.decode()
    except UnicodeDecodeError:
        return _MEANT.get(name, name) if not name.startswith("utf") else None
    return "utf-8"


def _readable(html: str) -> Page | None:
    """The main text of a page; None where there is none.

    After Barbaresi, "Trafilatura: A Web Scraping Library and Command-Line Tool for Text Discovery and Extraction" (2021), by that library.
    """
    tree = parsed(html)
    facts, hidden = facts_of(tree), ""
    if hides(html):
        html, hidden = without_hidden(tree)
    text = _main_text(html, least=1)
    if len(text) < _SHORT and 2 * len(text) < len(page_of(html).text):  # too little to be what the page is about: all that may be read
        text = _main_text(html, least=_SHORT)
    return Page(text, facts, hidden) if text.strip() else None


def _main_text(html: str, least: int) -> str:
    """What the library takes for the main text as Markdown; where that has fewer than `least` characters, every paragraph without its structure."""
    return needed("trafilatura", "web pages").extract(html, output_format="markdown", include_comments=False, config=_config(least)) or ""


@cache
def _config(least: int) -> ConfigParser:
    found: ConfigParser = needed("trafilatura.settings", "web pages").use_config()
    found.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(least))
    return found
