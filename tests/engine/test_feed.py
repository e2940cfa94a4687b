"""Where rows come from: records with ids of their own, records that cannot be read, sources that are read again."""

from __future__ import annotations

from pathlib import Path

from running import Bench, ask, conserved, jsonl

from rowsmith.engine import feed
from rowsmith.engine.feed import Occurrences


def test_equals_are_counted_beyond_memory(tmp_path: Path) -> None:
    seen = Occurrences(lambda: tmp_path)
    keys = [b"%d" % (n % 7000) for n in range(feed.IN_MEMORY)] + [b"%d" % n for n in range(feed.IN_MEMORY + 500)]
    counts: dict[bytes, int] = {}
    try:
        for key in keys:
            assert seen.next(key) == counts.get(key, 0)
            counts[key] = counts.get(key, 0) + 1
        assert (tmp_path / "occurrences.db").exists()
    finally:
        seen.close()


def test_ids_come_from_the_content_and_survive_a_move(tmp_path: Path) -> None:
    """Equal records are told apart by their number; neither the folder nor what stands around a record changes its id."""
    with Bench(tmp_path) as bench:
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        jsonl(tmp_path / "a" / "in.jsonl", [{"text": "x"}, {"text": "x"}, {"id": 7, "text": "y"}])
        jsonl(tmp_path / "b" / "in.jsonl", [{"text": "new"}, {"id": 7, "text": "y, edited"}, {"text": "x"}, {"text": "x"}])
        first = bench.rows(bench.run({"kind": "read.files", "paths": str(tmp_path / "a")}))
        second = bench.rows(bench.run({"kind": "read.files", "paths": str(tmp_path / "b")}))
        assert len({row.id for row in first}) == 3
        assert [row.id for row in second[1:]] == [first[2].id, first[0].id, first[1].id]


def test_records_that_cannot_be_read_take_a_slot_and_fail_again(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"text,n\none,1\ntwo\nthree,3,3\n\xff\xfe,4\nfive,5\n")
    (tmp_path / "in.jsonl").write_text('{"text": "six"}\n{"text": \n[1]\n', encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / "large.txt").write_text("x" * 200, encoding="utf-8")
    with Bench(tmp_path) as bench:
        paths = ["in.csv", "in.jsonl", "empty.txt", "large.txt"]
        result = bench.run({"kind": "read.files", "paths": paths, "max_file_bytes": 100}, ask())
        assert (result.state, result.kept, result.requested) == ("shortfall", 3, 10)
        assert result.failed == {"broken_line": 2, "broken_record": 2, "empty_file": 1, "encoding": 1, "large_file": 1}
        told = [trouble["detail"].split(": ")[0] for trouble in bench.runs.troubles(result.run)]
        assert told == ["in.csv:3", "in.csv:4", "in.csv:5", "in.jsonl:2", "in.jsonl:3", "empty.txt", "large.txt"]
        again = bench.runs.resume(result.run)
        conserved(again)
        assert (again.state, again.kept, again.failed, again.pending) == ("shortfall", 3, result.failed, 0)
        assert len(bench.asked) == 3


def test_a_source_that_comes_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n\n", encoding="utf-8")
    with Bench(tmp_path) as bench:
        result = bench.run({"kind": "read.files", "paths": "empty.jsonl"}, ask())
        assert (result.state, result.requested, result.failed, result.version) == ("shortfall", 1, {"empty_file": 1}, None)
