"""What a file is, told by its bytes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media_files import flac, gif, jpeg, mp3, ogg, png, segment, wav, webp

from rowsmith.steps.media import Unfit, look

SIZE = {"width": 300, "height": 200}
STEREO = {"sample_rate": 44100, "channels": 2}
KNOWN: list[tuple[bytes, str, dict[str, Any]]] = [
    (png(300, 200), "image/png", SIZE),
    (jpeg(300, 200), "image/jpeg", SIZE),
    (jpeg(300, 200, segment(0xE0, b"JFIF") + segment(0xE1, bytes(60_000)) + b"\xff\xff\xff" + segment(0xC4, b"tables")[1:]), "image/jpeg", SIZE),
    (gif(300, 200), "image/gif", SIZE),
    *[(webp(300, 200, form), "image/webp", SIZE) for form in (b"VP8 ", b"VP8L", b"VP8X")],
    (wav(0.5), "audio/wav", {"sample_rate": 8000, "channels": 1, "seconds": 0.5}),
    (wav(0.25, more=b"LIST\3\0\0\0abc\0"), "audio/wav", {"sample_rate": 8000, "channels": 1, "seconds": 0.25}),
    (flac(0.5), "audio/flac", {**STEREO, "seconds": 0.5}),
    (mp3(), "audio/mpeg", STEREO),
    (mp3(b"TIT2" + bytes(300)), "audio/mpeg", STEREO),
    (ogg(), "audio/ogg", {"sample_rate": 48000, "channels": 2}),
    (ogg("vorbis"), "audio/ogg", STEREO),
]


def told(path: Path, body: bytes) -> tuple[str, dict[str, Any]]:
    path.write_bytes(body)
    return look(path)


@pytest.mark.parametrize(("body", "media_type", "facts"), KNOWN, ids=lambda value: value if isinstance(value, str) else "")
def test_types_and_facts(tmp_path: Path, body: bytes, media_type: str, facts: dict[str, Any]) -> None:
    assert told(tmp_path / "named.txt", body) == (media_type, facts)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "empty"), (b"hello", "another type"), (b"%PDF-1.7", "a PDF"), (b"<svg xmlns=", "an SVG image"), (b"II*\0" + bytes(9), "a TIFF image"),
        (bytes(4) + b"ftypheic", "HEIC"), (png(0, 2), "of 0"), (png()[:20], "ends within its header"),
        (png()[:12] + b"IDAT" + bytes(20), "no header chunk"),
        (jpeg()[:10], "ends within its header"), (b"\xff\xd8\xff\xda\x00\x02", "no frame header"), (b"\xff\xd8\xff\xe0\x00\x02nonsense", "broken"),
        (b"\xff\xd8" + b"\xff" * 100_000, "image/jpeg"), (webp()[:20] + bytes(20), "can be recognised"), (wav()[:30], "ends within its header"),
        (b"RIFF\0\0\0\0WAVEfmt \0\0\0\0" + bytes(8) * 20_000, "no sound"),
        (flac()[:20], "ends within its header"), (mp3(b"x" * 50)[:60], "no sound follows"),
        (b"ID3\4\0\0\0\0\0\0" + bytes(1_000_000), "no sound follows"), (b"OggS" + bytes(100), "neither Opus nor Vorbis"),
        (b"OggS", "ends within its header"),
    ],
)  # fmt: skip
def test_what_is_none_or_broken_is_told(tmp_path: Path, body: bytes, what: str) -> None:
    with pytest.raises(Unfit, match=what):
        told(tmp_path / "cat.png", body)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_the_bytes_it_is_told_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from([body for body, _, _ in KNOWN])))
    for _ in range(data.draw(st.integers(0, 6))):
        body[data.draw(st.integers(0, min(len(body), 80) - 1))] = data.draw(st.integers(0, 255))
    try:
        media_type, facts = told(tmp_path_factory.getbasetemp() / "any", bytes(body[: data.draw(st.integers(0, len(body)))]))
    except Unfit:
        return
    assert media_type.partition("/")[0] in ("image", "audio")
    assert all(value >= 0 for value in facts.values())


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    """Neither one that is what it says, nor one made to be searched through for long."""
    path = tmp_path / "large"
    with open(path, "wb") as file:
        file.write(png())
        file.truncate(1 << 32)
    assert look(path)[0] == "image/png"
    path.write_bytes(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 2_000_000)
    with pytest.raises(Unfit, match="no frame header"):  # given up long before its end
        look(path)
    path.write_bytes(random.Random(3).randbytes(1000))
    with pytest.raises(Unfit):
        look(path)
