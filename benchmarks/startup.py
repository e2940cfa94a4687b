"""CPU of `rowsmith --help` above a bare interpreter's.

    python benchmarks/startup.py [--quick]

Each is started several times and the least user and system time counts, so that other work on the machine does not.
The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

LIMIT_MS = 150
BARE = [sys.executable, "-c", "pass"]
HELP = [str(Path(sys.executable).with_name("rowsmith")), "--help"]


def cpu_ms(command: list[str], runs: int) -> float:
    """Least CPU time of the command over several runs, milliseconds."""
    return min(_once(command) for _ in range(runs))


def _once(command: list[str]) -> float:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return (used.ru_utime + used.ru_stime) * 1000


def measured(runs: int) -> dict[str, object]:
    """Both figures, and what lies between them."""
    cpu_ms(HELP, 1)  # writes the bytecode
    bare, shown = cpu_ms(BARE, runs), cpu_ms(HELP, runs)
    above = round(shown - bare, 1)
    return {"bare_ms": round(bare, 1), "help_ms": round(shown, 1), "above_ms": above, "limit_ms": LIMIT_MS, "ok": above <= LIMIT_MS}


def main() -> None:
    """Print a table and, last, one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="few runs")
    given = parser.parse_args()
    found = measured(5 if given.quick else given.runs)
    for name, value in found.items():
        print(f"{name:12} {value!s:>8}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
