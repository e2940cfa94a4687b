"""Which processes carry out runs, and whether one still lives.

A process registers, then renews its lease every `RENEW_S` seconds on the database's clock. On its own machine it is dead as soon as its
pid is gone; from elsewhere, when its lease has run out. A lease that only a jump of the clock can explain is not believed at once.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, text

from rowsmith.store.database import Database

LEASE_S = float(os.environ.get("ROWSMITH_LEASE_S", "60"))
"""How long a process of another machine that says nothing counts as alive. All processes of a home need the same value."""
RENEW_S = LEASE_S / 4
_KEPT_S = 7 * 86400.0

_INSERT = text(
    "INSERT INTO process (id, host, boot, pid, started, lease_until) VALUES (:id, :host, :boot, :pid, :started, :lease_until)"
)
_RENEW = text("UPDATE process SET lease_until = :lease_until WHERE id = :id")
_FIND = text("SELECT host, boot, pid, started, lease_until FROM process WHERE id = :id")
_FORGET = text("DELETE FROM process WHERE id = :id")
_SWEEP = text("DELETE FROM process WHERE lease_until < :before")

_renounced: set[str] = set()  # ids of this process that stand for nothing any more, whatever the table says
_doubted: dict[str, tuple[float, float]] = {}  # process id -> (its lease, since when we look at it, monotonic)


def register(db: Database) -> str:
    """Enter this process with a fresh lease and return the id that stands for it (32 hexadecimal digits). Old entries are swept."""
    own = uuid4().hex
    with db.write() as conn:
        now = db.now(conn)
        conn.execute(_SWEEP, {"before": now - _KEPT_S})
        here = {"host": _host(), "boot": _boot(), "pid": os.getpid(), "started": _started(os.getpid())}
        conn.execute(_INSERT, {"id": own, "lease_until": now + LEASE_S, **here})
    return own


def heartbeat(db: Database, conn: Connection, process: str) -> bool:
    """Renew the lease within a write transaction. False: the entry is gone, the process counts as dead and must write no more."""
    return conn.execute(_RENEW, {"id": process, "lease_until": db.now(conn) + LEASE_S}).rowcount == 1


def renounce(process: str) -> None:
    """Count one's own entry as dead from now on, even should `forget` not reach the database."""
    _renounced.add(process)


def forget(conn: Connection, process: str) -> None:
    """Take the entry out at an orderly end: from now on the process counts as dead."""
    conn.execute(_FORGET, {"id": process})


def alive(db: Database, conn: Connection, process: str, patience_s: float = 2 * RENEW_S) -> bool:
    """Whether the process lives and can be expected to go on.

    A lease that ran out although the process runs here, or that reaches further ahead than any renewal sets it, speaks of a jump of the
    clock: it counts as alive until `patience_s` seconds (of this process's monotonic clock) have passed without a renewal.
    """
    found = None if process in _renounced else conn.execute(_FIND, {"id": process}).one_or_none()
    if found is None:
        return False
    here = (found.host, found.boot) == (_host(), _boot())
    state = _state(found.pid, found.started) if here else "elsewhere"
    if state == "gone":
        return False
    ahead = found.lease_until - db.now(conn)
    if 0 <= ahead <= 2 * LEASE_S:
        _doubted.pop(process, None)
        return True
    if ahead < 0 and state != "running":
        return False
    lease, since = _doubted.get(process, (None, 0.0))
    if lease != found.lease_until:
        since = time.monotonic()
        _doubted[process] = (found.lease_until, since)
    return time.monotonic() - since < patience_s


def _state(pid: int, started: str) -> str:
    """`running`, `stopped` (suspended) or `gone` of a process of this machine."""
    fields = _stat(pid)
    if not fields:
        return "gone" if Path("/proc/self/stat").exists() or not _answers(pid) else "running"
    if fields[19] != started or fields[0] in "ZXx":
        return "gone"
    return "stopped" if fields[0] in "Tt" else "running"


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat behind the name: the state first, the start time (in ticks since boot) as the twentieth."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    fields = _stat(pid)
    return fields[19] if fields else ""


def _host() -> str:
    return _line("/etc/machine-id") or socket.gethostname()


def _boot() -> str:
    """The boot and the pid namespace: containers of one machine share the boot id, and the pids of one mean nothing in another."""
    namespace = "/proc/self/ns/pid"
    inner = os.stat(namespace).st_ino if os.path.exists(namespace) else 0
    return f"{_line('/proc/sys/kernel/random/boot_id')}/{inner}"


def _line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
