"""What our indexes of vectors make of the libraries: told {kind: place}, says what each gives."""

from __future__ import annotations

import json
import sys
from array import array
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "src"))

from rowsmith.connectors.vectors import open_index

MANY = 600


def raw(*numbers: float) -> bytes:
    return array("f", numbers).tobytes()


def tried(kind: str, place: str, scratch: Path) -> dict[str, object]:
    index = open_index(kind, place, scratch)
    empty = index.near(raw(1, 0), 3)
    for number in range(MANY):
        index.add(f"{number:032x}", raw(1, number / 100))
    index.add(f"{7:032x}", raw(-1, 0))
    index.close()
    index = open_index(kind, place, scratch)
    exact, replaced = index.near(raw(1, 3), 1), index.near(raw(-1, 0), 1)
    index.remove([f"{300:032x}"])
    index.close()
    index = open_index(kind, place, scratch)
    after = [name for name, _ in index.near(raw(1, 3), 20)]
    try:
        index.add("x" * 32, raw(1, 2, 3))
        index.near(raw(1, 2, 3), 1)
        length = ""
    except Exception as error:  # noqa: BLE001 - what kind of error it is, is what is asked
        length = f"{type(error).__name__}: {error}"
    index.close()
    alone = open_index(kind, "", scratch)
    alone.add("a", raw(1, 1))
    own = alone.near(raw(1, 1), 5)
    alone.close()
    return {"empty": empty, "exact": exact, "replaced": replaced, "after": after, "length": length, "own": own,
            "left": sorted(path.name for path in scratch.iterdir())}  # fmt: skip


def main() -> None:
    found = {}
    for kind, place in json.load(sys.stdin).items():
        scratch = Path(f"scratch-{kind}")
        scratch.mkdir()
        found[kind] = tried(kind, place, scratch)
    print(json.dumps(found))


main()
