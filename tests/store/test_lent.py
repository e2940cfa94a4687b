"""What a test of PostgreSQL gets is as new, whatever the test before it did."""

from __future__ import annotations

import psycopg
import pytest
from lent import TABLES, connected, lent
from sqlalchemy import text

from rowsmith.core.errors import RowsmithError
from rowsmith.store.database import open_database

pytestmark = pytest.mark.postgres
ADD = text("INSERT INTO event (project, kind, at, data) VALUES ('p', 'k', 0, '{}') RETURNING n")


def oid(url: str) -> object:
    """What a database keeps when it is renamed."""
    with connected(url) as conn:
        return conn.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()


def test_rows_and_counters_are_gone_and_whoever_stayed_is_out() -> None:
    with lent() as url:
        one, made = connected(url), oid(url)
        first = one.execute(str(ADD)).fetchone()
        one.execute(str(ADD))
    with pytest.raises(psycopg.OperationalError):
        one.execute("SELECT 1")
    one.close()
    with pytest.raises(RowsmithError):
        open_database(url)
    with lent() as again, connected(again) as conn:
        assert (oid(again), again == url) == (made, False)
        assert all(conn.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (0,) for (name,) in conn.execute(TABLES).fetchall())
        assert conn.execute(str(ADD)).fetchone() == first


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE project DROP COLUMN created_at",
        "ALTER TABLE project ALTER COLUMN created_at DROP NOT NULL",
        "CREATE TABLE mine (n INTEGER)",
        "DROP TABLE event",
        "DROP TABLE alembic_version",
        "UPDATE alembic_version SET version_num = '1'",
        "ANALYZE",
    ],
)
def test_what_is_no_longer_as_it_was_made_is_not_lent_again(change: str) -> None:
    with lent() as url:
        made = oid(url)
        with connected(url) as conn:
            conn.execute(str(ADD))
            conn.execute(change)
    with lent() as again:
        assert oid(again) != made
