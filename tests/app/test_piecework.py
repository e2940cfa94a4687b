"""A large file is converted in pieces by several processes: what comes of it is what comes of it in one go."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from base64 import b64encode
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from media_files import png

from rowsmith.app.conversion import Converted, convert
from rowsmith.app.export_check import Checking
from rowsmith.app.profiles import MappingProfile
from rowsmith.connectors.containers import Limits, cut_file
from rowsmith.connectors.containers.pieces import opened
from rowsmith.core.errors import Invalid
from rowsmith.core.lines import lines as numbered
from rowsmith.core.records import Contents

WHOLE, PIECES = Limits(whole_bytes=1 << 60), Limits(whole_bytes=1, piece_bytes=3000, piece_rows=1)

SHOWN = [f"data:image/png;base64,{b64encode(png(3, 2, n)).decode()}" for n in range(3)]


def lines(seed: int, count: int = 400) -> list[bytes]:
    """Chats and pairs, some of which are broken, empty, of other shapes, in other letters, or have columns that others have not."""
    chance, found = random.Random(seed), []
    for n in range(count):
        asks, says = {"role": "user", "content": f"{n}: why?" * chance.randint(1, 9)}, {"role": "assistant", "content": "Därum. 因为\u2028so"}
        chat: dict[str, Any] = {"messages": [asks, says] * chance.randint(1, 3)}
        kind = chance.randrange(20)
        if kind == 0:
            found.append(b'{"messages": [\n')
        elif kind == 1:
            found.append(b"\n" if n % 2 else b"\xff\xfe\n")
        else:
            more: dict[int, dict[str, Any]] = {
                2: {"messages": [asks]}, 3: {"messages": [says, asks, says]}, 4: {**chat, "level": n, "tools": [{"name": "f"}]},
                5: {"messages": [{**asks, "name": "Ann"}, says]}, 6: {"other": 1}, 7: {**chat, "level": None},
                8: {"messages": [asks, says, {"role": "tool", "content": "4"}, {"role": "tool", "content": "5"}, says]},
                9: {"messages": [asks, says], "image": {"file": "0" * 64, "media_type": "image/png"}},
                10: {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": SHOWN[n % 3]}}]}, says]},
            }  # fmt: skip
            found.append(orjson.dumps(more.get(kind, chat)) + b"\n")
    return found


def converted(source: Path, target: Path, to: str, limits: Limits, **how: Any) -> tuple[Converted, dict[str, bytes]]:
    """What came of it, under the name of a target that is the same for all, and all files that lie there then."""
    target.parent.mkdir(exist_ok=True)
    found = convert(source, target, to, limits=limits, checking=Checking(anyway=True), **how)
    files = {str(file.relative_to(target.parent)): file.read_bytes() for file in target.parent.rglob("*") if file.is_file()}
    return replace(found, path="", rejects=found.rejects and Path(found.rejects).name), files


@pytest.mark.parametrize("to", ["jsonl", "alpaca", "sharegpt", "openai", "trl-sft", "mlx-lm", "lm-eval-generate"])
def test_pieces_make_the_file_that_one_go_makes(tmp_path: Path, to: str) -> None:
    source = tmp_path / "chats.jsonl"
    source.write_bytes(b"".join(lines(1)))
    assert cut_file(source, source.name, limits=PIECES) is not None
    for suffix in (".jsonl", ".json", ".csv", ".parquet", ".jsonl.gz") if to in ("jsonl", "sharegpt") else (".jsonl",):
        name = f"x{suffix}" if to not in ("mlx-lm", "lm-eval-generate") else "x/"
        given = {"from_": "messages"} if to != "jsonl" else {}
        apart = converted(source, tmp_path / f"a{suffix}" / name, to, PIECES, **given)
        whole = converted(source, tmp_path / f"b{suffix}" / name, to, WHOLE, **given)
        assert apart == whole
        assert apart[0].rejected_count > 10 and apart[0].written > 100
        assert sum(".files/" in path for path in apart[1]) == (len(SHOWN) if to == "sharegpt" else 0)


def test_a_parquet_file_is_cut_at_its_groups(tmp_path: Path) -> None:
    source = tmp_path / "rows.parquet"
    answer = "CASE WHEN i % 7 = 0 THEN ' ' ELSE 'answer' END AS answer"
    made = f"SELECT 'question ' || i AS input, {answer}, CAST('nan' AS DOUBLE) AS odd FROM range(9000) t(i)"
    duckdb.execute(f"COPY ({made}) TO '{source}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    cut = cut_file(source, source.name, limits=PIECES)
    assert cut is not None and [piece.end for piece in cut.pieces] == [2048, 4096, 6144, 8192, 9000]
    cut = cut_file(source, source.name, limits=replace(PIECES, piece_rows=3000))
    assert cut is not None and [piece.end for piece in cut.pieces] == [4096, 8192, 9000]
    apart, whole = (converted(source, tmp_path / name / "x.jsonl", "alpaca", how) for name, how in (("a", PIECES), ("b", WHOLE)))
    assert apart == whole
    assert apart[0].notes == ["rows.parquet: Numbers that JSON has none for (NaN, infinity) are null: 9,000."]
    assert apart[0].rejected_count == 1286 and apart[0].rejected[0]["line"] == 1


ODD = [
    rb'{"instruction":"Twice?","input":"","output":"a","output":"b"}', rb'{"instruction":"Twice?","input":"x","input"  :"","output":"b"}',
    rb'{"instruction":"Nul\u0000","input":"","output":"b"}', rb'{"instruction":"Half \ud800","input":"","output":"b"}',
    rb'{"instruction":"More","input":"","output":"b","n":1e400}', rb'{"instruction":"More","input":"","output":"b","n":123456789012345678901}',
    rb'{"instruction":"More","input":"","output":"b","f":1e17}', rb'{"output":"Order","input":" ","instruction":"\"q\" \\"}',
    rb' { "instruction" : "Wide" , "input" : "" , "output" : "\\\"" } ' + b"\r", rb'{"instruction":"","input":"","output":"b"}',
    rb'{"instruction":"None","input":null,"output":"b"}', rb'{"instruction":"Broken","input":"","output":"b"',
    b'{"instruction":"\xff","input":"","output":"b"}', rb'{"instruction":"","input":"","output":"b"}x', b"[]", b'"text"', b"",
    '{"instruction":"Ende\u2028 \x85","input":"[1]","output":"😀\\ud83d\\ude00"}'.encode(),
    rb'{"instruction":"Ours","input":"","output":"b","provenance":{"id":"1","origin":{},"scores":{}}}', rb'{"input":"own","answer":"columns"}',
]  # fmt: skip
"""Lines of which some are plain, and some only seem to be."""


@pytest.mark.parametrize("to", ["jsonl", "sharegpt", "input-answer"])
def test_odd_lines_among_plain_ones_are_what_they_are_in_one_go(tmp_path: Path, to: str) -> None:
    source, chance = tmp_path / "pairs.jsonl", random.Random(7)
    plain = [orjson.dumps({"instruction": f"{n}?", "input": "" if n % 3 else "x\n", "output": 'Yes, "so".'}) for n in range(300)]
    every = [*plain, *ODD * 3]
    chance.shuffle(every)
    source.write_bytes(b"\n".join([plain[0], *every]))
    for suffix in (".jsonl", ".parquet"):
        names = (tmp_path / f"a{suffix}" / f"x{suffix}", tmp_path / f"b{suffix}" / f"x{suffix}")
        apart, whole = (converted(source, name, to, how, from_="alpaca") for name, how in zip(names, (PIECES, WHOLE), strict=True))
        assert apart == whole
        assert apart[0].written > 300 and apart[0].rejected_count > 20


def test_odd_rows_among_plain_ones_are_what_they_are_in_one_go(tmp_path: Path) -> None:
    source = tmp_path / "rows.parquet"
    cases = ["""'[{"role": "user", "content": "?"}]'""", "'[1]'", "''", """'NaN "' || chr(0)"""]
    asked = f"CASE i % 5 {' '.join(f'WHEN {n} THEN {case}' for n, case in enumerate(cases))} ELSE 'Why?' END"
    duckdb.execute(f"COPY (SELECT {asked} AS input, i || '.' AS answer FROM range(6000) t(i)) TO '{source}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    for to in ("jsonl", "sharegpt", "alpaca"):
        apart, whole = (converted(source, tmp_path / f"{name}{to}" / "x.jsonl", to, how) for name, how in (("a", PIECES), ("b", WHOLE)))
        assert apart == whole
        assert apart[0].written >= 2400


def test_a_mapping_is_applied_in_every_piece(tmp_path: Path) -> None:
    source = tmp_path / "q.jsonl"
    source.write_bytes(b"".join(orjson.dumps({"q": f"{n}?", "a": "Yes.", "x": n}) + b"\n" for n in range(900)))
    profile = MappingProfile(rename={"q": "input", "a": "answer", "x": None})
    apart, whole = (converted(source, tmp_path / name / "x.jsonl", "alpaca", how, profile=profile) for name, how in (("a", PIECES), ("b", WHOLE)))
    assert apart == whole and apart[0].written == 900 and apart[0].dropped == {}


def test_ids_are_the_same(tmp_path: Path) -> None:
    source = tmp_path / "texts.jsonl"
    source.write_bytes(b"".join(orjson.dumps({"text": f"Page {n}."}) + b"\n" * (1 + n % 3) for n in range(900)))
    apart, whole = (converted(source, tmp_path / name / "x.jsonl", "llama-index", how) for name, how in (("a", PIECES), ("b", WHOLE)))
    ids = {orjson.loads(line)["id_"] for line in apart[1]["x.jsonl"].splitlines()}
    assert apart == whole and len(ids) == 900


def test_the_same_is_recognised_from_pieces(tmp_path: Path) -> None:
    source = tmp_path / "chats.jsonl"
    whole = [line for line in lines(3, 2000) if b"other" not in line]
    source.write_bytes(b"".join(whole) + b'{"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "."}]}\n')
    cut = cut_file(source, source.name, limits=PIECES)
    assert cut is not None
    looked = [record.line for record in cut.looked]
    assert looked == sorted(looked) and looked[0] == 1 and looked[-1] == len(whole) + 1
    assert converted(source, tmp_path / "a" / "x.jsonl", "sharegpt", PIECES) == converted(source, tmp_path / "b" / "x.jsonl", "sharegpt", WHOLE)


def test_every_line_is_in_one_piece(tmp_path: Path) -> None:
    source = tmp_path / "chats.jsonl"
    long = b'{"text": "' + b"x" * 9000 + b'"}\n'
    for end, limits in product((b"", b'{"text": "no end"}', b"\n\n"), (PIECES, replace(PIECES, line_bytes=5000))):
        source.write_bytes(b"\xef\xbb\xbf" + b"".join(lines(4, 100)) + long * 3 + b"\n" * 3 + long + end)
        cut = cut_file(source, source.name, limits=limits)
        assert cut is not None and cut.pieces[0].start == 3
        assert [one.end for one in cut.pieces[:-1]] == [one.start for one in cut.pieces[1:]]
        with source.open("rb") as file, opened(file, cut.container, cut.letters, limits) as found:
            raw = [(first + n, one) for piece in cut.pieces for first, some in found.raw(piece) for n, one in enumerate(some)]
            file.seek(3)
            assert raw == list(numbered(file, limits.line_bytes))


def test_what_cannot_be_cut_is_read_in_one_go(tmp_path: Path) -> None:
    table, array, wide = tmp_path / "x.csv", tmp_path / "x.json", tmp_path / "wide.jsonl"
    table.write_bytes(b"input,answer\n" + b"Why?,So.\n" * 2000)
    array.write_bytes(b"[" + b",\n".join([b'{"input": "Why?", "answer": "So."}'] * 2000) + b"]")
    wide.write_bytes("\ufeff".encode("utf-16-le") + '{"input": "Why?", "answer": "So."}\n'.encode("utf-16-le") * 2000)
    for source in (table, array, wide):
        assert cut_file(source, source.name, limits=PIECES) is None
        assert convert(source, tmp_path / "out.jsonl", "alpaca", limits=PIECES).written == 2000
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"input": "Wär es nicht schön?", "answer": "Ja, für dich überall."}\n'.encode("cp1252") * 2000)
    contents = Contents()
    cut = cut_file(latin, latin.name, limits=PIECES, contents=contents)
    assert cut is not None and "guessed" in contents.notes[0]
    assert converted(latin, tmp_path / "a" / "x.jsonl", "alpaca", PIECES) == converted(latin, tmp_path / "b" / "x.jsonl", "alpaca", WHOLE)


def test_letters_are_those_that_are_said(tmp_path: Path) -> None:
    source, said = tmp_path / "latin.jsonl", MappingProfile(encoding="cp1252")
    source.write_bytes('{"input": "Why Ã¤?", "answer": "It is no ä in UTF-8."}\n{"input": "Ã¤?", "answer": "No."}\n'.encode("cp1252") * 500)
    apart, whole = (converted(source, tmp_path / name / "x.jsonl", "alpaca", how, profile=said) for name, how in (("a", PIECES), ("b", WHOLE)))
    assert apart == whole and "Ã¤" in apart[1]["x.jsonl"].decode()


def test_strict_and_costs_hold_in_pieces(tmp_path: Path) -> None:
    source, target = tmp_path / "chats.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"".join(lines(5)))
    with pytest.raises(Invalid, match="records cannot be taken"):
        convert(source, target, "sharegpt", from_="messages", strict=True, limits=PIECES)
    small = tmp_path / "rows.parquet"
    duckdb.execute(f"COPY (SELECT repeat('x', 10000) AS text FROM range(9000)) TO '{small}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    with pytest.raises(Invalid, match="Far more comes of it"):
        convert(small, target, "text", limits=replace(PIECES, free_bytes=1 << 20))
    assert not target.exists() and not list(tmp_path.glob("*.part")) and not list(tmp_path.glob("*rejects*"))


def test_a_conversion_that_is_killed_leaves_no_file_and_no_process(tmp_path: Path) -> None:
    source, target = tmp_path / "chats.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"".join(lines(6, 300) * 100))
    limits = "Limits(whole_bytes=1, piece_bytes=20_000)"
    asked = f"convert({str(source)!r}, {str(target)!r}, 'sharegpt', from_='messages', limits={limits})"
    code = f"from rowsmith.app.conversion import convert; from rowsmith.connectors.containers import Limits; {asked}"
    process = subprocess.Popen([sys.executable, "-c", code])
    workers: list[int] = []
    while len(workers) < 2 and process.poll() is None:
        time.sleep(0.01)
        workers = [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    list_of = [f"/proc/{pid}" for pid in workers]
    process.kill()
    process.wait()
    assert list_of and not target.exists()
    deadline = time.monotonic() + 30
    while any(Path(one).exists() for one in list_of) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(one).exists() for one in list_of)
    assert convert(source, target, "sharegpt", from_="messages", limits=PIECES, checking=Checking(anyway=True)).written > 10_000
