"""Subtitles as text: cues joined to paragraphs, each where it is said."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rowsmith.connectors.containers.limits import Refused
from rowsmith.core.documents import Document, Marks

_TIME = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?$")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")
_CALLED = re.compile(r"([A-ZÀ-ÞА-Я][A-ZÀ-ÞА-Я0-9 .'’-]{1,30}):\s+(?=\S)")
_DASH = re.compile(r"(?:[-–—‐]\s*|>>\s*)(?=\S)")
_ENDS = re.compile(r"[.!?…。！？؟۔।:][\"'”’»」』)\]]*$")
_NO_SPACE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]")
_PAUSE_S, _BLINK_S = 2.0, 0.05


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown from `start` to `end`, in seconds, on so many lines; the speaker where the format names one."""

    start: float
    end: float
    lines: tuple[str, ...]
    speaker: str = ""


def spoken(kind: str, cues: Iterable[Cue], notes: tuple[str, ...]) -> Document:
    """The document. Cues of one speaker are one paragraph until a sentence ends before a pause; its marks say when each cue is shown.

    Raises:
        Refused: there is no cue.
    """
    every = sorted(cues, key=lambda cue: cue.start)
    if not every:
        raise Refused("There is no cue with a time in it.", "Give subtitles whose cues have their times.")
    text, marks, speakers, end = "", Marks(times=[]), dict[str, None](), 0.0
    parts: list[str] = []
    length = 0
    for cue, speaker, words in _said(every):
        anew = bool(speaker) or (cue.start - end > _PAUSE_S and bool(_ENDS.search(text)))
        between = "" if not parts else "\n\n" if anew else _between(text, words)
        length += len(between)
        marks["times"].append((length, clock(cue.start)))
        called = f"{speaker}: " if speaker.strip() else ""
        speakers |= {speaker: None} if called else {}
        text = f"{called}{words}"
        parts += [between, text]
        length += len(text)
        end = max(end, cue.end)
    columns = {"speakers": list(speakers)} if speakers else {}
    return Document("".join(parts), kind, columns={**columns, "seconds": every[-1].end}, marks=marks if parts else {}, notes=notes)


def _said(cues: list[Cue]) -> Iterator[tuple[Cue, str, str]]:
    """What each cue adds, and who begins to speak with it: a name, a blank for somebody else without one, nothing for who spoke before. Lines that
    stay on the screen from the cue before are said once."""
    shown: tuple[str, ...] = ()
    before = ""
    for cue in cues:
        lines = tuple(line for line in map(plain, cue.lines) if line)
        fresh = lines
        if len(lines) > 1 or cue.end - cue.start <= _BLINK_S:
            while fresh and fresh[0] in shown:
                fresh = fresh[1:]
        shown = lines
        speaker = cue.speaker if cue.speaker != before else ""
        before = cue.speaker or before
        for turn in _turns(fresh):
            if called := _CALLED.match(turn):
                yield cue, called[1], turn[called.end() :]
            elif dash := _DASH.match(turn):
                yield cue, speaker or " ", turn[dash.end() :]
            else:
                yield cue, speaker, turn
            speaker = ""


def _turns(lines: tuple[str, ...]) -> list[str]:
    """The lines of a cue joined, up to one that somebody else begins."""
    turns: list[str] = []
    for line in lines:
        if turns and not _DASH.match(line) and not _CALLED.match(line):
            turns[-1] += _between(turns[-1], line) + line
        else:
            turns.append(line)
    return turns


def _between(before: str, after: str) -> str:
    """A space, but for languages that write none."""
    return "" if _NO_SPACE.match(before[-1:]) and _NO_SPACE.match(after[:1]) else " "


def plain(line: str) -> str:
    """A line of a cue without its marks."""
    return " ".join(html.unescape(_TAG.sub("", line)).replace("\u200b", "").split())


def seconds(clocked: str) -> float:
    """A time of subtitles in seconds.

    >>> seconds("01:02:03,500"), seconds("02:03.5")
    (3723.5, 123.5)

    Raises:
        ValueError: it is none.
    """
    found = _TIME.match(clocked.strip())
    if found is None:
        raise ValueError(f"{clocked[:40]!r} is no time.")
    hours, minutes, whole, part = found.groups()
    return ((int((hours or "0")[:6]) * 60 + int(minutes)) * 60_000 + int(whole) * 1000 + int((part or "").ljust(3, "0"))) / 1000


def clock(at: float) -> str:
    """Seconds as they are written in marks: 01:02:03.500."""
    whole, thousandths = divmod(round(at * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{thousandths:03}"
