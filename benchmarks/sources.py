"""What is read of real documents, and what comes of hostile ones: counts, not speeds.

    python benchmarks/sources.py [--json PATH]

The files of tests/corpus through `rowsmith read`, each held to what its writer wrote into it (its `.truth.json`): sentences in their order, headings
with their levels, tables cell by cell, nothing of the navigation with `readable`. Then `rowsmith chunk` in five ways, each chunk held to the text at
its span. The hostile files of tests/connectors/hostile.py are read with the limits below, a good file behind each: a file of which nothing comes, a
good file that is missing, or memory beyond the limit would show here. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

TESTS = Path(__file__).parents[1] / "tests"
sys.path.append(str(TESTS / "connectors"))

from corpus_truth import FILES, headings_of, missed, plain, tables_of, truth_of, without_running  # noqa: E402
from hostile import HOSTILE  # noqa: E402

from rowsmith.connectors.containers import Limits  # noqa: E402
from rowsmith.connectors.documents import read_documents  # noqa: E402
from rowsmith.core.documents import Document  # noqa: E402

LIMITS = Limits(memory_bytes=700 << 20, cpu_s=10, stall_s=30, free_bytes=12 << 20)
WAYS = ("tokens", "sentences", "markdown", "semantic", "pages")


def rowsmith(*words: str) -> Iterator[dict[str, Any]]:
    """The objects that a command prints, line by line."""
    done = subprocess.run([sys.executable, "-m", "rowsmith.cli.main", *words, "--json"], capture_output=True, text=True)
    if not done.stdout:
        raise SystemExit(f"rowsmith {' '.join(words)}: {done.stderr}")
    return map(json.loads, done.stdout.splitlines())


def by_file(rows: Iterator[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each file; what has no origin is the summary."""
    found = defaultdict(list)
    for row in rows:
        if "origin" in row:
            found[Path(row["origin"]["source"]["name"].split("!")[0]).name].append(row)
    return found


def documents() -> dict[str, Any]:
    """Sentences, headings, tables and boilerplate of the corpus: how many there are, and how many were found."""
    with TemporaryDirectory() as folder:
        for path in FILES.iterdir():
            if not path.name.endswith(".truth.json") and not truth_of(path).get("scanned"):
                copy(path, folder)
        whole, readable = by_file(rowsmith("read", folder)), by_file(rowsmith("read", folder, "--set", "readable=true"))
        counts: Counter[str] = Counter()
        wrong = {}
        for path in sorted(Path(folder).iterdir()):
            truth = truth_of(FILES / path.name)
            rows = readable if path.suffix == ".html" and truth["boilerplate"] else whole
            text = "\n\n".join(row["text"] for row in rows[path.name])
            counts.update(found_of(text, truth))
            if lost := missed(text, truth):
                wrong[path.name] = lost
        kinds = {path.suffix for path in Path(folder).iterdir()}
        return {"files": len(list(Path(folder).iterdir())), "kinds": len(kinds), **counts, "files that lost something": wrong}


def found_of(text: str, truth: dict[str, Any]) -> dict[str, int]:
    """What the text has of the truth."""
    body, at, found = plain(without_running(text, truth)), 0, 0
    for sentence in map(plain, truth["sentences"]):
        if (place := body.find(sentence, at)) >= 0:
            at, found = place + len(sentence), found + 1
    said = {heading for _, heading in headings_of(text)}
    tables = tables_of(text)
    return {
        "sentences": len(truth["sentences"]), "sentences in order": found,
        "headings": len(truth["headings"]), "headings found": sum(plain(heading) in said for _, heading in truth["headings"]),
        "tables": len(truth["tables"]), "tables found": sum([list(map(plain, row)) for row in table] in tables for table in truth["tables"]),
        "lines of boilerplate": len(truth["boilerplate"]), "lines of boilerplate left": sum(words in text for words in truth["boilerplate"]),
    }  # fmt: skip


def chunks() -> dict[str, Any]:
    """The chunks of each way, and those whose text is not what stands at their spans."""
    told: dict[str, Any] = {}
    with TemporaryDirectory() as folder:
        for path in FILES.iterdir():
            if not path.name.endswith(".truth.json") and not truth_of(path).get("scanned"):
                copy(path, folder)
        texts = {
            (name, row["origin"]["source"].get("member", ""), row["text"]) for name, rows in by_file(rowsmith("read", folder)).items() for row in rows
        }
        for way in WAYS:
            found = by_file(rowsmith("chunk", folder, "--by", way, "--max-tokens", "100"))
            exact = sum(_exact(name, row, texts) for name, rows in found.items() for row in rows)
            told[way] = {"chunks": sum(map(len, found.values())), "exact": exact}
    return told


def _exact(name: str, row: dict[str, Any], texts: set[tuple[str, str, str]]) -> bool:
    start, end = row["origin"]["source"]["span"]
    member = row["origin"]["source"].get("member", "")
    return any(text[start:end] == row["text"] for of, inner, text in texts if (of, inner) == (name, member))


def hostile() -> dict[str, Any]:
    """The hostile files one after the other: what came of them, and the peak of memory of the children, and by how much ours grew."""
    with TemporaryDirectory() as folder:
        good = Path(folder) / "good.txt"
        good.write_text("Good words stand in this file.")
        paths = []
        for name, (made, _) in HOSTILE.items():
            (Path(folder) / name).write_bytes(made())
            paths += [Path(folder) / name, good]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        answered, read, reasons = set(), 0, Counter[str]()
        for number, said in read_documents([(path, path.name) for path in paths], limits=LIMITS):
            if number % 2:
                read += isinstance(said, Document)
            else:
                answered.add(number)
                reasons["a document" if isinstance(said, Document) else said.reason] += 1
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "files": len(HOSTILE), "answered": len(answered), "good files behind them read": read, "outcomes": dict(reasons),
        "child's peak MB": peak >> 10, "limit MB": LIMITS.memory_bytes >> 20, "ours grew by MB": grown >> 10,
    }  # fmt: skip


def main() -> None:
    """Count, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    given = parser.parse_args()
    told = {"hostile": hostile(), "documents": documents(), "chunks": chunks()}
    for part, figures in told.items():
        print(part, *(f"  {name}: {figure}" for name, figure in figures.items()), sep="\n")
    print(line := json.dumps(told, default=str))
    if given.json:
        given.json.write_text(line + "\n")


if __name__ == "__main__":
    main()
