"""Redacting a file: what is hidden in each container, and that nothing else of it changes, byte by byte."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import workbook

from rowsmith.app.redaction import hiding, recognising, redact_file
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.pii.hiding import Hiding
from rowsmith.core.said import parts
from rowsmith.steps.recognising import Recognising
from rowsmith.steps.redacting import Redacting

MAIL, PHONE = "ada@north-mill.co.uk", "+44 20 7946 0018"


def redacted(folder: Path, name: str, content: bytes | str, **given: Any) -> tuple[str, Any]:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    done = redact_file(folder / name, folder / f"out-{name}", Recognising(**given), Hiding())
    return (folder / f"out-{name}").read_bytes().decode("utf-8", "replace"), done


def test_lines_of_json_keep_every_other_byte(tmp_path: Path) -> None:
    chat = f'{{"id": 1.50,  "messages":[{{"role":"user","content":"Mail {MAIL}"}}, {{"role":"assistant","content":"caf\\u00e9 \\/ ok"}}]}}\r\n'
    pair = f'{{ "chosen": "a", "rejected": "call {PHONE} \\u00e9", "n": 1e5 , "ada@x.de": null}}\n'
    broken = f"{{broken {MAIL}\n"
    made, done = redacted(tmp_path, "a.jsonl", chat + "\n" + pair + broken)
    assert made == (chat + "\n" + pair + broken).replace(MAIL, "[email]").replace(PHONE, "[phone]")
    assert done.dump() | {"path": ""} == {"path": "", "rows": 3, "changed": 3, "values": 3, "counts": {"email": 2, "phone": 1}}


def test_one_json_value_keeps_its_layout(tmp_path: Path) -> None:
    text = json.dumps([{"phone": "4155552671", "note": "x"}, {"note": MAIL}, {"note": 3}], indent=2)
    made, done = redacted(tmp_path, "a.json", text)
    assert made == text.replace("4155552671", "[phone]").replace(MAIL, "[email]")
    assert (done.rows, done.changed) == (3, 2)
    with pytest.raises(Invalid, match="is no JSON"):
        redacted(tmp_path, "b.json", "{")


def test_tables_are_redacted_cell_by_cell(tmp_path: Path) -> None:
    text = f'name;phone;note\r\nAda;4155552671;"a ""b"" {MAIL}; c"\r\n"two\nlines";;1,5\r\n'
    made, done = redacted(tmp_path, "a.csv", text)
    assert made == text.replace("4155552671", "[phone]").replace(MAIL, "[email]")
    assert (done.rows, done.changed, done.values) == (2, 1, 2)
    assert redacted(tmp_path, "b.tsv", f"a\tb\n{MAIL}\tx\n")[0] == "a\tb\n[email]\tx\n"


def test_packed_files_stay_packed(tmp_path: Path) -> None:
    line = f'{{"a": "{MAIL}"}}\n'
    redacted(tmp_path, "a.jsonl.gz", gzip.compress(line.encode()))
    assert gzip.decompress((tmp_path / "out-a.jsonl.gz").read_bytes()).decode() == line.replace(MAIL, "[email]")


def test_plain_text(tmp_path: Path) -> None:
    assert redacted(tmp_path, "a.md", f"# Mail\n\n{MAIL}\n")[0] == "# Mail\n\n[email]\n"


def test_parquet_keeps_its_schema(tmp_path: Path) -> None:
    path, out = tmp_path / "a.parquet", tmp_path / "b.parquet"
    select = f"""SELECT 1::TINYINT n, '{MAIL}' t, ['x {MAIL}', NULL] l, [{{'role': 'user', 'content': '{PHONE}', 'n': 2::SMALLINT}}] messages,
        map {{'k': '{MAIL}'}} m, DATE '2020-01-01' d, NULL::VARCHAR z, '4155552671' phone"""
    with duckdb.connect() as database:
        database.execute(f"COPY ({select}) TO '{path}'")
        done = redact_file(path, out, Recognising(), Hiding())
        told = [database.execute(f"DESCRIBE SELECT * FROM '{one}'").fetchall() for one in (path, out)]
        (row,) = database.execute(f"SELECT * EXCLUDE (d) FROM '{out}'").fetchall()
    assert told[0] == told[1]
    assert row == (1, "[email]", ["x [email]", None], [{"role": "user", "content": "[phone]", "n": 2}], {"k": "[email]"}, None, "[phone]")
    assert (done.rows, done.counts) == (1, {"email": 3, "phone": 2})


def test_a_workbook_keeps_its_other_parts(tmp_path: Path) -> None:
    made, done = redacted(tmp_path, "a.xlsx", workbook([["text", "n"], [f"Ask {MAIL} & co", "x"]]))
    with ZipFile(tmp_path / "a.xlsx") as old, ZipFile(tmp_path / "out-a.xlsx") as new:
        assert old.namelist() == new.namelist()
        parts_ = {name: (old.read(name).decode(), new.read(name).decode()) for name in old.namelist()}
    assert {name for name, (before, after) in parts_.items() if before.replace(MAIL, "[email]") != after} == set()
    assert done.counts == {"email": 1} and made


def test_what_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"a": "\xff"}\n')
    (tmp_path / "a.ods").write_bytes(b"")
    for source, target, what in (("a.jsonl", "a.jsonl", "into itself"), ("a.jsonl", "a.csv", "of the same kind"), ("a.ods", "b.ods", "of no kind"),
                                 ("a.jsonl", "b.jsonl", "is not UTF-8")):  # fmt: skip
        with pytest.raises(Invalid, match=what):
            redact_file(tmp_path / source, tmp_path / target, Recognising(), Hiding())
    assert not (tmp_path / "b.jsonl").exists()
    with pytest.raises(NotFound):
        redact_file(tmp_path / "none.jsonl", tmp_path / "b.jsonl", Recognising(), Hiding())
    with pytest.raises(NotFound, match="'mail'"):
        recognising("mail", (), "")
    with pytest.raises(Invalid, match="'burn'"):
        hiding("burn", None)
    with pytest.raises(Invalid, match="is not set"):
        hiding("hash", "NO_SUCH_KEY")


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12) | st.sampled_from([MAIL, f"x {PHONE}"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4), max_leaves=12)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_a_json_value_says_the_same_but_for_what_was_hidden(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    redacting = Redacting(Recognising(kinds=["email"]), Hiding())
    made = redacting.value(text)

    def hidden(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: hidden(inner) for key, inner in one.items()}
        return [hidden(inner) for inner in one] if isinstance(one, list) else one.replace(MAIL, "[email]") if isinstance(one, str) else one

    assert json.loads(made) == hidden(json.loads(text))
    assert made == text.replace(MAIL, "[email]")
    assert (made is text) == (MAIL not in text)
    assert not [part for part in parts({"value": json.loads(made)}) if MAIL in part.text]
