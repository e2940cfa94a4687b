"""Migrations: forward and back, equal to the schema, old or new at every moment of death."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.store import migrate
from rowsmith.store.database import Database, open_database
from rowsmith.store.naming import digest
from rowsmith.store.schema import metadata
from rowsmith.store.schema_search import compared

TABLES = sorted([*metadata.tables, "alembic_version"])


def tables(db: Database) -> list[str]:
    with db.read() as conn:
        return sorted(name for name in inspect(conn).get_table_names() if compared(name, "table"))


def test_up_down_up(empty_url: str) -> None:
    db = Database(empty_url)
    steps = migrate.upgrade(db)
    assert steps[-1] == migrate.head()
    assert tables(db) == TABLES
    assert migrate.upgrade(db) == []
    assert migrate.downgrade(db, "base") == steps[::-1]
    assert migrate.revision(db) is None
    assert tables(db) == ["alembic_version"]
    assert migrate.upgrade(db) == steps
    assert tables(db) == TABLES
    db.close()


def test_the_migrations_make_the_schema(database: Database) -> None:
    opts = {"compare_type": True, "compare_server_default": database.dialect == "postgresql", "include_name": compared}
    with database.read() as conn:
        context = MigrationContext.configure(conn, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_the_schema_to_the_letter(tmp_path: object) -> None:
    def statements(url: str) -> dict[str, str]:
        engine = create_engine(url)
        metadata.create_all(engine)
        with engine.connect() as conn:
            found = conn.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'")).all()
        engine.dispose()
        return {name: re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", sql)).replace('"', "") for name, sql in found}

    open_database(f"sqlite:///{tmp_path}/a.db").close()
    assert statements(f"sqlite:///{tmp_path}/a.db") == statements(f"sqlite:///{tmp_path}/b.db")


def test_calls_learn_the_request_that_they_answer(empty_url: str) -> None:
    """From the ledger; what no run has used any more stays without."""
    db = Database(empty_url)
    migrate.upgrade(db, "0001")
    spent = "INSERT INTO spend VALUES (1, :k, 0, 0, 0, :a, :b, 3, :k, 0, 0, NULL, NULL, NULL, 1, NULL, 1.0)"
    with db.write() as conn:
        for key in (b"1", b"2"):
            conn.execute(text("INSERT INTO \"call\" (key, state, profile, model, at) VALUES (:k, 1, 'p', 'm', 1.0)"), {"k": key})
        for attempt in (0, 1):
            conn.execute(text(spent), {"k": b"1", "a": attempt, "b": b"base"})
    migrate.upgrade(db)
    with db.read() as conn:
        found = [tuple(row) for row in conn.execute(text('SELECT key, base, idx FROM "call" ORDER BY key'))]
    assert found == [(b"1", b"base", 3), (b"2", None, None)]
    db.close()


def test_names_of_versions_are_vouched_for(empty_url: str) -> None:
    """Those that were there already, too: with all that they say."""
    db = Database(empty_url)
    migrate.upgrade(db, "0080")
    refs = [(1, "main", "branch", "0a", "me", "", 1764355200.123456), (1, "v1", "tag", "0b", "Zoë", "the first", None)]
    with db.write() as conn:
        for ref in refs:
            conn.execute(text("INSERT INTO ref VALUES (:a, :b, :c, :d, :e, :f, :g)"), dict(zip("abcdefg", ref, strict=True)))
    migrate.upgrade(db)
    with db.read() as conn:
        assert [bytes(found) for found in conn.execute(text("SELECT digest FROM ref ORDER BY name")).scalars()] == [digest(*ref) for ref in refs]
    db.close()


CHILD = """
import sys
from rowsmith.store import migrate
from rowsmith.store.database import Database
getattr(migrate, sys.argv[2])(Database(sys.argv[1]), *sys.argv[3:])
"""


@pytest.mark.parametrize("point", ["store.migrate.applied", "store.commit.before", "store.commit.after", "store.migrate.step"])
def test_killed_in_a_migration(empty_url: str, point: str) -> None:
    env = {"ROWSMITH_FAILPOINTS": f"{point}=kill"}
    db = Database(empty_url)
    assert subprocess.run([sys.executable, "-c", CHILD, empty_url, "upgrade"], env=env).returncode == -9
    assert tables(db) in ([], TABLES)
    migrate.upgrade(db)
    assert tables(db) == TABLES
    assert subprocess.run([sys.executable, "-c", CHILD, empty_url, "downgrade", "base"], env=env).returncode == -9
    back = migrate.revision(db) == migrate.known()[-2]  # one step, or none
    assert (set(tables(db)) <= set(TABLES)) if back else (tables(db), migrate.revision(db)) == (TABLES, migrate.head())
    migrate.upgrade(db)
    migrate.require_current(db)
    assert tables(db) == TABLES
    db.close()


def test_many_processes_open_a_new_home_at_once(empty_url: str) -> None:
    opening = [subprocess.Popen([sys.executable, "-c", CHILD, empty_url, "require_current"], stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[1] for process in opening] == [b""] * 4
    db = open_database(empty_url)
    assert tables(db) == TABLES
    db.close()


def test_another_revision_is_refused(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    with pytest.raises(Conflict, match="newer Rowsmith"):
        open_database(database.url)
    with pytest.raises(Conflict, match="does not know"):
        migrate.upgrade(database)
    with pytest.raises(NotFound, match="no schema 9999"):
        migrate.upgrade(database, "9999")


def test_tables_of_somebody_else_are_left_alone(empty_url: str) -> None:
    db = Database(empty_url)
    with db.write() as conn:
        conn.execute(text("CREATE TABLE project (id INTEGER)"))
    with pytest.raises(Conflict, match="not Rowsmith's"):
        open_database(empty_url)
    assert tables(db) == ["project"]
    db.close()
