"""HTML as blocks with exact character spans: headings, paragraphs, items, rows of tables, as they stand in the markup.

Not a parser of documents: no tree is built and nothing is mended, so that every character of the text, tags included, stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from rowsmith.core.spans import trimmed
from rowsmith.steps.markdown import Block, Kind
from rowsmith.steps.prose import listed

_ATTRIBUTES = r"(?:[^<>\"']++|\"[^\"]{0,20000}\"|'[^']{0,20000}')*+"
"""No `<` outside of quotes: else a text full of beginnings of tags is searched to its end from each of them."""
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    rf"|<(?P<raw>script|style|textarea|template|svg|math)\b{_ATTRIBUTES}>.*?(?:</(?P=raw)\s*>|\Z)"
    rf"|<(?P<close>/)?(?P<name>[a-z][a-z0-9:-]*){_ATTRIBUTES}>"
    r"|<[!?][^<>]*+>",
    re.I | re.S,
)
_BLOCKS = listed(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "head header hgroup hr html legend li main menu nav ol optgroup option p pre search section select summary table tbody tfoot thead title tr ul"
)
_APART = _BLOCKS | {"br", "td", "th"}
"""What readers see apart from what stands before it."""
_IN_HEADINGS = frozenset({"div", "header", "hgroup"})
_HEADING = re.compile(r"h([1-6])", re.I)


def html_blocks(text: str) -> list[Block]:
    """The blocks of the markup in order, without the space around them. Together they hold every visible character; `path` and `levels` are those
    of the headings (h1 to h6) above. What has nothing but tags goes with the block behind it, at the end with the one before."""
    path: list[tuple[int, str]] = []
    found: list[Block] = []
    for start, end, level in _filled(text):
        if level:
            path = [*((depth, title) for depth, title in path if depth < level), (level, said(text[start:end]))]
        kind: Kind = "heading" if level else "html"
        found.append(Block(kind, start, end, tuple(title for _, title in path), tuple(depth for depth, _ in path), level))
    return found


def said(markup: str) -> str:
    """What a reader sees of the markup, on one line."""
    return " ".join(unescape(_TAG.sub(lambda tag: " " if (tag["name"] or "").lower() in _APART else "", markup)).split())


def _filled(text: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, heading level or 0) of each block that says something."""
    begin = -1
    last: tuple[int, int, int] | None = None
    for start, end, level in _raw(text):
        begin = start if begin < 0 else begin
        if level or said(text[start:end]):
            if last:
                yield last
            last, begin = (begin, end, level), -1
    if begin >= 0:
        last = (last[0], len(text.rstrip()), last[2]) if last else (begin, len(text.rstrip()), 0)
    if last:
        yield last


def _raw(text: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, heading level or 0) of what stands between the beginnings of blocks, and behind their ends."""
    begin, level, closed = 0, 0, -1
    for tag in _TAG.finditer(text):
        name = (tag["name"] or "").lower()
        block = name in _BLOCKS and not (level and name in _IN_HEADINGS and closed < 0)
        if closed >= 0 and (text[closed : tag.start()].strip() or (name and not block)):
            yield from _shrunk(text, begin, closed, level)
            begin, level, closed = closed, 0, -1
        if not block:
            continue
        if tag["close"]:
            closed = tag.end()
        else:
            yield from _shrunk(text, begin, tag.start(), level)
            found = _HEADING.fullmatch(name)
            begin, level, closed = tag.start(), int(found[1]) if found else 0, -1
    if closed >= 0:
        yield from _shrunk(text, begin, closed, level)
        begin, level = closed, 0
    yield from _shrunk(text, begin, len(text), level)


def _shrunk(text: str, start: int, end: int, level: int) -> Iterator[tuple[int, int, int]]:
    begin, end = trimmed(text, start, end)
    if begin < end:
        yield begin, end, level
