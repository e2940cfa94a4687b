"""The server over many rows: pages, first filters, sorts and searches, edits, and readers beside writers; and how much memory its process takes.

    python benchmarks/serving.py [--rows 1000000] [--readers 20] [--writers 5] [--seconds 20] [--quick]

Rows as those of benchmarks/views.py, behind a real `rowsmith serve` in a process of its own; times are those of a client on this machine, in
milliseconds. The goals at 1,000,000 rows: a page within 150 ms (95th percentile), the first filter or sort within 1.5 s, memory within 1 GB
under 20 readers and 5 writers, no edit lost. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from views import made

from rowsmith import Lab
from rowsmith.store.datasets import Datasets

ROWS = "/projects/default/datasets/bench/rows"
SORTS = ("score", "answer", "-scores.judge.overall")
FILTERS = ("score > 99", "scores.judge.overall = 5 and score < 10", "input like '%e%' and length(answer) > 150")


@contextmanager
def served(home: Path) -> Iterator[tuple[httpx.Client, int]]:
    """A server of this home in a process of its own: (a client, the process)."""
    command = [sys.executable, "-m", "rowsmith.cli.main", "serve", "--home", str(home), "--port", "0", "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        address = next(found.group(0) for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        threading.Thread(target=process.stdout.read, daemon=True).start()
        token = (home / "serve.token").read_text().strip()
        with httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=120, trust_env=False) as client:
            yield client, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def memory_mib(pid: int, what: str = "VmHWM") -> float:
    """Of a process: the most memory that it had (VmHWM) or that it has (VmRSS), in MiB."""
    said = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+)", said).group(1)) / 1024  # type: ignore[union-attr]


def timed(act: Callable[[], Any]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def asked(client: httpx.Client, **params: Any) -> dict[str, Any]:
    """A page of rows."""
    response = client.get(ROWS, params=params)
    assert response.status_code == 200, response.text
    return dict(response.json())


def p95(found: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(found, n=20)[-1] if len(found) > 1 else found[0]


def crowd(client: httpx.Client, ids: list[str], count: int, args: argparse.Namespace) -> dict[str, Any]:
    """Readers of pages anywhere, and writers who each count up a number in rows that others write, too."""
    until, pages, edits, conflicts, wrong = time.monotonic() + args.seconds, list[float](), list[float](), [0], list[str]()
    done = dict.fromkeys(ids, 0)
    lock = threading.Lock()

    def read(seed: int) -> None:
        draw = random.Random(seed)
        while time.monotonic() < until:
            pages.append(timed(lambda: asked(client, start=draw.randrange(max(1, count - 200)), limit=200)))

    def write(seed: int) -> None:
        draw = random.Random(seed)
        while time.monotonic() < until:
            id_ = draw.choice(ids)
            row = client.get(f"{ROWS}/{id_}").json()
            began = time.perf_counter()
            sent = client.patch(f"{ROWS}/{id_}", json={"set": {"count": row["data"].get("count", 0) + 1}, "seen": row["revision"]})
            edits.append((time.perf_counter() - began) * 1000)
            with lock:
                if sent.status_code == 200:
                    done[id_] += 1
                elif sent.status_code == 409:
                    conflicts[0] += 1
                else:
                    wrong.append(sent.text[:200])

    threads = [threading.Thread(target=read, args=(n,)) for n in range(args.readers)]
    threads += [threading.Thread(target=write, args=(n,)) for n in range(args.writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stand = {id_: client.get(f"{ROWS}/{id_}").json()["data"].get("count", 0) for id_ in ids}
    lost = sum(max(0, done[id_] - stand[id_]) for id_ in ids)
    return {
        "readers": args.readers, "writers": args.writers, "pages": len(pages), "page_p50": statistics.median(pages), "page_p95": p95(pages),
        "edits": sum(done.values()), "edit_p95": p95(edits), "conflicts": conflicts[0], "lost": lost, "wrong": wrong[:3],
    }  # fmt: skip


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--writers", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--quick", action="store_true", help="20,000 rows, a few seconds")
    args = parser.parse_args()
    if args.quick:
        args.rows, args.seconds = 20_000, 3.0
    with tempfile.TemporaryDirectory(prefix="rowsmith-bench-") as folder:
        home = Path(folder) / "home"
        with Lab(home) as lab:
            lab.project()
            took = timed(lambda: Datasets(lab.db).commit("default", "bench", made(args.rows)))
        print(f"{args.rows:,} rows committed in {took / 1000:.1f} s", flush=True)
        with served(home) as (client, pid):
            draw, told = random.Random(5), dict[str, Any]()
            told["first_page"] = timed(lambda: asked(client, limit=200))
            told["make_the_view"] = timed(lambda: asked(client, where="score > 50", limit=200))
            pages = [timed(lambda: asked(client, start=draw.randrange(max(1, args.rows - 200)), limit=200)) for _ in range(200)]
            told["page_p50"], told["page_p95"] = statistics.median(pages), p95(pages)
            told["first_filter"] = max(timed(lambda one=one: asked(client, where=one, limit=200)) for one in FILTERS)  # type: ignore[misc]
            told["first_sort"] = max(timed(lambda one=one: asked(client, sort=one, limit=200)) for one in SORTS)  # type: ignore[misc]
            again = [timed(lambda: asked(client, sort=SORTS[0], start=draw.randrange(max(1, args.rows - 200)), limit=200)) for _ in range(100)]
            told["sorted_page_p95"] = p95(again)
            told["memory_mib"] = memory_mib(pid)
            ids = [row["id"] for row in asked(client, start=args.rows // 2, limit=20)["items"]]
            told["crowd"] = crowd(client, ids, args.rows, args)
            told["crowd"]["memory_mib"] = memory_mib(pid)
            edited = [timed(lambda: asked(client, start=draw.randrange(max(1, args.rows - 200)), limit=200)) for _ in range(100)]
            told["page_p95_with_edits"] = p95(edited)
    rounded = json.loads(json.dumps(told), parse_float=lambda said: round(float(said), 1))
    for name, value in rounded.items():
        print(f"{name:>22}  {value}")
    print(json.dumps({"rows": args.rows, "cpus": os.cpu_count(), **rounded}))


if __name__ == "__main__":
    main()
