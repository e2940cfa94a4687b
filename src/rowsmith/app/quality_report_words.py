"""Texts and figures of the quality report: strangers' texts made visible and harmless, and numbers that round nothing away."""

from __future__ import annotations

import math
import re
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

MOST = 300
"""Most characters of one text of the dataset that the report shows."""
NONE = "–"
"""Stands where there is no figure."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "\U000e0000-\U000e007f]"
)
"""What no page may hold, and what would be invisible or turn the text around it: controls, overrides of direction, tags, lone surrogates."""


def text(value: Any, most: int = MOST) -> str:
    """A text as the page shows it: cut after `most` characters, and every character that is unseen told by its number, as ‹U+202E›."""
    said = value if isinstance(value, str) else "" if value is None else str(value)
    cut = f"{said[:most].rstrip()} …" if len(said) > most else said
    return _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", cut.replace("\r\n", "\n"))


def line(value: Any, most: int = MOST) -> str:
    """The same on one line, as a command is: pasted it must not start anything by a line end that nobody saw."""
    return re.sub(r"[\n\r\t]", lambda found: {"\n": "␊", "\r": "␍", "\t": " "}[found[0]], text(value, most))


def short(version: Any) -> str:
    """A version as people say it: its id, which is long, by its beginning."""
    said = line(version, 80)
    return said[:12] if re.fullmatch(r"[0-9a-f]{20,}", said) else said


def words(name: Any) -> str:
    """A name of ours as words: near_duplicates near duplicates."""
    return line(name, 80).replace("_", " ")


def anchor(row: Any) -> str:
    """The id of an element for a row, which is also its link's fragment: letters, digits, and what addresses leave alone."""
    name = str(row)
    quoted = quote(name, safe="", errors="surrogatepass")
    return f"row-{quoted if len(quoted) <= 80 else blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def figure(value: Any) -> float | None:
    """A finite number, or None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def whole(value: Any) -> int:
    """A count; 0 for what is none."""
    found = figure(value)
    return 0 if found is None else int(found)


def count(value: Any) -> str:
    """A count with its thousands apart: 12,345."""
    found = figure(value)
    return NONE if found is None else f"{int(found):,}"


def share(part: Any, of: Any) -> str:
    """A part as percent; never 0 % of something, nor 100 % of less than all."""
    a, b = figure(part), figure(of)
    if a is None or not b or b < 0:
        return NONE
    percent = 100 * a / b
    if 0 < percent < 0.1:
        return "< 0.1\u00a0%"
    if 99.9 < percent < 100:
        return "> 99.9\u00a0%"
    return f"{percent:.1f}".removesuffix(".0") + "\u00a0%"


def number(value: Any) -> str:
    """A figure with about four digits: 0.8251, 12.5, 1,204; 0 only for 0."""
    found = figure(value)
    if found is None:
        return NONE
    if found == int(found) and abs(found) < 1e15:
        return f"{int(found):,}"
    if 1e-4 <= abs(found) < 1e6:
        return f"{found:,.{max(0, 3 - math.floor(math.log10(abs(found))))}f}".rstrip("0").rstrip(".") or "0"
    return f"{found:.3g}"


def points(score: Any) -> str:
    """A score from 0 to 1 as points of 100. The last digit is cut, not rounded, so that 89.96 does not read as the A that it is not."""
    found = figure(score)
    return NONE if found is None else f"{math.floor(found * 1000 + 1e-6) / 10:.1f}"


def money(value: Any) -> str:
    """An amount in US dollars, cents or finer."""
    found = figure(value)
    if found is None:
        return NONE
    return f"${found:,.2f}" if found == 0 or abs(found) >= 1 else f"${found:.4f}" if abs(found) >= 0.01 else f"${found:.3g}"


def percent(value: Any, of: Any = 1.0) -> str:
    """How far a bar goes, as an attribute of SVG: 62.5%. What is not nothing is wide enough to be seen."""
    a, b = figure(value) or 0.0, figure(of) or 0.0
    filled = 100 * min(max(a / b, 0.0), 1.0) if b > 0 else 0.0
    return f"{max(filled, 0.4) if filled else 0:.4g}%"
