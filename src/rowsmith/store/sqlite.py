"""SQLite as Rowsmith uses it: WAL, synchronous=FULL, one writing connection a process, readers beside it.

SQLite 3.7.0 to 3.51.2 can lose committed data in WAL mode when a checkpoint and a commit of two connections meet. So every write
transaction (with the checkpoint that may follow its COMMIT), the first open and the last close happen under one lock file, in all
processes. It is taken with safe versions too: a home may be open in two interpreters with different versions, and the lock hands
the turn round fairly where SQLite's own polling lets one writer starve the others.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

from rowsmith.core.errors import Invalid, StorageBusy, Unavailable
from rowsmith.core.failpoints import failpoint

READERS = 16
_NETWORK = {"9p", "afs", "ceph", "cifs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"}
_NETWORK_FUSE = ("sshfs", "s3fs", "rclone", "gcsfuse", "glusterfs", "davfs", "cephfs", "curlftpfs", "smbnetfs")


def wal_safe(version: tuple[int, int, int]) -> bool:
    """Whether this version of SQLite is free of the WAL-reset bug (fixed in 3.51.3 and in two back-ports; 3.52.0 was withdrawn)."""
    return (version >= (3, 51, 3) and version != (3, 52, 0)) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


_TAKING: set[tuple[str, int]] = set()
"""Files whose right to write this process holds or waits for, and for whom."""


class Turn:
    """The right to write, held by one thread of one process at a time. `busy_s`: how long it waits for the writers of other processes.

    Two lock files: who waits for `-lock` holds `-turn`, so a process that has just written queues behind those already waiting.
    """

    def __init__(self, path: Path, *, shared: bool = True, busy_s: float = 60.0) -> None:
        self._busy_s = busy_s
        self._mutex = threading.Lock()
        self._path = str(path)
        names = (f"{path}-turn", f"{path}-lock") if shared else ()
        self._files = [os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644) for name in names]

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the right to write.

        Raises:
            StorageBusy: another process has held it for `busy_s` seconds.
        """
        with self._mutex:
            if not self._files:
                yield
                return
            _TAKING.add((self._path, id(self)))
            try:
                with self._locked(*self._files):
                    yield
            finally:
                _TAKING.discard((self._path, id(self)))

    @property
    def taken_here(self) -> bool:
        """Whether this process holds the right, or is about to, on behalf of another Database of the same file."""
        return any(path == self._path for path, _ in tuple(_TAKING))

    @contextmanager
    def _locked(self, turn: int, lock: int) -> Iterator[None]:
        _flock(turn, self._busy_s)
        try:
            _flock(lock, self._busy_s)
        finally:
            fcntl.flock(turn, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock files back; they stay on disk, because another process may be about to lock them."""
        while self._files:
            os.close(self._files.pop())


def _flock(file: int, busy_s: float) -> None:
    until, pause = time.monotonic() + busy_s, 0.0002
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise StorageBusy(
                    f"Another process{_holder(file)} has been writing to the database for over {busy_s:.0f} s.",
                    "Wait until it has ended, or end it; a stopped one (Ctrl-Z) goes on with fg.",
                ) from None
        time.sleep(pause)
        pause = min(pause * 1.5, 0.005)


def _holder(file: int) -> str:
    """` (pid N)` of the process that holds the lock, as Linux tells it."""
    inode = f":{os.fstat(file).st_ino}"
    locks = Path("/proc/locks")
    lines = locks.read_text().splitlines() if locks.exists() else []
    held = [line.split()[4] for line in lines if "FLOCK" in line and "->" not in line and line.split()[5].endswith(inode)]
    return f" (pid {held[0]})" if held else ""


class Sqlite:
    """One SQLite file: a writing connection and a small pool of readers."""

    dialect = "sqlite"

    def __init__(self, path: Path, *, shared: bool = True) -> None:
        refuse_network(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"The folder {path.parent} cannot be opened or made: {error.strerror}."
            raise Unavailable(what, "Name a folder that can be written: --home DIR.") from None
        self.place, self.folder = f"the database {path}", path.parent
        self.profile = "wal+flock" if shared else "wal"
        self._turn = Turn(path, shared=shared)
        self._writing = _engine(lambda: _open(path, writes=True), "BEGIN IMMEDIATE", poolclass=NullPool)
        self._reading = _engine(
            lambda: _open(path, writes=False), "BEGIN", poolclass=QueuePool, pool_size=READERS, max_overflow=0, pool_timeout=30
        )
        self._writer: Connection | None = None
        with self._turn.taken():
            self._writer = self._writing.connect()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction on a connection of its own."""
        with self._reading.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The write transaction of this process."""
        with self._turn.taken():
            conn = self._writer = self._writer or self._writing.connect()
            try:
                with conn.begin():
                    yield conn
                    failpoint("store.commit.before")
                failpoint("store.commit.after")
            except BaseException:
                self._recover(conn)
                raise

    def _recover(self, conn: Connection) -> None:
        """A COMMIT that failed leaves SQLite's transaction open: end it, or start afresh with a new connection."""
        try:
            driver(conn).rollback()
        except sqlite3.Error:
            self._writer = None
            conn.invalidate()

    def scrub(self, tables: Sequence[str]) -> None:
        """Nothing of what was deleted is left in the file: the database is written anew, and its write-ahead log emptied. Other writers wait
        meanwhile."""
        with self._turn.taken():
            conn = driver(self._writer or self._writing.connect())
            conn.execute("PRAGMA secure_delete=ON").fetchall()
            conn.execute("VACUUM")
            busy, *_ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StorageBusy(
                f"Another program reads {self.place}, so that its write-ahead log cannot be emptied now.", "Try again when it has ended."
            )

    def end_sleepers(self) -> None:
        """Nobody but the process itself can let go of a file's lock."""

    def now(self, conn: Connection) -> float:
        """SQLite runs within the process and on its host's clock (network file systems are refused), so that is the database's clock;
        its own `julianday('now')` knows milliseconds only."""
        return time.time()

    def problems(self) -> list[str]:
        """What makes this database less safe than promised."""
        if self.profile == "wal+flock" or wal_safe(sqlite3.sqlite_version_info):
            return []
        return [
            f"SQLite {sqlite3.sqlite_version} can damage a database that two processes write to, and the lock that prevents it is off. "
            "Unset ROWSMITH_SQLITE_PROFILE."
        ]

    def abandon(self) -> None:
        """Close what nobody has closed. The garbage collector calls this wherever it likes, within another Database's transaction too;
        the lock is then not waited for: who holds it has the file open, so that this close writes nothing back."""
        if self._turn.taken_here:
            self._reading.dispose()
            self._writing.dispose()
            self._turn.close()
            if self._writer is not None:
                self._writer.close()
        else:
            self.close()

    def close(self) -> None:
        """Close every connection, the writer last: the last close writes the WAL back, which belongs under the lock."""
        self._reading.dispose()
        if self._writer is not None:
            with self._turn.taken():
                self._writer.close()
                self._writer = None
        self._writing.dispose()
        self._turn.close()


def driver(conn: Connection) -> sqlite3.Connection:
    """The sqlite3 connection below."""
    found: Any = conn.connection.dbapi_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def _engine(creator: Any, begin: str, **pool: Any) -> Engine:
    engine = create_engine("sqlite://", creator=creator, **pool)

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        driver(conn).execute(begin)

    return engine


def _open(path: Path, *, writes: bool) -> sqlite3.Connection:
    """A connection with transactions in our own hands. It may move between threads, but never serves two at once."""
    conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0, cached_statements=256)
    settings = ["busy_timeout=10000", "mmap_size=0", "foreign_keys=ON", "synchronous=FULL"]
    settings += ["journal_mode=WAL", "journal_size_limit=67108864", "wal_autocheckpoint=4000"] if writes else ["query_only=ON"]
    try:
        for setting in settings:
            conn.execute(f"PRAGMA {setting}").fetchall()
    except BaseException:
        conn.close()
        raise
    return conn


def refuse_network(path: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Refuse a path whose file system's locks or shared memory do not hold between programs. `mounts`: Linux's list of mounts.

    Raises:
        Invalid: the path lies on such a file system.
    """
    found = _filesystem(path.resolve(), mounts.read_text(errors="replace")) if mounts.exists() else ""
    if found in _NETWORK or (found.startswith("fuse.") and found[5:].startswith(_NETWORK_FUSE)):
        raise Invalid(
            f"{path} lies on a network file system ({found}), whose locks SQLite cannot rely on.",
            "Put the home on a local disk (--home), or use PostgreSQL: --home postgresql://user@host/name.",
        )


def _filesystem(path: Path, mounts: str) -> str:
    """The type of the file system with the longest mount point above the path; of two at one point, the later covers the earlier."""
    best, kind = "", ""
    for line in mounts.splitlines():
        _, point, name, *_ = line.split(" ")
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point)
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, name
    return kind
