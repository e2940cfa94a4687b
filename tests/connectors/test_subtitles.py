"""Subtitles as documents: cues joined to sentences, who speaks, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents_read import document, fault
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.connectors.documents.cues import Cue, clock, seconds, spoken


def srt(*cues: tuple[str, str, str]) -> str:
    return "\n\n".join(f"{number}\n{start} --> {end}\n{text}" for number, (start, end, text) in enumerate(cues, 1)) + "\n"


def test_cues_are_joined_until_a_sentence_ends_before_a_pause(tmp_path: Path) -> None:
    body = srt(
        ("00:00:01,000", "00:00:02,000", "We are in\n<i>New York</i>"), ("00:00:02,000", "00:00:03,500", "and it is cold."),
        ("00:00:09,000", "00:00:10,000", "{\\an8}Later,"), ("00:00:20,000", "00:00:21,000", "much later."),
    )  # fmt: skip
    found = document(tmp_path, "a.srt", body.replace("\n", "\r\n"))
    assert found.text == "We are in New York and it is cold.\n\nLater, much later."
    assert found.marks == {"times": [(0, "00:00:01.000"), (19, "00:00:02.000"), (36, "00:00:09.000"), (43, "00:00:20.000")]}
    assert found.columns == {"seconds": 21.0} and found.kind == "srt"


def test_whoever_speaks_begins_a_paragraph(tmp_path: Path) -> None:
    body = srt(
        ("00:00:01,000", "00:00:02,000", "- Hello.\n- Hi there,\nfriend."), ("00:00:02,000", "00:00:03,000", "ANNA: Who is\nthere?"),
        ("00:00:03,000", "00:00:04,000", "Tell me."), ("00:00:04,000", "00:00:05,000", "Tell me."),
    )  # fmt: skip
    found = document(tmp_path, "a.srt", body)
    assert found.text == "Hello.\n\nHi there, friend.\n\nANNA: Who is there? Tell me. Tell me."
    assert found.columns["speakers"] == ["ANNA"]


def test_webvtt_voices_notes_and_lines_that_stay(tmp_path: Path) -> None:
    body = """WEBVTT - a title

NOTE not said

STYLE
::cue { color: red }

one
00:01.000 --> 00:02.000 align:start
<v Roger Bingham>We are in <c.big>New York</c>
<v Neil>Yes &amp; no.

00:00:06.000 --> 00:00:08.010
\u0020
hello<00:00:06.559><c> world</c>

00:00:08.010 --> 00:00:08.020
hello world
\u0020

00:00:08.020 --> 00:00:10.020
hello world
next<00:00:08.559><c> words</c>
"""
    found = document(tmp_path, "a.vtt", body)
    assert found.text == "Roger Bingham: We are in New York\n\nNeil: Yes & no.\n\nhello world next words"
    assert [when for _, when in found.marks["times"]] == ["00:00:01.000", "00:00:01.000", "00:00:06.000", "00:00:08.020"]
    assert found.columns["speakers"] == ["Roger Bingham", "Neil"]


def test_ass_names_comments_and_drawings(tmp_path: Path) -> None:
    body = """[Script Info]
Title: x

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:05.00,0:00:06.00,Default,Ben,0,0,0,,Second, with a comma.
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Anna,0,0,0,,{\\i1}First{\\i0}\\Nline\\hend
Comment: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,not said
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}
Dialogue: 0,broken,0:00:04.00,Default,,0,0,0,,no time
"""
    assert document(tmp_path, "a.ass", body).text == "Anna: First line end\n\nBen: Second, with a comma."


def test_japanese_is_joined_without_spaces(tmp_path: Path) -> None:
    body = srt(("00:00:01,000", "00:00:02,000", "港は千八百\n七十四年に"), ("00:00:02,000", "00:00:03,000", "開かれました。"))
    assert document(tmp_path, "a.srt", body.encode("shift_jis")).text == "港は千八百七十四年に開かれました。"


@pytest.mark.parametrize("name", ["a.srt", "a.vtt", "a.ass"])
def test_what_has_no_cue_is_refused(tmp_path: Path, name: str) -> None:
    found = fault(tmp_path, name, "no times at all\n")
    assert "no cue" in found.detail


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n", "vtt"), (srt(("00:00:01,000", "00:00:02,000", "x")), "srt"),
        ("[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,x", "ass"),
    ],
)  # fmt: skip
def test_they_are_known_by_what_is_in_them(tmp_path: Path, body: str, kind: str) -> None:
    assert document(tmp_path, "download", body).kind == kind


lines = st.lists(st.text("aB あ.-:\n<>&", max_size=12), max_size=3).map(tuple)
cues = st.builds(Cue, st.floats(0, 1e5), st.floats(0, 1e5), lines, st.sampled_from(["", "Ann", "Bo"]))


@given(st.lists(cues, min_size=1, max_size=12))
def test_marks_rise_and_stand_at_words(every: list[Cue]) -> None:
    found = spoken("srt", every, ())
    offsets = [at for at, _ in found.marks.get("times", [])]
    assert offsets == sorted(set(offsets))
    assert all(0 <= at < len(found.text) and not found.text[at].isspace() for at in offsets)
    assert bool(offsets) == bool(found.text) and offsets[:1] in ([], [0])


@given(st.integers(0, 359_999_999))
def test_times_are_written_and_read(thousandths: int) -> None:
    assert seconds(clock(thousandths / 1000)) == thousandths / 1000
