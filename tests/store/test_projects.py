"""Projects and their caps."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.store import processes, projects
from rowsmith.store.database import Database


def start_run(db: Database, project: str, owner: str | None) -> int:
    sql = (
        "INSERT INTO run (project, recipe_name, identity, recipe, lock, options, state, owner, totals, created_at) "
        "VALUES (:project, 'r', 'i', :b, :b, :b, 'running', :owner, :b, 0) RETURNING n"
    )
    with db.write() as conn:
        n = conn.execute(text(sql), {"project": project, "owner": owner, "b": b""}).scalar_one()
        conn.execute(text("INSERT INTO slot (run, ord, id, made, step, state) VALUES (:n, :b, :b, 0, 0, 0)"), {"n": n, "b": b"x"})
        conn.execute(text("INSERT INTO budget (scope, usd, tokens) VALUES (:scope, 1, 1)"), {"scope": f"run:{n}"})
    return n


def count(db: Database, table: str) -> int:
    with db.read() as conn:
        return conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def test_create_get_list(database: Database) -> None:
    made = projects.create(database, "first.one-2_x")
    assert projects.get(database, made.name) == made
    assert (made.usd_cap, made.tokens_cap, made.usd, made.tokens) == (None, None, 0, 0)
    with pytest.raises(Conflict, match="already"):
        projects.create(database, made.name)
    other = projects.ensure(database, "default")
    assert projects.ensure(database, "default") == other
    assert projects.all_projects(database) == [other, made]
    with pytest.raises(NotFound, match="Did you mean 'default'") as error:
        projects.get(database, "defualt")
    assert "first.one-2_x" in error.value.fix


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-x", ".", "..", "é", "x" * 101, "a\n"])
def test_names_that_cannot_be(database: Database, name: str) -> None:
    with pytest.raises(Invalid, match="cannot be the name"):
        projects.create(database, name)
    with pytest.raises(Invalid, match="cannot be the name"):
        projects.ensure(database, name)


def test_caps(database: Database) -> None:
    projects.create(database, "a")
    with database.write() as conn:
        conn.execute(text("UPDATE budget SET usd = 7, tokens = 8 WHERE scope = 'project:a'"))
    made = projects.set_budget(database, "a", usd=5 * 10**15, tokens=None)
    assert (made.usd_cap, made.tokens_cap, made.usd, made.tokens) == (5 * 10**15, None, 7, 8)
    assert projects.set_budget(database, "a", usd=None, tokens=3).usd_cap is None
    with pytest.raises(Invalid, match="negative"):
        projects.set_budget(database, "a", usd=-1, tokens=None)
    with pytest.raises(NotFound):
        projects.set_budget(database, "b", usd=1, tokens=None)


def test_delete_takes_its_own_and_nothing_else(database: Database) -> None:
    for name in ("a", "b"):
        projects.create(database, name)
        start_run(database, name, None)
    projects.delete(database, "a")
    assert [project.name for project in projects.all_projects(database)] == ["b"]
    assert [count(database, table) for table in ("run", "slot", "budget")] == [1, 1, 2]
    with pytest.raises(NotFound):
        projects.delete(database, "a")


def test_a_run_under_way_keeps_its_project(database: Database) -> None:
    projects.create(database, "a")
    owner = processes.register(database)
    n = start_run(database, "a", owner)
    with pytest.raises(Conflict, match=f"Run r{n}"):
        projects.delete(database, "a")
    with database.write() as conn:
        processes.forget(conn, owner)
    projects.delete(database, "a")
    assert count(database, "run") == 0


def test_the_number_of_a_deleted_run_is_not_given_again(database: Database) -> None:
    projects.create(database, "a")
    n = start_run(database, "a", None)
    projects.delete(database, "a")
    projects.create(database, "b")
    assert start_run(database, "b", None) > n
