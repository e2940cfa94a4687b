"""Advanced SubStation Alpha subtitles, and the older SSA."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from rowsmith.connectors.documents.cues import Cue, seconds, spoken
from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.core.documents import Document

_FIELDS = ["Layer", "Start", "End", "Style", "Name", "MarginL", "MarginR", "MarginV", "Effect", "Text"]
_DRAWN = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?=\{[^{}]*\\p0[^{}]*\}|$)")
_OVERRIDE = re.compile(r"\{[^{}]*\}")


def is_it(head: bytes) -> bool:
    """Whether it begins with the section that all of them have."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(b"[script info]")


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document; see `cues.spoken`. Comments and drawings are left out."""
    text, notes = decoded(file.read(), given)
    yield spoken("ass", _cues(text), notes)


def _cues(text: str) -> Iterator[Cue]:
    fields, events = _FIELDS, False
    for line in text.split("\n"):
        name, _, value = line.partition(":")
        if line.startswith("["):
            events = line.strip().lower() == "[events]"
        elif events and name == "Format":
            fields = [field.strip() for field in value.split(",")]
        elif events and name == "Dialogue" and "Text" in fields:
            said = dict(zip(fields, value.split(",", len(fields) - 1), strict=False))
            if cue := _cue(said):
                yield cue


def _cue(said: dict[str, str]) -> Cue | None:
    words = _OVERRIDE.sub("", _DRAWN.sub("", said.get("Text", ""))).replace("\\h", " ").replace("\\n", "\\N")
    try:
        start, end = seconds(said.get("Start", "")), seconds(said.get("End", ""))
    except ValueError:
        return None
    return Cue(start, end, tuple(words.split("\\N")), (said.get("Name") or said.get("Actor") or "").strip())
