"""Files of Office, markup, e-mail and conversations that are made to harm, or broken: each costs itself, and says what is wrong."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import orjson
import pytest
from documents_read import fault
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.documents import read_documents
from rowsmith.connectors.documents.given import Given
from rowsmith.connectors.documents.kinds import every_kind
from rowsmith.core.documents import Document
from rowsmith.core.records import Fault

CORPUS = Path(__file__).parents[1] / "corpus" / "files"
SUFFIXES = (".docx", ".odt", ".pptx", ".odp", ".xlsx", ".ods", ".epub", ".rst", ".adoc", ".ipynb", ".srt", ".vtt", ".ass", ".eml", ".mbox")
FILES = [next(path for path in sorted(CORPUS.iterdir()) if path.suffix == suffix) for suffix in SUFFIXES]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = 'xmlns:office="urn:o" xmlns:text="urn:t"'


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def word(body: str) -> bytes:
    return packed({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"})


def text(body: str) -> bytes:
    content = f"<office:document-content {ODF}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def nested(tag: str, times: int, inner: str = "") -> str:
    return f"<{tag}>" * times + inner + f"</{tag}>" * times


DEEP: dict[str, Callable[[], str | bytes]] = {
    "a.docx": lambda: word(nested("w:tbl><w:tr><w:tc", 20_000).replace("</w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>")),
    "b.docx": lambda: word(f"<w:p>{nested('w:ins', 50_000, '<w:r><w:t>x</w:t></w:r>')}</w:p>"),
    "a.odt": lambda: text(nested("text:section", 50_000, "<text:p>x</text:p>")),
    "b.odt": lambda: text(f"<text:p>{nested('text:span', 50_000, 'x')}</text:p>"),
    "a.ipynb": lambda: "[" * 200_000,
    "a.rst": lambda: "\n\n".join(" " * at + "x" for at in range(0, 1600, 2)),
    "b.rst": lambda: "\n".join("  " * at + "- x\n\n" for at in range(400)),
    "a.adoc": lambda: "".join("=" * at + "\n" for at in range(4, 3000)) + "x\n",
    "a.eml": lambda: "From: a\nTo: b\n" + "".join(f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n" for at in range(3000)),
    "b.eml": lambda: "From: a\nTo: b\n" + "Content-Type: message/rfc822\n\nFrom: a\n" * 3000 + "\nx",
    "a.jsonl": lambda: '{"type":"user","sessionId":"s","message":{"content":' + "[" * 1_000_000 + "\n",
    "a.json": lambda: '[{"mapping": {"a": {"message": ' + '{"content":' * 100_000 + "1" + "}" * 100_000 + "}}}]",
    "a.md": lambda: "---\na: " + "[" * 30_000 + "\n---\nx\n",
    "b.md": lambda: "---\na: " + "[" * 8_000 + "\n---\nx\n",
    "c.md": lambda: "---\n" + "? " * 8_000 + "\n---\nx\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[tuple[str, str | bytes]]], list[list[Document | Fault]]]:
    def reading(bodies: list[tuple[str, str | bytes]]) -> list[list[Document | Fault]]:
        folder = tmp_path_factory.mktemp("hostile")
        found: list[list[Document | Fault]] = [[] for _ in bodies]

        def written() -> Iterator[tuple[Path, str]]:
            for number, (name, body) in enumerate(bodies):
                path = folder / str(number)
                path.write_bytes(body if isinstance(body, bytes) else body.encode())
                yield path, name

        for number, said in read_documents(written()):
            found[number].append(said)
        return found

    return reading


def test_what_is_nested_without_end_costs_itself(read: Callable[..., list[list[Document | Fault]]]) -> None:
    found = dict(zip(DEEP, read([(name, make()) for name, make in DEEP.items()]), strict=True))
    for name, said in found.items():
        assert said, name
        assert all(isinstance(one, Document) or (one.reason and one.detail) for one in said), name
    assert any(isinstance(one, Fault) and one.reason == "too_deep" for said in found.values() for one in said)


def test_files_cut_off_or_with_bits_turned_cost_themselves(read: Callable[..., list[list[Document | Fault]]]) -> None:
    chance, bodies = random.Random(7), []
    for path in FILES:
        whole = path.read_bytes()
        bodies += [(path.name, whole[: len(whole) * part // 5]) for part in (1, 2, 3, 4)]
        for _ in range(6):
            turned = bytearray(whole)
            for _ in range(chance.choice((1, 8, 64))):
                turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
            bodies.append((path.name, bytes(turned)))
    found = read([*bodies, ("whole.docx", FILES[0].read_bytes())])
    assert all(found), [name for (name, _), said in zip(bodies, found, strict=False) if not said]
    faults = [one for said in found for one in said if isinstance(one, Fault)]
    assert len(faults) > len(FILES) and all(one.reason and one.detail for one in faults)
    assert isinstance(found[-1][0], Document), "the file behind all of them is read"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.docx", lambda: word(f"<w:p><w:r><w:t>{' ' * 9_000_000}</w:t></w:r></w:p>")),
        ("a.odt", lambda: text("<text:p>x</text:p>" * 500_000)),
        ("a.epub", lambda: packed({"mimetype": "application/epub+zip", "META-INF/container.xml": b"<a>" + b" " * 9_000_000 + b"</a>"})),
    ],
)  # fmt: skip
def test_bombs_are_refused(tmp_path: Path, name: str, make: Callable[[], bytes]) -> None:
    assert fault(tmp_path, name, make(), limits=Limits(free_bytes=8 << 20)).reason == "too_large"


def test_a_sheet_that_declares_all_cells(tmp_path: Path) -> None:
    source = CORPUS / "xlsxwriter-en.xlsx"
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            body = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                body = body.replace(b"</sheetData>", row).replace(b'ref="A1:C3"', b'ref="A1:XFD1048576"')
            new.writestr(part, body)
    assert fault(tmp_path, "a.xlsx", out.getvalue()).reason in ("too_large", "memory", "broken_file")


def test_names_in_a_package_lead_nowhere(tmp_path: Path) -> None:
    names = "http://schemas.openxmlformats.org/package/2006/relationships"
    relations = f'<Relationships xmlns="{names}"><Relationship Id="r" Type="x/officeDocument" Target="{{}}"/></Relationships>'
    for target in ("../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd"):
        body = packed({"word/document.xml": f"<w:document {W}/>", "_rels/.rels": relations.format(target)})
        found = fault(tmp_path, "a.docx", body)
        assert found.reason == "broken_file" and "root:" not in found.detail


def test_a_mailbox_of_very_many_messages(read: Callable[..., list[list[Document | Fault]]]) -> None:
    (found,) = read([("a.mbox", "From x\nFrom: a\nTo: b\n\nWords.\n\n" * 3000)])
    assert len(found) == 3000 and all(isinstance(one, Document) for one in found)


marks = st.text("ab ä\n\t=*_`#|-.:[]{}<>()+/\\\"'!&^~0123456789,;$@", max_size=200)
NAMES = [
    "type", "message", "content", "role", "text", "id", "uuid", "parentUuid", "payload", "mapping", "parent", "author", "parts",
    "ts", "user", "cells",
    "source", "cell_type", "outputs", "metadata", "current_node", "timestamp", "tool_use_id", "name", "input", "output", "call_id",
]  # fmt: skip
values = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
entries = st.recursive(
    values, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5), max_leaves=25
)


def _only_refuses(kind: str, body: bytes) -> None:
    """A reader gives documents whose marks rise, or says what is wrong."""
    found: list[Document | Fault] = []
    with suppress(Refused):
        found += every_kind()[kind].read(io.BytesIO(body), Given("a/b", len(body)))
    for one in found:
        if isinstance(one, Document):
            assert "\0" not in one.text + str(one.columns) and orjson.dumps([one.text, one.columns])
            for places in one.marks.values():
                assert [at for at, _ in places] == sorted({at for at, _ in places})


@pytest.mark.parametrize("kind", ["adoc", "rst", "md", "srt", "vtt", "ass", "eml", "mbox", "code"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=marks)
def test_any_text_is_read_or_refused(kind: str, body: str) -> None:
    _only_refuses(kind, body.encode())


@pytest.mark.parametrize("kind", ["claude_code", "codex", "chatgpt", "slack", "ipynb"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=st.lists(entries, max_size=5), listed=st.booleans())
def test_any_json_is_read_or_refused(kind: str, values: list[object], listed: bool) -> None:
    body = json.dumps(values) if listed else "\n".join(json.dumps(value) for value in values)
    _only_refuses(kind, body.encode("utf-8", "replace"))
