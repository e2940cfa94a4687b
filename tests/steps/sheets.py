"""Small PDFs, made here: pages with a line of text, empty ones, broken and locked ones."""

from __future__ import annotations


def pdf(*lines: str, size: tuple[int, int] = (595, 842), more: str = "") -> bytes:
    """A page for each line, which stands on it in Helvetica; `more`: operators of a page's content besides. An empty line makes an empty page."""
    parts: list[bytes] = []
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(lines)))
    parts.append(b"<< /Type /Catalog /Pages 2 0 R >>")
    parts.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(lines)} >>".encode())
    parts.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for n, line in enumerate(lines):
        content = f"BT /F1 24 Tf 60 {size[1] - 100} Td ({line}) Tj ET {more}".encode() if line else b""
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * n} 0 R >>".encode()
        )
        parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return whole(parts)


def whole(parts: list[bytes], trailer: bytes = b"") -> bytes:
    """A file of these objects, the first being its catalogue."""
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    return made + head + table + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, trailer, len(made))


def blank() -> bytes:
    """One page, and nothing on it."""
    return pdf("")


def broken() -> bytes:
    """It begins as a PDF does."""
    return b"%PDF-1.4\n1 0 obj\n<< /Type /Cat"


def locked() -> bytes:
    """One that asks for a password."""
    key = b"<28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a>"
    encrypt = b"<< /Filter /Standard /V 1 /R 2 /O %s /U %s /P -4 >>" % (key, key[:-3] + b"00>")
    return whole([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>", encrypt], b"/Encrypt 3 0 R /ID [<00><00>]")
