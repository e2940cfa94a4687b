"""Word, PowerPoint, OpenDocument and spreadsheets: what their writers can say beyond headings and paragraphs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pptx
import pytest
import xlsxwriter
from documents_read import document, everything, fault
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

ODF = "urn:oasis:names:tc:opendocument:xmlns"
Filled = Callable[[Any], None]


def word(fill: Filled) -> bytes:
    made, out = docx.Document(), io.BytesIO()
    fill(made)
    made.save(out)
    return out.getvalue()


def repacked(body: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A zip with each of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def odt(body: str, styles: str = "", kind: str = "text") -> bytes:
    names = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "text", "table", "style", "draw", "presentation"))
    content = (
        f'<office:document-content {names} xmlns:fo="{ODF}:xsl-fo-compatible:1.0"><office:automatic-styles>{styles}</office:automatic-styles>'
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", content)
    return out.getvalue()


def test_lists_are_nested_and_numbered(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        for style, said in [("List Bullet", "a"), ("List Bullet 2", "b"), ("List Number", "one"), ("List Number", "two")]:
            made.add_paragraph(said, style)

    assert document(tmp_path, "a.docx", word(fill)).text == "- a\n    - b\n1. one\n2. two"


def test_a_cell_that_spans_others_stands_once(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        table = made.add_table(3, 3)
        for at, cell in enumerate(cell for row in table.rows for cell in row.cells):
            cell.text = str(at)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
        table.cell(1, 0).merge(table.cell(2, 0)).text = "tall"

    found = document(tmp_path, "a.docx", word(fill)).text
    assert found == "| wide |  | 2 |\n| --- | --- | --- |\n| tall | 4 | 5 |\n|  | 7 | 8 |"


def test_changes_boxes_hidden_text_and_links(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        words = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
        inserted = f"<w:ins w:id='1' w:author='x'>{words.format('kept ')}</w:ins>"
        inserted += "<w:del w:id='2' w:author='x'><w:r><w:delText>gone</w:delText></w:r></w:del>"
        hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>obey me</w:t></w:r>"
        link = f"<w:hyperlink>{words.format('a link')}</w:hyperlink>"
        signs = "<w:r><w:tab/><w:t>x</w:t><w:br/><w:t>y</w:t><w:noBreakHyphen/><w:sym w:font='Symbol' w:char='00B1'/></w:r>"
        ruby = f"<w:r><w:ruby><w:rt>{words.format('みなと')}</w:rt><w:rubyBase>{words.format('港')}</w:rubyBase></w:ruby></w:r>"
        inner = f"<w:txbxContent><w:p>{words.format('In a box.')}</w:p></w:txbxContent>"
        box = f"<w:r><w:pict><v:textbox xmlns:v='urn:schemas-microsoft-com:vml'>{inner}</v:textbox></w:pict></w:r>"
        made.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inserted}{hidden}{link}{signs}{ruby}{box}</w:p>"))
        made.element.body.insert(1, parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{words.format('In a field.')}</w:p></w:sdtContent></w:sdt>"))

    found = document(tmp_path, "a.docx", word(fill))
    assert found.text == "kept a link x\ny\u2011±港\n\nIn a box.\n\nIn a field."
    assert found.notes == ("It hides text from its readers, which is left out (7 characters): obey me",)


def test_text_that_cannot_be_seen_is_told_of(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        looks = ("<w:sz w:val='2'/>", "<w:color w:val='FFFFFF'/>", "<w:color w:val='FFFFFF'/><w:highlight w:val='black'/>")
        runs = "".join(f"<w:r><w:rPr>{look}</w:rPr><w:t xml:space='preserve'>{said} </w:t></w:r>" for look, said in zip(looks, "abc", strict=True))
        made.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{runs}</w:p>"))

    found = document(tmp_path, "a.docx", word(fill))
    assert found.text == "b c"
    assert found.notes == (
        "It hides text from its readers, which is left out (1 characters): a",
        "It has text in white, which is not left out (1 characters): b",
    )
    pale = '<style:style style:name="P" style:family="text"><style:text-properties fo:color="#FFFFFF"/></style:style>'
    body = '<text:p>a <text:span text:style-name="P">b</text:span><text:hidden-text text:string-value="obey"/></text:p>'
    told = document(tmp_path, "a.odt", odt(body, pale))
    assert told.text == "a b" and [note.rpartition(": ")[2] for note in told.notes] == ["obey", "b"]


def test_a_copy_for_older_readers_is_not_read_again(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        box = "<w:txbxContent><w:p><w:r><w:t>Once.</w:t></w:r></w:p></w:txbxContent>"
        names = f"{nsdecls('w')} xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
        both = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
        made.element.body.insert(0, parse_xml(f"<w:p {names}><w:r>{both}</w:r></w:p>"))

    assert document(tmp_path, "a.docx", word(fill)).text == "Once."


def test_code_quotations_contents_and_large_first_letters(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        for name in ("Source Code", "toc 1"):
            made.styles.add_style(name, docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        large = made.add_paragraph("D")
        large._p.get_or_add_pPr().append(parse_xml(f"<w:framePr {nsdecls('w')} w:dropCap='drop' w:lines='3'/>"))
        made.add_paragraph("rop cap.")
        code = [("Source Code", "def f():"), ("Source Code", "    return 1")]
        for style, said in [("toc 1", "Head 3"), ("Quote", "Said Ann."), *code, (None, "End.")]:
            made.add_paragraph(said, style)

    assert document(tmp_path, "a.docx", word(fill)).text == "Drop cap.\n\n> Said Ann.\n\n```\ndef f():\n    return 1\n```\n\nEnd."
    styles = '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Preformatted_20_Text"/>'
    lines = "".join(f'<text:p text:style-name="P1">{line}</text:p>' for line in ("a", '<text:s text:c="2"/>b'))
    body = f'<text:p text:style-name="Title">T</text:p>{lines}<text:p text:style-name="Quotations">Said Ann.</text:p>'
    assert document(tmp_path, "a.odt", odt(body, styles)).text == "# T\n\n```\na\n  b\n```\n\n> Said Ann."


def test_headings_are_known_by_outline_level_too(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        style = made.styles.add_style("Kapitel", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        style.element.append(parse_xml(f"<w:pPr {nsdecls('w')}><w:outlineLvl w:val='1'/></w:pPr>"))
        based = made.styles.add_style("Kapitel klein", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        based.base_style = style
        made.add_paragraph("Erstes", "Kapitel")
        made.add_paragraph("Zweites", "Kapitel klein")

    assert document(tmp_path, "a.docx", word(fill)).text == "## Erstes\n\n## Zweites"


def test_a_document_may_lie_elsewhere_in_its_package(tmp_path: Path) -> None:
    """As Office writes it where several people edit."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(lambda made: made.add_heading("Head", 2)))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name.replace("document.xml", "document2.xml"), old.read(name).replace(b"document.xml", b"document2.xml"))
    assert document(tmp_path, "a.docx", out.getvalue()).text == "## Head"


def test_footnotes_stand_behind_the_text(tmp_path: Path) -> None:
    corpus = Path(__file__).parents[1] / "corpus" / "files" / "pandoc-en.docx"
    reference = b'<w:r><w:footnoteReference w:id="20"/></w:r></w:p><w:sectPr'
    note = b'<w:footnote w:id="20"><w:p><w:r><w:t>It burned.</w:t></w:r></w:p></w:footnote></w:footnotes>'

    def change(name: str, part: bytes) -> bytes:
        if name == "word/document.xml":
            head, _, tail = part.rpartition(b"</w:p>")
            return head + reference.removesuffix(b"<w:sectPr") + tail
        return part.replace(b"</w:footnotes>", note) if name == "word/footnotes.xml" else part

    found = document(tmp_path, "a.docx", repacked(corpus.read_bytes(), change)).text
    assert found.endswith("[^1]\n\n[^1]: It burned.")


def test_slides_groups_hidden_ones_and_what_every_slide_repeats(tmp_path: Path) -> None:
    show, out = pptx.Presentation(), io.BytesIO()
    for number in range(3):
        slide = show.slides.add_slide(show.slide_layouts[6])
        group = slide.shapes.add_group_shape()
        box = group.shapes.add_textbox(0, 0, 100, 100)
        box.text_frame.text = f"In group {number}\nand more"
        if number == 1:
            slide._element.set("show", "0")
    show.save(out)
    found = document(tmp_path, "a.pptx", out.getvalue())
    assert found.text == "\n\n".join(f"In group {number}\n\nand more" for number in range(3))
    assert [value for _, value in found.marks["slides"]] == [1, 2, 3]
    assert found.notes == ("Slide 2 is hidden when the slides are shown.",)


def test_charts_are_tables_of_what_they_draw(tmp_path: Path) -> None:
    show, out = pptx.Presentation(), io.BytesIO()
    data = CategoryChartData()
    data.categories = ["Mai", "Juni"]
    data.add_series("Tiefe", (7.4, 6.9))
    data.add_series("Salz", (3.1, None))
    slide = show.slides.add_slide(show.slide_layouts[6])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 100, 100, data).chart
    chart.has_title, chart.chart_title.text_frame.text = True, "Im Hafen"
    show.save(out)
    table = "|  | Tiefe | Salz |\n| --- | --- | --- |\n| Mai | 7.4 | 3.1 |\n| Juni | 6.9 |  |"
    assert document(tmp_path, "a.pptx", out.getvalue()).text == f"Im Hafen\n\n{table}"

    drawn = """<w:drawing><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="rId77"/></w:drawing>"""
    names = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as slides:
        part = next(slides.read(name) for name in slides.namelist() if name.startswith("ppt/charts/chart"))
    made = io.BytesIO(word(lambda made: made.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')} {names}><w:r>{drawn}</w:r></w:p>"))))
    relation = b'<Relationship Id="rId77" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart" Target="charts/c.xml"/>'
    end = b"</Relationships>"
    whole = io.BytesIO(repacked(made.getvalue(), lambda name, old: old.replace(end, relation + end) if "document.xml.rels" in name else old))
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr("word/charts/c.xml", part)
    assert document(tmp_path, "a.docx", whole.getvalue()).text == f"Im Hafen\n\n{table}"


def test_slides_without_text_have_no_mark_of_their_own(tmp_path: Path) -> None:
    show, out = pptx.Presentation(), io.BytesIO()
    for title in ("A", "", "B"):
        show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = title
    show.save(out)
    found = document(tmp_path, "a.pptx", out.getvalue())
    assert (found.text, found.marks) == ("# A\n\n# B", {"slides": [(0, 1), (5, 3)]})


def test_opendocument_lists_notes_changes_and_hidden_text(tmp_path: Path) -> None:
    styles = (
        '<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>'
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>'
    )
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:h text:outline-level="2">Head</text:h>'
        '<text:p>one  \n two<text:s text:c="2"/>three<text:tab/>four<text:line-break/>five<text:span text:style-name="T1">obey me</text:span>'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note></text:p>"
        '<text:list text:style-name="L1"><text:list-item><text:p>first</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item>'
        '</text:list></text:list-item><text:list-item><text:p>second</text:p></text:list-item></text:list>'
        '<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>'
        '<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table-header-rows><table:table-row>'
        '<table:table-cell table:number-columns-repeated="2"><text:p>c</text:p></table:table-cell></table:table-row></table:table>'
        "<text:p><draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame></text:p>"
        "<text:p><office:annotation><text:p>a comment</text:p></office:annotation>End.</text:p>"
    )  # fmt: skip
    found = document(tmp_path, "a.odt", odt(body, styles))
    assert found.text == (
        "## Head\n\none two  three four\nfive[^1]\n\n1. first\n    - inner\n2. second\n\n| a | b |\n| --- | --- |\n| c | c |\n\n"
        "In a box.\n\nEnd.\n\n[^1]: A note."
    )
    assert found.notes == ("It hides text from its readers, which is left out (7 characters): obey me",)


def test_sheets_numbers_days_and_hidden_sheets(tmp_path: Path) -> None:
    import datetime

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        first, hidden = book.add_worksheet("A"), book.add_worksheet("B")
        first.write_row(3, 2, ["n", "t", "b", "f"])
        first.write_row(4, 2, [3, "x|y", True])
        first.write_formula(4, 5, "=1+1", None, 2)
        first.write_datetime(5, 2, datetime.datetime.fromisoformat("2024-05-01 12:30"), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
        hidden.write(0, 0, "alone")
        hidden.hide()
    found = document(tmp_path, "a.xlsx", out.getvalue())
    table = "| n | t | b | f |\n| --- | --- | --- | --- |\n| 3 | x\\|y | TRUE | 2 |\n| 2024-05-01 12:30:00 |  |  |  |"
    assert found.text == f"## A\n\n{table}\n\n## B\n\nalone"
    assert found.marks == {"sheets": [(0, "A"), (found.text.index("## B"), "B")]}
    assert found.notes == ("The sheet 'B' is hidden.",)


def test_a_sheet_that_is_no_text_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Far")
        sheet.write(0, 0, "a")
        sheet.write(20_000, 200, "b")
    found = fault(tmp_path, "a.xlsx", out.getvalue())
    assert found.reason == "too_large" and "read.records" in found.detail


def test_books_that_are_protected_are_refused(tmp_path: Path) -> None:
    corpus = Path(__file__).parents[1] / "corpus" / "files" / "pandoc-en.epub"
    out = io.BytesIO(corpus.read_bytes())
    with zipfile.ZipFile(out, "a") as archive:
        method = '<EncryptionMethod xmlns="http://www.w3.org/2001/04/xmlenc#" Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
        archive.writestr("META-INF/encryption.xml", f"<encryption>{method}</encryption>")
    assert fault(tmp_path, "a.epub", out.getvalue()).reason == "protected"


@pytest.mark.parametrize("declared", ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY a "ha"><!ENTITY x "&a;&a;&a;">'])
@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.odt", "a.epub"])
def test_entities_are_refused(tmp_path: Path, name: str, declared: str) -> None:
    files = Path(__file__).parents[1] / "corpus" / "files"
    source = {"a.docx": "pandoc-en.docx", "a.pptx": "python-de.pptx", "a.odt": "pandoc-en.odt", "a.epub": "pandoc-en.epub"}[name]
    main = {"a.docx": "word/document.xml", "a.pptx": "ppt/presentation.xml", "a.odt": "content.xml", "a.epub": "META-INF/container.xml"}[name]

    def change(part: str, body: bytes) -> bytes:
        if part != main:
            return body
        head, sign, rest = body.partition(b"?>")
        return head + sign + f"<!DOCTYPE r [{declared}]>".encode() + rest.replace(b">", b">&x;", 2)

    found = fault(tmp_path, name, repacked((files / source).read_bytes(), change))
    assert found.reason == "hostile" and "entities" in found.detail


@pytest.mark.parametrize(
    ("name", "part", "note"),
    [
        ("python-de.pptx", "ppt/slides/slide2.xml", "Slide 2 cannot be read"),
        ("pandoc-en.epub", "EPUB/text/title_page.xhtml", "Chapter 1 cannot be read"),
    ],
)
def test_a_part_that_is_broken_costs_itself(tmp_path: Path, name: str, part: str, note: str) -> None:
    whole = (Path(__file__).parents[1] / "corpus" / "files" / name).read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.infolist():
            new.writestr(one.filename, old.read(one), zipfile.ZIP_STORED)
        at = new.getinfo(part).header_offset + 30 + len(part) + 40
    broken = bytearray(out.getvalue())
    broken[at] ^= 1
    found = document(tmp_path, name, bytes(broken))
    assert any(one.startswith(note) for one in found.notes) and len(found.text) > 100
    assert document(tmp_path, name, whole).notes == ()


@pytest.mark.parametrize(
    ("name", "part"),
    [("xlsxwriter-en.xlsx", "xl/sharedStrings.xml"), ("libreoffice-en.ods", "content.xml"), ("xlsxwriter-en.xlsx", "docProps/core.xml")],
)
def test_entities_in_spreadsheets_are_not_followed(tmp_path: Path, name: str, part: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret of the machine")
    declared = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'.encode()

    def change(one: str, body: bytes) -> bytes:
        if one != part:
            return body
        head, sign, rest = body.partition(b"?>")
        return head + sign + declared + rest.replace(b"Place", b"&x;&b;").replace(b"Ada", b"&x;&b;")

    (found,) = everything(tmp_path, name, repacked((Path(__file__).parents[1] / "corpus" / "files" / name).read_bytes(), change))
    assert "a secret" not in str(found) and "hahahaha" not in str(found)
