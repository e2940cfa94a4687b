"""Speed and memory of filter.duplicates, score.contamination, filter.semantic_duplicates, filter.best and steps.diversity.

    python benchmarks/duplicates_speed.py [--rows 100000] [--items 1000] [--dimensions 384] [--quick]

The corpus is that of near_duplicates.py. Contamination: items of 20 words, half of which stand in a row. Meanings: random vectors around
a centre for every ten rows. Each part runs in a process of its own, so that the peak memory is its own. The last line of the output is one JSON
object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from judged import Lent as Files
from near_duplicates import FileRows, write

from rowsmith.connectors.vectors import open_index
from rowsmith.core.row import Row
from rowsmith.steps.diversity import diversity
from rowsmith.steps.filter.best import Best
from rowsmith.steps.filter.duplicates import Duplicates
from rowsmith.steps.filter.semantic_duplicates import SemanticDuplicates
from rowsmith.steps.score.contamination import Contamination

PARTS = ("duplicates", "contamination", "semantic_duplicates", "best", "diversity")


@dataclass(frozen=True)
class Lent(Files):
    """The part of a Context that the steps use."""

    def index(self, kind: str) -> Any:
        """An empty index."""
        return open_index(kind, "", self.scratch)


class Meant:
    """The rows of a file with vectors around a centre for every ten of them, made as they are read."""

    def __init__(self, rows: FileRows, dimensions: int) -> None:
        self.rows, self.dimensions = rows, dimensions

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        import numpy

        for number, row in enumerate(self.rows):
            centre = numpy.random.default_rng(number // 10).standard_normal(self.dimensions)
            vector = centre + 0.2 * numpy.random.default_rng(number + 10**9).standard_normal(self.dimensions)
            yield row.with_data({**row.data, "vector": vector.tolist()})


def items(path: Path, rows: FileRows, count: int) -> None:
    """Every hundredth row's words 5 to 25 are an item; the others are words of no row."""
    chance, step = random.Random(7), max(1, len(rows) // 100 // max(1, count // 2))
    said = [row.data["text"].split()[5:25] for number, row in enumerate(rows) if number % (100 * step) == 0][: count // 2]
    said += [[f"x{chance.randrange(3000)}" for _ in range(20)] for _ in range(count - len(said))]
    path.write_bytes(b"".join(orjson.dumps({"question": " ".join(words)}) + b"\n" for words in said))


def measured(part: str, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Seconds, rows that were found or chosen, peak memory."""
    rows, nothing = FileRows(folder / "rows.jsonl", given.rows), FileRows(Path("/dev/null"), 0)
    items(folder / "items.jsonl", rows, given.items)
    steps: dict[str, Callable[[], Any]] = {
        "duplicates": lambda: Duplicates(columns=["text"]).all(rows, nothing, Lent(folder)),
        "contamination": lambda: Contamination(against_files=[str(folder / "items.jsonl")]).all(rows, nothing, Lent(folder)),
        "semantic_duplicates": lambda: SemanticDuplicates(verify=False).all(Meant(rows, given.dimensions), nothing, Lent(folder)),
        "best": lambda: Best(n=max(1, given.rows // 100)).all(rows, nothing, Lent(folder)),
        "diversity": lambda: [diversity(rows)],
    }  # type: ignore[dict-item]
    before, started = time.process_time(), time.perf_counter()
    found = sum(_counts(one) for one in steps[part]())
    told = {"cpu_s": round(time.process_time() - before, 2), "wall_s": round(time.perf_counter() - started, 2), "found": found}
    return told | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def _counts(one: Any) -> bool:
    """Whether it was dropped, flagged or chosen."""
    return not isinstance(one, Row) or bool(one.origin.get("flags")) or "best" in one.scores


def main() -> None:
    """Print a table and, last, one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--quick", action="store_true", help="2,000 rows")
    parser.add_argument("--part", choices=PARTS, help="measure this part alone")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    given.rows = 2000 if given.quick else given.rows
    if given.part and given.folder:
        print(json.dumps(measured(given.part, given.folder, given)))
        return
    with TemporaryDirectory() as folder:
        write(Path(folder) / "rows.jsonl", given.rows, 0.2, 300, 1)
        result: dict[str, Any] = {"rows": given.rows, "items": given.items, "dimensions": given.dimensions}
        for part in [given.part] if given.part else PARTS:
            sizes = ["--rows", str(given.rows), "--items", str(given.items), "--dimensions", str(given.dimensions)]
            done = subprocess.run([sys.executable, __file__, *sizes, "--part", part, "--folder", folder], capture_output=True, text=True, check=True)
            result[part] = json.loads(done.stdout.splitlines()[-1])
            print(f"{part:24}", *(f"{name} {value:>10,}" for name, value in result[part].items()))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
