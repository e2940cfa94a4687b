"""Numbers of pages as people write them."""

from __future__ import annotations

from rowsmith.core.errors import Invalid


def page_numbers(pages: str) -> list[tuple[int, int]]:
    """The numbers of pages as ranges: `1-20, 25, 30-` are 1 to 20, 25, and all from 30 on (the last is 0 then). None: all.

    Raises:
        Invalid: it is no list of pages.

    >>> page_numbers("1-20, 25, 30-")
    [(1, 20), (25, 25), (30, 0)]
    """
    found = []
    for part in filter(None, (part.strip() for part in pages.split(","))):
        first, dash, last = (side.strip() for side in part.partition("-"))
        ends = last or ("0" if dash else first)
        if not (first.isdecimal() and ends.isdecimal() and int(first) and (int(ends) >= int(first) or (dash and not last))):
            raise Invalid(f"{part!r} is no page and no range of pages.", "Write pages such as 1-20, 25, 30- (from 30 on), counted from 1.")
        found.append((int(first), int(ends)))
    return found
