"""A PDF with alternating headers, page numbers and hyphens at the ends of its lines, read by PDFium and cleaned: the text comes back."""

from __future__ import annotations

import io
import re

import pytest
from cleaned import CTX, paged

from rowsmith.core.edits import apply
from rowsmith.core.row import Row
from rowsmith.steps.transform.boilerplate import Boilerplate
from rowsmith.steps.transform.control_characters import ControlCharacters
from rowsmith.steps.transform.dehyphenate import Dehyphenate
from rowsmith.steps.transform.page_furniture import PageFurniture
from rowsmith.steps.transform.whitespace import Whitespace

TEXTS = {
    "en": "The mill was built in the year 1820 and stands by the river, where its wheels turn day and night. A well-known miller watches over the "
    "grinding, and his daughter keeps the books of the household in order. Every autumn the farmers of the valley bring their harvest, and the "
    "storehouse fills up to the roof within a fortnight. In winter the water freezes, so that nothing moves until the thaw.",
    "de": "Die Mühle wurde im Jahr 1820 gebaut und steht am Fluss, wo sich ihre Räder Tag und Nacht drehen. Ein Müller überwacht das Mahlwerk, und "
    "seine Tochter führt die Haushaltsbücher. In jedem Herbst bringen die Landwirte aus dem Talgrund ihre Getreideernte, und das Lagerhaus füllt "
    "sich binnen vierzehn Tagen bis unter das Dach. Im Winter gefriert das Wasser, sodass sich bis zum Tauwetter nichts bewegt.",
}


def sentences(text: str) -> list[str]:
    return [" ".join(found.split()) for found in re.split(r"(?<=\.)\s+", text) if found.strip()]


def wrapped(text: str, width: int) -> list[str]:
    """Lines, with long words cut at their ends."""
    lines = [""]
    for word in text.split():
        room = width - len(lines[-1])
        if len(word) < room:
            lines[-1] += f"{word} "
        elif len(word) > 7 and room > 5 and word.strip(".,").isalpha():
            lines[-1] += f"{word[: room - 2]}-"
            lines.append(f"{word[room - 2 :]} ")
        else:
            lines.append(f"{word} ")
    return [line.rstrip() for line in lines]


def pdf(text: str, pages: int, width: int) -> bytes:
    """The text again and again over the pages, each telling its number."""
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    paper = canvas.Canvas(out)
    lines = wrapped(" ".join(f"Part {number} begins here. {text}" for number in range(pages)), width)
    each = len(lines) // pages + 1
    for page in range(pages):
        paper.drawString(50, 800, "The Old Mill" if page % 2 else "Anna Marsh: Water and Stone")
        for number, line in enumerate(lines[page * each : (page + 1) * each]):
            paper.drawString(50, 760 - 15 * number, line)
        paper.drawString(280, 30, f"– {page + 7} –")
        paper.showPage()
    paper.save()
    return out.getvalue()


@pytest.mark.parametrize("code", TEXTS)
@pytest.mark.parametrize("width", [44, 60])
def test_the_sentences_of_a_pdf_come_back(code: str, width: int) -> None:
    import pypdfium2

    said, pages = TEXTS[code], 8
    wanted = [one for number in range(pages) for one in [f"Part {number} begins here.", *sentences(said)]]
    document = pypdfium2.PdfDocument(pdf(said, pages, width))
    texts = [page.get_textpage().get_text_range() + "\r\n\r\n" for page in document]
    document.close()
    now: Row = paged(texts)
    for step in (PageFurniture(), Boilerplate(), Dehyphenate(), ControlCharacters(), Whitespace(join=True)):
        (after,) = step.rows(now, CTX)
        assert isinstance(after, Row)
        now = after
    text, source = now.data["text"], now.origin["source"]
    assert apply("".join(texts)[slice(*source["span"])], source["edits"]) == text
    assert all(gone not in text for gone in ("The Old Mill", "Anna Marsh", "– 9 –"))
    found = sentences(text)
    assert sum(one in found for one in wanted) >= 0.98 * len(wanted), [one for one in wanted if one not in found][:5]
