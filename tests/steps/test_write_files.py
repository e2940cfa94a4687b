"""write.files: the file appears whole or not at all, beside it what it is and what it lacks."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import pytest
from step_context import StepContext

from rowsmith.core.errors import StorageFull, Unavailable
from rowsmith.core.row import Row
from rowsmith.formats import built_in
from rowsmith.steps.export import write_export
from rowsmith.steps.write.files import WriteFiles

ROWS = [
    Row(f"{i:032x}", i.to_bytes(2, "big"), {"input": f"question {i}", "answer": f"answer {i}"}, {}, {"source": {"line": i}})
    for i in range(1, 1002)
]


def carry_out(step: WriteFiles, folder: Path, new: list[Row] = ROWS, kept: list[Row] | None = None) -> list[Row]:
    return list(step.all(new, kept or [], StepContext(folder)))


def report_of(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.with_name(f"{path.name}.report.json").read_bytes())
    return found


def test_rows_are_written_and_passed_on(tmp_path: Path) -> None:
    path = tmp_path / "out" / "train.jsonl"
    assert carry_out(WriteFiles(path=str(path), provenance="none"), tmp_path) == ROWS
    assert [json.loads(line) for line in path.read_bytes().splitlines()] == [row.data for row in ROWS]
    report = report_of(path)
    assert (report["rows_in"], report["rows_out"], report["format"]) == (1001, 1001, "jsonl")
    assert report["files"] == {"train.jsonl": {"bytes": path.stat().st_size, "blake2b": blake2b(path.read_bytes(), digest_size=32).hexdigest()}}
    assert sorted(item.name for item in path.parent.iterdir()) == ["train.jsonl", "train.jsonl.report.json"]
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR


def test_later_waves_are_written_with_the_earlier_rows_in_row_order(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    step = WriteFiles(path=str(path), provenance="none")
    assert carry_out(step, tmp_path, new=ROWS[:10:2], kept=ROWS[1:10:2]) == ROWS[:10:2]
    assert [json.loads(line) for line in path.read_bytes().splitlines()] == [row.data for row in ROWS[:10]]


def test_format_provenance_and_safety_change_the_file(tmp_path: Path) -> None:
    rows = [Row("1" * 32, b"\1", {"input": "=1+1", "answer": "2"}, {}, {"source": {"line": 1}})]
    contents = {}
    for name, options in {
        "plain": {}, "csv": {"format": "csv"}, "none": {"provenance": "none"}, "safe": {"format": "csv", "spreadsheet_safe": True},
        "alpaca": {"format": "alpaca"}, "column": {"format": "alpaca", "provenance": "column"},
    }.items():  # fmt: skip
        carry_out(WriteFiles(path=str(tmp_path / name), **options), tmp_path, rows)
        contents[name] = (tmp_path / name).read_bytes()
    assert len(set(contents.values())) == 6
    assert b"'=1+1" in contents["safe"]
    sides = [path.name for path in tmp_path.glob("*.provenance.jsonl")]
    assert sorted(sides) == ["alpaca.provenance.jsonl", "csv.provenance.jsonl", "safe.provenance.jsonl"]


def test_an_old_sidecar_does_not_outlive_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_export(path, ROWS, built_in("alpaca"))
    assert (tmp_path / "a.jsonl.provenance.jsonl").exists()
    write_export(path, ROWS, built_in("alpaca"), provenance="none")
    assert not (tmp_path / "a.jsonl.provenance.jsonl").exists()


def test_rows_that_do_not_fit_are_reported_and_still_passed_on(tmp_path: Path) -> None:
    rows = [*ROWS[:3], Row("f" * 32, b"\xff", {"text": "no pair"})]
    path = tmp_path / "a.jsonl"
    assert carry_out(WriteFiles(path=str(path), format="openai"), tmp_path, rows) == rows
    report = report_of(path)
    assert (report["rows_out"], report["left_out"]) == (3, {"no_conversation": 1})
    assert len((tmp_path / "a.jsonl.provenance.jsonl").read_bytes().splitlines()) == 3


def test_the_report_tells_what_the_consumer_makes_of_it(tmp_path: Path) -> None:
    rows = [Row(f"{n:032x}", bytes([n]), {"input": f"{n}?", "answer": "Yes.", "label": True}) for n in range(4)]
    assert carry_out(WriteFiles(path=str(tmp_path / "a.jsonl"), format="trl-kto"), tmp_path, rows) == rows
    check = report_of(tmp_path / "a.jsonl")["check"]
    assert isinstance(check, dict)
    assert (check["consumer"], check["rows_out"]) == ("trl-kto", 4)
    assert "L07" in [one["code"] for one in check["findings"]]
    carry_out(WriteFiles(path=f"{tmp_path}/b/", format="trl-kto"), tmp_path, rows)
    assert report_of(tmp_path / "b")["check"] == check
    carry_out(WriteFiles(path=str(tmp_path / "c.jsonl")), tmp_path, rows)
    assert "check" not in report_of(tmp_path / "c.jsonl")


def test_wrong_settings_are_told_before_the_run(tmp_path: Path) -> None:
    assert WriteFiles(path="a").check() == []
    assert "Did you mean 'jsonl'" in WriteFiles(path="a", format="jsnl").check()[0]
    assert "is no table" in WriteFiles(path="a", spreadsheet_safe=True).check()[0]
    (tmp_path / "mine.txt").write_text("x")
    assert "holds mine.txt, which no export wrote" in WriteFiles(path=str(tmp_path)).check()[0]
    assert "No container has the suffix '.doc'" in WriteFiles(path="a/", suffix=".doc").check()[0]
    assert "is packed already" in WriteFiles(path="a.parquet.gz").check()[0]


def test_where_rows_go_is_no_part_of_the_run(tmp_path: Path) -> None:
    assert WriteFiles(path="a", format="csv").content() == WriteFiles(path="b").content() == {"kind": "write.files"}


def test_a_failing_row_stream_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_export(path, ROWS[:3], built_in("jsonl"))
    before = {item.name: item.read_bytes() for item in tmp_path.iterdir()}

    class Breaks(list[Row]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            yield ROWS[0]
            raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        write_export(path, Breaks(), built_in("jsonl"))
    assert {item.name: item.read_bytes() for item in tmp_path.iterdir()} == before


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable, match="cannot be written"):
        write_export(tmp_path / "file" / "a.jsonl", ROWS, built_in("jsonl"))


def test_a_full_disk_is_told_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_export(path, ROWS[:3], built_in("jsonl"))
    before = path.read_bytes()
    died = export_in_child(path, "export.rename.before=full")
    assert died.returncode == 3, died.stderr
    assert path.read_bytes() == before
    assert StorageFull.__name__ in died.stdout


CHILD = """
import sys
from pathlib import Path
from rowsmith.core.errors import RowsmithError
from rowsmith.core.row import Row
from rowsmith.formats import built_in
from rowsmith.steps.export import write_export
rows = [Row(f"{i:032x}", i.to_bytes(2, "big"), {"input": "new", "answer": str(i)}) for i in range(1, 500)]
try:
    write_export(Path(sys.argv[1]), rows, built_in("alpaca"))
except RowsmithError as error:
    print(type(error).__name__, error)
    sys.exit(3)
"""


def export_in_child(path: Path, point: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "ROWSMITH_FAILPOINTS": point}
    return subprocess.run([sys.executable, "-c", CHILD, str(path)], env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(("point", "lines"), [("export.rename.before", 3), ("export.rename.between", 499), ("export.rename.after", 499)])
def test_a_killed_export_leaves_whole_files_and_no_report_that_lies(tmp_path: Path, point: str, lines: int) -> None:
    path = tmp_path / "a.jsonl"
    write_export(path, ROWS[:3], built_in("alpaca"))
    assert export_in_child(path, f"{point}=kill").returncode == -9
    assert len(path.read_bytes().splitlines()) == lines
    if path.with_name("a.jsonl.report.json").exists():
        files = report_of(path)["files"]
        assert isinstance(files, dict)
        for name, facts in files.items():
            assert blake2b((tmp_path / name).read_bytes(), digest_size=32).hexdigest() == facts["blake2b"]
    else:
        assert point == "export.rename.between"
