"""Calls in a file: what is written reads back the same, and what was changed is found."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowsmith.core.calls import Usage
from rowsmith.core.errors import Invalid
from rowsmith.core.ids import canonical, digest
from rowsmith.store.call_file import CallFile, header, line, write
from rowsmith.store.calls import Call

COUNT = st.none() | st.integers(0, 2**40 - 1)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=300)


@st.composite
def calls(draw: st.DrawFn) -> Call:
    base, index = draw(st.binary(min_size=16, max_size=16)), draw(st.integers(0, 2**31 - 1))
    known = draw(st.booleans())
    raw = draw(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
    return Call(
        digest(base, index.to_bytes(4, "big")), base if known else None, index if known else None, draw(NAMES), draw(NAMES), True, raw,
        Usage(draw(COUNT), draw(COUNT), draw(COUNT)), draw(st.none() | st.integers(0, 2**53 - 1)), draw(st.floats(0, 2**33)),
    )  # fmt: skip


def some(count: int = 3) -> list[Call]:
    def one(n: int) -> Call:
        base = digest(b"%d" % n)
        return Call(digest(base, bytes(4)), base, 0, "http://h", "openai/m", True, b'{"n": %d}' % n, Usage(n, 1), 60, 1.5)

    return [one(n) for n in range(count)]


def written(path: Path, found: list[Call]) -> Path:
    with open(path, "wb") as file:
        write(file, len(found), iter(found))
    return path


@settings(max_examples=200, deadline=None)
@given(call=calls())
def test_what_is_written_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, call: Call) -> None:
    path = written(tmp_path_factory.getbasetemp() / "one.jsonl", [call])
    assert CallFile(path).check() == 1
    assert list(CallFile(path)) == [call]


@settings(max_examples=200, deadline=None)
@given(call=calls(), place=st.integers(0), byte=st.integers(0, 255))
def test_a_changed_byte_is_found(tmp_path_factory: pytest.TempPathFactory, call: Call, place: int, byte: int) -> None:
    """Unless it says the same: another way to write the same JSON."""
    text = bytearray(line(call))
    text[place % len(text)] = byte
    path = tmp_path_factory.getbasetemp() / "changed.jsonl"
    path.write_bytes(header(1) + text)
    try:
        CallFile(path).check()
    except Invalid:
        return
    assert list(CallFile(path)) == [call]


def test_bad_lines_are_told_with_their_numbers(tmp_path: Path) -> None:
    lines = [header(3), *map(line, some())]
    lines[2] = lines[2].replace(b'"index":0', b'"index":1')
    lines[3] = lines[3][:-20]
    path = tmp_path / "calls.jsonl"
    path.write_bytes(b"".join(lines))
    with pytest.raises(Invalid) as error:
        CallFile(path).check()
    assert error.value.what == f"{path} has 2 bad lines. Nothing is imported."
    assert [(problem.line, problem.what) for problem in error.value.problems] == [
        (3, "The line is not what its hash was made of: it is damaged, or was changed."), (4, "The line is cut short."),
    ]  # fmt: skip


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_file_that_is_cut_between_lines_is_told(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_bytes(header(3) + b"".join(map(line, some(kept))))
    with pytest.raises(Invalid) as error:
        CallFile(path).check()
    assert error.value.problems[0].what == f"The file should hold 3 calls, and ends after {kept}."


def test_of_many_bad_lines_the_first_hundred_are_told(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_bytes(header(5000) + b"{}\n" * 5000)
    with pytest.raises(Invalid, match="5000 bad lines, of which these are the first 100") as error:
        CallFile(path).check()
    assert len(error.value.problems) == 100


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "0" * 32}, "not that of its base"), ({"key": "xyz"}, "32 hexadecimal"), ({"base": None}, "32 hexadecimal"),
        ({"index": -1}, "no count"),
        ({"index": None}, "not that of its base"), ({"index": True}, "no count"), ({"index": 2**31}, "no count"), ({"profile": ""}, "no name"),
        ({"profile": "x" * 301}, "no name"), ({"model": 7}, "no name"), ({"model": "a\0b"}, "no name"), ({"tokens_in": -1}, "no count"),
        ({"tokens_in": 1.5}, "no count"), ({"tokens_out": "3"}, "no count"), ({"tokens_out": 2**62}, "no count"), ({"cost_usd": -1}, "no amount"),
        ({"cost_usd": 1e9}, "no amount"), ({"cost_usd": "1"}, "no amount"), ({"at": None}, "at is missing"), ({"at": 1e300}, "no amount"),
        ({"raw": None}, "no answer"), ({"raw": {"a": 1}}, "no answer"), ({"raw_base64": "AAAA"}, "no answer"),
        ({"raw": None, "raw_base64": "not base64!"}, "no answer"),
    ],
    ids=str,
)  # fmt: skip
def test_a_line_of_somebody_else_is_looked_at(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """Its hash is right: that is no proof of what it says."""
    fields = {**orjson.loads(line(some(1)[0])), **change}
    fields = {name: value for name, value in fields.items() if name != "hash"}
    path = tmp_path / "calls.jsonl"
    path.write_bytes(header(1) + orjson.dumps({**fields, "hash": digest(canonical(fields)).hex()}) + b"\n")
    with pytest.raises(Invalid) as error:
        CallFile(path).check()
    assert said in error.value.problems[0].what


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (b"", "no file of calls"), (b"{}\n", "no file of calls"), (b"\xff\xfe\n", "no file of calls"), (b'["format"]\n', "no file of calls"),
        (b'{"format": "rowsmith calls", "version": 2, "calls": 0}\n', "of version 2"), (b'{"format": "rowsmith calls"}\n', "no file of calls"),
    ],
    ids=str,
)  # fmt: skip
def test_other_files_are_refused(tmp_path: Path, first: bytes, said: str) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_bytes(first)
    with pytest.raises(Invalid, match=said):
        CallFile(path).check()


def test_a_line_without_end_is_not_taken_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    with open(path, "wb") as file:
        file.write(header(2))
        file.writelines([b"x" * (1 << 20)] * 40)
        file.write(b"\n" + line(some(1)[0]))
    with pytest.raises(Invalid) as error:
        CallFile(path).check()
    assert [(problem.line, problem.what) for problem in error.value.problems] == [(2, "The line is longer than 16 MiB.")]


def test_garbage_of_any_kind_is_only_a_problem(tmp_path: Path) -> None:
    chance, path = random.Random(7), tmp_path / "calls.jsonl"
    for _ in range(200):
        garbage = io.BytesIO(chance.randbytes(chance.randrange(400)))
        path.write_bytes(header(1) + garbage.getvalue())
        with pytest.raises(Invalid):
            CallFile(path).check()


def test_a_file_that_changes_meanwhile_is_not_believed(tmp_path: Path) -> None:
    path = written(tmp_path / "calls.jsonl", some())
    file = CallFile(path)
    file.check()
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(Invalid, match="has changed"):
        list(file)
