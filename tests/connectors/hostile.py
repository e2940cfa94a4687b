"""Files that are made to break whoever opens them. Each is written into a folder by its name here, with what may come of it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

Made = Callable[[], bytes]
HOSTILE: dict[str, tuple[Made, set[str]]] = {}
"""Name -> what makes it, and the reasons of which its faults may have; `ok`: a document may come of it, too."""


def hostile(name: str, *reasons: str) -> Callable[[Made], Made]:
    def taken(made: Made) -> Made:
        HOSTILE[name] = made, set(reasons)
        return made

    return taken


def zipped(*members: tuple[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda entry: None) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            change(entry)
            archive.writestr(entry, data)
    return whole.getvalue()


def tarred(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for entry, data in members:
            archive.addfile(entry, io.BytesIO(data))
    return whole.getvalue()


def entry(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    told = tarfile.TarInfo(name)
    told.size, told.type, told.linkname = size, kind, link
    return told


ZEROS = bytes(24 << 20)
"""More than `free_bytes` of the limits that they are read with."""


@hostile("bomb.zip", "too_large")
def _() -> bytes:
    return zipped(("a.txt", ZEROS))


@hostile("lying-bomb.zip", "broken_file", "too_large", "ok")
def _() -> bytes:
    """Says that its file has 10 bytes, where it has 24 million."""
    whole = bytearray(zipped(("a.txt", ZEROS)))
    at = whole.rindex(b"PK\x01\x02")
    struct.pack_into("<I", whole, at + 24, 10)
    struct.pack_into("<I", whole, 22, 10)
    return bytes(whole)


@hostile("nested.zip", "nested_archive")
def _() -> bytes:
    inner = zipped(("a.txt", b"0" * (1 << 20)))
    for _ in range(4):
        inner = zipped(*((f"{number}.zip", inner) for number in range(4)))
    return inner


@hostile("overlapping.zip", "broken_file", "too_large")
def _() -> bytes:
    """A thousand entries of one file's bytes."""
    one = zipped(("a.txt", b"0" * (1 << 20)))
    at = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    listed = one[at:end]
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1000, 1000, len(listed) * 1000, at, 0)
    return one[:at] + listed * 1000 + tail


@hostile("many.zip", "too_large")
def _() -> bytes:
    return zipped(*((f"{number}.txt", b"") for number in range(12_000)))


@hostile("lying-many.zip", "too_large", "broken_file")
def _() -> bytes:
    """A list of two hundred thousand entries that says it has one."""
    one = zipped(("a.txt", b"x"))
    at, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    listed = one[at:end] * 200_000
    return one[:at] + listed + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(listed), at, 0)


@hostile("link.zip", "link")
def _() -> bytes:
    def linked(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    return zipped(("passwords.txt", b"/etc/passwd"), change=linked)


@hostile("locked.zip", "protected")
def _() -> bytes:
    whole = bytearray(zipped(("a.txt", b"secret")))
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


@hostile("slip.zip", "ok")
def _() -> bytes:
    return zipped(("../../../slipped.txt", b"Climbs."), ("/tmp/slipped.txt", b"Absolute."), ("C:\\slipped.txt", b"Absolute, too."))


@hostile("slip.tar", "ok")
def _() -> bytes:
    return tarred((entry("../../slipped.txt", 4), b"Hop."), (entry("/tmp/slipped.txt", 4), b"Top."))


@hostile("links.tar", "link")
def _() -> bytes:
    return tarred(
        (entry("to.txt", kind=tarfile.SYMTYPE, link="/etc/passwd"), b""), (entry("hard.txt", kind=tarfile.LNKTYPE, link="/etc/passwd"), b""),
        (entry("null.txt", kind=tarfile.CHRTYPE), b""), (entry("pipe.txt", kind=tarfile.FIFOTYPE), b""),
    )  # fmt: skip


@hostile("ten-gigabytes.tar", "too_large")
def _() -> bytes:
    """Says that its one file has 10 GB, and ends."""
    return entry("a.txt", 10 << 30).tobuf(tarfile.GNU_FORMAT) + b"x" * 4096


@hostile("sparse.tar", "broken_file", "too_large", "memory")
def _() -> bytes:
    """A file that is one hole of 10 GB."""
    told = entry("a.txt", 512, tarfile.GNUTYPE_SPARSE)
    whole = bytearray(told.tobuf(tarfile.GNU_FORMAT))
    whole[386:398] = b"%011o\0" % 0
    whole[398:410] = b"%011o\0" % 512
    whole[483:495] = b"\x80" + (10 << 30).to_bytes(11, "big")
    whole[148:156] = b" " * 8
    whole[148:156] = b"%06o\0 " % sum(whole[:512])
    return bytes(whole) + b"x" * 512 + bytes(1024)


@hostile("bomb.tar.gz", "too_large")
def _() -> bytes:
    return gzip.compress(tarred((entry("a.txt", len(ZEROS)), ZEROS)))


@hostile("bomb.txt.bz2", "too_large")
def _() -> bytes:
    return bz2.compress(ZEROS)


@hostile("bomb.txt.xz", "too_large")
def _() -> bytes:
    return lzma.compress(ZEROS)


@hostile("bomb.txt.zst", "too_large")
def _() -> bytes:
    import zstandard

    return zstandard.compress(ZEROS)


@hostile("twice.txt.gz", "nested_archive")
def _() -> bytes:
    return gzip.compress(gzip.compress(b"packed twice"))


@hostile("xxe.html", "ok", "no_text")
def _() -> bytes:
    return b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><p>Before &x; behind</p></body></html>'


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9)
)


@hostile("laughs.html", "ok")
def _() -> bytes:
    return LAUGHS + b"]><html><body><p>&j;</p><p>plain words</p></body></html>"


@hostile("laughs.svg", "ok")
def _() -> bytes:
    return LAUGHS + b"]><svg><text>&j;</text></svg>"


@hostile("deep.html", "ok", "too_deep", "timeout", "memory")
def _() -> bytes:
    return b"<div>" * 20_000 + b"deep down" + b"</div>" * 20_000


@hostile("tables.html", "ok", "too_deep", "timeout", "memory", "too_large")
def _() -> bytes:
    return b"<table><tr><td>" * 1_200 + b"inner"


@hostile("spans.html", "ok", "too_large")
def _() -> bytes:
    cell = b"<td rowspan=1000 colspan=1000>x</td>"
    return b"<table>" + (b"<tr>" + cell * 40 + b"</tr>") * 1000 + b"</table>"


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1."""
    whole, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, len(whole))
    return whole + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def stream(data: bytes, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), head, data)


_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_KIDS = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


@hostile("cyclic.pdf", "broken_file", "no_text", "ok")
def _() -> bytes:
    """Pages that are their own parents."""
    return pdf(_CATALOG, b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>", b"<< /Type /Pages /Parent 3 0 R /Kids [2 0 R 3 0 R] /Count 1000 >>")


@hostile("fifty-thousand.pdf", "no_text", "timeout", "ok")
def _() -> bytes:
    """One page, fifty thousand times."""
    kids = b"3 0 R " * 50_000
    words = stream(b"BT /F 12 Tf 20 100 Td (Again and again) Tj ET")
    return pdf(_CATALOG, b"<< /Type /Pages /Kids [%s] /Count 50000 >>" % kids, _PAGE, words, _FONT)


@hostile("nested.pdf", "broken_file", "no_text", "too_deep", "ok")
def _() -> bytes:
    return pdf(_CATALOG, b"<< /Type /Pages /Kids " + b"[" * 100_000 + b"]" * 100_000 + b" /Count 1 >>", b"<< /A " * 50_000 + b">> " * 50_000)


@hostile("flate-bomb.pdf", "no_text", "memory", "broken_file", "timeout", "too_large")
def _() -> bytes:
    packed = zlib.compress(zlib.compress(bytes(200 << 20)))
    return pdf(_CATALOG, _KIDS, _PAGE, stream(packed, b"/Filter [/FlateDecode /FlateDecode]"), _FONT)


@hostile("ten-gigabytes.pdf", "broken_file", "no_text", "ok")
def _() -> bytes:
    """A stream that says it has 10 GB, on pages that are said to be ten billion."""
    return pdf(
        _CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 9999999999 >>", _PAGE,
        b"<< /Length 10737418240 >>\nstream\nBT /F 12 Tf 20 100 Td (Few words) Tj ET\nendstream", _FONT,
    )  # fmt: skip


@hostile("picture.pdf", "no_text", "memory", "broken_file")
def _() -> bytes:
    """A picture of 60,000 by 60,000 dots."""
    shown = stream(b"q 200 0 0 200 0 0 cm /I Do Q")
    head = b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>"
    return pdf(_CATALOG, _KIDS, page, shown, stream(zlib.compress(bytes(1 << 20)), head))


@hostile("forms.pdf", "no_text", "broken_file", "timeout", "too_deep", "memory", "ok")
def _() -> bytes:
    """A form that shows itself ten times, and so on."""
    form = stream(b"/X Do " * 10, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>")
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>"
    return pdf(_CATALOG, _KIDS, page, stream(b"/X Do"), form)


@hostile("odd-numbers.pdf", "no_text", "broken_file", "ok")
def _() -> bytes:
    """Letters of no size, of an endless one, and beyond every page."""
    letters = b"/F 0 Tf 20 100 Td (nothing) Tj /F 1e38 Tf 1e38 -1e38 Td (huge) Tj 0 0 0 0 0 0 Tm (flat) Tj /F 12 Tf 1 0 0 1 20 20 Tm (fine) Tj"
    shown = stream(b"BT " + letters + b" ET")
    return pdf(_CATALOG, _KIDS, _PAGE.replace(b"[0 0 200 200]", b"[0 0 1e38 -1e38]"), shown, _FONT)


@hostile("encrypted.pdf", "protected")
def _() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    whole = io.BytesIO()
    canvas = Canvas(whole, encrypt=StandardEncryption("secret", strength=128))
    canvas.drawString(72, 700, "Nobody reads this.")
    canvas.save()
    return whole.getvalue()


@hostile("pdf-and-zip.pdf", "ok")
def _() -> bytes:
    words = stream(b"BT /F 12 Tf 20 100 Td (This is the page) Tj ET")
    return pdf(_CATALOG, _KIDS, _PAGE, words, _FONT) + zipped(("evil.txt", b"This is the archive"))


@hostile("gif-and-script.gif", "unknown_kind")
def _() -> bytes:
    return b"GIF89a/*" + bytes(20) + b"*/=1;<html><script>alert(1)</script>"


@hostile("program.txt", "unknown_kind")
def _() -> bytes:
    return b"\x7fELF" + bytes(range(256)) * 20


@hostile("noise.bin", "unknown_kind", "broken_file", "ok")
def _() -> bytes:
    import random

    return random.Random(1).randbytes(50_000)


@hostile("nul.txt", "unknown_kind", "broken_file", "ok")
def _() -> bytes:
    return b"some words\0" * 100 + bytes(5_000)


@hostile("one-line.txt", "ok", "memory", "too_large")
def _() -> bytes:
    return b"word " * (1 << 20)


@hostile("empty.pdf", "empty_file")
def _() -> bytes:
    return b""


@hostile("odd-names.zip", "ok", "unknown_kind", "broken_file")
def _() -> bytes:
    return zipped(("a\x00b.txt", b"one"), ("\ud7ff" * 300 + ".txt", b"two"), ("CON", b"three"), ("..\\..\\x.txt", b"four"))
