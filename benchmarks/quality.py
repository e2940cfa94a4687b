"""Precision and recall of a quality check on its truth set (tests/truth), over all rows and by kind.

    python benchmarks/quality.py --check NAME --half open|open-2|open-3|open-4|held|held-2 [--json]

Each check is measured by benchmarks/truth_<check>.py (`near-duplicates` by truth_near_duplicates.py): a function `measured(half) -> dict`. The open
half is for work on the check; the held half is measured once, when the check does not change any more.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def measures() -> dict[str, str]:
    """The checks that can be measured, and the module that does it."""
    return {path.stem.removeprefix("truth_").replace("_", "-"): path.stem for path in sorted(HERE.glob("truth_*.py"))}


def measured(check: str, half: str) -> dict[str, Any]:
    """What one check reaches on one half."""
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    found: dict[str, Any] = import_module(measures()[check]).measured(half)
    return found


def told(name: str, value: Any, depth: int = 0) -> list[str]:
    """The figures, one a line."""
    if isinstance(value, dict):
        return [f"{'  ' * depth}{name}", *(line for inner, each in value.items() for line in told(str(inner), each, depth + 1))]
    return [f"{'  ' * depth}{name}: {value:.4f}" if isinstance(value, float) else f"{'  ' * depth}{name}: {value}"]


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--check", required=True, choices=[*measures(), "all"])
    asked.add_argument("--half", required=True, choices=["open", "open-2", "open-3", "open-4", "held", "held-2"])
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    names = list(measures()) if given.check == "all" else [given.check]
    found = {name: measured(name, given.half) for name in names}
    print(json.dumps(found) if given.json else "\n".join(line for name, each in found.items() for line in told(f"{name}, {given.half}", each)))


if __name__ == "__main__":
    main()
