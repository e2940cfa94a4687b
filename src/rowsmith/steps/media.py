"""What a file of images or sound is, told by its own first bytes, never by its name.

Only headers are read, a few hundred bytes however large the file: nothing is decoded, so that a picture made to explode does not.

    PNG (ISO/IEC 15948), JPEG (ITU-T T.81, B.2), GIF (GIF89a), WebP (RFC 9649), WAV (RIFF), FLAC (RFC 9639), MP3 (ISO/IEC 11172-3), Ogg (RFC 3533)
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Literal

Medium = Literal["image", "audio"]
Facts = dict[str, Any]

HEAD = 64
"""Bytes that tell the type."""
MOST_PARTS = 10_000
"""Segments and chunks that are passed over before a file is taken for broken."""
MOST_FILL = 4096
"""Bytes of padding likewise."""
RATES = ((11025, 12000, 8000), (0, 0, 0), (22050, 24000, 16000), (44100, 48000, 32000))
"""MP3: samples a second by version (2.5, none, 2, 1) and index."""
OTHERS = {
    b"BM": "a BMP image", b"II*\0": "a TIFF image", b"MM\0*": "a TIFF image", b"%PDF": "a PDF", b"<svg": "an SVG image", b"<?xml": "an XML file",
    b"PK\3\4": "an archive",
}  # fmt: skip


class Unfit(ValueError):
    """The file is no image or sound that a model takes: says why."""


def look(path: Path) -> tuple[str, Facts]:
    """The media type (`image/png`), and what the header says: width and height in pixels, or the samples a second, channels and length in
    seconds, as far as it says so.

    Raises:
        Unfit: it is of no type that models take, or its header is broken.
    """
    with open(path, "rb") as file:
        head = file.read(HEAD)
        for media_type, is_it, read in TYPES:
            if is_it(head):
                file.seek(0)
                try:
                    facts = read(file)
                except (struct.error, IndexError):
                    raise Unfit(f"The file begins like {media_type} and ends within its header.") from None
                if any(facts.get(name) == 0 for name in ("width", "height", "sample_rate", "channels")):
                    raise Unfit(f"The file begins like {media_type}, and its header gives a size or a rate of 0.")
                return media_type, facts
    if not head:
        raise Unfit("The file is empty.")
    raise Unfit(f"The file is {_other(head)}; it must be PNG, JPEG, GIF, WebP, WAV, FLAC, MP3 or Ogg.")


def _other(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return "a HEIC, AVIF or MP4 file"
    return next((name for start, name in OTHERS.items() if head.lstrip().startswith(start)), "of another type")


def _unpack(form: str, file: IO[bytes]) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _png(file: IO[bytes]) -> Facts:
    length, name, width, height = _unpack(">8xI4sII", file)
    if name != b"IHDR" or length != 13:
        raise Unfit("The file begins like image/png, and has no header chunk.")
    return {"width": width, "height": height}


def _gif(file: IO[bytes]) -> Facts:
    width, height = _unpack("<6xHH", file)
    return {"width": width, "height": height}


def _jpeg(file: IO[bytes]) -> Facts:
    """The frame's header comes behind any number of other segments (a camera's thumbnail and notes)."""
    file.seek(2)
    for _ in range(MOST_PARTS):
        kind = _marker(file)
        if kind == 1 or 0xD0 <= kind <= 0xD8:  # no length follows
            continue
        (length,) = _unpack(">H", file)
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = _unpack(">xHH", file)
            return {"width": width, "height": height}
        if kind in (0xD9, 0xDA) or length < 2:  # the end or the picture itself, before any frame header
            break
        file.seek(length - 2, 1)
    raise Unfit("The file begins like image/jpeg, and has no frame header.")


def _marker(file: IO[bytes]) -> int:
    """The next marker: 0xFF, as often as the writer liked, and its kind."""
    byte, filled = file.read(1), 0
    if byte != b"\xff":
        raise Unfit("The file begins like image/jpeg, and a segment in it is broken.")
    while byte == b"\xff" and filled < MOST_FILL:
        byte, filled = file.read(1), filled + 1
    return byte[0]


def _webp(file: IO[bytes]) -> Facts:
    (name,) = _unpack("<12x4s4x", file)
    if name == b"VP8 ":
        mark, width, height = _unpack("<3x3sHH", file)
        if mark == b"\x9d\x01\x2a":
            return {"width": width & 0x3FFF, "height": height & 0x3FFF}
    elif name == b"VP8L":
        mark, bits = _unpack("<BI", file)
        if mark == 0x2F:
            return {"width": (bits & 0x3FFF) + 1, "height": (bits >> 14 & 0x3FFF) + 1}
    elif name == b"VP8X":
        wide, high = _unpack("<4x3s3s", file)
        return {"width": int.from_bytes(wide, "little") + 1, "height": int.from_bytes(high, "little") + 1}
    raise Unfit("The file begins like image/webp, and holds no picture that can be recognised.")


def _wav(file: IO[bytes]) -> Facts:
    file.seek(12)
    facts: Facts = {}
    for _ in range(MOST_PARTS):
        name, length = _unpack("<4sI", file)
        if name == b"fmt " and length >= 16:
            channels, rate, per_second = _unpack("<2xHII", file)
            facts = {"sample_rate": rate, "channels": channels, "_per_second": per_second}
            file.seek(length - 12, 1)
        elif name == b"data" and facts:
            per_second = facts.pop("_per_second")
            return facts | ({"seconds": round(length / per_second, 3)} if per_second and 0 < length < 2**32 - 1 else {})
        else:
            file.seek(length + length % 2, 1)
    raise Unfit("The file begins like audio/wav, and has no sound in it.")


def _flac(file: IO[bytes]) -> Facts:
    kind, packed = _unpack(">4xB3x10xQ", file)
    if kind & 0x7F:
        raise Unfit("The file begins like audio/flac, and has no stream information.")
    rate, samples = packed >> 44, packed & (1 << 36) - 1
    facts = {"sample_rate": rate, "channels": (packed >> 41 & 7) + 1}
    return facts | ({"seconds": round(samples / rate, 3)} if samples and rate else {})


def _mp3(file: IO[bytes]) -> Facts:
    """Behind a tag (ID3v2) comes the first frame. How long it plays could be told only by reading all of them."""
    head = file.read(10)
    if head[:3] == b"ID3":
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        file.seek(10 + size + (10 if head[5] & 0x10 else 0))
        head = file.read(4)
        while head[:1] == b"\0" and file.tell() < size + MOST_FILL:  # padding that the tag does not count
            head = head[1:] + file.read(1)
    if not _is_frame(head):
        raise Unfit("The file begins like audio/mpeg, and no sound follows.")
    rate = RATES[head[1] >> 3 & 3][head[2] >> 2 & 3]
    return {"sample_rate": rate, "channels": 1 if head[3] >> 6 == 3 else 2}


def _is_frame(head: bytes) -> bool:
    """The head of an MPEG frame of layer III: version, layer, bit rate and samples a second are none of the values that are forbidden."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    return head[1] >> 3 & 3 != 1 and head[1] >> 1 & 3 == 1 and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def _ogg(file: IO[bytes]) -> Facts:
    page = file.read(27)
    file.seek(27 + page[26])
    first = file.read(30)
    if first[:8] == b"OpusHead":
        return {"sample_rate": 48000, "channels": first[9]}
    if first[:7] == b"\x01vorbis":
        channels, rate = struct.unpack("<BI", first[11:16])
        return {"sample_rate": rate, "channels": channels}
    raise Unfit("The file begins like audio/ogg, and holds neither Opus nor Vorbis.")


TYPES: tuple[tuple[str, Callable[[bytes], bool], Callable[[IO[bytes]], Facts]], ...] = (
    ("image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    ("image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff"), _jpeg),
    ("image/gif", lambda head: head[:6] in (b"GIF87a", b"GIF89a"), _gif),
    ("image/webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _webp),
    ("audio/wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE", _wav),
    ("audio/flac", lambda head: head.startswith(b"fLaC"), _flac),
    ("audio/ogg", lambda head: head.startswith(b"OggS"), _ogg),
    ("audio/mpeg", lambda head: head.startswith(b"ID3") or _is_frame(head), _mp3),
)
