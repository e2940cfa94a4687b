"""How well filter.asked tells that a question was asked before in other words, beside what counts shared words.

    python benchmarks/asked.py [--quick] [--model FOLDER] [--json FILE]

Two labelled sets of questions.json: `apart`, twenty questions in four wordings each, and `near`, with ten more that ask nearly what one of those asks
(the speed of light, of sound). They come in turn, so that every wording but the first is to be dropped and every first one let through. Told are
precision, recall and F1 at the similarity that gives the best F1, the best that each can come to, for `filter.near_duplicates` over shared words
(runs of one or two), and for `filter.asked` with vectors of builtin/hashing and, with `--model`, of a further embedding model (see
chunking.py). The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chunking import Embed, hashing, of_folder

from rowsmith.connectors.vectors import open_index
from rowsmith.core.calls import Embedded, Usage
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.filter.asked import Asked
from rowsmith.steps.filter.near_duplicates import NearDuplicates

QUESTIONS: dict[str, dict[str, list[str]]] = json.loads((Path(__file__).parent / "questions.json").read_text(encoding="utf-8"))
"""Set -> what is asked -> its wordings; `near` goes with `apart`."""
SETS = {"apart": QUESTIONS["apart"], "near": QUESTIONS["apart"] | QUESTIONS["near"]}
LIMITS = [percent / 100 for percent in range(4, 100, 2)]


class Listed(list[Row]):
    """Rows as a set step reads them."""

    def waves(self) -> Sequence[Any]:
        """All of one wave."""
        return [self] if self else []


class Lent:
    """The part of a Context that the steps use."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch

    def index(self, kind: str) -> Any:
        """An empty index."""
        return open_index(kind, "", self.scratch)


def labelled(name: str) -> list[Row]:
    """The questions of a set in turn, each with its `topic`."""
    said = [(topic, question) for turn in range(4) for topic, each in SETS[name].items() for question in each[turn : turn + 1]]
    return [Row(f"{number:032x}", number.to_bytes(6, "big"), {"topic": topic, "text": text}) for number, (topic, text) in enumerate(said, 1)]


def embedded(rows: Sequence[Row], embed: Embed) -> list[Row]:
    """The rows with their vectors."""
    assert embed
    raw = asyncio.run(embed([row.data["text"] for row in rows]))  # type: ignore[arg-type]
    vectors = Embedded(tuple(raw), "", (), Usage()).vectors
    return [Row(row.id, row.order, {**row.data, "vector": list(vector)}) for row, vector in zip(rows, vectors, strict=True)]


def scored(step: Any, rows: Sequence[Row]) -> dict[str, float]:
    """Precision, recall and F1 of the rows that were dropped: a row is to be dropped when its topic came before."""
    seen: set[str] = set()
    hits = wrong = missed = 0
    with TemporaryDirectory() as scratch:
        for row, verdict in zip(rows, step.all(Listed(rows), Listed(), Lent(Path(scratch))), strict=True):
            dropped, repeats = isinstance(verdict, Dropped), row.data["topic"] in seen
            hits, wrong, missed = hits + (dropped and repeats), wrong + (dropped and not repeats), missed + (repeats and not dropped)
            seen.add(row.data["topic"])
    precision, recall = hits / max(1, hits + wrong), hits / max(1, hits + missed)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall) if hits else 0.0}


def best(steps: Iterable[Any], rows: Sequence[Row]) -> dict[str, float]:
    """The figures of the step with the best F1, and its `similarity`."""
    found: Iterator[dict[str, float]] = ({**scored(step, rows), "similarity": step.similarity} for step in steps)
    return {name: round(value, 3) for name, value in max(found, key=lambda figures: figures["f1"]).items()}


def shared_words(rows: Sequence[Row], limits: Sequence[float] = LIMITS) -> dict[str, float]:
    """The baseline: rows that share words."""
    return best((NearDuplicates(columns=["text"], shingle=size, bands=96, similarity=limit) for size in (1, 2) for limit in limits), rows)


def by_vectors(rows: Sequence[Row], embed: Embed, limits: Sequence[float] = LIMITS) -> dict[str, float]:
    """The index, with the vectors of a model."""
    return best((Asked(similarity=limit) for limit in limits), embedded(rows, embed))


def main() -> None:
    """Print a table and, last, one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, help="the folder of an embedding model")
    parser.add_argument("--quick", action="store_true", help="a quarter of the similarities")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    given = parser.parse_args()
    models: dict[str, Embed] = {"builtin/hashing": hashing} | ({"model": of_folder(given.model)} if given.model else {})
    limits = LIMITS[:: 4 if given.quick else 1]
    found = {}
    for name in SETS:
        rows = labelled(name)
        ways = {f"asked, {model}": by_vectors(rows, embed, limits) for model, embed in models.items()}
        found[name] = {"shared words": shared_words(rows, limits)} | ways
        for way, figures in found[name].items():
            print(f"{name:6} {way:24} " + "   ".join(f"{figure} {value:.3f}" for figure, value in figures.items()))
    line = json.dumps({"quality": found})
    if given.json:
        given.json.write_text(line + "\n", encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
