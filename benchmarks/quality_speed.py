"""How long `rowsmith quality` takes over many rows with the default checks, and how much memory: beside the time that each check takes alone.

    python benchmarks/quality_speed.py [--rows 100000] [--checks a,b] [--apart] [--others PYTHON] [--json]

Rows are invented questions with answers, of which a twentieth are repeated, and a twentieth with one word more. `--apart` measures each check
that such rows can be checked by, by itself. `--others PYTHON` is an interpreter that has polars, datasketch, scrubadub and py3langid: each does the
same work by itself, over the same file, without rows, flags or a report; what is not installed there is named as missing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_READ = "import json, sys; texts = [one['instruction'] + chr(10) + one['output'] for one in map(json.loads, open(sys.argv[1]))]; "
OTHERS = {
    "duplicates": ("polars", "import polars as pl, sys; print(pl.read_ndjson(sys.argv[1]).unique().height)"),
    "near-duplicates": (
        "datasketch",
        f"""{_READ}
from datasketch import MinHash, MinHashLSH
index, found = MinHashLSH(threshold=0.8, num_perm=128), 0
for place, text in enumerate(texts):
    words, sketch = text.split(), MinHash(num_perm=128)
    sketch.update_batch([' '.join(words[at : at + 3]).encode() for at in range(max(1, len(words) - 2))])
    found += bool(index.query(sketch))
    index.insert(str(place), sketch)
print(found)""",
    ),
    "pii": ("scrubadub", f"{_READ}import scrubadub; one = scrubadub.Scrubber(); print(sum(1 for text in texts for _ in one.iter_filth(text)))"),
    "language": ("py3langid", f"{_READ}import py3langid; print(len({{py3langid.classify(text)[0] for text in texts}}))"),
}
"""By check another's library for it, and what that is to do."""
TEXT = (
    "the river market opens early and people carry bread fish tools paper to small boats that wait near stone steps while children read letters "
    "from a teacher who explains why water moves slowly under bridges built long ago by masons with simple instruments and careful measure"
)
WORDS = TEXT.split()


def rows(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """Invented rows, the same for the same seed."""
    draw = random.Random(seed)
    made: list[dict[str, Any]] = []
    while len(made) < count:
        kind = draw.random()
        if made and kind < 0.05:
            made.append(draw.choice(made))
        elif made and kind < 0.1:
            before = draw.choice(made)
            made.append({**before, "output": f"{before['output']} {draw.choice(WORDS)}"})
        else:
            question, answer = (" ".join(draw.choices(WORDS, k=draw.randint(*size))) for size in ((6, 20), (20, 90)))
            made.append({"instruction": f"{question}? {len(made)}", "input": "", "output": f"{answer}."})
    return made


def measured(path: Path, checks: str | None) -> dict[str, Any]:
    """Seconds and peak memory of one command, in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        words = [sys.executable, "-m", "rowsmith.cli.main", "quality", str(path), "--json", "--flags", f"{home}/flags", "--home", f"{home}/home"]
        words += ["--checks", checks] if checks else []
        begun = time.monotonic()
        with open(f"{home}/out", "wb") as out:
            process = subprocess.Popen(words, stdout=out, env={**os.environ, "ROWSMITH_BACKGROUND": "off"})
            _, status, used = os.wait4(process.pid, 0)
        told = json.loads(Path(home, "out").read_text(encoding="utf-8").splitlines()[-1])
        if os.waitstatus_to_exitcode(status):
            raise SystemExit(f"{told['what']} {told['fix']}")
        return {
            "checks": told["checks"], "rows": told["rows"], "seconds": round(time.monotonic() - begun, 1), "peak_mib": used.ru_maxrss // 1024,
            "cpu": round(used.ru_utime + used.ru_stime, 1), "grade": told["grade"], "flagged": {one["name"]: one["flagged"] for one in told["parts"]},
        }  # fmt: skip


def by_another(path: Path, check: str, python: str) -> dict[str, Any]:
    """Seconds and peak memory of another's library at the work of a check."""
    library, work = OTHERS[check]
    begun = time.monotonic()
    process = subprocess.Popen([python, "-c", work, str(path)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    found = {"checks": [check], "by": library}
    if os.waitstatus_to_exitcode(status):
        return {**found, "missing": f"{library} did not do it; is it installed for {python}?"}
    cpu = round(used.ru_utime + used.ru_stime, 1)
    return {**found, "seconds": round(time.monotonic() - begun, 1), "cpu": cpu, "peak_mib": used.ru_maxrss // 1024}


def told(one: dict[str, Any]) -> str:
    """A measurement as a line."""
    who = f"{', '.join(one['checks'])} by {one.get('by', 'rowsmith')}"
    return f"{who}: {one['missing']}" if "missing" in one else f"{who}: {one['seconds']} s, {one['cpu']} s of CPU, {one['peak_mib']} MiB"


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--checks", default=None)
    asked.add_argument("--apart", action="store_true")
    asked.add_argument("--others", default="", metavar="PYTHON", help="an interpreter that has polars, datasketch, scrubadub and py3langid")
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.jsonl")
        path.write_text("".join(json.dumps(row) + "\n" for row in rows(given.rows)), encoding="utf-8")
        found = [measured(path, given.checks)]
        found += [measured(path, check) for check, flagged in found[0]["flagged"].items() if flagged is not None] if given.apart else []
        found += [by_another(path, check, given.others) for check in OTHERS] if given.others else []
    print(json.dumps(found) if given.json else "\n".join(map(told, found)))


if __name__ == "__main__":
    main()
