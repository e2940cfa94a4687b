"""Pages that are pictures: how they are known, and how tesseract reads them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Unavailable

_DOTS_PER_INCH, _MOST_DOTS = 300, 40_000_000
_PAGE_S = 90.0
_NAMES = re.compile(r"[A-Za-z][A-Za-z_]{1,20}(\+[A-Za-z][A-Za-z_]{1,20})*")
_MOST_LOOKED_AT = 500


def is_scan(page: Any) -> bool:
    """Whether a page (pypdfium2.PdfPage) shows a picture, alone or within a form."""
    import pypdfium2.raw as pdfium

    shown = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
    count = min(pdfium.FPDFPage_CountObjects(page.raw), _MOST_LOOKED_AT)
    return any(pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page.raw, at)) in shown for at in range(count))


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program that reads pictures; `languages` by its own names, joined by +."""

    languages: str
    scratch: Path

    def read(self, page: Any) -> str:
        """The text of a page; a paragraph's lines are joined where they were broken.

        Raises:
            Unavailable: the program, or one of the languages, is not installed.
        """
        program = _program()
        _require_languages(program, self.languages)
        command = [program, "stdin", "stdout", "-l", self.languages, "--psm", "3"]
        done = subprocess.run(
            command, input=_picture(page), capture_output=True, timeout=_PAGE_S, check=False, cwd=self.scratch,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )  # fmt: skip
        if done.returncode:
            raise ValueError(done.stderr.decode(errors="replace")[-200:])
        return _paragraphs(done.stdout.decode(errors="replace"))


def _paragraphs(text: str) -> str:
    from rowsmith.connectors.documents.pdf.blocks import joined

    parts = (joined(part.split("\n")) for part in re.split(r"\n\s*\n", text.replace("\f", "\n\n")))
    return "\n\n".join(part for part in parts if part.strip())


def _picture(page: Any) -> bytes:
    """A page in greys, as a PGM file."""
    width, height = page.get_size()
    scale = min(_DOTS_PER_INCH / 72, (_MOST_DOTS / max(width * height, 1)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        rows = bytes(bitmap.buffer)
        lines = [rows[at * bitmap.stride : at * bitmap.stride + bitmap.width] for at in range(bitmap.height)]
        return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(lines)
    finally:
        bitmap.close()


@cache
def _program() -> str:
    if found := shutil.which("tesseract"):
        return found
    raise Unavailable("Reading scanned pages needs the program tesseract.", "Install it, for instance with: apt-get install tesseract-ocr")


@cache
def _require_languages(program: str, languages: str) -> None:
    known = subprocess.run([program, "--list-langs"], capture_output=True, timeout=30, check=False).stdout.decode(errors="replace").split()
    missing = [name for name in languages.split("+") if name not in known]
    if missing or not _NAMES.fullmatch(languages):
        packages = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in missing if _NAMES.fullmatch(name))
        what = f"tesseract has no language {', '.join(missing) or languages!r}."
        raise Unavailable(what, f"Install it, for instance with: apt-get install {packages}".rstrip() if packages else "Name them as eng+deu.")
