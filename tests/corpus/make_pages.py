"""The PDF, HTML and plain files of the corpus."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from make import by_libreoffice, by_pandoc, html_of, made, markdown_of, printed
from texts import ARABIC, ENGLISH, GERMAN, JAPANESE, Text, h, p, table

_PAGE = "@page { size: A5; margin: 18mm 14mm } body { font: 9.5pt 'Noto Serif', serif } td, th { padding: 2pt 8pt; border: 0.5pt solid black } "
_RUNNING = "Roof Report"
_SHORT_ENGLISH = replace(ENGLISH, blocks=ENGLISH.blocks[:5])
_SHORT_JAPANESE = replace(JAPANESE, blocks=[*JAPANESE.blocks[:2], JAPANESE.blocks[4]])
"""Less of them: pictures and the shapes of letters are large."""


def _shy(text: str) -> str:
    """Long words with soft hyphens, where a printer may break them."""
    return re.sub(r"[A-Za-zÄÖÜäöüß]{9,}", lambda word: re.sub(r"(?<=[aeiouyäöü])(?=[bcdfghklmnprstvwz][aeiouyäöü])", "&shy;", word[0]), text)


@made("columns-chromium-de.pdf", GERMAN, pages=True)
def _(path: Path) -> None:
    style = f"{_PAGE} main {{ columns: 2; column-gap: 8mm; text-align: justify }} h1 {{ column-span: all }} table {{ font-size: 7pt }}"
    printed(html_of(GERMAN, style, hyphens=_shy), path)


@made("plain-chromium-en.pdf", ENGLISH, pages=True)
def _(path: Path) -> None:
    printed(html_of(ENGLISH, _PAGE), path)


@made("libreoffice-ja.pdf", JAPANESE)
def _(path: Path) -> None:
    by_libreoffice(JAPANESE, path)


@made("chromium-ja.pdf", _SHORT_JAPANESE)
def _(path: Path) -> None:
    printed(html_of(_SHORT_JAPANESE, _PAGE.replace("'Noto Serif'", "'Noto Sans CJK JP'") + "h1, h2, th { font-weight: normal }"), path)


@made("chromium-ar.pdf", ARABIC)
def _(path: Path) -> None:
    printed(html_of(ARABIC, _PAGE.replace("'Noto Serif'", "'Noto Naskh Arabic', 'Noto Sans Arabic'")), path)


_PRICES = Text(
    "ar", "جدول الأسعار", "ليلى منصور",
    [
        h(1, "جدول الأسعار"),
        table("الاسم | السعر | العدد", "تفاح | 12.5 | 3", "برتقال أحمر | 7 | 44"),
        p("بعد الجدول نص قصير مع كلمة English here في الوسط ورقم 2023.", "ثم تأتي جملة أخيرة فيها 45 % من الكلام."),
    ],
)  # fmt: skip


@made("table-chromium-ar.pdf", _PRICES)
def _(path: Path) -> None:
    printed(html_of(_PRICES, _PAGE.replace("'Noto Serif'", "'Noto Naskh Arabic', 'Noto Sans Arabic'")), path)


@made("libreoffice-en.pdf", ENGLISH, pages=True)
def _(path: Path) -> None:
    by_libreoffice(ENGLISH, path)


@made("libreoffice-de.pdf", GERMAN)
def _(path: Path) -> None:
    by_libreoffice(GERMAN, path)


@made("columns-reportlab-en.pdf", ENGLISH, running=[_RUNNING, r"Page \d of the report"], pages=True)
def _(path: Path) -> None:
    _reportlab(ENGLISH, path, columns=2)


@made("tables-reportlab-en.pdf", ENGLISH, running=[_RUNNING, r"Page \d of the report"], pages=True)
def _(path: Path) -> None:
    _reportlab(ENGLISH, path, columns=1)


def _reportlab(text: Text, path: Path, columns: int) -> None:
    """Headers and footers on every page, one or two columns, a table with lines."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A5
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import BaseDocTemplate, Frame, ListFlowable, PageTemplate, Paragraph, Table

    styles, (width, height) = getSampleStyleSheet(), A5

    def running(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(40, height - 30, _RUNNING)
        canvas.drawRightString(width - 40, 25, f"Page {document.page} of the report")

    story: list[Any] = []
    for block in text.blocks:
        if block.kind == "heading":
            story.append(Paragraph(block.said[0], styles[f"Heading{block.level}"]))
        elif block.kind == "paragraph":
            story.append(Paragraph(text.space.join(block.said), styles["BodyText"]))
        elif block.kind == "list":
            story.append(ListFlowable([Paragraph(one, styles["BodyText"]) for one in block.said], bulletType="bullet"))
        else:
            story.append(Table(block.rows, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 8),
                                                  ("FONT", (0, 1), (-1, -1), "Helvetica", 8)]))  # fmt: skip
    each = (width - 80 - 16 * (columns - 1)) / columns
    frames = [Frame(40 + (each + 16) * at, 45, each, height - 90, 0, 0, 0, 0) for at in range(columns)]
    document = BaseDocTemplate(str(path), pagesize=A5, title=text.title, author=text.author, invariant=True)
    document.addPageTemplates([PageTemplate(frames=frames, onPage=running)])
    document.build(story)


@made("scanned-en.pdf", _SHORT_ENGLISH, scanned=True)
def _(path: Path) -> None:
    _scanned(path)


def _scanned(path: Path) -> None:
    """The pages of another file as pictures, as a scanner makes them."""
    import pypdfium2
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    source = io.BytesIO()
    place = path.with_name("source.pdf")
    printed(html_of(_SHORT_ENGLISH, _PAGE), place)
    source.write(place.read_bytes())
    place.unlink()
    document = pypdfium2.PdfDocument(source.getvalue())
    canvas = Canvas(str(path), invariant=True)
    for page in document:
        picture = page.render(scale=2.5, grayscale=True).to_pil()
        packed = io.BytesIO()
        picture.point(lambda grey: 255 * (grey > 140)).convert("1").save(packed, "PNG", optimize=True)
        canvas.setPageSize(page.get_size())
        canvas.drawImage(ImageReader(packed), 0, 0, *page.get_size())
        canvas.showPage()
    canvas.save()


@made("pandoc-en.html", ENGLISH)
def _(path: Path) -> None:
    by_pandoc(ENGLISH, path)


@made("pandoc-ja.html", JAPANESE)
def _(path: Path) -> None:
    by_pandoc(JAPANESE, path)


@made("libreoffice-de.html", GERMAN)
def _(path: Path) -> None:
    by_libreoffice(GERMAN, path)


_NAVIGATION = """<header><a href="/">The City Gazette</a><nav><ul>
<li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li>
<li><a href="/contact">Contact</a></li></ul></nav></header><div class="cookie-banner">We use cookies to improve your experience. <button>Accept all
</button></div><aside class="sidebar"><h3>Most read</h3><ul>
<li><a href="/1">Ten recipes for pumpkins</a></li><li><a href="/2">Tram line closed</a></li></ul></aside>"""
_AROUND = ["We use cookies", "Most read", "Tram line closed", "All rights reserved", "do not read me"]
_FOOTER = """<footer><p>Copyright The City Gazette. All rights reserved.</p><ul><li><a href="/imprint">Imprint</a></li>
<li><a href="/privacy">Privacy</a>
</li></ul></footer><script>var tracked = "do not read me";</script>"""


@made("article-en.html", ENGLISH, boilerplate=_AROUND, article=True)
def _(path: Path) -> None:
    path.write_text(html_of(ENGLISH, before=_NAVIGATION, after=_FOOTER), encoding="utf-8")


@made("article-ar.html", ARABIC, boilerplate=_AROUND, article=True)
def _(path: Path) -> None:
    path.write_text(html_of(ARABIC, before=_NAVIGATION, after=_FOOTER), encoding="utf-8")


@made("legacy-de.html", GERMAN)
def _(path: Path) -> None:
    path.write_bytes(html_of(GERMAN).replace('charset="utf-8"', 'charset="iso-8859-1"').encode("iso-8859-1"))


@made("legacy-ja.html", JAPANESE)
def _(path: Path) -> None:
    path.write_bytes(html_of(JAPANESE).replace('charset="utf-8"', 'charset="shift_jis"').encode("cp932"))


@made("latin-de.txt", GERMAN, plain=True)
def _(path: Path) -> None:
    path.write_bytes(markdown_of(GERMAN).encode("cp1252"))


@made("sjis-ja.txt", JAPANESE, plain=True)
def _(path: Path) -> None:
    path.write_bytes(markdown_of(JAPANESE).encode("cp932"))


@made("utf16-ar.txt", ARABIC, plain=True)
def _(path: Path) -> None:
    path.write_bytes(markdown_of(ARABIC).encode("utf-16"))


@made("pandoc-de.md", GERMAN)
def _(path: Path) -> None:
    by_pandoc(GERMAN, path, "-t", "gfm")
