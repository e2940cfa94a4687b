"""The environments of the consumers whose loaders prove our exports, one for each file of tests/consumers/environments: `.venvs/NAME`.

    .venv/bin/python scripts/consumers.py [NAME...]        make those that are not up to date

`NAME.txt` lists what pip installs; `NAME.no-deps.txt`, where there is one, what it then installs without what that asks for.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "tests" / "consumers" / "environments"
VENVS = ROOT / ".venvs"
WITHOUT = ".no-deps"


def pins(name: str) -> list[Path]:
    """The files that say what is in an environment."""
    return [path for path in (PINS / f"{name}.txt", PINS / f"{name}{WITHOUT}.txt") if path.is_file()]


def stamp(name: str) -> str:
    """What the environment is made of; another stamp: it is made again."""
    return hashlib.sha256(sys.version.encode() + b"".join(path.read_bytes() for path in pins(name))).hexdigest()


def python(name: str) -> Path:
    """The interpreter of an environment."""
    return VENVS / name / "bin" / "python"


def ready(name: str) -> bool:
    """Whether it is there, as its pins say."""
    written = VENVS / name / "rowsmith.stamp"
    return written.is_file() and written.read_text() == stamp(name)


def make(name: str) -> None:
    """Make an environment anew."""
    start = time.monotonic()
    print(f"consumers: making {name}", file=sys.stderr, flush=True)
    folder = VENVS / name
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python(name)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    for path in pins(name):
        subprocess.run([*pip, *(["--no-deps"] if WITHOUT in path.name else []), "-r", str(path)], check=True, stdout=sys.stderr)
    (folder / "rowsmith.stamp").write_text(stamp(name))
    print(f"consumers: {name} is there after {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


def main() -> None:
    """Make what is not up to date."""
    known = sorted(path.stem for path in PINS.glob("*.txt") if WITHOUT not in path.name)
    if unknown := set(sys.argv[1:]) - set(known):
        sys.exit(f"consumers: no environment is called {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
    for name in sys.argv[1:] or known:
        if not ready(name):
            make(name)


if __name__ == "__main__":
    main()
