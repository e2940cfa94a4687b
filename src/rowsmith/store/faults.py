"""What the database drivers report, turned into errors that say what is wrong and what to do."""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rowsmith.core.errors import RowsmithError, StorageBusy, StorageFull, Unavailable

_SPARE = 1 << 20  # fewer free bytes than this, and an I/O error means a full disk
_AGAIN = {
    "40001": "another transaction changed the same data",
    "40P01": "it and another transaction waited for each other",
    "55P03": "a lock was not free in time",
    "57014": "it ran past the server's statement_timeout",
    "25P03": "it idled past idle_in_transaction_session_timeout",
}
_NO_SERVER = "Check that the server runs and that host, port, user and password are right."


@contextmanager
def told(place: str, folder: Path | None = None) -> Iterator[None]:
    """Within it, driver errors about the state of the storage become `Unavailable`; all others pass as they are.

    `place` names the database for the user, without its password; `folder` is where its file lies (SQLite).
    """
    try:
        yield
    except DBAPIError as error:
        if found := _read(error.orig, error.connection_invalidated, place, folder):
            raise found from error
        raise
    except (sqlite3.Error, OSError) as error:
        if found := _read(error, False, place, folder):
            raise found from error
        raise
    except PoolTimeout as error:
        raise StorageBusy(f"Every connection to {place} is in use.", "Try again, or use fewer threads.") from error


def _read(error: BaseException | None, lost: bool, place: str, folder: Path | None) -> RowsmithError | None:
    if isinstance(error, OSError):
        return _disk(error, place, folder)
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, place, folder)
    return _postgres(error, lost, place)


def _disk(error: OSError, place: str, folder: Path | None) -> RowsmithError | None:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full(str(error.filename or place), folder)
    if error.errno in (errno.EIO, errno.EROFS, errno.ESTALE):
        return _broken(str(error.filename or place), error.strerror or "I/O error")
    return None


def _broken(place: str, detail: str) -> Unavailable:
    return Unavailable(f"Reading or writing {place} failed ({detail}).", "Check the disk and the system's log, then run rowsmith verify.")


def full(place: str, folder: Path | None = None) -> StorageFull:
    """No space left; names the folder where space has to be made."""
    where = f" in {folder}" if folder else ""
    return StorageFull(f"No space is left for {place}.", f"Free some space{where}; a run that paused goes on with rowsmith resume.")


def _sqlite(error: sqlite3.Error, place: str, folder: Path | None) -> RowsmithError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = getattr(error, "sqlite_errorname", "")
    if code == sqlite3.SQLITE_FULL or (code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _scarce(folder)):
        return full(place, folder)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageBusy(f"{place} is locked by another program.", "Close other programs that have it open (a database browser?) and try again.")
    if code == sqlite3.SQLITE_IOERR:
        return _broken(place, name)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or str(error).startswith("Could not decode to UTF-8"):
        return Unavailable(f"{place} is damaged or is no database ({error}).", "Keep a copy of it, then restore a backup: rowsmith restore.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return Unavailable(f"{place} cannot be written ({error}).", f"Check the permissions of {folder} and of the files in it.")
    return None


def _scarce(folder: Path | None) -> bool:
    return folder is not None and shutil.disk_usage(folder).free < _SPARE


def _postgres(error: BaseException | None, lost: bool, place: str) -> RowsmithError | None:
    state = getattr(error, "sqlstate", None) or ""
    if state in ("53100", "53200") or state.startswith("58030"):
        return full(place) if state == "53100" else Unavailable(f"{place} reports: {_line(error)}", "Look into the server's log.")
    if why := _AGAIN.get(state):
        return StorageBusy(f"{place} gave a transaction up: {why}.", "Try again.")
    if lost or state.startswith(("08", "57P")):
        return StorageBusy(f"The connection to {place} was lost ({_line(error)}).", "Check that the server runs, and try again.")
    if state == "53300":
        return StorageBusy(f"{place} has no connection left ({_line(error)}).", "Raise max_connections, or close other programs.")
    if not state and type(error).__name__ in ("OperationalError", "ConnectionTimeout"):
        fix = "Make the database (createdb), or correct its name." if _no_database(error) else _NO_SERVER
        return StorageBusy(f"{place} cannot be reached: {_line(error)}", fix)
    return None


def _no_database(error: BaseException | None) -> bool:
    """The server answered, and has no such database; the driver gives no code when a connection fails."""
    return bool(re.search(r'FATAL:\s+database ".*" does not exist', str(error)))


def _line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
