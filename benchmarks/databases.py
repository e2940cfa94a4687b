"""A table of each database streamed into JSON Lines: seconds, rows a second, and peak memory, which is to be flat.

    python benchmarks/databases.py [--rows 1000000] [--quick] [--json PATH]

Each database is made, read once with a tenth of the rows and once with all, each time in a process of its own, and removed. PostgreSQL is the
server of ROWSMITH_TEST_POSTGRES (default: 127.0.0.1:5432), MariaDB or MySQL that of ROWSMITH_TEST_MYSQL (default: root at 127.0.0.1:3306), MongoDB
that of ROWSMITH_TEST_MONGODB, else a stand-in of the tests that speaks its protocol. A server that is not there is left out, and that is said.
Memory is the peak of the process that fetches, and of its child where it has one. `growth` is memory at all rows by memory at a tenth. The last line
is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
SAID = "words that say something about it, for a table of nothing but numbers is none that people have"
CHILD = """
import json, resource, sys, time
from pathlib import Path
from tempfile import TemporaryDirectory
from rowsmith.connectors.databases import fetch
from rowsmith.core.addresses import Allowed
from rowsmith.core.fetching import Reach
url, rows = sys.argv[1], int(sys.argv[2])
with TemporaryDirectory() as folder:
    begin = time.perf_counter()
    reach = Reach(Allowed(("127.0.0.1", "localhost"), range(1, 65536)), Path(folder))
    (one,) = fetch(reach, Path(folder), url=url, table="item", limit=rows)
    seconds = time.perf_counter() - begin
    assert one.facts["rows"] == rows, one.facts
    size = one.path.stat().st_size
peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({"seconds": seconds, "peak_mb": peak / (1 << (20 if sys.platform == "darwin" else 10)), "mb": size / 1e6}))
"""


@contextmanager
def postgresql(rows: int, folder: Path) -> Iterator[str]:
    """A schema of its own in the test server's database."""
    import psycopg

    url = os.environ.get("ROWSMITH_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres").replace("+psycopg", "")
    name = f"rowsmith_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            here = f"{url.rpartition('/')[0]}/{name}"
            with psycopg.connect(here, autocommit=True) as one:
                one.execute("CREATE TABLE item (id bigint PRIMARY KEY, name text, price numeric(12,2), said text, open boolean, at timestamptz)")
                made = "SELECT n, 'item ' || n, n / 4.0, %s, n %% 2 = 0, '2024-01-01'::timestamptz + n * interval '1 second'"
                one.execute(f"INSERT INTO item {made} FROM generate_series(1, {rows}) n", [SAID])
                one.execute("ANALYZE item")
            yield here
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def mariadb(rows: int, folder: Path) -> Iterator[str]:
    """A database of its own on the server."""
    import pymysql

    url = os.environ.get("ROWSMITH_TEST_MYSQL", "mysql://root@127.0.0.1:3306")
    at = urlsplit(url)
    name = f"rowsmith_bench_{os.getpid()}"
    server = pymysql.connect(host=at.hostname, port=at.port or 3306, user=at.username or "root", password=at.password or "", autocommit=True)
    with server, server.cursor() as one:
        one.execute(f"CREATE DATABASE {name}")
        try:
            one.execute(f"CREATE TABLE {name}.item (id bigint PRIMARY KEY, name text, price decimal(12,2), said text, open boolean, at datetime)")
            depth = "max_recursive_iterations" if "MariaDB" in server.get_server_info() else "cte_max_recursion_depth"
            one.execute(f"SET SESSION {depth} = 100000000")
            numbers = f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows})"
            made = "SELECT n, concat('item ', n), n / 4, %s, n %% 2 = 0, '2024-01-01' + INTERVAL n SECOND FROM n"
            one.execute(f"INSERT INTO {name}.item {numbers} {made}", [SAID])
            yield f"{url}/{name}"
        finally:
            one.execute(f"DROP DATABASE {name}")


@contextmanager
def sqlite(rows: int, folder: Path) -> Iterator[str]:
    """A file."""
    with sqlite3.connect(folder / "bench.db") as one:
        one.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, said TEXT, open INTEGER, at TEXT)")
        numbers = f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows})"
        one.execute(f"INSERT INTO item {numbers} SELECT n, 'item ' || n, n / 4.0, ?, n % 2, datetime(1700000000 + n, 'unixepoch') FROM n", [SAID])
    one.close()
    yield f"sqlite:///{folder}/bench.db"


@contextmanager
def duckdb(rows: int, folder: Path) -> Iterator[str]:
    """A file."""
    import duckdb as driver

    with driver.connect(str(folder / "bench.duckdb")) as one:
        made = "SELECT n AS id, 'item ' || n AS name, (n / 4)::DECIMAL(12,2) AS price, ? AS said, n % 2 = 0 AS open, to_timestamp(n) AS at"
        one.execute(f"CREATE TABLE item AS {made} FROM range(1, {rows + 1}) AS t(n)", [SAID])
    yield f"duckdb:///{folder}/bench.duckdb"


@contextmanager
def mongodb(rows: int, folder: Path) -> Iterator[str]:
    """A database of its own on a server, else the stand-in in a process of its own."""
    if url := os.environ.get("ROWSMITH_TEST_MONGODB", ""):
        import pymongo

        name = f"rowsmith_bench_{os.getpid()}"
        with pymongo.MongoClient(url) as client:
            try:
                for first in range(0, rows, 10_000):
                    numbers = range(first, min(rows, first + 10_000))
                    client[name].item.insert_many({"_id": n, "name": f"item {n}", "price": n / 4, "said": SAID} for n in numbers)
                yield f"{url.rstrip('/')}/{name}"
            finally:
                client.drop_database(name)
        return
    script = ROOT / "tests" / "connectors" / "mongo_stand_in.py"
    with subprocess.Popen([sys.executable, str(script), str(rows)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        try:
            yield f"mongodb://127.0.0.1:{server.stdout.readline().strip()}/shop"
        finally:
            server.stdin.close()


MADE = {"PostgreSQL": postgresql, "MariaDB": mariadb, "SQLite": sqlite, "DuckDB": duckdb, "MongoDB": mongodb}


def measured(url: str, rows: int) -> dict[str, float]:
    """One reading, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", CHILD, url, str(rows)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def main() -> None:
    """Print the table, and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="100,000 rows")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = 100_000 if given.quick else given.rows
    told: dict[str, Any] = {"rows": rows, "databases": {}}
    print(f"{'':12}{'seconds':>9}{'rows/s':>10}{'MB':>8}{'peak MB':>9}{f'at {rows // 10:,}':>12}{'growth':>8}")
    for name, make in MADE.items():
        with TemporaryDirectory() as folder:
            try:
                with make(rows, Path(folder)) as url:
                    few, many = measured(url, rows // 10), measured(url, rows)
            except (OSError, ImportError, *_away()) as error:
                print(f"{name:12} NOT MEASURED: {str(error).splitlines()[0][:100]}")
                continue
        found = {**many, "rows_per_s": rows / many["seconds"], "peak_mb_at_a_tenth": few["peak_mb"], "growth": many["peak_mb"] / few["peak_mb"]}
        told["databases"][name] = {key: round(value, 3) for key, value in found.items()}
        sizes = f"{many['mb']:>8.0f}{many['peak_mb']:>9.0f}{few['peak_mb']:>12.0f}{found['growth']:>8.2f}"
        print(f"{name:12}{many['seconds']:>9.1f}{found['rows_per_s']:>10,.0f}{sizes}", flush=True)
    line = json.dumps(told)
    if given.json:
        given.json.write_text(line)
    print(line)


def _away() -> tuple[type[Exception], ...]:
    import psycopg
    import pymysql

    return (psycopg.OperationalError, pymysql.OperationalError)


if __name__ == "__main__":
    main()
