"""What a page says of itself and where it leads. Works on strangers' bytes: only in the child."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b, sha256
from typing import Any

from rowsmith.connectors.containers.encoding import encoding
from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.web.relevance import relevance

MOST_LINKS, MOST_ADDRESS, MOST_TEXT = 10_000, 2048, 200
"""Links that are told of a page, and characters of an address and of a link's text. A longer address is a trap more often than a page."""
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_READ_AS = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
"""What pages mean by these names, as the WHATWG's Encoding Standard has it."""
_SOON = {"", *map(str, range(11))}
"""Seconds before a refresh that make it a redirect."""
_NO_LETTERS = {"utf_7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "mbcs", "oem"}
"""What Python takes for encodings, and no page is written in."""
_BITS = 64


def read_page(data: bytes, url: str, charset: str, words: Sequence[str], near: bool) -> dict[str, Any]:
    """Title, base, links, canonical address, marks for robots, a refresh, the hash and the print of the text, and its relevance."""
    from selectolax.lexbor import LexborHTMLParser

    name, text = decoded(data, charset)
    tree = LexborHTMLParser(text)
    title, base = tree.css_first("title"), tree.css_first("base[href]")
    links = [
        [href[:MOST_ADDRESS], " ".join(node.text().split())[:MOST_TEXT], "nofollow" in (node.attributes.get("rel") or "").lower().split()]
        for node in tree.css("a[href], area[href], link[rel~=next]") if (href := node.attributes.get("href") or "") and len(href) <= MOST_ADDRESS
    ]  # fmt: skip
    said = tree.css_first("link[rel~=canonical]")
    facts: dict[str, Any] = {
        "charset": name, "title": " ".join(title.text().split())[:1000] if title else "", "links": links[:MOST_LINKS],
        "base": (base.attributes.get("href") or "") if base else "", "canonical": (said.attributes.get("href") or "") if said else "",
        "robots": _named(tree, "robots"), "refresh": _refresh(tree),
    }  # fmt: skip
    tree.strip_tags(["script", "style", "noscript", "template"])
    shown = " ".join(tree.body.text(separator=" ").lower().split()) if tree.body else ""
    return facts | told(shown, near) | {"score": relevance(words, url, facts["title"], shown)}


def read_text(data: bytes, url: str, charset: str, words: Sequence[str], near: bool) -> dict[str, Any]:
    """The same of a text without structure."""
    name, text = decoded(data, charset)
    shown = " ".join(text.lower().split())
    return {"charset": name, **told(shown, near), "score": relevance(words, url, "", shown)}


def told(shown: str, near: bool) -> dict[str, Any]:
    """The hash of what a page shows, empty where it shows nothing, and where it is asked for its print."""
    return {"hash": sha256(shown.encode("utf-8", "replace")).hexdigest() if shown else "", "print": print_of(shown) if near and shown else None}


def decoded(data: bytes, charset: str) -> tuple[str, str]:
    """The encoding and the text: a mark decides, then what the server says, then what the page says, then its bytes."""
    said = _META.search(data[:2048])
    given = _codec(charset) or (_codec(said[1].decode()) if said else "")
    try:
        name = encoding(data[: 1 << 16], given or None).name
    except Refused:
        name = "cp1252"
    return name, data.decode(name, "replace")


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name.strip().strip("\"'")) if name else None
    except (LookupError, ValueError):
        return ""
    if found is None or not found._is_text_encoding or found.name.replace("-", "_") in _NO_LETTERS:
        return ""
    return _READ_AS.get(found.name, found.name)


def print_of(text: str) -> int:
    """A number of 64 bits that is close, bit by bit, for texts that are close.

    Method: simhash (Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002) over runs of three words; Manku, Jain and
    Das Sarma ("Detecting near-duplicates for web crawling", WWW 2007) take pages that differ in at most three bits for near-duplicates.
    """
    words = text.split()
    runs = Counter(" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2)))
    sums = [0] * _BITS
    for run, count in runs.items():
        number = int.from_bytes(blake2b(run.encode("utf-8", "replace"), digest_size=8).digest())
        for bit in range(_BITS):
            sums[bit] += count if number >> bit & 1 else -count
    return sum(1 << bit for bit in range(_BITS) if sums[bit] > 0)


def _named(tree: Any, name: str) -> str:
    found = [node.attributes.get("content") or "" for node in tree.css("meta[name][content]") if (node.attributes.get("name") or "").lower() == name]
    return ",".join(found).lower()[:200]


def _refresh(tree: Any) -> str:
    """Where a page sends its reader by itself, at once or soon."""
    for node in tree.css("meta[http-equiv][content]"):
        if (node.attributes.get("http-equiv") or "").lower() == "refresh":
            after, _, place = (node.attributes.get("content") or "").replace(",", ";", 1).partition(";")
            name, equals, value = place.partition("=")
            place = value if equals and name.strip().lower() == "url" else place
            if after.strip().partition(".")[0] in _SOON and len(place) <= MOST_ADDRESS:
                return place.strip().strip("\"'")
    return ""
