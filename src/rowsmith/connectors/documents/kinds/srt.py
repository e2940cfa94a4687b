"""SubRip subtitles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from rowsmith.connectors.documents.cues import Cue, seconds, spoken
from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.core.documents import Document

_TIMES = re.compile(r"^[ \t]*(\d+:\d{1,2}:\d{2}(?:[.,]\d{1,3})?)[ \t]*-->[ \t]*(\d+:\d{1,2}:\d{2}(?:[.,]\d{1,3})?).*$", re.MULTILINE)


def is_it(head: bytes) -> bool:
    """Whether it begins with a number and a pair of times."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*\d+\s*\r?\n\s*\d+:\d\d:\d\d[.,]\d+\s*-->", head[:200]) is not None


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document; see `cues.spoken`."""
    text, notes = decoded(file.read(), given)
    yield spoken("srt", _cues(text), notes)


def _cues(text: str) -> Iterator[Cue]:
    """Each pair of times and the lines below it, less the number of the next cue."""
    times = list(_TIMES.finditer(text))
    for one, following in zip(times, [*times[1:], None], strict=False):
        lines = text[one.end() : following.start() if following else len(text)].strip("\n").split("\n")
        if following and lines[-1].strip().isdecimal():
            lines.pop()
        yield Cue(seconds(one[1]), seconds(one[2]), tuple(lines))
