"""Views and search at scale: pages, filters, sorts, old versions, uncommitted edits, full-text search, on SQLite or PostgreSQL.

    python benchmarks/views.py [--rows 1000000] [--quick] [--postgres URL]

Rows of about 386 bytes: two texts of 30 words out of 20,000, a number and a score. The goals at 1,000,000 rows: a page of 200 in 50 ms
(95th percentile), the first sort or filter in 1.0 s, an old version whole in 5 s, a search with up to 10,000 hits in 0.5 s (95th percentile),
memory under 500 MB. `cpu` is the time that this process computed: on a machine that is busy with other things it says more than the wall
clock. A view that is not there yet is made by the first filter; that is told apart (`make the view`). The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from rowsmith.core.expressions import parse
from rowsmith.core.ids import source_id, source_order
from rowsmith.core.queries import query
from rowsmith.core.row import Row
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.files import Files
from rowsmith.store.search import Search
from rowsmith.store.versions import Version
from rowsmith.store.view import Look, View
from rowsmith.store.views import Views


@cache
def vocabulary(seed: int) -> list[str]:
    """Made-up words."""
    chance = random.Random(seed)
    return ["".join(chance.choices("eeeetttaaaoooiiinnnssshhrrddlucmwfgypbvk", k=max(2, round(chance.gauss(5, 2))))) for _ in range(20_000)]


def made(count: int, *, start: int = 0, seed: int = 1) -> Iterator[Row]:
    """Rows; other seeds make other texts under the same ids."""
    words, chance = vocabulary(1), random.Random(seed)
    for i in range(start, start + count):
        said = chance.choices(words, k=60)
        data = {"answer": " ".join(said[:30]), "input": " ".join(said[30:]), "score": chance.random() * 100 if i % 3 else i % 17}
        origin = {"source": {"name": "docs", "file": f"{i % 40}.md", "span": [i * 10, i * 10 + 400]}}
        yield Row(source_id("bench", str(i), 0), source_order(0, i), data, {"judge": {"overall": chance.randint(1, 5)}}, origin)


@dataclass
class Edit:
    """An uncommitted edit, as views take them."""

    id: str
    data: dict[str, Any]
    scores: dict[str, Any]
    origin: dict[str, Any]
    key: bytes = b""


class Bench:
    """What was measured, said as it comes."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, float]] = {}

    def once(self, name: str, act: Callable[[], Any]) -> Any:
        """Time one act."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = act()
        self._say(name, {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu})
        return result

    def often(self, name: str, acts: list[Callable[[], Any]]) -> None:
        """Time many; median and 95th percentile."""
        walls, cpu = [], time.process_time()
        for act in acts:
            start = time.perf_counter()
            act()
            walls.append(time.perf_counter() - start)
        used = (time.process_time() - cpu) / len(acts)
        self._say(name, {"p50": statistics.median(walls), "p95": sorted(walls)[int(len(walls) * 0.95)], "cpu": used})

    def _say(self, name: str, figures: dict[str, float]) -> None:
        self.found[name] = {key: round(value, 4) for key, value in figures.items()}
        print(f"{name:44}", "  ".join(f"{key} {value:8.3f}" for key, value in figures.items()), f"  peak {peak():.0f} MB", flush=True)


def peak() -> float:
    """Most memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def pages(view: View, count: int, look: Look | None = None) -> list[Callable[[], Any]]:
    """Pages of 200 at random places."""
    chance = random.Random(5)
    total = view.count(look)
    return [partial(view.page, chance.randrange(max(total - 200, 1)), 200, look) for _ in range(count)]


def measure(url: str, folder: Path, rows: int) -> dict[str, Any]:
    """All of it, on one database."""
    bench, db = Bench(), open_database(url)
    views, store = Views(db, Files(folder), Search(db).hits), Datasets(db)
    first = bench.once("write", lambda: store.commit("p", "d", made(rows), run=1))
    _filters(bench, views, first)
    edits = max(rows // 1000, 10)
    changes = [row for start in range(0, rows, rows // edits) for row in made(1, start=start, seed=start + 7)][:edits]
    second = bench.once(f"commit {edits:,} edits", lambda: store.commit("p", "d", changes))
    view = bench.once(f"open a version with {edits:,} edits", lambda: views.open(second))
    bench.often("page of 200 of it", pages(view, 100))
    bench.once("first filter of it", lambda: view.page(0, 200, Look(where="score > 50 AND scores.judge.overall >= 4")))
    bench.once("an old version whole", lambda: sum(1 for _ in views.open(first).rows()))
    bench.once("a near version whole", lambda: sum(1 for _ in view.rows()))
    changed = [Edit(row.id, {**row.data, "answer": "edited by hand"}, row.scores, row.origin) for row in views.open(second).page(rows // 2, 100).rows]
    view = bench.once("open a branch with 100 uncommitted edits", lambda: views.open(second, changed))
    bench.often("page of 200 of it, uncommitted edits shown", pages(view, 100))
    _searches(bench, db, views, second, changed, rows)
    views.close()
    db.close()
    return {"rows": rows, "database": url.partition(":")[0], "figures": bench.found, "peak_mb": round(peak())}


def _filters(bench: Bench, views: Views, version: Version) -> None:
    parse("score > 1")  # the first one loads the reader of expressions
    view = bench.once("make the view", lambda: views.open(version))
    size = sum(path.stat().st_size for path in views.folder.rglob("*") if path.is_file())
    print(f"{'':44} {size / 1e6:.0f} MB on disk", flush=True)
    bench.once("first page of 200", lambda: view.page(500))
    bench.often("page of 200", pages(view, 200))
    numbers, texts = ("score > 50", "scores.judge.overall >= 4 AND score < 10"), ("length(answer) > 180", "contains(answer, 'the')")
    for where in (*numbers, *texts, "origin.source.file = '7.md'"):
        bench.once(f"first filter: {where}", partial(view.page, 0, 200, Look(where=where)))
    for sort in ("score", "-scores.judge.overall", "answer"):
        bench.once(f"first sort: {sort}", partial(view.page, 0, 200, Look(sort=(sort,))))
    bench.often("page of 200, sorted by a text", pages(view, 100, Look(sort=("answer",))))
    bench.once("sample of 1,000", lambda: view.page(0, 1000, Look(sample=1000)))


def _searches(bench: Bench, db: Database, views: Views, version: Version, changed: list[Edit], rows: int) -> None:
    search = Search(db)
    bench.once("make the index", lambda: search.update(version))
    view = views.open(version, changed)
    words, chance = vocabulary(1), random.Random(9)
    picked = chance.sample(words, 60)
    counts = {word: len(search.hits(version, query(word))[0]) for word in picked}
    asked = [word for word in picked if 0 < counts[word] <= 10_000 * rows // 1_000_000]
    print(f"{'':44} hits of a word: {min(counts.values()):,} to {max(counts.values()):,}", flush=True)
    phrases = [row.data["answer"].split()[3:5] for row in view.page(0, 30).rows]
    searches = {
        "one word": [Look(search=word) for word in asked[:30]],
        "one word or another": [Look(search=f"{a} OR {b}") for a, b in pairwise(asked[:31])],
        "a phrase": [Look(search=f'"{a} {b}"') for a, b in phrases],
        "a word with a filter": [Look(search=word, where="score > 50") for word in asked[:30]],
    }
    for name, looks in searches.items():
        bench.often(f"search: {name}", [partial(view.page, 0, 200, look) for look in looks])


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="20,000 rows")
    parser.add_argument("--postgres", default="", help="URL of an empty PostgreSQL database; default: SQLite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = given.postgres or f"sqlite:///{name}/rowsmith.db"
        print(json.dumps(measure(url, Path(name) / "files", 20_000 if given.quick else given.rows)))


if __name__ == "__main__":
    main()
