"""The addresses in a sitemap: XML of sitemaps.org, an index of such, RSS, Atom, or a line for each; packed with gzip or not. Only in the child."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

MOST_BYTES, MOST_ADDRESSES = 64 << 20, 50_000
"""Of one sitemap, unpacked; sitemaps.org has 50 MB and 50,000."""
_PLACES = {"url": "loc", "sitemap": "loc", "item": "link", "entry": "link"}
"""The element of each entry, and the one in it that holds the address."""


def read_sitemap(data: bytes) -> dict[str, Any]:
    """`pages` and `sitemaps`, addresses as they are written, and what is `wrong` where it breaks off."""
    found: dict[str, Any] = {"pages": [], "sitemaps": [], "wrong": ""}
    try:
        text = _unpacked(data)
        entries = _of_xml(text) if text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or text[:2] in (b"\xff\xfe", b"\xfe\xff") else _of_lines(text)
        for kind, address in entries:
            found["sitemaps" if kind == "sitemap" else "pages"].append(address)
            if len(found["pages"]) + len(found["sitemaps"]) >= MOST_ADDRESSES:
                return found | {"wrong": f"it has more than {MOST_ADDRESSES:,} addresses, and those are read"}
    except (ValueError, SyntaxError, zlib.error) as error:
        found["wrong"] = f"{type(error).__name__}: {error}"[:300]
    return found


def _unpacked(data: bytes) -> bytes:
    for _ in range(2):  # what is said to be packed on its way may be packed besides
        if data[:2] != b"\x1f\x8b":
            break
        unpacking = zlib.decompressobj(wbits=31)
        data = unpacking.decompress(data, MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise ValueError(f"it unpacks to more than {MOST_BYTES >> 20} MB")
    return data


def _of_lines(text: bytes) -> Iterator[tuple[str, str]]:
    for line in text.decode("utf-8-sig", "replace").splitlines():
        if line.strip().startswith(("http://", "https://")):
            yield "url", line.strip()


def _of_xml(text: bytes) -> Iterator[tuple[str, str]]:
    from defusedxml.ElementTree import iterparse

    for _, element in iterparse(BytesIO(text), events=("end",)):
        space, _, kind = element.tag.rpartition("}")
        if (place := _PLACES.get(kind)) is None:
            continue
        for child in element:
            inner_space, _, name = child.tag.rpartition("}")
            if name == place and inner_space == space and child.get("rel", "alternate") == "alternate":
                address = (child.get("href") or child.text or "").strip()
                if address:
                    yield kind, address
                break
        element.clear()
