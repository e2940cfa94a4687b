"""Recall, precision, speed and memory of filter.near_duplicates on planted near-duplicates.

    python benchmarks/near_duplicates.py [--rows 100000] [--share 0.2] [--chars 300] [--seed 1] [--beside]

With `--beside`, the same corpus goes through rensa's own deduplication, the fastest library there is, with as many bands: it holds all signatures in
memory, and decides by their estimate of the similarity where the step verifies the exact one.

The corpus: texts of `--chars` characters on average, words drawn from 20,000 made-up ones as often as words are in a language (Zipf). A
share of the rows copies an earlier row with 1 to 3 word edits (insertion, deletion or replacement). Rows that are no copies have nothing to
do with each other, so precision here says that unrelated texts stay, and nothing of texts cut from one template. The corpus is written to
a file first and read from there, a row at a time, so that the memory measured is the step's. The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from rowsmith.core.row import Dropped, Row
from rowsmith.steps.filter.near_duplicates import NearDuplicates
from rowsmith.steps.shingles import shingles

WORD = 6.41
"""Characters of a word of the corpus, with its space, on average."""


class FileRows:
    """Rows in a JSONL file of {"id", "text", "of", "edits"}, read again each time."""

    def __init__(self, path: Path, count: int) -> None:
        self.path = path
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Row]:
        with self.path.open("rb") as file:
            for number, line in enumerate(file):
                record = orjson.loads(line)
                yield Row(record["id"], number.to_bytes(6, "big"), {"text": record["text"]})


class Scratch:
    """The part of a Context that the step uses."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch


def planted(rows: int, share: float, chars: int, seed: int) -> Iterator[dict[str, object]]:
    """The corpus. `of` is the id of the row that a near-duplicate copies, `edits` the number of its edits; both are 0 for originals."""
    chance = random.Random(seed)
    letters = "eeeetttaaaoooiiinnnssshhrrddlucmwfgypbvk"
    vocabulary = ["".join(chance.choices(letters, k=max(1, round(chance.gauss(5.2, 2.2))))) for _ in range(20_000)]
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(vocabulary))))
    originals: list[tuple[int, list[str]]] = []
    for number in range(rows):
        if originals and chance.random() < share:
            of, words = originals[chance.randrange(len(originals))]
            edits = chance.randint(1, 3)
            yield {"id": f"{number:032x}", "text": " ".join(edited(words, edits, vocabulary, chance)), "of": of + 1, "edits": edits}
            continue
        words = chance.choices(vocabulary, cum_weights=weights, k=max(4, round(chance.gauss(chars / WORD, chars / WORD / 10))))
        if len(originals) < 200_000:
            originals.append((number, words))
        yield {"id": f"{number:032x}", "text": " ".join(words), "of": 0, "edits": 0}


def edited(words: list[str], edits: int, vocabulary: list[str], chance: random.Random) -> list[str]:
    """The words with so many edits, each an insertion, a deletion or a replacement at a random place."""
    out = list(words)
    for _ in range(edits):
        at, kind = chance.randrange(len(out)), chance.choice(("insert", "delete", "replace"))
        if kind == "insert":
            out.insert(at, chance.choice(vocabulary))
        elif kind == "delete":
            del out[at]
        else:
            out[at] = chance.choice(vocabulary)
    return out


def measured(rows: int, share: float, chars: int, seed: int) -> dict[str, object]:
    """Make the corpus, run the step, count."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        truth, mean = write(path, rows, share, chars, seed)
        reading = reading_time(path, rows)
        before, started = time.process_time(), time.perf_counter()
        outcomes = NearDuplicates(columns=["text"]).all(FileRows(path, rows), FileRows(Path(os.devnull), 0), Scratch(Path(folder)))
        found = [None if isinstance(one, Row) else one for one in outcomes]
        cpu, wall = time.process_time() - before, time.perf_counter() - started
    return {"rows": rows, "mean_chars": mean, **scored(truth, found), **figures(rows, cpu, wall, reading)}


def beside(rows: int, share: float, chars: int, seed: int) -> dict[str, object]:
    """The same corpus through rensa's own signatures and bands."""
    from rensa import RMinHash, RMinHashLSH

    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        truth, _ = write(path, rows, share, chars, seed)
        before, started = time.process_time(), time.perf_counter()
        signed = []
        for block in batched((shingles(row.data["text"], 2) for row in FileRows(path, rows)), 256):
            signed += RMinHash.from_token_sets(block, num_perm=96, seed=42)
        index = RMinHashLSH(threshold=0.7, num_perm=96, num_bands=24)
        found: list[Dropped | None] = []
        for number, one in enumerate(signed):
            twin = next((other for other in index.query(one) if one.jaccard(signed[other]) >= 0.7), None)
            if twin is None:
                index.insert(number, one)
            found.append(None if twin is None else Dropped(f"{number:032x}", "near_duplicate"))
        cpu, wall = time.process_time() - before, time.perf_counter() - started
    told = {**scored(truth, found), "cpu_s": round(cpu, 2), "wall_s": round(wall, 2), "rows_per_cpu_s": round(rows / cpu)}
    return {**{f"rensa_{name}": value for name, value in told.items()}, "rensa_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def batched(texts: Iterator[list[str]], size: int) -> Iterator[list[list[str]]]:
    """Texts by so many."""
    while block := list(islice(texts, size)):
        yield block


def write(path: Path, rows: int, share: float, chars: int, seed: int) -> tuple[list[tuple[int, int]], int]:
    """Write the corpus in a child, whose memory does not count; returns (of, edits) of each row, and the mean length of the texts."""
    import subprocess

    given = {"--rows": rows, "--share": share, "--chars": chars, "--seed": seed, "--write": path}
    subprocess.run([sys.executable, __file__, *(str(part) for pair in given.items() for part in pair)], check=True)
    truth, length = [], 0
    with path.open("rb") as file:
        for record in map(orjson.loads, file):
            truth.append((record["of"], record["edits"]))
            length += len(record["text"])
    return truth, round(length / rows)


def reading_time(path: Path, rows: int) -> float:
    """CPU seconds of reading the rows once."""
    before = time.process_time()
    read = sum(1 for _ in FileRows(path, rows))
    assert read == rows
    return time.process_time() - before


def scored(truth: list[tuple[int, int]], found: list[Dropped | None]) -> dict[str, object]:
    """Recall and precision: a planted row should be dropped, an original should not."""
    planted_rows = Counter(edits for _, edits in truth if edits)
    hits = Counter(edits for (_, edits), one in zip(truth, found, strict=True) if one and edits)
    dropped = sum(1 for one in found if one)
    return {
        "planted": sum(planted_rows.values()),
        "dropped": dropped,
        "recall": round(sum(hits.values()) / max(sum(planted_rows.values()), 1), 5),
        "precision": round(sum(hits.values()) / max(dropped, 1), 5),
        **{f"recall_{edits}": round(hits[edits] / planted_rows[edits], 5) for edits in sorted(planted_rows)},
    }


def figures(rows: int, cpu: float, wall: float, reading: float) -> dict[str, object]:
    """Speed with and without the reading of the rows, which the step does twice, and the peak memory of the process."""
    return {
        "cpu_s": round(cpu, 2),
        "wall_s": round(wall, 2),
        "reading_cpu_s": round(2 * reading, 2),
        "rows_per_cpu_s": round(rows / cpu),
        "rows_per_cpu_s_without_reading": round(rows / (cpu - 2 * reading)),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Print a table and, last, one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=0.2)
    parser.add_argument("--chars", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--beside", action="store_true", help="measure rensa's own deduplication too")
    parser.add_argument("--write", type=Path, help="only write the corpus to this file")
    given = parser.parse_args()
    if given.write:
        with given.write.open("wb") as file:
            file.writelines(orjson.dumps(record) + b"\n" for record in planted(given.rows, given.share, given.chars, given.seed))
        return
    result = measured(given.rows, given.share, given.chars, given.seed)
    if given.beside:
        result |= beside(given.rows, given.share, given.chars, given.seed)
    for name, value in result.items():
        print(f"{name:32} {value:>12,}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
