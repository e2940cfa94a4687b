"""Which letters the bytes of a text are: its byte-order mark says it, or UTF-8 fits, or it is guessed and said so."""

from __future__ import annotations

from typing import NamedTuple

from rowsmith.connectors.containers.limits import Refused
from rowsmith.core.lines import encoding_of

_GUESSED = [
    "cp1252", "latin_1", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2", "koi8_r", "shift_jis", "euc_jp", "gb18030",
    "big5", "euc_kr", "mac_roman",
]  # fmt: skip
"""The encodings that files without UTF-8 have; among rarer ones a short file is guessed wrong."""
_LATIN, _CLOSE = ("cp1250", "cp1254", "iso8859_2", "latin_1", "mac_roman"), 0.05
"""Encodings that a short Western text is taken for, and how much messier it may look in the usual one."""
_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27, 28, 29, 30, 31})


class Encoding(NamedTuple):
    """Its Python name, and whether it was guessed."""

    name: str
    guessed: bool = False


def encoding(head: bytes, given: str | None) -> Encoding:
    """The encoding of a text by its beginning; a mark goes before what was `given`.

    UTF-8 is what most of the lines that are not plain ASCII fit; those that do not are broken records.

    Raises:
        Refused: it is no text.
    """
    marked, mark = encoding_of(head[:4], "")
    if mark:
        return Encoding(marked)
    if given:
        return Encoding(given)
    if wide := _wide(head):
        return Encoding(wide, guessed=True)
    if head.translate(None, _CONTROL) != head and sum(head.count(bytes([c])) for c in _CONTROL) > len(head) // 200:
        fix = "Give text, a document, or records: CSV, TSV, JSON, JSON Lines, Parquet, Arrow, XLSX or ODS."
        raise Refused("It is neither text nor a table that can be read.", fix)
    high = [line for line in head.split(b"\n")[:-1] or [head] if not line.isascii()]
    if sum(_is_utf8(line) for line in high) * 2 >= len(high):
        return Encoding("utf-8")
    from charset_normalizer import from_bytes

    found = from_bytes(head[: 1 << 18], cp_isolation=_GUESSED)
    best = found.best()
    if best is None:
        return Encoding("cp1252", guessed=True)
    western = next((one for one in found if "cp1252" in (one.encoding, *one.could_be_from_charset)), None)
    if western and best.encoding in _LATIN and western.chaos <= best.chaos + _CLOSE:
        return Encoding("cp1252", guessed=True)
    return Encoding(best.encoding, guessed=True)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of what is mostly ASCII is zero."""
    even, odd = head[:4096:2], head[1:4096:2]
    if len(odd) > 3 and odd.count(0) > len(odd) * 0.6 and even.count(0) < len(even) * 0.1:
        return "utf-16-le"
    if len(odd) > 3 and even.count(0) > len(even) * 0.6 and odd.count(0) < len(odd) * 0.1:
        return "utf-16-be"
    return ""
