"""Shaping of a large dataset: rows per second and peak memory of splits, samples, balance, shuffle and combining, each in a process of its own.

    python benchmarks/shaping.py              1,000,000 rows
    python benchmarks/shaping.py --quick      20,000 rows

The rows are texts of 30 words, five of a document; one in ten is nearly the text of an earlier one. Reading and committing them is part of each
figure; `read` is what reading the whole version once takes. Prints a table and, last, one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rowsmith import Lab
from rowsmith.core.ids import source_id, source_order
from rowsmith.core.row import Row
from rowsmith.store.datasets import Datasets

os.environ["ROWSMITH_BACKGROUND"] = "off"  # nothing runs beside what is measured
QUICK, WHOLE = 20_000, 1_000_000
WORDS = 30
PARTS = "train=0.8,validation=0.1,test=0.1"
ACTS: dict[str, Callable[[Any], Any]] = {
    "read": lambda shaping: sum(1 for _ in shaping.lab.project().datasets.rows("qa")),
    "split by source": lambda shaping: shaping.split("qa", PARTS, by=["source"], into="out"),
    "split by source and near-duplicates, stratified": lambda shaping: shaping.split("qa", PARTS, stratify="label", compare=["text"], into="out"),
    "overlap report": lambda shaping: shaping.overlap("out", compare=["text"]),
    "sample random": lambda shaping: shaping.sample("qa", 10_000, into="out"),
    "sample stratified": lambda shaping: shaping.sample("qa", 10_000, how="stratified", by="label", into="out"),
    "sample weighted": lambda shaping: shaping.sample("qa", 10_000, how="weighted", by="n + 1", into="out"),
    "sample top": lambda shaping: shaping.sample("qa", 10_000, how="top", by="n", into="out"),
    "sample diverse": lambda shaping: shaping.sample("qa", 1000, how="diverse", by="text", into="out"),
    "balance": lambda shaping: shaping.balance("qa", "label", into="out"),
    "columns": lambda shaping: shaping.columns("qa", compute={"words": "word_count(text)"}, into="out"),
    "combine, exact": lambda shaping: shaping.combine(["qa", "small"], "out", dedup="exact", compare=["text"]),
    "shuffle": lambda shaping: shaping.shuffle("qa", into="shuffled"),
    "read shuffled": lambda shaping: sum(1 for _ in shaping.lab.project().datasets.rows("shuffled")),
}
"""What is measured, in this order: some use what an earlier one leaves."""


def planted(rows: int, seed: int = 1) -> Iterator[Row]:
    """The corpus."""
    chance = random.Random(seed)
    words = [f"w{n}" for n in range(20_000)]
    last: list[str] = []
    for n in range(rows):
        said = chance.choices(words, k=WORDS) if n % 10 else [*last[: WORDS - 1], "changed"]
        last = said if n % 7 == 0 else last or said
        data = {"text": " ".join(said), "label": "abcd"[n % 7 % 4], "n": n}
        origin = {"source": {"name": f"d{n // 5}.md", "hash": f"{n // 5:032x}", "span": [0, 100]}}
        yield Row(source_id("planted", str(n), 0), source_order(0, n), data, {}, origin)


def measured(rows: int) -> dict[str, dict[str, float]]:
    """Seconds, rows per second and peak memory in MB of each act."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with Lab(home) as lab:
            lab.project()
            Datasets(lab.db).commit("default", "qa", planted(rows))
            Datasets(lab.db).commit("default", "small", planted(max(rows // 10, 1), seed=2))
        return {act: of_child(home, act, rows) for act in ACTS}


def of_child(home: Path, act: str, rows: int) -> dict[str, float]:
    """One act in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--act", act, "--home", home], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return {**found, "rows_per_s": round(rows / found["seconds"])}


def carried_out(home: str, act: str) -> dict[str, float]:
    """The act, here."""
    with Lab(home) as lab:
        shaping = lab.project().shaping
        before = time.monotonic()
        ACTS[act](shaping)
        seconds = time.monotonic() - before
    return {"seconds": round(seconds, 5), "peak_mb": peak_mb()}


def peak_mb() -> int:
    """The most memory that this process has held. Where it can be had without what the process that started this one held, it is."""
    status = Path("/proc/self/status")
    held = [line.split()[1] for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")] if status.exists() else []
    return int(held[0] if held else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) // 1024


def main() -> None:
    """Print a table and, last, one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} rows instead of {WHOLE:,}")
    parser.add_argument("--rows", type=int, help="so many rows")
    parser.add_argument("--act", choices=list(ACTS), help="only this act, in this process, over --home")
    parser.add_argument("--home")
    given = parser.parse_args()
    if given.act:
        print(json.dumps(carried_out(given.home, given.act)))
        return
    rows = given.rows or (QUICK if given.quick else WHOLE)
    found = measured(rows)
    print(f"{'act':50} {'seconds':>9} {'rows/s':>10} {'peak MB':>8}")
    for act, figures in found.items():
        print(f"{act:50} {figures['seconds']:>9.2f} {figures['rows_per_s']:>10,} {figures['peak_mb']:>8,}")
    print(json.dumps({"rows": rows, **found}))


if __name__ == "__main__":
    main()
