"""Small files of images and sound, made here to the letter of their formats."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 3, height: int = 2, shade: int = 0) -> bytes:
    """A grey picture."""
    rows = (b"\0" + bytes([shade]) * width) * height
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = (struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg(width: int = 3, height: int = 2, before: bytes = b"") -> bytes:
    """As much of a JPEG as a header is; `before`: segments that stand before the frame's."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + before + b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xda\x00\x02" + bytes(40) + b"\xff\xd9"


def segment(kind: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body


def gif(width: int = 3, height: int = 2) -> bytes:
    """A GIF's header and end."""
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b";"


def webp(width: int = 3, height: int = 2, form: bytes = b"VP8L") -> bytes:
    """A WebP of one of its three forms, without its picture."""
    body = {
        b"VP8 ": bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", width, height),
        b"VP8L": struct.pack("<BI", 0x2F, (width - 1) | (height - 1) << 14),
        b"VP8X": bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
    }[form]
    return _riff(b"WEBP", form + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2))


def wav(seconds: float = 0.5, rate: int = 8000, more: bytes = b"") -> bytes:
    """Silence; `more`: chunks before it."""
    sound = bytes(int(seconds * rate) * 2)
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    return _riff(b"WAVE", more + b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(sound)) + sound)


def flac(seconds: float = 0.5, rate: int = 44100, channels: int = 2) -> bytes:
    """A FLAC's stream information."""
    packed = rate << 44 | (channels - 1) << 41 | 15 << 36 | int(seconds * rate)
    return b"fLaC" + b"\x80\x00\x00\x22" + struct.pack(">HH3s3sQ", 4096, 4096, bytes(3), bytes(3), packed) + bytes(16)


def mp3(tag: bytes | None = None) -> bytes:
    """A frame of MPEG 1 layer III, 44,100 samples a second, stereo; behind a tag, if one is given."""
    head = b"" if tag is None else b"ID3\x04\x00\x00" + bytes(len(tag) >> shift & 0x7F for shift in (21, 14, 7, 0)) + tag
    return head + b"\xff\xfb\x90\x00" + bytes(413)


def ogg(form: str = "opus") -> bytes:
    """The first page of an Ogg."""
    first = b"OpusHead\x01\x02" + bytes(9) if form == "opus" else b"\x01vorbis" + struct.pack("<IBI", 0, 2, 44100) + bytes(14)
    return b"OggS" + bytes(22) + b"\x01" + bytes([len(first)]) + first


def _riff(form: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 4) + form + body
