"""WebVTT subtitles (https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from rowsmith.connectors.documents.cues import Cue, seconds, spoken
from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.core.documents import Document

_TIMES = re.compile(r"((?:\d+:)?\d{2}:\d{2}\.\d{3})[ \t]+-->[ \t]+((?:\d+:)?\d{2}:\d{2}\.\d{3})")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")


def is_it(head: bytes) -> bool:
    """Whether it begins with the format's own word."""
    return head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT")


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document; see `cues.spoken`. Notes, styles and regions are left out."""
    text, notes = decoded(file.read(), given)
    yield spoken("vtt", _cues(text), notes)


def _cues(text: str) -> Iterator[Cue]:
    for block in re.split(r"\n\n+", text):
        lines = block.strip("\n").split("\n")
        at = next((i for i, line in enumerate(lines[:2]) if _TIMES.match(line)), None)
        if at is None or lines[0].startswith(("NOTE", "STYLE", "REGION")):
            continue
        times = _TIMES.match(lines[at])
        assert times is not None
        yield from _voices(seconds(times[1]), seconds(times[2]), lines[at + 1 :])


def _voices(start: float, end: float, lines: list[str]) -> Iterator[Cue]:
    """A cue for each speaker that is named in one."""
    _, *parts = ["", *_VOICE.split("\n".join(lines))]
    if parts[0].strip():
        yield Cue(start, end, tuple(parts[0].split("\n")))
    for speaker, words in zip(parts[1::2], parts[2::2], strict=True):
        yield Cue(start, end, tuple(words.split("\n")), " ".join(speaker.split()))
