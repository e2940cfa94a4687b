from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_files import png
from pydantic import ValidationError
from step_context import StepContext

from rowsmith.core.errors import NotFound
from rowsmith.core.row import Bad, New
from rowsmith.steps.paths import relative_to
from rowsmith.steps.read.files import ReadFiles


def read(folder: Path, **settings: object) -> list[New | Bad]:
    return list(ReadFiles(**{"paths": ["."], **settings}).read(StepContext(folder)))


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def data(found: list[New | Bad]) -> list[dict]:
    return [new.data for new in found if isinstance(new, New)]


def bad(found: list[New | Bad]) -> list[tuple[str, str]]:
    return [(b.reason, b.where) for b in found if isinstance(b, Bad)]


def test_a_document_is_one_row_with_its_span(tmp_path: Path) -> None:
    put(tmp_path, "docs/a.md", "# Größe\r\n\r\n😀 text\n")
    (new,) = read(tmp_path, paths="docs")
    assert new.data == {"text": "# Größe\n\n😀 text\n"}
    source = new.origin["source"]
    assert source["span"] == [0, len(new.data["text"])]
    assert (source["name"], source["file"], len(source["hash"])) == ("docs/a.md", "a.md", 64)


def test_paths_may_be_one_text_or_path(tmp_path: Path) -> None:
    assert ReadFiles(paths="a.txt") == ReadFiles(path="a.txt") == ReadFiles(paths=["a.txt"])
    with pytest.raises(ValidationError):
        ReadFiles(path="a.txt", paths="b.txt")
    with pytest.raises(ValidationError):
        ReadFiles(paths=[])


def test_folders_globs_and_kinds(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.md", "a/d.markdown", "x.png", ".hidden/e.txt", "a/.f.txt"):
        put(tmp_path, name, name)
    assert [row["text"] for row in data(read(tmp_path))] == ["a/c.md", "a/d.markdown", "b.txt"]
    assert [row["text"] for row in data(read(tmp_path, paths=["b.txt", "**/*.md", "."]))] == ["b.txt", "a/c.md", "a/d.markdown"]
    assert [row["text"] for row in data(read(tmp_path, kinds=["txt"]))] == ["b.txt"]


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no file or folder 'nope.txt'.*relative one is taken") as caught:
        read(tmp_path, paths="nope.txt")
    assert str(tmp_path) in caught.value.what
    with pytest.raises(NotFound, match=r"No file matches '\*\.nope'"):
        read(tmp_path, paths="*.nope")
    put(tmp_path, "d/t.txt", "x")
    put(tmp_path, "d/cat.png", png())
    with pytest.raises(NotFound, match="None of the 2 files"):
        read(tmp_path, paths="d", kinds=["md"])
    with pytest.raises(NotFound, match=r"Set `kinds`: \[image\]"):
        read(tmp_path, paths="d/*.png")


def test_what_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    assert data(read(tmp_path, paths=put(tmp_path, "x.bin", "words").name)) == [{"text": "words"}]
    assert bad(read(tmp_path, paths=put(tmp_path, "cat.jpg", "no picture").name)) == [("broken_file", "cat.jpg")]
    assert ReadFiles(paths="x", kinds=["pfd"]).check()[0].startswith("No kind of file is called 'pfd'. Did you mean 'pdf'?")


def test_format_forces_the_kind(tmp_path: Path) -> None:
    put(tmp_path, "log.dat", '{"a":1}\n')
    assert data(read(tmp_path, paths="log.dat", format="jsonl")) == [{"a": 1}]
    assert data(read(tmp_path, paths="log.dat", format="txt")) == [{"text": '{"a":1}\n'}]
    assert "no effect" in ReadFiles(paths="x", format="txt", kinds=["md"]).check()[0]


def test_json_lines_good_and_bad(tmp_path: Path) -> None:
    lines = [
        '{"id": "k1", "text": "one\u2028two\u0085three"}', "", '"plain"', "[1]", '{"cut": ', '{"a":1,"a":2}', '{"n":{"x":1,"x":2}}', '{"v": NaN}',
        '{"id": 7, "big": 123456789012345678901234567890}', '{"deep":' + "[" * 3000 + "]" * 3000 + "}",
        r'{"s": "\ud800 \u0000 \\u0000"}', '{"last": true}',
    ]  # fmt: skip
    put(tmp_path, "f.jsonl", "\n".join(lines))
    found = read(tmp_path, paths="f.jsonl")
    assert data(found) == [
        {"id": "k1", "text": "one\u2028two\u0085three"},
        {"text": "plain"},
        {"id": 7, "big": "123456789012345678901234567890"},
        {"s": "\ufffd \ufffd \\u0000"},
        {"last": True},
    ]
    assert bad(found) == [("broken_line", f"f.jsonl:{line}") for line in (4, 5, 6, 7, 8, 10)]
    first, number = found[0], found[7]
    assert (first.key, first.origin["source"]["line"], first.origin["source"]["key"]) == ("k1", 1, "k1")
    assert (number.key, number.origin["source"]["line"]) == ("7", 9)
    assert found[1].key is None
    assert "key" not in found[1].origin["source"]


@pytest.mark.parametrize("number", ["1e400", "-Infinity", "9" * 5000])
def test_numbers_that_cannot_be_held(tmp_path: Path, number: str) -> None:
    put(tmp_path, "f.jsonl", f'{{"n": {number}}}\n{{"n": 1e3}}\n')
    found = read(tmp_path, paths="f.jsonl")
    assert bad(found) == [("broken_line", "f.jsonl:1")]
    assert data(found) == [{"n": 1000.0}]


def test_the_key_column_identifies_records(tmp_path: Path) -> None:
    put(tmp_path, "f.jsonl", '{"id": 1, "slug": "a"}\n{"id": 2}\n')
    found = read(tmp_path, paths="f.jsonl", key="slug")
    assert found[0].key == "a"
    assert bad(found) == [("no_key", "f.jsonl:2")]


def test_a_50_mb_line_is_listed_and_memory_stays_bounded(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "f.jsonl"
    with path.open("wb") as file:
        file.write(b'{"a": 1}\n{"a": "')
        for _ in range(50):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n{"a": 2}\n')
    tracemalloc.start()
    found = read(tmp_path, paths="f.jsonl", max_line_bytes=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert data(found) == [{"a": 1}, {"a": 2}]
    assert bad(found) == [("long_line", "f.jsonl:2")]
    assert "52,428,810 bytes" in found[1].detail
    assert peak < 8 << 20


def test_bytes_that_are_not_text_are_listed(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "caf\xe9".encode("latin-1"))
    put(tmp_path, "b.jsonl", b'{"t": "ok"}\n{"t": "\xe9"}\n{"t": "ok2"}\n')
    put(tmp_path, "c.csv", b'id,t\n1,\xe9\n2,"x\ny\xe9"\n3,ok\n')
    found = read(tmp_path)
    assert bad(found) == [("encoding", "b.jsonl:2"), ("encoding", "c.csv:2"), ("encoding", "c.csv:3")]
    assert found[2].detail == "Byte 0xE9 at offset 7 of the line is not UTF-8. Set `encoding`, for example latin-1."
    assert data(found) == [{"text": "café"}, {"t": "ok"}, {"t": "ok2"}, {"id": "3", "t": "ok"}]  # of a document the encoding is found
    assert "guessed" in found[0].origin["source"]["notes"][0]
    assert bad(again := read(tmp_path, encoding="latin-1")) == []
    assert data(again)[0] == {"text": "café"}
    assert {"id": "2", "t": "x\nyé"} in data(again)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-be-bom"])
def test_a_byte_order_mark_rules(tmp_path: Path, encoding: str) -> None:
    def encode(text: str) -> bytes:
        return ("\ufeff" + text).encode("utf-16-be") if encoding == "utf-16-be-bom" else text.encode(encoding)

    put(tmp_path, "a.txt", encode("é text"))
    put(tmp_path, "b.jsonl", encode('{"t": "é\u0a0a"}\n{"t": 2}\n'))
    put(tmp_path, "c.csv", encode("id,t\n1,é\n"))
    assert data(read(tmp_path)) == [{"text": "é text"}, {"t": "é\u0a0a"}, {"t": 2}, {"id": "1", "t": "é"}]


def test_a_broken_utf16_file_lists_its_lines(tmp_path: Path) -> None:
    raw = b"\xff\xfe" + '{"a": 1}\n'.encode("utf-16-le") + '{"a": "'.encode("utf-16-le") + b"\x00\xd8" + '"}\n'.encode("utf-16-le") + b"x"
    put(tmp_path, "f.jsonl", raw)
    found = read(tmp_path, paths="f.jsonl")
    assert data(found) == [{"a": 1}]
    assert bad(found) == [("encoding", "f.jsonl:2"), ("encoding", "f.jsonl:3")]


def test_empty_files_are_listed(tmp_path: Path) -> None:
    for name, content in {"a.txt": "", "b.md": " \n", "c.jsonl": "\n\n", "d.csv": "", "e.csv": "only,header\n", "f.txt": b"\xef\xbb\xbf"}.items():
        put(tmp_path, name, content)
    assert bad(read(tmp_path)) == [("empty_file", name) for name in ("a.txt", "b.md", "c.jsonl", "d.csv", "e.csv", "f.txt")]


def test_csv_values_stay_text_and_broken_records_are_listed(tmp_path: Path) -> None:
    put(
        tmp_path,
        "f.csv",
        'id,q,a\r\n00123,"a ""quoted"", comma",NA\r\n2,"two\r\nlines",=1+1\r\n3,short\r\n4,x,y,z\r\n\r\n5,5" nail,ok\r\n6,"x" y,z\r\n7,\x00,t\r\n',
    )
    found = read(tmp_path, paths="f.csv")
    assert data(found) == [
        {"id": "00123", "q": 'a "quoted", comma', "a": "NA"},
        {"id": "2", "q": "two\r\nlines", "a": "=1+1"},
        {"id": "5", "q": '5" nail', "a": "ok"},
        {"id": "7", "q": "\ufffd", "a": "t"},
    ]
    assert bad(found) == [("broken_record", "f.csv:5"), ("broken_record", "f.csv:6"), ("broken_record", "f.csv:9")]
    assert "2 fields, the header has 3" in found[2].detail


def test_reading_goes_on_behind_an_unclosed_quote(tmp_path: Path) -> None:
    put(tmp_path, "f.csv", 'id,t\n1,a\n2,"open\n3,c\n4,d\n5,"fine\nstill"\n6,f\n7,"end\n8,h\n')
    found = read(tmp_path, paths="f.csv")
    assert [row["id"] for row in data(found)] == ["1", "3", "4", "5", "6", "8"]
    assert bad(found) == [("broken_record", "f.csv:3"), ("unclosed_quote", "f.csv:9")]


def test_an_unclosed_quote_is_bounded(tmp_path: Path) -> None:
    rows = "".join(f"{n},row {n}\n" for n in range(2000))
    put(tmp_path, "f.csv", f'id,t\nx,"open\n{rows}')
    found = read(tmp_path, paths="f.csv", max_line_bytes=1000)
    assert bad(found) == [("unclosed_quote", "f.csv:2")]
    assert [row["id"] for row in data(found)] == [str(n) for n in range(2000)]


def test_a_long_csv_line_is_listed(tmp_path: Path) -> None:
    put(tmp_path, "f.csv", f'id,t\n1,{"x" * 2000}\n2,"open\n{"y" * 2000}\n3,ok\n4,"{"z" * 900}"\n')
    found = read(tmp_path, paths="f.csv", max_line_bytes=1000)
    assert bad(found) == [("long_line", "f.csv:2"), ("unclosed_quote", "f.csv:3"), ("long_line", "f.csv:4")]
    assert [row["id"] for row in data(found)] == ["3", "4"]


def test_a_field_beyond_the_csv_modules_default_limit(tmp_path: Path) -> None:
    put(tmp_path, "f.csv", f"id,t\n1,{'x' * 200_000}\n")
    assert len(data(read(tmp_path, paths="f.csv"))[0]["t"]) == 200_000


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    others = "".join(sorted(set(",;\t|") - {delimiter}))
    put(tmp_path, "f.csv", f"q{delimiter}a\nHello {others} you{delimiter}x\nbye{delimiter}z {others}\n")
    assert [list(row) for row in data(read(tmp_path, paths="f.csv"))] == [["q", "a"]] * 2


def test_the_delimiter_can_be_said(tmp_path: Path) -> None:
    put(tmp_path, "f.csv", "q;a,b\n1;2,3\n")
    assert data(read(tmp_path, paths="f.csv", delimiter=",")) == [{"q;a": "1;2", "b": "3"}]
    put(tmp_path, "g.tsv", "q,a\tb\n1,2\t3\n")
    assert data(read(tmp_path, paths="g.tsv")) == [{"q,a": "1,2", "b": "3"}]
    put(tmp_path, "one.csv", "text\nHello, world\nand, so; on\n")
    assert bad(read(tmp_path, paths="one.csv")) == [("broken_record", "one.csv:2"), ("broken_record", "one.csv:3")]


@pytest.mark.parametrize("header", ["a,a", "a,", "a, "])
def test_a_header_with_empty_or_equal_names(tmp_path: Path, header: str) -> None:
    path = put(tmp_path, "f.csv", f"{header}\n1,2\n")
    assert bad(read(tmp_path, paths="f.csv")) == [("bad_header", "f.csv:1")]
    assert "Give every column a name of its own" in ReadFiles(paths=str(path)).check()[0]


def test_text_column_and_max_file_bytes(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "hello")
    put(tmp_path, "b.jsonl", '"line"\n')
    assert data(read(tmp_path, text_column="body")) == [{"body": "hello"}, {"body": "line"}]
    assert bad(read(tmp_path, max_file_bytes=4)) == [("large_file", "a.txt")]


def test_check_and_columns_look_before_the_run(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "id,q\n1,2\n")
    put(tmp_path, "b.jsonl", '{"x": 1}\nbroken\n{"y": 2}\n')
    put(tmp_path, "c.txt", "t")
    step = ReadFiles(paths=["a.csv", "b.jsonl", "c.txt"])
    assert step.columns(None) is None
    assert ReadFiles(paths=["nope.txt"]).check() == []
    with relative_to(tmp_path):
        assert step.columns(None) == {"id", "q", "x", "y", "text"}
        assert step.check() == []
        assert "nope.txt" in ReadFiles(paths=["nope.txt"]).check()[0]
    assert "nope.txt" in ReadFiles(paths=[str(tmp_path / "nope.txt")]).check()[0]


def test_an_unknown_encoding_is_refused() -> None:
    for name in ("utf-99", "base64"):
        with pytest.raises(ValidationError, match="No text encoding"):
            ReadFiles(paths="x", encoding=name)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8), min_size=2, max_size=2), min_size=1))
def test_what_the_csv_module_writes_is_read(tmp_path_factory: pytest.TempPathFactory, values: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("csv")
    with (folder / "f.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["col 1", "col 2"], *values])
    assert [list(row.values()) for row in data(read(folder, delimiter=","))] == values


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.lists(st.dictionaries(st.text(max_size=5), _json, max_size=4), min_size=1, max_size=5))
def test_any_json_object_is_read_as_it_stands(tmp_path_factory: pytest.TempPathFactory, values: list[dict]) -> None:
    folder = tmp_path_factory.mktemp("jsonl")
    (folder / "f.jsonl").write_text("".join(json.dumps(value) + "\n" for value in values))
    expected = json.loads(json.dumps(values).replace("\\\\", "\0").replace("\\u0000", "\\ufffd").replace("\0", "\\\\"))
    assert data(read(folder)) == expected


@given(st.binary(max_size=300), st.sampled_from(["txt", "md", "jsonl", "csv"]))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, raw: bytes, kind: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / f"f.{kind}").write_bytes(raw)
    assert read(folder)


def test_a_sample_is_drawn_over_all_files_in_their_order_and_bad_lines_are_told(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", "".join(f'{{"n": {n}}}\n' for n in range(200)) + "{\n")
    put(tmp_path, "b.jsonl", "".join(f'{{"n": {n}}}\n' for n in range(200, 400)))
    found = read(tmp_path, sample=100)
    numbers = [row["n"] for row in data(found)]
    assert len(numbers) == 100 and numbers == sorted(numbers) and 25 < sum(n < 200 for n in numbers) < 75
    assert bad(found) == [("broken_line", "a.jsonl:201")]
    assert [row["n"] for row in data(read(tmp_path, sample=100))] == numbers
    assert set(numbers[:10]) <= {row["n"] for row in data(read(tmp_path, sample=200))}
    assert [row["n"] for row in data(read(tmp_path, sample=100, seed=7))] != numbers
    assert len(data(read(tmp_path, sample=1000))) == 400
    put(tmp_path, "b.jsonl", "".join(f'{{"n": {n}}}\n' for n in reversed(range(200, 400))))
    assert sorted(row["n"] for row in data(read(tmp_path, sample=100))) == numbers
    with relative_to(tmp_path):
        assert ReadFiles(paths=["a.jsonl"], seed=7).check() == ["`seed` is given, and nothing is drawn; it is of `sample`."]
