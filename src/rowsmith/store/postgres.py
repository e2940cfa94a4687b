"""PostgreSQL as Rowsmith uses it: a small pool, deadlines for statements and locks, durable commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from rowsmith.core.errors import Unavailable
from rowsmith.core.failpoints import failpoint

SLEEP_S = 10.0
"""How long a transaction may wait for its client."""
_SETTINGS = f"-c statement_timeout=60000 -c lock_timeout=30000 -c idle_in_transaction_session_timeout={SLEEP_S:.0f}s -c timezone=UTC"
_LOCKED = "55P03"
_END_SLEEPERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
    "AND application_name = current_setting('application_name') AND xact_start IS NOT NULL AND wait_event = 'ClientRead' "
    "AND state_change < clock_timestamp() - make_interval(secs => :s)"
)
_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)")


class Postgres:
    """One PostgreSQL database. What the URL's query says (`?options=-c statement_timeout=0`) goes before our own settings."""

    dialect = "postgresql"
    profile = "postgresql"
    folder = None

    def __init__(self, url: URL) -> None:
        if find_spec("psycopg") is None:
            raise Unavailable("PostgreSQL needs the psycopg package.", "Install it: pip install 'rowsmith[postgres]'")
        self.place = f"PostgreSQL at {url.host or 'the local socket'}:{url.port or 5432} (database {url.database or url.username})"
        theirs = url.query.get("options", "")
        ours = {
            "options": f"{_SETTINGS} {theirs if isinstance(theirs, str) else ' '.join(theirs)}".strip(),
            "application_name": url.query.get("application_name", "rowsmith"),
            "connect_timeout": url.query.get("connect_timeout", "10"),
        }
        self._writing = create_engine(
            url.difference_update_query(list(ours)), connect_args=ours, pool_pre_ping=True, pool_size=5, max_overflow=11, pool_timeout=30
        )
        self._reading = self._writing.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction that sees one state of the database from its first statement on, as on SQLite."""
        with self._reading.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction (READ COMMITTED); several may run at once, in this process too."""
        try:
            with self._writing.begin() as conn:
                yield conn
                failpoint("store.commit.before")
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCKED:
                self.end_sleepers()
            raise
        failpoint("store.commit.after")

    def end_sleepers(self) -> None:
        """End our own transactions, of whatever process, that wait for it for too long. The server ends those that wait between two requests;
        of a process that was stopped amid a request that it sends in parts (as `many` does), it waits for the rest for ever."""
        with self._writing.connect() as conn:
            conn.execute(_END_SLEEPERS, {"s": SLEEP_S})

    def scrub(self, tables: Sequence[str]) -> None:
        """Nothing of what was deleted is left in the files of these tables, nor in what the planner knows of them: each is written anew, and
        locked meanwhile. The server's own write-ahead log is its administrator's."""
        with self._writing.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.exec_driver_sql("SET statement_timeout = 0")
            try:
                for table in tables:
                    conn.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{table}"')
            finally:
                conn.exec_driver_sql("RESET statement_timeout")

    def now(self, conn: Connection) -> float:
        """The server's clock."""
        return float(conn.execute(_NOW).scalar_one())

    def problems(self) -> list[str]:
        """Settings of the server under which a commit may be lost."""
        with self.read() as conn:
            off = [name for name in ("synchronous_commit", "fsync", "full_page_writes") if conn.exec_driver_sql(f"SHOW {name}").scalar() == "off"]
        return [f"{self.place} has {name}=off: commits can be lost at a crash. Set {name}=on." for name in off]

    def abandon(self) -> None:
        """Close what nobody has closed."""
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._writing.dispose()
