"""The home as a whole: back it up, restore it, upgrade it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rowsmith.app.lab import Lab, files_of, is_url, open_home
from rowsmith.app.unreachable import BACKED_UP, note_copy
from rowsmith.core.errors import Unavailable
from rowsmith.store import backup, migrate, projects, sweeping
from rowsmith.store.backup import Backup
from rowsmith.store.sweeping import Swept

GRACE_S = 14 * 86400.0
"""Seconds for which what nothing leads to is kept all the same, so that a rollback or a deleted branch can be taken back."""


def back_up(lab: Lab, target: Path) -> Backup:
    """Copy everything into one file, while others work. The same file restores to SQLite and to PostgreSQL.

    Raises:
        StorageFull: no space is left for it; nothing half written is visible. Unavailable: the file cannot be written.
    """
    try:
        own = lab.table.own
        made = backup.backup(lab.db, lab.files, target, [own] if own is not None and own.is_file() else [])
        _note(lab, target)
        return made
    except OSError as error:
        raise Unavailable(f"The backup {target} cannot be written: {error.strerror}.", "Name a file in a folder that can be written.") from None


def _note(lab: Lab, target: Path) -> None:
    """An event of every project, each of which has a copy there now."""
    for project in projects.all_projects(lab.db):
        note_copy(lab, project.name, BACKED_UP, target)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out of a backup, and what is to be done: keys that cannot be decrypted here, each with the command that enters it again."""

    backup: Backup
    to_do: list[str]


def restore(source: Path, home: str) -> Restored:
    """Make a home of a backup. It holds keys only encrypted, and never the key-encrypting key.

    Raises:
        Conflict: the home is not empty. Invalid: the file is no backup, or is damaged.
    """
    found = backup.restore(source, files_of(home).parent, home) if is_url(home) else backup.restore(source, Path(home).expanduser().absolute())
    with Lab(home) as lab:
        return Restored(found, lab.keys.problems())


def sweep(lab: Lab, *, grace_s: float = GRACE_S, only_count: bool = False) -> Swept:
    """Remove what no branch, tag, release, run or uncommitted edit leads to, once it is older than `grace_s` seconds.

    Raises:
        Conflict: others commit all the time; nothing was removed.
    """
    swept = sweeping.sweep(lab.db, grace_s=grace_s, only_count=only_count)
    if not only_count:
        lab.views.tidy()
        lab.search.tidy()
    return swept


def upgrade(home: str) -> list[str]:
    """Bring the schema up to date; the revisions that were applied."""
    db = open_home(home, current=False)
    try:
        return migrate.upgrade(db)
    finally:
        db.close()
