"""How a page of PDF is read: its columns, tables, headings and lists, whichever way it lies and in whichever order its letters were drawn."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowsmith.connectors.documents import read_documents
from rowsmith.connectors.documents.pdf.blocks import joined
from rowsmith.core.documents import Document

Draw = Callable[[Any], None]
WORDS = ["river", "stone", "winter", "keeper", "garden", "letter", "harbour", "meadow", "signal", "copper", "lantern", "orchard"]


def made(path: Path, *pages: Draw, size: tuple[float, float] = (420, 595)) -> Document:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=size)
    for page in pages:
        canvas.setFont("Helvetica", 10)
        page(canvas)
        canvas.showPage()
    canvas.save()
    ((_, said),) = read_documents([(path, path.name)])
    assert isinstance(said, Document), said
    return said


def prose(seed: int, lines: int) -> list[str]:
    """Lines of running text, so many letters each; each of them tells its own number, and none ends a sentence."""
    chance = random.Random(seed)
    return [f"w{seed}x{number} {' '.join(chance.choices(WORDS, k=4))}" for number in range(lines)]


def test_columns_that_were_drawn_line_by_line_are_read_one_after_the_other(tmp_path: Path) -> None:
    left, right = prose(1, 30), prose(2, 30)

    def draw(canvas: Any) -> None:
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(40, 540 - 12 * number, one)
            canvas.drawString(250, 540 - 12 * number, other)

    assert made(tmp_path / "a.pdf", draw, size=(480, 595)).text == " ".join([*left, *right])


def test_three_columns_under_a_heading(tmp_path: Path) -> None:
    columns = [prose(seed, 20) for seed in (1, 2, 3)]

    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawString(40, 560, "A heading over all of the three columns of it")
        canvas.setFont("Helvetica", 10)
        for at, column in enumerate(columns):
            for number, line in enumerate(column):
                canvas.drawString(40 + 220 * at, 520 - 12 * number, line)

    said = made(tmp_path / "a.pdf", draw, size=(720, 595))
    assert said.text == "# A heading over all of the three columns of it\n\n" + " ".join(line for column in columns for line in column)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_is_read_as_it_is_shown(tmp_path: Path, quarters: int) -> None:
    lines = prose(1, 12)

    def draw(canvas: Any) -> None:
        canvas.setPageRotation(90 * quarters)
        canvas.translate(*{1: (420, 0), 2: (420, 595), 3: (0, 595)}[quarters])
        canvas.rotate(90 * quarters)
        canvas.setFont("Helvetica", 18)
        canvas.drawString(40, 330, "Shown upright")
        canvas.setFont("Helvetica", 10)
        for number, line in enumerate(lines):
            canvas.drawString(40, 300 - 12 * number, line)
        canvas.grid([40, 120, 200], [60, 80, 100])
        for number, cell in enumerate(("one", "two", "three", "four")):
            canvas.drawString(45 + 80 * (number % 2), 86 - 20 * (number // 2), cell)

    table = "| one | two |\n| --- | --- |\n| three | four |"
    assert made(tmp_path / "a.pdf", draw).text == f"# Shown upright\n\n{' '.join(lines)}\n\n{table}"


def test_words_along_the_edge_of_a_page_stand_behind_it(tmp_path: Path) -> None:
    lines = prose(1, 12)

    def draw(canvas: Any) -> None:
        canvas.saveState()
        canvas.translate(20, 200)
        canvas.rotate(90)
        canvas.drawString(0, 0, "A stamp that goes up along the edge")
        canvas.restoreState()
        canvas.setFont("Helvetica", 10)
        for number, line in enumerate(lines):
            canvas.drawString(40, 300 - 12 * number, line)

    assert made(tmp_path / "a.pdf", draw).text == f"{' '.join(lines)}\n\nA stamp that goes up along the edge"


def test_a_page_whose_words_all_go_up_is_read_as_if_it_were_turned(tmp_path: Path) -> None:
    left, right = prose(1, 20), prose(2, 20)

    def draw(canvas: Any) -> None:
        canvas.translate(420, 0)
        canvas.rotate(90)
        canvas.setFont("Helvetica", 10)
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(40, 380 - 12 * number, one)
            canvas.drawString(300, 380 - 12 * number, other)

    assert made(tmp_path / "a.pdf", draw).text == " ".join([*left, *right])


def test_a_footer_does_not_cut_the_columns(tmp_path: Path) -> None:
    left, right = prose(1, 30), prose(2, 30)

    def draw(canvas: Any) -> None:
        canvas.drawString(40, 30, "The left footer")
        canvas.drawString(40, 570, "The header")
        for at, column in ((40, left), (220, right)):
            for number, line in enumerate(column):
                canvas.drawString(at, 530 - 12 * number, line)

    assert made(tmp_path / "a.pdf", draw).text == f"The header\n\n{' '.join([*left, *right])}\n\nThe left footer"


def test_lists_headings_and_paragraphs_are_told_apart(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        y = 540
        for font, size, step, text in (
            ("Helvetica-Bold", 16, 30, "The largest"), ("Helvetica", 10, 12, "A paragraph that goes on over the whole of this line here and"),
            ("Helvetica", 10, 24, "ends on the next."), ("Helvetica-Bold", 10, 18, "Bold and alone"),
            ("Helvetica", 10, 24, "Another paragraph of text, which has one line only and goes on."),
            ("Helvetica", 10, 12, "\u2022 first item, which is so long that it has to go on in another"), ("Helvetica", 10, 12, "line of its own"),
            ("Helvetica", 10, 24, "\u2022 second item"), ("Helvetica", 10, 12, "1. counted"), ("Helvetica", 10, 12, "2. counted too"),
        ):  # fmt: skip
            canvas.setFont(font, size)
            canvas.drawString(40, y, text)
            y -= step

    assert made(tmp_path / "a.pdf", draw).text.split("\n\n") == [
        "# The largest", "A paragraph that goes on over the whole of this line here and ends on the next.", "## Bold and alone",
        "Another paragraph of text, which has one line only and goes on.",
        "- first item, which is so long that it has to go on in another line of its own\n- second item", "1. counted", "2. counted too",
    ]  # fmt: skip


def test_code_keeps_its_lines_and_their_indentation(tmp_path: Path) -> None:
    code = ["def f(x):", "    if x:", "        return 1", "", "    return 2"]

    def draw(canvas: Any) -> None:
        for number, line in enumerate(prose(1, 4)):
            canvas.drawString(40, 540 - 12 * number, line)
        canvas.setFont("Courier", 9)
        for number, line in enumerate(code):
            canvas.drawString(40 + 9 * 0.6 * (len(line) - len(line.lstrip())), 480 - 11 * number, line.lstrip())

    fenced = "\n".join(["```", *code, "```"])
    assert made(tmp_path / "a.pdf", draw).text == f"{' '.join(prose(1, 4))}\n\n{fenced}"


def test_lines_of_running_text_that_begin_like_items_are_none(tmp_path: Path) -> None:
    lines = [
        "These lines go on, as they do in books, from one to the next", "- with an aside - and on the day of the", "12. May they still do, and here",
        "a) letter stands so; but then: a list follows this:",
    ]  # fmt: skip

    def draw(canvas: Any) -> None:
        for number, line in enumerate([*lines, "- one", "- two"]):
            canvas.drawString(40, 540 - 12 * number, line)

    assert made(tmp_path / "a.pdf", draw).text == f"{' '.join(lines)}\n\n- one\n- two"


def test_a_document_that_is_typed_throughout_is_no_code(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Courier", 9)
        for number, line in enumerate(prose(1, 6)):
            canvas.drawString(40, 540 - 11 * number, line)

    assert made(tmp_path / "a.pdf", draw).text == " ".join(prose(1, 6))


def test_a_word_that_is_broken_at_a_lines_end_is_whole(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        for number, line in enumerate(("Here is a word that is bro-", "ken, and one that is not-", "Broken, and that is all of it.")):
            canvas.drawString(40, 500 - 12 * number, line)

    assert made(tmp_path / "a.pdf", draw).text == "Here is a word that is broken, and one that is not-Broken, and that is all of it."


def test_scanned_pages_among_others_are_told_and_read(tmp_path: Path) -> None:
    from PIL import Image, ImageDraw
    from reportlab.lib.utils import ImageReader

    picture = Image.new("L", (1200, 300), 255)
    ImageDraw.Draw(picture).text((40, 100), "SCANNED WORDS", fill=0, font_size=90)

    def scan(canvas: Any) -> None:
        canvas.drawImage(ImageReader(picture), 20, 300, 380, 95)

    def words(canvas: Any) -> None:
        canvas.drawString(40, 500, "Words that can be read.")

    def empty(canvas: Any) -> None:
        canvas.rect(10, 10, 20, 20)

    said = made(tmp_path / "a.pdf", words, scan, empty, words)
    assert said.marks["pages"] == [(0, 1), (25, 4)]
    assert said.notes == ("Scanned pages (1 of 4), they have no text. Set ocr: tesseract to have them read. Pages: 2.",)
    if shutil.which("tesseract"):
        ((_, said),) = read_documents([(tmp_path / "a.pdf", "a.pdf")], ocr="tesseract")
        assert isinstance(said, Document) and "SCANNED WORDS" in said.text and [page for _, page in said.marks["pages"]] == [1, 2, 4]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["a broken hy-", "phen is mended"], "a broken hyphen is mended"), (["the south-", "East stays"], "the south-East stays"),
        (["a well-known-", "ish thing"], "a well-known-ish thing"), (["soft hy\u00ad", "phens too"], "soft hyphens too"),
        (["日本語の文が", "続いている"], "日本語の文が続いている"), (["日本語と", "English"], "日本語と English"),
        (["plain", "", "words"], "plain words"),
    ],
)  # fmt: skip
def test_lines_are_joined_as_they_were_before_they_were_broken(lines: list[str], text: str) -> None:
    assert joined(lines) == text


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(st.sampled_from(WORDS), min_size=3, max_size=3), min_size=3, max_size=8), drawn=st.booleans(), seed=st.integers(0, 1000)
)
def test_tables_keep_every_cell_in_its_place(tmp_path: Path, rows: list[list[str]], drawn: bool, seed: int) -> None:
    """With lines and without, and in whichever order the cells were drawn."""
    cells = [(x, y, cell) for y, row in enumerate(rows) for x, cell in enumerate(row)]
    if drawn:
        random.Random(seed).shuffle(cells)

    def draw(canvas: Any) -> None:
        for x, y, cell in cells:
            canvas.drawString(50 + 100 * x, 500 - 20 * y, cell)
        if drawn:
            canvas.grid([45 + 100 * x for x in range(4)], [515 - 20 * y for y in range(len(rows) + 1)])

    lines = [f"| {' | '.join(row)} |" for row in rows]
    assert made(tmp_path / "a.pdf", draw).text == "\n".join([lines[0], "| --- | --- | --- |", *lines[1:]])
