"""Which rows of a run were read from a source: kept, dropped, failed and broken ones, found from the home's own copies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Bench, jsonl, texts

from rowsmith.core.errors import Conflict
from rowsmith.engine.retrace import files_of_row, has_read, roots_of, without_rows
from rowsmith.store import slots
from rowsmith.store.runs import Run, Runs
from rowsmith.store.sources import Wanted

READ = {"kind": "read.files", "paths": ["."], "kinds": ["jsonl"]}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as made:
        yield made


def of(bench: Bench, *names: str, hashes: tuple[str, ...] = (), ids: tuple[str, ...] = (), run: str = "r1") -> list[int]:
    """The ordinals of the slots that belong to a source."""
    record = record_of(bench, run)
    wanted = Wanted(frozenset(names), frozenset(hashes), frozenset(ids))
    ranges = roots_of(bench.lab.db, bench.lab.files, record, wanted)
    return [int.from_bytes(order[1:], "big") for order, _ in slots.roots(bench.lab.db, record.n, 0) if any(a <= order < b for a, b in ranges)]


def record_of(bench: Bench, run: str = "r1") -> Run:
    return Runs(bench.lab.db).get(run)


def test_of_several_files_those_of_one(bench: Bench) -> None:
    jsonl(bench.folder / "a.jsonl", [{"text": "same"}, {"text": "same"}, {"text": "drop"}])
    (bench.folder / "b.jsonl").write_text('{"text": "same"}\nbroken\n{"text": "drop"}\n{"text": "last"}\n', encoding="utf-8")
    (bench.folder / "c.jsonl").write_text("", encoding="utf-8")
    bench.run(READ, {"kind": "filter.where", "where": "text <> 'drop'"})
    assert [of(bench, name) for name in ("a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl")] == [[0, 1, 2], [3, 4, 5, 6], [7], []]
    assert of(bench, "a.jsonl", "b.jsonl", "c.jsonl") == list(range(8))
    hashes = dict(record_of(bench).lock["inputs"]["read.files"]["."])
    assert of(bench, hashes=(hashes["b.jsonl"],)) == [3, 4, 5, 6]
    first, *_ = bench.rows(bench.runs.result("r1"))
    assert of(bench, ids=(first.id,)) == [0]
    assert files_of_row(bench.lab.db, bench.lab.files, record_of(bench), first.id) == {hashes["a.jsonl"]}


def test_whose_copy_is_gone_is_found_by_what_is_left(bench: Bench) -> None:
    for name in "abc":
        jsonl(bench.folder / f"{name}.jsonl", [{"text": f"{name} {n}"} for n in range(3)])
    bench.run(READ)
    hashes = dict(record_of(bench).lock["inputs"]["read.files"]["."])
    bench.lab.files.remove(hashes["b.jsonl"])
    assert [of(bench, "a.jsonl"), of(bench, "b.jsonl")] == [[0, 1, 2], [3, 4, 5]]
    bench.lab.files.remove(hashes["c.jsonl"])
    with pytest.raises(Conflict, match=r"cannot be found out: the copies of b\.jsonl, c\.jsonl are not there"):
        of(bench, "b.jsonl")
    assert of(bench, "b.jsonl", "c.jsonl") == list(range(3, 9))


def test_code_that_is_gone_is_told(bench: Bench) -> None:
    for name in "ab":
        jsonl(bench.folder / f"{name}.jsonl", [{"text": name}])
    bench.run({"kind": "read.files", "name": "reading", "paths": ["a.jsonl", "b.jsonl"], "kinds": ["jsonl"]})
    with bench.lab.db.write() as conn:
        conn.exec_driver_sql("UPDATE run SET recipe = replace(CAST(recipe AS TEXT), 'read.files', 'read.nothing')")
    with pytest.raises(Conflict, match="Which rows of run r1 came from the source cannot be found out"):
        of(bench, "a.jsonl")
    assert of(bench, "a.jsonl", "b.jsonl") == [0, 1]


def test_rows_of_the_recipe_itself(bench: Bench) -> None:
    bench.run(texts("a", "b", "c") | {"name": "mine"})
    assert of(bench, "mine") == [0, 1, 2]
    (_, second, _) = bench.rows(bench.runs.result("r1"))
    run = record_of(bench)
    assert (has_read(run, Wanted(frozenset(["mine"]))), has_read(run, Wanted(frozenset(["read.rows"])))) == (True, False)
    ranges = roots_of(bench.lab.db, bench.lab.files, run, Wanted(ids=frozenset([second.id])))
    recipe = without_rows(run, ranges)
    assert recipe is not None
    assert recipe["steps"][0]["rows"] == [{"text": "a"}, {}, {"text": "c"}]
    assert without_rows(run, []) is None
