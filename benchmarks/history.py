"""The version store at scale: write, commit, diff, branch, merge, read, with time and peak memory; beside Lance, in one run, where it is there.

    python benchmarks/history.py [--rows 1000000] [--quick] [--db URL] [--lance PYTHON] [--json PATH]

Rows have about 386 bytes: 30 and 30 random words and a score. Every operation runs in a process of its own, so that its peak memory is its own.
`write` counts what the store does with rows that are made beforehand (made, they take `making` seconds). `--lance PYTHON` is an interpreter that
has pylance. The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

EDITS = 1000
WORDS = [f"w{n:04x}" for n in range(5000)]
GOALS = {
    "write": 5.0, "commit of 1,000 edits": 0.1, "diff of 1,000 changes": 0.1, "branch": 0.1, "merge of 1,000 and 500": 0.2,
    "old version whole": 5.0, "one row of an old version": 0.05,
}  # fmt: skip


def text(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=30))


def made(rows: int) -> Iterator[Any]:
    """The rows, the same every time."""
    from rowsmith.core.ids import source_id, source_order
    from rowsmith.core.row import Row

    chance = random.Random(1)
    for n in range(rows):
        data = {"input": text(chance), "answer": text(chance), "score": round(chance.random(), 3)}
        yield Row(source_id("bench", str(n), 0), source_order(0, n), data, {}, {"source": {"name": "bench", "line": n + 1}})


def chosen(rows: int, seed: int, count: int) -> list[int]:
    return sorted(random.Random(seed).sample(range(rows), min(count, rows)))


def edit(url: str, branch: str, rows: int, seed: int, count: int) -> None:
    """Put that many uncommitted edits of random rows into a branch."""
    from rowsmith.core.ids import source_id
    from rowsmith.store.database import open_database
    from rowsmith.store.edits import Edits

    db = open_database(url)
    edits = Edits(db, 1, branch)
    for n in chosen(rows, seed, count):
        edits.change(source_id("bench", str(n), 0), lambda row, n=n: {**row.data, "answer": f"edited {seed} {n}"}, "bench")
    db.close()


def carried_out(name: str, url: str, rows: int) -> dict[str, float]:
    """One operation; seconds by name. What has to be there for it is made before the clock starts."""
    from rowsmith.core.ids import source_id
    from rowsmith.store.committing import commit_edits, commit_merge
    from rowsmith.store.database import open_database
    from rowsmith.store.datasets import Datasets
    from rowsmith.store.diffs import diff, row_differences
    from rowsmith.store.merging import Terms
    from rowsmith.store.publishing import Said
    from rowsmith.store.refs import Refs
    from rowsmith.store.trees import Trees
    from rowsmith.store.versions import Versions

    db = open_database(url)
    datasets, said = Datasets(db), Said(None, "bench", "")
    took: dict[str, float] = {}

    def timed(what: str, act: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = act()
        took[what] = time.perf_counter() - start
        return result

    if name == "write":
        making = time.perf_counter()
        for _ in made(rows):
            pass
        making = time.perf_counter() - making
        timed("write", lambda: datasets.commit("p", "d", made(rows), run=1))
        took["write"] -= making
        took["making"] = making
    elif name == "commit":
        edit(url, "main", rows, 2, EDITS)
        timed("commit of 1,000 edits", lambda: commit_edits(db, 1, "main", said, Terms(), None))
    elif name == "diff":
        head = datasets.resolve("p", "d")
        old = Versions(db).get(head.parents[0])
        assert old is not None
        found = timed("diff of 1,000 changes", lambda: list(diff(Trees(db), old.root, head.root)))
        assert len(found) == min(EDITS, rows)
        timed("the same with both rows' contents", lambda: list(row_differences(db, found)))
    elif name == "branch":
        timed("branch", lambda: Refs(db, datasets.get("p", "d")).make("draft", "branch", datasets.resolve("p", "d").id, "bench"))
    elif name == "merge":
        for branch, seed, count in (("draft", 3, EDITS // 2), ("main", 4, EDITS)):
            edit(url, branch, rows, seed, count)
            commit_edits(db, 1, branch, said, Terms(), None)
        draft = Versions(db).head(1, "draft")
        assert draft is not None
        timed("merge of 1,000 and 500", lambda: commit_merge(db, 1, "main", draft, said, Terms(prefer="ours"), None))
    else:
        old = datasets.versions("p", "d")[-1]
        timed("old version whole", lambda: sum(1 for _ in datasets.rows(old)))
        names = [source_id("bench", str(n), 0) for n in chosen(rows, 5, 200)]
        each = []
        for row in names:
            start = time.perf_counter()
            datasets.row(old, row)
            each.append(time.perf_counter() - start)
        took["one row of an old version"] = statistics.median(each)
    db.close()
    return took


def lance(rows: int, folder: str) -> dict[str, float]:
    """The same with Lance, as far as it goes: it has no three-way merge."""
    import lance as pylance  # type: ignore[import-not-found]
    import pyarrow as pa  # type: ignore[import-not-found]

    chance = random.Random(1)
    columns: dict[str, list[Any]] = {"id": [], "input": [], "answer": [], "score": []}
    for n in range(rows):
        columns["id"].append(f"{n:032x}")
        columns["input"].append(text(chance))
        columns["answer"].append(text(chance))
        columns["score"].append(round(chance.random(), 3))
    table = pa.table(columns)
    took: dict[str, float] = {}

    def timed(what: str, act: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = act()
        took[what] = time.perf_counter() - start
        return result

    path = f"{folder}/d.lance"
    made_ = timed("write", lambda: pylance.write_dataset(table, path, enable_stable_row_ids=True))
    numbers = chosen(rows, 2, EDITS)
    new = pa.table({**{c: [columns[c][n] for n in numbers] for c in ("id", "input", "score")}, "answer": [f"edited {n}" for n in numbers]})
    new = new.select(["id", "input", "answer", "score"])
    timed("commit of 1,000 edits", lambda: made_.merge_insert("id").when_matched_update_all().execute(new))
    head = pylance.dataset(path)
    timed("diff of 1,000 changes", lambda: head.delta(compared_against=1).get_updated_rows().read_all())
    timed("branch", lambda: head.create_branch("draft"))
    timed("old version whole", lambda: [row for batch in pylance.dataset(path, version=1).to_batches() for row in batch.to_pylist()])
    timed("one row of an old version", lambda: pylance.dataset(path, version=1).to_table(filter=f"id = '{columns['id'][7]}'"))
    took["MB"] = peak()
    return took


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(pipe: Any, name: str, url: str, rows: int) -> None:
    pipe.send((carried_out(name, url, rows), peak()))


def measured(url: str, rows: int) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds and peak MB of every operation."""
    took: dict[str, float] = {}
    memory: dict[str, float] = {}
    spawn = multiprocessing.get_context("spawn")
    for name in ("write", "commit", "diff", "branch", "merge", "read"):
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=child, args=(theirs, name, url, rows))
        process.start()
        theirs.close()
        seconds, memory[name] = ours.recv()
        process.join()
        took |= seconds
    return took, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="20,000 rows")
    parser.add_argument("--db", default="", help="an empty database; default: SQLite in a temporary folder")
    parser.add_argument("--lance", default="", metavar="PYTHON", help="an interpreter that has pylance")
    parser.add_argument("--json", default="", metavar="PATH")
    parser.add_argument("--inside-lance", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    rows = 20_000 if given.quick else given.rows
    if given.inside_lance:
        print(json.dumps(lance(rows, given.inside_lance)))
        return
    with TemporaryDirectory(prefix="rowsmith-history-") as folder:
        beside: dict[str, float] = {}
        if given.lance:
            command = [given.lance, __file__, "--rows", str(rows), "--inside-lance", folder]
            beside = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        took, memory = measured(given.db or f"sqlite:///{folder}/x.db", rows)
        disk = sum(os.path.getsize(p) for p in Path(folder).glob("x.db*")) / 1e6
    print(f"{rows:,} rows, {'PostgreSQL' if given.db.startswith('postgres') else 'SQLite'}" + (f", {disk:,.0f} MB on disk" if disk else ""))
    print(f"{'operation':36} {'seconds':>9} {'goal':>7} {'Lance':>9}")
    for name, seconds in took.items():
        goal, other = GOALS.get(name), beside.get(name)
        print(f"{name:36} {seconds:9.4f} {goal if goal else '':>7} {f'{other:9.4f}' if other else '':>9}")
    print("peak MB: " + ", ".join(f"{name} {size:.0f}" for name, size in memory.items()) + (f"; Lance {beside['MB']:.0f}" if beside else ""))
    line = json.dumps({"rows": rows, "seconds": took, "peak_mb": memory, "lance": beside, "disk_mb": disk})
    if given.json:
        Path(given.json).write_text(line)
    print(line)


if __name__ == "__main__":
    sys.exit(main())
