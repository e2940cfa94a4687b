"""Strangers' files: what they are is told by their bytes, what cannot be read is told with its line, and what costs too much is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from workbooks import workbook

from rowsmith.connectors.containers import Limits, json_array, read_records
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.records import Contents, Fault, Record

ROWS = [{"input": f"Was kostet {n} ü?", "answer": f"{n} €, \"so\"\nheißt's"} for n in range(5)]
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)


def table(delimiter: str = ",") -> str:
    quoted = [[f'"{value}"'.replace('"so"', '""so""') for value in row.values()] for row in ROWS]
    return "".join(delimiter.join(cells) + "\n" for cells in (["input", "answer"], *quoted))


Read = tuple[list[Record], list[Fault], Contents]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    def reading(name: str, body: bytes | str, **how: Any) -> Read:
        path, contents = tmp_path / name, Contents()
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        found = list(read_records(path, name, contents=contents, **how))
        return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Fault)], contents

    return reading


def data(found: Read) -> list[Any]:
    assert found[1] == []
    return [record.data for record in found[0]]


def zipped(**members: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), body)
    return out.getvalue()


def refusal(read: Callable[..., Read], name: str, body: bytes | str, **how: Any) -> str:
    with pytest.raises(Invalid) as error:
        read(name, body, **how)
    assert error.value.fix
    return str(error.value)


@pytest.mark.parametrize(("name", "body", "container"), [
    ("a.jsonl", LINES, "jsonl"), ("a.json", json.dumps(ROWS), "json"), ("a.json", json.dumps(ROWS, indent=2), "json"), ("a.csv", table(), "csv"),
    ("a.tsv", table("\t"), "tsv"), ("a.csv", table(";"), "csv"), ("a.csv", table("|"), "csv"), ("a.json", json.dumps({"data": ROWS}), "json"),
    ("a.json", json.dumps({"version": 1, "examples": ROWS}, indent=1), "json"),
    ("a.json", json.dumps({name: [row[name] for row in ROWS] for name in ROWS[0]}), "json"),
    ("wrong.csv", LINES, "jsonl"), ("wrong.parquet", LINES, "jsonl"), ("wrong.jsonl", table(), "csv"), ("wrong.json", table("\t"), "tsv"),
    ("no suffix", LINES, "jsonl"), ("wrong.jsonl", json.dumps(ROWS), "json"),
])  # fmt: skip
def test_a_text_is_what_its_bytes_say(read: Callable[..., Read], name: str, body: str, container: str) -> None:
    found = read(name, body)
    assert (data(found), found[2].container, found[2].encoding) == (ROWS, container, "utf-8")


@pytest.mark.parametrize(("name", "body", "said"), [
    ("a.csv", LINES, "csv, and it is read as what it holds, jsonl"), ("a.JSONL", table(), "jsonl, and it is read as what it holds, csv"),
    ("a.jsonl", json.dumps(ROWS), "jsonl, and it is read as what it holds, json"), ("a.tsv", table(), "tsv, and it is read as what it holds, csv"),
    ("a.csv.gz", gzip.compress(LINES.encode()), "csv, and it is read as what it holds, jsonl"), ("a.jsonl.gz", LINES, "gz, and it is not packed"),
    ("a.jsonl", gzip.compress(LINES.encode()), "jsonl, and it is packed as gz"),
    ("a.jsonl.gz", bz2.compress(LINES.encode()), "gz, and it is packed as bz2"),
    ("a.xlsx", table(), "xlsx, and it is read as what it holds, csv"), ("a.parquet", LINES, "parquet, and it is read as what it holds, jsonl"),
])  # fmt: skip
def test_a_suffix_that_says_something_else_is_noted(read: Callable[..., Read], name: str, body: bytes | str, said: str) -> None:
    found = read(name, body)
    assert (data(found), found[2].notes) == (ROWS, [f"{name}: its name says {said}."])


def test_a_suffix_that_says_what_it_is_or_nothing_is_not_noted(read: Callable[..., Read]) -> None:
    packed = gzip.compress(LINES.encode())
    for name, body in (
        ("a.jsonl", LINES), ("a.ndjson.gz", packed), ("a", LINES), ("a.txt", packed), ("a.json", LINES), ("a.tab", table("\t")),
        ("a.csv", table(";")), ("a.csv", table("\t")), ("a.zip", zipped(a_jsonl=LINES)), ("a.xlsx", workbook([["a"], [1]])),
    ):  # fmt: skip
        assert read(name, body)[2].notes == []
    found = read("a.csv", zipped(a_jsonl=LINES, b_csv=LINES))
    assert found[2].notes == [
        "a.csv: its name says csv, and it is packed as zip.", "a.csv/b.csv: its name says csv, and it is read as what it holds, jsonl.",
    ]  # fmt: skip


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
@pytest.mark.parametrize("name", ["a.jsonl.packed", "a.csv"])
def test_packed_files_are_unpacked(read: Callable[..., Read], pack: Callable[[bytes], bytes], name: str) -> None:
    assert data(read(name, pack(LINES.encode()))) == ROWS
    assert data(read(name, pack(table().encode()))) == ROWS


def test_an_archive_holds_several_files(read: Callable[..., Read]) -> None:
    found = read("a.zip", zipped(train__a_jsonl=LINES, b_csv=table(), __MACOSX__b_csv="x"))
    assert [record.data for record in found[0]] == ROWS * 2
    assert [(record.file, record.line, record.flat) for record in found[0]][::5] == [("a.zip/train/a.jsonl", 1, False), ("a.zip/b.csv", 2, True)]
    assert data(read("book.zip", zipped(a_parquet=parquet("SELECT 1 AS n")))) == [{"n": 1}]


@pytest.mark.parametrize(("codec", "guessed"), [("utf-8-sig", False), ("utf-16", False), ("utf-16-le", True), ("utf-16-be", True), ("utf-32", False)])
def test_unicode_encodings(read: Callable[..., Read], codec: str, guessed: bool) -> None:
    for name, text in (("a.csv", table()), ("a.jsonl", LINES)):
        found = read(name, text.encode(codec))
        assert data(found) == ROWS
        assert bool(found[2].notes) is guessed


@pytest.mark.parametrize(("codec", "said"), [
    ("cp1252", "Grüße aus Köln, schöne Straßen, naïve Cafés"), ("cp1251", "Съешь же ещё этих мягких французских булок, да выпей чаю"),
    ("shift_jis", "これは日本語の文章です。猫が好きです。"), ("gb18030", "这是一个中文句子,我们喜欢喝茶。"),
])  # fmt: skip
def test_other_encodings_are_guessed_and_said(read: Callable[..., Read], codec: str, said: str) -> None:
    text = "".join(json.dumps({"text": f"{said} {n}"}, ensure_ascii=False) + "\n" for n in range(20))
    found = read("a.jsonl", text.encode(codec))
    assert data(found) == [{"text": f"{said} {n}"} for n in range(20)]
    assert "is guessed" in found[2].notes[0]
    assert data(read("a.jsonl", text.encode(codec), encoding=codec)) == [{"text": f"{said} {n}"} for n in range(20)]


def test_one_line_of_another_encoding_is_a_broken_record(read: Callable[..., Read]) -> None:
    records, faults, contents = read("a.jsonl", LINES.encode() + '{"input": "é"}\n'.encode("latin-1") + LINES.encode())
    assert (len(records), contents.encoding) == (10, "utf-8")
    assert [(fault.line, fault.reason, fault.where) for fault in faults] == [(6, "encoding", "a.jsonl:6")]


def test_broken_records_are_told_with_line_and_reason(read: Callable[..., Read]) -> None:
    records, faults, _ = read("a.jsonl", LINES + '{"input": \n\n[1]\n3\n{"a": 1, "a": 2}\n"plain"\n{"input": "cut o')
    assert [record.line for record in records] == [1, 2, 3, 4, 5, 11]
    assert records[-1].data == {"text": "plain"}
    assert [(fault.line, fault.reason) for fault in faults] == [(line, "broken_record") for line in (6, 8, 9, 10, 12)]
    records, faults, _ = read("a.csv", 'a,b\n1,2\n1,2,3\n4,"5\n6,7\n')
    assert ([record.data for record in records], [fault.line for fault in faults]) == ([{"a": "1", "b": "2"}, {"a": "6", "b": "7"}], [3, 4])
    records, faults, _ = read("a.json", '[{"a": 1},\n {"a": oops},\n 5,\n {"a": 2},\n {"a": 3')
    assert ([record.data["a"] for record in records], [(fault.line, fault.reason) for fault in faults]) == (
        [1, 2], [(2, "broken_record"), (3, "broken_record"), (4, "broken_array")],
    )  # fmt: skip


def test_what_is_cut_off_within_a_packed_file_is_told_behind_what_came(read: Callable[..., Read]) -> None:
    lines = "".join(json.dumps({"input": os.urandom(20).hex()}) + "\n" for _ in range(4000)).encode()
    for packed in (gzip.compress(lines), bz2.compress(lines), lzma.compress(lines), zstandard.compress(lines)):
        records, faults, _ = read("a.jsonl", packed[: len(packed) * 2 // 3])
        assert faults[-1].reason == "damaged"
        assert len(records) < faults[-1].line <= 4000


def parquet(query: str) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as database:
        database.execute(f"COPY ({query}) TO '{folder}/a.parquet' (FORMAT parquet)")
        return Path(folder, "a.parquet").read_bytes()


def test_lines_with_numbers_that_json_has_none_for_are_told_one_by_one(read: Callable[..., Read]) -> None:
    records, faults, contents = read("a.jsonl", '{"text":"a","x":NaN}\n{"text":"b","x":-Infinity}\n{"text":"c","x":1}\n')
    assert (contents.container, [record.line for record in records], [fault.line for fault in faults]) == ("jsonl", [3], [1, 2])
    assert "NaN is no number" in faults[0].detail


def test_parquet(read: Callable[..., Read]) -> None:
    query = """SELECT 'q' || n AS input, [{'role': 'user', 'content': 'hé'}] AS messages, date '2024-01-31' AS day, 1.5::DECIMAL(20, 2) AS price,
        CASE WHEN n = 1 THEN 'nan'::DOUBLE ELSE 0.5 END AS score, 9007199254740993 AS big, 170141183460469231731687303715884105727::HUGEINT AS huge,
        NULL AS nothing FROM range(1000) r(n)"""
    found = read("a.parquet", parquet(query.replace("HUGEINT", "VARCHAR")))
    assert len(data(found)) == 1000
    assert found[0][1].data == {
        "input": "q1", "messages": [{"role": "user", "content": "hé"}], "day": "2024-01-31", "price": "1.50", "score": None,
        "big": 9007199254740993, "huge": "170141183460469231731687303715884105727", "nothing": None,
    }  # fmt: skip
    assert (found[2].container, found[2].columns[0], len(found[2].notes)) == ("parquet", "input", 1)
    assert data(read("wrong.csv", gzip.compress(parquet("SELECT 1 AS n")))) == [{"n": 1}]


def arrow_stream() -> bytes:
    import nanoarrow as na
    from nanoarrow.ipc import StreamWriter

    out = io.BytesIO()
    columns = [na.c_array(["a", "ü"], na.string()), na.c_array([1, None], na.int64())]
    batch = na.c_array_from_buffers(na.struct({"text": na.string(), "n": na.int64()}), 2, [None], children=columns)
    with StreamWriter.from_writable(out) as writer:
        writer.write_stream(batch)
    return out.getvalue()


def test_arrow_files_and_streams(read: Callable[..., Read]) -> None:
    stream = arrow_stream()
    for body in (stream, b"ARROW1\0\0" + stream, gzip.compress(stream)):
        found = read("a.arrow", body)
        assert (data(found), found[2].container) == ([{"text": "a", "n": 1}, {"text": "ü", "n": None}], "arrow")
    assert "Arrow file cannot be read" in refusal(read, "a.arrow", stream[:200])


ODS = """<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="one">{}</table:table></office:spreadsheet></office:body></office:document-content>"""
MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def test_spreadsheets(read: Callable[..., Read]) -> None:
    rows = [["input", "answer", "n"], ["Grüße?", "=1+1", 3], [None, None, None], ["b", None, 2.5]]
    wanted = [{"input": "Grüße?", "answer": "=1+1", "n": 3}, {"input": "b", "answer": None, "n": 2.5}]
    found = read("a.xlsx", workbook(rows))
    assert (data(found), found[2].container, [record.line for record in found[0]]) == (wanted, "xlsx", [2, 4])
    assert data(read("wrong.zip", workbook(rows))) == wanted
    assert data(read("a.xlsx.gz", gzip.compress(workbook(rows)))) == wanted
    noted = read("a.xlsx", workbook(rows, [["x"], ["y"]]))
    assert "'Sheet2'" in noted[2].notes[0]
    assert [fault.reason for fault in read("a.xlsx", workbook([*rows, ["c", "d", 1, "beyond"]]))[1]] == ["broken_record"]
    body = "".join(f"<table:table-row>{''.join(map(ODS_CELL.format, cells))}</table:table-row>" for cells in (["text", "label"], ["a", "b"]))
    ods = zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml=ODS.format(body), **{"META-INF__manifest_xml": MANIFEST})
    found = read("a.ods", ods)
    assert (data(found), found[2].container) == ([{"text": "a", "label": "b"}], "ods")


def test_a_sheet_is_chosen(read: Callable[..., Read]) -> None:
    book = workbook([["a"], ["first"]], [["b"], ["second"]], [])
    assert (data(read("a.xlsx", book)), data(read("a.xlsx", book, sheet="Sheet2"))) == ([{"a": "first"}], [{"b": "second"}])
    assert read("a.xlsx", book, sheet="Sheet1")[2].notes == []
    assert data(read("a.zip", zipped(a_xlsx=book), sheet="Sheet2")) == [{"b": "second"}]
    assert "no sheet 'Sheat2'. Did you mean 'Sheet2'?" in refusal(read, "a.xlsx", book, sheet="Sheat2")
    assert "'Sheet3' has nothing in it" in refusal(read, "a.xlsx", book, sheet="Sheet3")
    packed = gzip.compress(LINES.encode())
    for name, body, container in (("a.csv", table(), "csv"), ("a.jsonl.gz", packed, "jsonl"), ("a.parquet", parquet("SELECT 1 AS n"), "parquet")):
        assert f"It is {container}, and has no sheet 'Sheet1'" in refusal(read, name, body, sheet="Sheet1")


def test_a_table_without_a_header(read: Callable[..., Read]) -> None:
    for delimiter in ",\t":
        found = read("a.csv", f"x{delimiter}1\n\ny{delimiter}2\nz\n", header=False)
        assert [(record.line, *record.data.values()) for record in found[0]] == [(1, "x", "1"), (3, "y", "2")]
        assert ([fault.line for fault in found[1]], found[2].columns) == ([4], ("column_1", "column_2"))
        assert "the first one has 2" in found[1][0].detail
    assert data(read("one.csv", "x\nx\n", header=False)) == [{"column_1": "x"}] * 2
    rows = [[None, None], [None, "x"], [None, 1, 2.5], [], [None, None, "z"]]
    assert [(record.line, record.data) for record in read("a.xlsx", workbook(rows), header=False)[0]] == [
        (2, {"column_1": "x", "column_2": None}), (3, {"column_1": 1, "column_2": 2.5}), (5, {"column_1": None, "column_2": "z"}),
    ]  # fmt: skip
    assert "Its first record cannot be read" in refusal(read, "a.csv", 'a,"b" c\n1,2\n', header=False)
    assert "It is jsonl, which has names of its own" in refusal(read, "a.jsonl", LINES, header=False)
    assert "It is parquet, which has names of its own" in refusal(read, "a.parquet", parquet("SELECT 1 AS n"), header=False)


def test_a_table_may_begin_anywhere_in_its_sheet(read: Callable[..., Read]) -> None:
    found = read("a.xlsx", workbook([[], [], [None, "a", "b"], [None, "x", 1]]))
    assert [(record.line, record.data) for record in found[0]] == [(4, {"a": "x", "b": 1})]


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth + "\n"


def test_hostile_files_are_refused_and_say_why(read: Callable[..., Read]) -> None:
    inner = zipped(a_jsonl=LINES)
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "elsewhere")
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for n in range(10_001):
            archive.writestr(f"{n}.csv", "")
    cases = {
        ("bomb.zip", zipped(a_jsonl=b"0" * 100_000_000)): "unpacks to 100,000,000 bytes",
        ("bomb.gz", gzip.compress(b'{"a":"' + b"x" * 200_000_000)): "100 times its size",
        ("bomb.zst", zstandard.compress(b'{"a":"' + b"x" * 200_000_000)): "100 times its size",
        ("nested.zip", zipped(in_zip=inner)): "an archive within an archive",
        ("twice.gz", gzip.compress(bz2.compress(LINES.encode()))): "packed twice",
        ("link.zip", out.getvalue()): "holds a link",
        ("many.zip", many.getvalue()): "more than 10,000 files",
        ("none.zip", zipped()): "holds no file",
        ("cut.zip", inner[:-30]): "cannot be read",
        ("cut.parquet", parquet("SELECT 1 AS n")[:-20]): "Parquet file cannot be read",
        ("cut.xlsx", workbook([["a"], ["b"]])[:-400]): "cannot be read",
        ("garbage.csv", os.urandom(4000)): "neither text nor a table",
        ("paper.csv", b"%PDF-1.7 ..."): "It is a PDF",
        ("model.pt", b"\x80\x04\x95..."): "a pickle",
        ("wide.parquet", parquet("SELECT " + ", ".join(f"'x' AS c{n}" for n in range(10_000)))): "400 MB of memory",
        ("wide.csv", ",".join(f"c{n}" for n in range(20_000)) + "\n"): "20,000 columns",
        ("prose.txt", "Tea is a drink.\nIt is warm, and brown, and good.\nSo.\n"): "neither JSON nor a table",
        ("twice.csv", "a,a\n1,2\n"): "stand twice: 'a'",
        ("deep.json", nested(100_000)): "nested too deeply",
    }
    for (name, body), wanted in cases.items():
        assert wanted in refusal(read, name, body), name


def test_columns_without_a_name_are_called_by_their_numbers(read: Callable[..., Read]) -> None:
    for name, body in (("index.csv", ",input, \n0,a,b\n"), ("index.xlsx", workbook([[None, "input", " "], [0, "a", "b"]]))):
        records, faults, contents = read(name, body)
        assert (list(records[0].data), faults) == (["column_1", "input", "column_3"], [])
        assert contents.notes == [f"{name}: Columns without a name in the header are called by their numbers: column_1, column_3."]
    assert "stand twice: 'column_1'" in refusal(read, "both.csv", ",column_1\n1,2\n")


def test_limits_of_memory_time_and_output_end_the_child(read: Callable[..., Read]) -> None:
    tight = Limits(cpu_s=1, cpu_s_per_mb=0)
    assert "nothing of it is taken" in refusal(read, "slow.json", "[" + ",".join("{}" for _ in range(9_000_000)) + "]", limits=tight)
    small = Limits(memory_bytes=300 << 20)
    assert data(read("a.jsonl", LINES, limits=small)) == ROWS
    assert "MB of memory" in refusal(read, "large.json", '{"a":\n[' + ",".join('{"b":[]}' for _ in range(3_000_000)) + "]}", limits=small)
    assert "Far more comes of it" in refusal(read, "a.csv", "c" * 60_000 + ",b\n" + "1,2\n" * 6000, limits=Limits(free_bytes=1 << 20, ratio=50))


def test_long_lines_and_empty_files_are_told(read: Callable[..., Read]) -> None:
    records, faults, _ = read("a.jsonl", '{"a": "' + "x" * 1000 + '"}\n{"a": 1}\n', limits=Limits(line_bytes=500))
    assert ([record.data for record in records], [(fault.line, fault.reason) for fault in faults]) == ([{"a": 1}], [(1, "long_line")])
    for body in (b"", b"\n \n", b"\xef\xbb\xbf", gzip.compress(b"")):
        assert [fault.reason for fault in read("a.csv", body)[1]] == ["empty_file"]
    assert data(read("a.csv", "a,b\n")) == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(read_records(tmp_path / "no.csv", "no.csv"))


def test_the_child_gets_no_key_and_leaves_nothing(read: Callable[..., Read], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    read("a.parquet.gz", gzip.compress(parquet("SELECT 1 AS n")))
    stream = read_records(tmp_path / "a.parquet.gz", "a.parquet.gz")
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet.gz"]


def test_memory_here_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / "a.jsonl"
        path.write_text('{"input": "How many?", "answer": "So many."}\n' * rows, encoding="utf-8")
        tracemalloc.start()
        assert sum(1 for _ in read_records(path, "a.jsonl")) == rows
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20_000) < peak(2_000) + (2 << 20)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
scalars = st.none() | st.booleans() | st.integers(-9, 9) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=2))


@given(st.lists(values, max_size=6), st.sampled_from([None, 0, 2]), st.integers(1, 9))
def test_an_array_falls_into_its_elements_wherever_it_is_cut(found: list[Any], indent: int | None, chunk: int) -> None:
    body = "\n " + json.dumps(found, indent=indent, ensure_ascii=False) + "\n"
    before, json_array._CHUNK = json_array._CHUNK, chunk
    try:
        elements = list(json_array.elements(io.BytesIO(body.encode()), 10_000))
    finally:
        json_array._CHUNK = before
    assert [json.loads(text) for _, text in elements] == found
    lines = body.split("\n")
    assert all(text.decode().split("\n")[0] in lines[line - 1] for line, text in elements)
