"""The files of Office, OpenDocument, e-books and light markup of the corpus. They need python-docx, python-pptx and XlsxWriter."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any

from make import by_libreoffice, by_pandoc, made, ran
from texts import TEXTS, Block, Text, h, items, table

SHOW = Text(
    "de", "Der Hafen von Lindholm", "Ada Lindqvist",
    [
        h(1, "Der Hafen von Lindholm"), items("1874 eröffnet", "Zweimal verbreitert", "Größere Schiffe seit 1990"),
        h(1, "Was gemessen wurde"), items("Tiefe an vier Stellen", "Strömung und Salzgehalt"),
        h(1, "港の将来"), items("第三の泊地を計画中", "費用はまだ分からない"),
        h(1, "Zahlen"), table("Ort | Tiefe", "Nördlicher Kai | 7,4", "Südlicher Kai | 6,9"),
    ],
)  # fmt: skip
NOTES = {"Der Hafen von Lindholm": "Zuerst dem Rat danken.", "港の将来": "質問を受ける。"}
"""What is said beside a slide."""
FIGURES = Text(
    "en", "Figures of the harbour", "Ada Lindqvist",
    [
        h(2, "Depths"), table("Place | Depth | Day", "North quay | 7.4 | 2024-05-01", "South quay | 7 | 2024-05-02"),
        h(2, "Größen"), table("Schiff | Länge", "Möwe | 120", "港丸 | 85.5"),
    ],
)  # fmt: skip


def _docx(text: Text, path: Path) -> None:
    import docx

    document = docx.Document()
    document.core_properties.title, document.core_properties.author, document.core_properties.language = text.title, text.author, text.language
    document.sections[0].header.paragraphs[0].text = "Running header"
    document.sections[0].footer.paragraphs[0].text = "Running footer"
    for block in text.blocks:
        if block.kind == "heading":
            document.add_heading(block.said[0], block.level)
        elif block.kind == "table":
            _word_table(document.add_table(0, len(block.rows[0])), block)
        else:
            for said in block.said if block.kind == "list" else [text.space.join(block.said)]:
                document.add_paragraph(said, "List Bullet" if block.kind == "list" else None)
    document.save(str(path))


def _word_table(into: Any, block: Block) -> None:
    for row in block.rows:
        for cell, said in zip(into.add_row().cells, row, strict=True):
            cell.text = said


def _pptx(path: Path) -> None:
    import pptx
    from pptx.util import Inches

    show = pptx.Presentation()
    show.core_properties.title, show.core_properties.author = SHOW.title, SHOW.author
    for title, block in zip(SHOW.blocks[::2], SHOW.blocks[1::2], strict=True):
        slide = show.slides.add_slide(show.slide_layouts[1 if block.kind == "list" else 5])
        slide.shapes.title.text = title.said[0]
        if block.kind == "list":
            slide.placeholders[1].text_frame.text = "\n".join(block.said)
        else:
            cells = slide.shapes.add_table(len(block.rows), 2, Inches(1), Inches(2), Inches(6), Inches(2)).table
            for row, said in enumerate(block.rows):
                for column, cell in enumerate(said):
                    cells.cell(row, column).text = cell
        if notes := NOTES.get(title.said[0]):
            slide.notes_slide.notes_text_frame.text = notes
    show.save(str(path))


def _xlsx(path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": FIGURES.title, "author": FIGURES.author})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, block in zip(FIGURES.blocks[::2], FIGURES.blocks[1::2], strict=True):
            sheet = book.add_worksheet(name.said[0])
            for at, row in enumerate(block.rows):
                for column, cell in enumerate(row):
                    if at and cell.startswith("2024-"):
                        sheet.write_datetime(at, column, datetime.datetime.fromisoformat(cell), day)
                    else:
                        sheet.write(at, column, float(cell) if at and cell.replace(".", "").isdecimal() else cell)
        book.add_worksheet("Nothing")


def _converted(source: str, path: Path) -> None:
    """What LibreOffice makes of another file of the corpus."""
    with tempfile.TemporaryDirectory() as name:
        _libreoffice(path.parent / source, path.suffix[1:], Path(name))
        (found,) = Path(name).glob(f"*{path.suffix}")
        path.write_bytes(found.read_bytes())


def _libreoffice(source: Path, suffix: str, to: Path) -> None:
    ran("soffice", f"-env:UserInstallation=file://{to}/profile", "--headless", "--convert-to", suffix, "--outdir", to, source)


for _text in TEXTS.values():
    _of = _text.language
    made(f"word-{_of}.docx", _text, boilerplate=["Running header", "Running footer"])(lambda path, text=_text: _docx(text, path))
    made(f"libreoffice-{_of}.odt", _text)(lambda path, text=_text: by_libreoffice(text, path))
    made(f"pandoc-{_of}.epub", _text, parts="sections")(lambda path, text=_text: by_pandoc(text, path, "--toc"))
    made(f"pandoc-{_of}.rst", _text)(lambda path, text=_text: by_pandoc(text, path))
    made(f"pandoc-{_of}.adoc", _text)(lambda path, text=_text: by_pandoc(text, path))


@made("pandoc-en.docx", TEXTS["en"])
def _(path: Path) -> None:
    by_pandoc(TEXTS["en"], path)


@made("libreoffice-de.docx", TEXTS["de"], boilerplate=["Running header", "Running footer"])
def _(path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "a.docx"
        _docx(TEXTS["de"], source)
        _libreoffice(source, "odt", Path(name))
        _libreoffice(source.with_suffix(".odt"), "docx", Path(name) / "out")
        path.write_bytes((Path(name) / "out" / "a.docx").read_bytes())


@made("pandoc-en.odt", TEXTS["en"])
def _(path: Path) -> None:
    by_pandoc(TEXTS["en"], path)


@made("python-de.pptx", SHOW, parts="slides", notes_said=list(NOTES.values()))
def _(path: Path) -> None:
    _pptx(path)


@made("libreoffice-de.odp", SHOW, parts="slides", notes_said=list(NOTES.values()))
def _(path: Path) -> None:
    _converted("python-de.pptx", path)


@made("xlsxwriter-en.xlsx", FIGURES, parts="sheets", sentences=["North quay", "South quay", "Möwe", "港丸"])
def _(path: Path) -> None:
    _xlsx(path)


@made("libreoffice-en.ods", FIGURES, parts="sheets", sentences=["North quay", "South quay", "Möwe", "港丸"])
def _(path: Path) -> None:
    _converted("xlsxwriter-en.xlsx", path)


@made("pandoc-en.ipynb", TEXTS["en"], parts="cells")
def _(path: Path) -> None:
    by_pandoc(TEXTS["en"], path)


@made("pandoc-en-2.epub", TEXTS["en"], parts="sections")
def _(path: Path) -> None:
    by_pandoc(TEXTS["en"], path, "-t", "epub2")
