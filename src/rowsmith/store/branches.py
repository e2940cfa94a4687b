"""Which of a dataset's names are branches, and so move with commits."""

from __future__ import annotations

from sqlalchemy import Connection, select

from rowsmith.core.errors import Conflict
from rowsmith.store.database import Database
from rowsmith.store.publishing import Also
from rowsmith.store.schema import ref
from rowsmith.store.versions import Version


def branches(db: Database, dataset: int) -> dict[str, str]:
    """The branches of a dataset: name -> version id."""
    with db.read() as conn:
        found = conn.execute(select(ref.c.name, ref.c.version).where(ref.c.dataset == dataset, ref.c.kind == "branch"))
        return {str(name): str(version) for name, version in found}


def only_over(head: Version | None) -> Also:
    """For a commit that rests on all rows of the head (None: there is no branch yet): it is refused when the branch has moved meanwhile,
    instead of undoing what came."""

    def also(conn: Connection, made: Version) -> None:
        if head is None and not made.parents:
            return
        if head is None or (made.id != head.id and head.id not in made.parents):
            raise Conflict("Somebody has committed to the branch meanwhile.", "Nothing has been changed. Do it again, over what is there now.")

    return also
