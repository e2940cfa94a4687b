"""Exports into folders: splits, shards, datasets and what lies beside them; everything at once, and nobody else's files are touched."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from media_files import png

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.formats import built_in
from rowsmith.steps.export import Source
from rowsmith.steps.export_folder import Arrangement, placed, write_folder

PARTS = ("train", "train", "train", "validation", "test")


def rows(count: int = 10, **more: Any) -> list[Row]:
    return [
        Row(f"{n:032x}", n.to_bytes(2, "big"), {"input": f"{n}?", "answer": f"{n}.", "split": PARTS[n % 5], **more}, {}, {"source": {"line": n}})
        for n in range(count)
    ]


def tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != ".rowsmith.json")


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def report_of(folder: Path) -> Any:
    return json.loads(folder.with_name(f"{folder.name}.report.json").read_bytes())


def test_each_split_has_its_file_without_the_column(tmp_path: Path) -> None:
    out = tmp_path / "out"
    report, files = write_folder(out, [Source(rows(), "qa")], built_in("jsonl"), Arrangement(split_by="split"), provenance="none")
    assert tree(tmp_path) == ["out.report.json", "out/test.jsonl", "out/train.jsonl", "out/validation.jsonl"]
    assert [line["input"] for line in lines(out / "train.jsonl")] == ["0?", "1?", "2?", "5?", "6?", "7?"]
    assert "split" not in lines(out / "test.jsonl")[0]
    assert [(one.path, one.dataset, one.split, one.rows) for one in files] == [
        ("train.jsonl", "qa", "train", 6), ("validation.jsonl", "qa", "validation", 2), ("test.jsonl", "qa", "test", 2),
    ]  # fmt: skip
    assert (report.rows_in, report.rows_out) == (10, 10)
    told = report_of(out)["files"]
    assert set(told) == {"train.jsonl", "validation.jsonl", "test.jsonl"}
    for name, facts in told.items():
        assert facts["blake2b"] == blake2b((out / name).read_bytes(), digest_size=32).hexdigest()


def test_rows_that_say_no_split_are_left_out_and_counted(tmp_path: Path) -> None:
    found = [*rows(5), Row("f" * 32, b"\xff", {"input": "q", "answer": "a"})]
    report, _ = write_folder(tmp_path / "out", [Source(found, "qa")], built_in("jsonl"), Arrangement(split_by="split"))
    assert (report.rows_in, report.rows_out, report.left_out) == (6, 5, {"no_split": 1})


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".tsv", ".parquet", ".xlsx", ".jsonl.gz", ".csv.zst"])
def test_shards_are_numbered_and_keep_the_order(tmp_path: Path, suffix: str) -> None:
    from rowsmith.connectors.containers import read_records
    from rowsmith.core.records import Record

    out = tmp_path / "out"
    late = [*rows(9), Row("f" * 32, b"\xff", {"input": "9?", "answer": "9.", "split": "train", "late": "x"})]
    arrangement = Arrangement(shard_rows=4, suffix=suffix)
    _, files = write_folder(out, [Source(late, "qa")], built_in("jsonl"), arrangement, provenance="none")
    assert [(one.path, one.rows) for one in files] == [(f"qa-{n:05}-of-00003{suffix}", rows) for n, rows in ((0, 4), (1, 4), (2, 2))]
    records = [record for one in files for record in read_records(out / one.path, one.path)]
    assert [record.data["input"] for record in records if isinstance(record, Record)] == [f"{n}?" for n in range(10)]
    tables = suffix.startswith((".csv", ".tsv", ".parquet", ".xlsx"))
    assert ("late" in records[0].data) == tables or suffix == ".xlsx"  # a table's columns are the same in every shard


def test_parquet_of_one_dataset_has_one_schema(tmp_path: Path) -> None:
    import duckdb

    found = [Row(f"{n:032x}", bytes([n]), {"n": n if n < 3 else f"{n}", "split": "train" if n < 3 else "test"}) for n in range(6)]
    write_folder(tmp_path / "out", [Source(found, "qa")], built_in("huggingface"), Arrangement(), provenance="none")
    kinds = {str(duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()) for path in tmp_path.rglob("*.parquet")}
    assert len(kinds) == 1


def test_several_datasets_lie_side_by_side(tmp_path: Path) -> None:
    sources = [Source(rows(), "qa"), Source(rows(5), "more")]
    _, files = write_folder(tmp_path / "lf", sources, built_in("llama-factory"), Arrangement())
    assert {one.path for one in files} == {f"{name}-{split}.jsonl" for name in ("qa", "more") for split in ("train", "validation", "test")}
    info = json.loads((tmp_path / "lf" / "dataset_info.json").read_bytes())
    assert {entry["file_name"] for entry in info.values()} == {one.path for one in files}
    assert info["qa-train"]["columns"] == {"messages": "conversations"}
    assert len(info["qa-train"]["tags"]) == 7
    _, files = write_folder(tmp_path / "hf", sources, built_in("huggingface"), Arrangement())
    assert {one.path.partition("/")[0] for one in files} == {"qa", "more"}
    assert (tmp_path / "hf" / "README.md").read_text(encoding="utf-8").count("config_name") == 2


def test_a_sidecar_for_each_data_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_folder(out, [Source(rows(), "qa", {"dataset": "qa"})], built_in("mlx-lm"), Arrangement())
    assert tree(out) == ["test.jsonl", "train.jsonl", "valid.jsonl"]
    assert tree(tmp_path / "out.provenance") == ["test.jsonl", "train.jsonl", "valid.jsonl"]
    told = lines(tmp_path / "out.provenance" / "valid.jsonl")
    assert [(one["id"], one["dataset"], one["origin"]["source"]["line"]) for one in told] == [(f"{n:032x}", "qa", n) for n in (3, 8)]
    write_folder(out, [Source(rows(), "qa")], built_in("mlx-lm"), Arrangement(), provenance="none")
    assert not (tmp_path / "out.provenance").exists()


def test_an_older_export_is_replaced_and_anything_else_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_folder(out, [Source(rows(), "qa")], built_in("jsonl"), Arrangement(split_by="split"), provenance="none")
    write_folder(out, [Source(rows(3), "qa")], built_in("jsonl"), Arrangement(split_by="split"), provenance="none")
    assert tree(out) == ["train.jsonl"]
    (out / "mine.txt").write_text("x")
    before = tree(tmp_path)
    with pytest.raises(Invalid, match=r"holds mine\.txt, which no export wrote"):
        write_folder(out, [Source(rows(), "qa")], built_in("jsonl"), Arrangement())
    assert tree(tmp_path) == before
    (tmp_path / "file").write_text("x")
    with pytest.raises(Invalid, match="is a file"):
        write_folder(tmp_path / "file", [Source(rows(), "qa")], built_in("jsonl"), Arrangement())


def test_what_cannot_be(tmp_path: Path) -> None:
    def refused(match: str, arrangement: Arrangement, found: list[Row], format: str = "jsonl") -> None:
        with pytest.raises(Invalid, match=match):
            write_folder(tmp_path / "out", [Source(found, "qa")], built_in(format), arrangement)
        assert tree(tmp_path) == []

    refused("No container has the suffix '.doc'", Arrangement(suffix=".doc"), rows())
    refused("is packed already", Arrangement(suffix=".parquet.gz"), rows())
    refused("cannot have 0 rows", Arrangement(shard_rows=0), rows())
    refused("is no table", Arrangement(safe=True), rows())
    refused("cannot be the name of a split", Arrangement(split_by="answer"), [Row("0" * 32, b"\0", {"answer": "a/../../b"})])
    refused("cannot be the name of a split", Arrangement(split_by="answer"), [Row("0" * 32, b"\0", {"answer": "a-b"})], "huggingface")
    refused("cannot be the name of a file", Arrangement(split_by="answer"), [Row("0" * 32, b"\0", {"answer": ".hidden"})])
    refused("None of the 0 rows goes into jsonl", Arrangement(), [])
    refused("None of the 1 rows goes into alpaca: no_conversation", Arrangement(shard_rows=1), [Row("0" * 32, b"\0", {"x": 1})], "alpaca")


def test_a_device_or_a_pipe_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(Invalid, match="neither a file nor a folder"):
        placed(tmp_path / "pipe.jsonl")
    assert (placed(tmp_path), placed(tmp_path / "new.jsonl")) == (tmp_path, tmp_path / "new.jsonl")


def test_a_split_column_that_is_none_is_a_column(tmp_path: Path) -> None:
    """Only what `rowsmith split` writes, and what others call splits, parts rows unasked."""
    found = [Row("0" * 32, b"\0", {"input": "q", "answer": "a", "split": "pea"})]
    write_folder(tmp_path / "out", [Source(found, "qa")], built_in("huggingface"), Arrangement(suffix=".jsonl"), provenance="none")
    assert lines(tmp_path / "out" / "data" / "train-00000-of-00001.jsonl") == [found[0].data]


def test_packed_shards_are_whole(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [Source(rows(), "qa")], built_in("jsonl"), Arrangement(suffix=".jsonl.gz"), provenance="none")
    assert len(gzip.decompress((tmp_path / "out" / "qa.jsonl.gz").read_bytes()).splitlines()) == 10


CHILD = """
import sys
from pathlib import Path
from rowsmith.core.row import Row
from rowsmith.formats import built_in
from rowsmith.steps.export import Source
from rowsmith.steps.export_folder import Arrangement, placed, write_folder
rows = [Row(f"{i:032x}", i.to_bytes(2, "big"), {"input": "new", "answer": str(i), "split": "train"}) for i in range(300)]
write_folder(Path(sys.argv[1]), [Source(rows, "qa")], built_in("jsonl"), Arrangement(split_by="split"))
"""


@pytest.mark.parametrize("point", ["export.rename.before", "export.rename.between", "export.rename.after"])
def test_a_killed_export_leaves_a_whole_folder_and_no_report_that_lies(tmp_path: Path, point: str) -> None:
    out = tmp_path / "out"
    write_folder(out, [Source(rows(), "qa")], built_in("jsonl"), Arrangement(split_by="split"), provenance="none")
    env = {**os.environ, "ROWSMITH_FAILPOINTS": f"{point}=kill"}
    died = subprocess.run([sys.executable, "-c", CHILD, str(out)], env=env, capture_output=True, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr
    new = point != "export.rename.before"
    assert len(lines(out / "train.jsonl")) == (300 if new else 6)
    assert tree(out) == (["train.jsonl"] if new else ["test.jsonl", "train.jsonl", "validation.jsonl"])
    report = tmp_path / "out.report.json"
    if report.exists():
        assert json.loads(report.read_bytes())["files"]["train.jsonl"]["rows"] == len(lines(out / "train.jsonl"))
    assert subprocess.run([sys.executable, "-c", CHILD, str(out)], capture_output=True, timeout=60).returncode == 0
    assert len(lines(out / "train.jsonl")) == 300


def test_each_split_has_its_images_beside_it_where_readers_look_for_them(tmp_path: Path) -> None:
    body = png()
    name = blake2b(body, digest_size=32).hexdigest()
    (tmp_path / name).write_bytes(body)
    shown = [replace(one, data={**one.data, "image": {"file": name, "media_type": "image/png"}}) for one in rows(6)]
    made, find = built_in("trl-sft-vision"), tmp_path.joinpath
    report, files = write_folder(tmp_path / "out", [Source(shown, "qa")], made, Arrangement(), find=find, provenance="none")
    assert {one.path for one in files} == {f"{split}/metadata.jsonl" for split in {one.data["split"] for one in shown}} and report.rows_out == 6
    for one in files:
        folder = (tmp_path / "out" / one.path).parent
        lines = [json.loads(line) for line in (folder / "metadata.jsonl").read_bytes().splitlines()]
        assert [(folder / path).read_bytes() for line in lines for path in line["images_file_names"]] == [body] * one.rows
    again = [replace(one, data={**one.data, "split": "train"}) for one in shown]
    write_folder(tmp_path / "out", [Source(again, "a"), Source(again, "b")], made, Arrangement(), find=find, provenance="none")
    assert sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.jsonl")) == [
        "a/train/metadata.jsonl", "b/train/metadata.jsonl",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["trl-sft-vision", "mlx-lm"])
@pytest.mark.parametrize("arrangement", [Arrangement(shard_rows=2), Arrangement(suffix=".parquet"), Arrangement(suffix=".jsonl.gz")])
def test_files_that_its_readers_would_pass_over_are_refused(tmp_path: Path, name: str, arrangement: Arrangement) -> None:
    with pytest.raises(Invalid, match=r"one \.jsonl file for each split"):
        write_folder(tmp_path / "out", [Source(rows(3), "qa")], built_in(name), arrangement)
    assert not (tmp_path / "out").exists()
