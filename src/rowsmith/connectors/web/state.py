"""A crawl's state on disk: the queue, what has come, and what has been seen. It outlives a kill at any moment.

What became of an address, the links that it brought and its place out of the queue are one transaction, after its file is durable. So an address is
either still in the queue or settled; what is settled and has not been given is given when the same crawl goes on.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from rowsmith.connectors.part import disk
from rowsmith.connectors.web.entry import Entry, Given, Lacking
from rowsmith.connectors.web.seen import SCHEMA, Seen
from rowsmith.core.crawls import Crawl
from rowsmith.core.errors import Conflict, Invalid, StorageFull
from rowsmith.core.step import is_content

MOST_WAITING = 1_000_000
"""Addresses in the queue; further ones are not taken in."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS crawl (asked TEXT);
CREATE TABLE IF NOT EXISTS address (number INTEGER PRIMARY KEY, key TEXT UNIQUE, url TEXT, kind TEXT, depth INTEGER, priority REAL, chain TEXT,
    referrer TEXT, start INTEGER, waiting INTEGER, came INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS outcome (number INTEGER PRIMARY KEY, name TEXT, file TEXT, facts TEXT, reason TEXT, detail TEXT, given INTEGER DEFAULT 0);
CREATE INDEX IF NOT EXISTS to_give ON outcome (number) WHERE NOT given;
CREATE TABLE IF NOT EXISTS robots (host TEXT PRIMARY KEY, body BLOB, at REAL);
"""


class State:
    """The state in a folder, of one crawl. To be used by one thread; close it when done. `seen` is what has been seen on the way; `taken`, how
    many pages have come.

    Raises:
        Invalid: what lies in the folder is of another crawl, or no state. Conflict: another process has it. StorageFull, Unavailable: the disk.
    """

    def __init__(self, folder: Path, crawl: Crawl) -> None:
        self.pages = folder / "pages"
        with disk(self.pages):
            self.pages.mkdir(parents=True, exist_ok=True)
        self._queues: dict[str, list[tuple[float, int]]] = {}
        self._waiting, self._under_way = 0, set[int]()
        with self._told():
            self._db = sqlite3.connect(folder / "crawl.sqlite", timeout=1.0, isolation_level=None)
        self.seen = Seen(self._db)
        try:
            with self._told():
                self._begun(crawl)
        except BaseException:
            self._db.close()
            raise
        for left in self.pages.glob("*.part"):
            left.unlink()

    def _begun(self, crawl: Crawl) -> None:
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA + SCHEMA)
        self._claim(crawl)
        for entry in self._entries("waiting ORDER BY number"):
            self._push(entry)
        self.taken: int = self._db.execute("SELECT count(*) FROM outcome WHERE file IS NOT NULL").fetchone()[0]

    def close(self) -> None:
        """Let go of the files."""
        self._db.close()

    # -- the queue

    @property
    def waiting(self) -> int:
        """Addresses in the queue, some of them perhaps twice."""
        return self._waiting

    def begin(self, starts: Iterable[Entry]) -> None:
        """Put the starts of a new crawl into the queue."""
        with self._written():
            if not self._db.execute("SELECT count(*) FROM address").fetchone()[0]:
                self._add(starts)

    def starts(self, *, waiting: bool = False) -> list[Entry]:
        """The addresses that the user gave, and where they redirect to; of these, those that are waiting still."""
        return list(self._entries("start AND waiting" if waiting else "start"))

    def next(self, ready: Callable[[str], bool]) -> Entry | None:
        """Take the best address out of the queue that is on a host which is ready. Of two equals the one that came first."""
        ordered = sorted((queue[0], host) for host, queue in self._queues.items() if queue and ready(host))
        for _, host in ordered:
            queue = self._queues[host]
            while queue:
                _, number = heapq.heappop(queue)
                self._waiting -= 1
                entry = None if number in self._under_way else next(self._entries("waiting AND number = ?", number), None)
                if entry is not None:
                    self._under_way.add(number)
                    return entry
            del self._queues[host]
        return None

    def count_waiting(self) -> int:
        """Addresses in the queue."""
        count: int = self._db.execute("SELECT count(*) FROM address WHERE waiting").fetchone()[0]
        return count

    def hosts(self) -> list[str]:
        """The hosts that have addresses in the queue."""
        return [host for host, queue in self._queues.items() if queue]

    def has(self, key: str) -> bool:
        """Whether an address has ever been in the queue."""
        return self._db.execute("SELECT 1 FROM address WHERE key = ?", (key,)).fetchone() is not None

    def came(self, key: str) -> bool:
        """Whether the page of an address has come."""
        return self._db.execute("SELECT 1 FROM address WHERE key = ? AND came", (key,)).fetchone() is not None

    # -- what became of it

    @contextmanager
    def settling(self, entry: Entry) -> Iterator[None]:
        """One transaction, at whose end the address is out of the queue for good."""
        with self._written():
            yield
            self._db.execute("UPDATE address SET waiting = 0 WHERE number = ?", (entry.number,))
        self._under_way.discard(entry.number)

    def lead(self, entries: Iterable[Entry]) -> None:
        """Put addresses into the queue; one that waits there already moves up where it has come nearer or become more relevant."""
        self._add(entries)

    def keep(self, entry: Entry, given: Given, said: str, print_: int | None) -> None:
        """A page came. One that waits under its name is not gone to any more."""
        self.taken += 1
        for other in self._entries("waiting AND key = ? AND number <> ?", given.name, entry.number):
            if other.chain and other.number not in self._under_way:
                self.lack(other, Lacking("duplicate", f"It redirects to {given.name}, which has come already."))
        self._outcome(given.name, given.file, orjson.dumps(given.facts).decode(), None, None)
        self._db.execute("UPDATE address SET came = 1 WHERE number = ?", (entry.number,))
        self._db.execute(
            "INSERT INTO address (key, waiting, came) VALUES (?, 0, 1) ON CONFLICT (key) DO UPDATE SET waiting = 0, came = 1", (given.name,)
        )
        self.seen.add(given.name, said, print_)

    def lack(self, entry: Entry, lacking: Lacking) -> None:
        """A page did not come."""
        self._outcome(entry.asked, None, None, lacking.reason, lacking.detail)

    # -- what is given

    def to_give(self) -> tuple[int, Given | tuple[str, Lacking]] | None:
        """The first of what has come or not come and was not given yet, with its number."""
        row = self._db.execute("SELECT number, name, file, facts, reason, detail FROM outcome WHERE NOT given ORDER BY number LIMIT 1").fetchone()
        if row is None:
            return None
        number, name, file, facts, reason, detail = row
        return number, Given(name, file, orjson.loads(facts)) if file else (name, Lacking(reason, detail))

    def held(self) -> int:
        """How many were not given yet."""
        count: int = self._db.execute("SELECT count(*) FROM outcome WHERE NOT given").fetchone()[0]
        return count

    def given(self, number: int) -> None:
        """It was given, and taken: its file is needed no more."""
        with self._told():
            row = self._db.execute("UPDATE outcome SET given = 1 WHERE number = ? RETURNING file", (number,)).fetchone()
        if row[0]:
            (self.pages / row[0]).unlink(missing_ok=True)

    # -- robots.txt

    def robots(self, host: str, since: float) -> bytes | None:
        """A host's robots.txt, empty where it has none, as far as it was read after `since`."""
        row = self._db.execute("SELECT body FROM robots WHERE host = ? AND at > ?", (host, since)).fetchone()
        return row[0] if row else None

    def keep_robots(self, host: str, body: bytes, at: float) -> None:
        """A robots.txt was read."""
        with self._told():
            self._db.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", (host, body, at))

    # -- within

    def _claim(self, crawl: Crawl) -> None:
        asked = crawl.model_dump_json(include={name for name, field in Crawl.model_fields.items() if is_content(field)})
        row = self._db.execute("SELECT asked FROM crawl").fetchone()
        if row is None:
            self._db.execute("INSERT INTO crawl VALUES (?)", (asked,))
        elif row[0] != asked:
            raise Invalid("The crawl that was interrupted here had other settings.", "Give the same, or begin anew with an empty state.")

    def _entries(self, where: str, *values: object) -> Iterator[Entry]:
        columns = "url, key, kind, depth, priority, chain, referrer, start, number"
        for row in self._db.execute(f"SELECT {columns} FROM address WHERE {where}", values).fetchall():
            url, key, kind, depth, priority, chain, referrer, start, number = row
            yield Entry(url, key, kind, depth, priority, tuple(orjson.loads(chain)), referrer, bool(start), number)

    def _add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if self._waiting >= MOST_WAITING:
                self.seen.skip("full")
                continue
            values = (entry.key, entry.url, entry.kind, entry.depth, entry.priority, orjson.dumps(entry.chain).decode(), entry.referrer, entry.start)
            row = self._db.execute(
                "INSERT INTO address (key, url, kind, depth, priority, chain, referrer, start, waiting) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)"
                " ON CONFLICT (key) DO UPDATE SET priority = max(priority, excluded.priority), depth = min(depth, excluded.depth)"
                " WHERE waiting = 1 AND (priority < excluded.priority OR depth > excluded.depth) RETURNING number, priority", values,
            ).fetchone()  # fmt: skip
            if row is not None:
                self._push(Entry(entry.url, entry.key, priority=row[1], number=row[0]))

    def _push(self, entry: Entry) -> None:
        heapq.heappush(self._queues.setdefault(entry.host, []), (-entry.priority, entry.number))
        self._waiting += 1

    def _outcome(self, *values: object) -> None:
        self._db.execute("INSERT INTO outcome (name, file, facts, reason, detail) VALUES (?, ?, ?, ?, ?)", values)

    @contextmanager
    def _written(self) -> Iterator[None]:
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if "full" in str(error):
                raise StorageFull(f"No space is left in {self.pages.parent}.", "Free some space, and do the same again: it goes on.") from None
            if "locked" in str(error):
                raise Conflict("Another process carries this crawl out.", "Wait until it has ended, or end it.") from None
            raise Invalid(f"The state in {self.pages.parent} cannot be used: {error}.", "Begin anew with an empty folder.") from None
