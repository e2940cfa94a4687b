"""Files as files of other formats, at scale: wall, CPU and peak memory, beside DuckDB, Polars and `datasets` in one run.

    python benchmarks/converting.py [--rows 1000000] [--quick] [--others PYTHON] [--json PATH]

Pairs (instruction, input, output) and chats of one to three turns, two per mille of the lines broken: JSON Lines to Parquet, and that to Alpaca and
ShareGPT; then pairs into a dataset of a home, and that out again with where each row comes from. The others keep a table (DuckDB's file, Parquet, a
folder of Arrow) and write a number and a file's name beside each row: no ids, hashes, versions or origins. DuckDB has its default threads and
leaves broken lines out in silence; `--others PYTHON` is an interpreter that has polars and datasets, which get files without broken lines. CPU is
that of all processes, memory the peak of their resident sum. The last line is one JSON object.
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
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

WORDS = [a + b for a in ("wa", "lo", "mi", "ser", "tan", "ko", "pre", "fil") for b in ("ter", "nd", "ling", "s", "ment", "ra", "ble", "tion")]
BROKEN = 500
STAGES = (
    "pairs to Parquet", "Parquet to Alpaca", "Parquet to ShareGPT", "chats to Parquet", "chats to ShareGPT", "import of pairs",
    "export with origin",
)  # fmt: skip
OURS = {
    "pairs to Parquet": ("pairs.jsonl", "p.parquet", "jsonl"), "Parquet to Alpaca": ("p.parquet", "a.jsonl", "alpaca"),
    "Parquet to ShareGPT": ("p.parquet", "s.jsonl", "sharegpt"), "chats to Parquet": ("chats.jsonl", "c.parquet", "jsonl"),
    "chats to ShareGPT": ("c.parquet", "cs.jsonl", "sharegpt"),
}  # fmt: skip
_LAB = "from rowsmith.app.lab import Lab; d = Lab('home').project('default').datasets; "
KEPT = {
    "import of pairs": _LAB + "d.import_(['pairs.jsonl'], 'd', format='alpaca')", "export with origin": _LAB + "d.export('d', 'jsonl', 'e.jsonl')",
}  # fmt: skip
_FROM = "{'line': %s, 'file': 'pairs.jsonl'} AS provenance"
_ASKED = "CASE WHEN input <> '' THEN instruction || chr(10) || chr(10) || input ELSE instruction END AS input, output AS answer"
_WHO = "CASE m.role WHEN 'system' THEN 'system' WHEN 'user' THEN 'human' ELSE 'gpt' END"
_LINES = "read_json('{}.jsonl', format = 'newline_delimited', ignore_errors = true)"
DUCKDB = {
    "pairs to Parquet": f"COPY (SELECT {_ASKED} FROM {_LINES.format('pairs')}) TO 'dp.parquet' (FORMAT parquet, COMPRESSION zstd)",
    "Parquet to Alpaca": "COPY (SELECT input AS instruction, '' AS input, answer AS output FROM 'dp.parquet') TO 'da.jsonl' (FORMAT json)",
    "Parquet to ShareGPT": "COPY (SELECT [{'from': 'human', 'value': input}, {'from': 'gpt', 'value': answer}] AS conversations "
    "FROM 'dp.parquet') TO 'ds.jsonl' (FORMAT json)",
    "chats to Parquet": f"COPY (SELECT messages FROM {_LINES.format('chats')}) TO 'dc.parquet' (FORMAT parquet, COMPRESSION zstd)",
    "chats to ShareGPT": f"COPY (SELECT list_transform(messages, lambda m: {{'from': {_WHO}, 'value': m.content}}) AS conversations "
    "FROM 'dc.parquet') TO 'dcs.jsonl' (FORMAT json)",
    "import of pairs": f"ATTACH 'd.duckdb' AS kept; CREATE TABLE kept.d AS SELECT {_ASKED} FROM {_LINES.format('pairs')}",
    "export with origin": f"ATTACH 'd.duckdb' AS kept; COPY (SELECT *, {_FROM % 'rowid'} FROM kept.d) TO 'de.jsonl' (FORMAT json)",
}
POLARS = {
    "pairs to Parquet": "pl.scan_ndjson('pairs.whole').select(pl.col('instruction').alias('input'), pl.col('output').alias('answer'))"
    ".sink_parquet('pp.parquet')",
    "Parquet to Alpaca": "pl.scan_parquet('pp.parquet').select(pl.col('input').alias('instruction'), pl.lit('').alias('input'), "
    "pl.col('answer').alias('output')).sink_ndjson('pa.jsonl')",
    "import of pairs": "pl.scan_ndjson('pairs.whole').sink_parquet('pk.parquet')",
    "export with origin": "pl.scan_parquet('pk.parquet').with_row_index('line').with_columns(pl.struct('line', file=pl.lit('pairs.jsonl'))"
    ".alias('provenance')).drop('line').sink_ndjson('pe.jsonl')",
}
DATASETS = {
    "pairs to Parquet": "D.from_json('pairs.whole', cache_dir='cache').to_parquet('hp.parquet')",
    "Parquet to Alpaca": "D.from_parquet('hp.parquet', cache_dir='cache').to_json('ha.jsonl')",
    "import of pairs": "D.from_json('pairs.whole', cache_dir='cache').save_to_disk('kept')",
    "export with origin": "d = D.load_from_disk('kept'); "
    "d.map(lambda row, n: {'provenance': {'line': n, 'file': 'pairs.jsonl'}}, with_indices=True).to_json('he.jsonl')",
}


def made(folder: Path, rows: int) -> None:
    """The files, the same every time."""
    chance = random.Random(1)

    def text(words: int) -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(words // 2, words)))

    def chat(n: int) -> list[dict[str, str]]:
        turns = [{"role": role, "content": text(size)} for _ in range(1 + n % 3) for role, size in (("user", 20), ("assistant", 40))]
        return [{"role": "system", "content": text(12)}, *turns] if n % 4 == 0 else turns

    with (folder / "pairs.jsonl").open("w") as pairs, (folder / "pairs.whole").open("w") as whole, (folder / "chats.jsonl").open("w") as chats:
        for n in range(rows):
            pair = json.dumps({"instruction": f"{n}: {text(30)}?", "input": text(20) if n % 3 == 0 else "", "output": text(60)}) + "\n"
            broken = n % BROKEN == 17
            pairs.write('{"instruction": "cut off\n' if broken else pair)
            chats.write('{"messages": [\n' if broken else json.dumps({"messages": chat(n)}) + "\n")
            if not broken:
                whole.write(pair)


def resident(process: int) -> int:
    """Bytes that the process and those that it started hold."""
    try:
        held = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        inner = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return held + sum(resident(int(one)) for one in inner)


def measured(command: list[str], folder: Path) -> dict[str, float]:
    """Seconds of wall and CPU, and peak MB."""
    def used() -> float:
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        return spent.ru_utime + spent.ru_stime

    before, start, peak = used(), time.perf_counter(), 0
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return {"wall": round(time.perf_counter() - start, 3), "cpu": round(used() - before, 3), "peak_mb": round(peak / 1e6)}


def commands(stage: str, others: str) -> dict[str, list[str]]:
    """What is run, by whose it is."""
    if stage in OURS:
        source, target, format = OURS[stage]
        ours = f"from rowsmith.app.conversion import convert; convert({source!r}, {target!r}, {format!r})"
    else:
        ours = KEPT[stage]
    found = {"rowsmith": [sys.executable, "-c", ours], "duckdb": [sys.executable, "-c", f'import duckdb; duckdb.execute("""{DUCKDB[stage]}""")']}
    if others and stage in POLARS:
        found["polars"] = [others, "-c", f"import polars as pl; {POLARS[stage]}"]
        found["datasets"] = [others, "-c", f"from datasets import Dataset as D; {DATASETS[stage]}"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="50,000 rows")
    parser.add_argument("--others", default="", metavar="PYTHON", help="an interpreter that has polars and datasets")
    parser.add_argument("--json", default="", metavar="PATH")
    given = parser.parse_args()
    rows = 50_000 if given.quick else given.rows
    with TemporaryDirectory(prefix="rowsmith-converting-") as name:
        folder = Path(name)
        made(folder, rows)
        found = {stage: {who: measured(command, folder) for who, command in commands(stage, given.others).items()} for stage in STAGES}
    print(f"{rows:,} rows\n{'':22}{'':10} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'rate of DuckDB':>15}")
    for stage, tools in found.items():
        for who, told in tools.items():
            print(f"{stage:22}{who:10} {told['wall']:8.2f} {told['cpu']:8.2f} {told['peak_mb']:8.0f} {tools['duckdb']['wall'] / told['wall']:15.2f}")
    line: dict[str, Any] = {"rows": rows, "stages": found}
    if given.json:
        Path(given.json).write_text(json.dumps(line))
    print(json.dumps(line))


if __name__ == "__main__":
    main()
