"""The US social security number and the British National Insurance number, which have no check digit: form, ranges and words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rowsmith.core.pii.seen import Place, Seen, words

_SSN = re.compile(r"(?<![\w])(?<!\d[.,-])(?<![A-Za-z]-)(\d{3})([- .]?)(\d\d)\2(\d{4})(?![\w])(?![-.]\w)(?!,\d)")
_SSN_WORDS = words("ssn", "social ?security", r"soc(?:\.|ial)? ?sec", r"seguro social", r"ss ?(?:#|no|num)", r"sozialversicherungs")
_NINO = re.compile(
    r"(?<![^\W_])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D](?![^\W_])", re.IGNORECASE
)
_OF_A_THING = re.compile(
    r"(?:part|stock|item|catalog(?:ue)?|model|sku|serial|order|article|art|ref(?:erence)?|code|product|lot|batch|ticket|invoice|case|paint|plate|"
    r"docket|flight|voucher)s?(?:[ .:#\"'(-]|\b(?:no|nr|num|number|item|id|code|is)\b)*$"
)


def ssns(seen: Seen) -> Iterator[Place]:
    """US numbers in the ranges that are given out. With hyphens unless the word before them calls them a part or stock number; as bare digits or
    with spaces where words name them."""
    for one in _SSN.finditer(seen.text):
        area, between, group, serial = one.groups()
        if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
            continue
        before = seen.before(one.start(), 60)
        named = _SSN_WORDS.search(before) or _SSN_WORDS.search(seen.after(one.end(), 40))
        if named if between != "-" else not _OF_A_THING.search(before):
            yield one.span()


def ninos(seen: Seen) -> Iterator[Place]:
    """British numbers with a prefix that is given out, in any case, in groups or not."""
    for one in _NINO.finditer(seen.text):
        if not _OF_A_THING.search(seen.before(one.start(), 30)):
            yield one.span()
