"""The home as a whole: copied while it is used, restored to either database, brought up to date, and told how it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import Place, Workshop, place
from running import ask, jsonl

from rowsmith.app.home import back_up, restore, upgrade
from rowsmith.app.proof import verify
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.row import Row


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    """A home with a run over a file, and one that waits for more money."""
    with Workshop(where, tokens_out=1000) as made:
        jsonl(made.folder / "in.jsonl", [{"id": str(n), "text": f"text {n}"} for n in range(4)])
        read = {"kind": "read.files", "paths": ["in.jsonl"]}
        made.run(read, ask(forward=["text"]))
        dear = {"models": {"writer": made.model(price_out=1, price_in=0)}}
        assert made.run(read, ask("Dear {{ text }}"), top={"name": "dear", **dear}, budget_usd=0.0025).state == "paused"
        yield made


def rows(where: Place) -> list[Row]:
    with where.lab() as lab:
        return list(lab.project().datasets.rows("t"))


@pytest.mark.parametrize("to", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_backup_restores_to_either_database(shop: Workshop, to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "one.backup"
    shop.lab.models.add("openai/mine", price_in=1.0, price_out=2.0)
    back_up(shop.lab, file)
    asked = len(shop.asked)
    with place(to, tmp_path / "again") as other:
        monkeypatch.setenv("ROWSMITH_FILES", str(other.files))
        restore(file, other.home)
        assert rows(other) == rows(shop.where)
        with other.lab() as lab:
            proof = verify(lab)
            assert (proof.problems, proof.checked["rebuilt"], proof.checked["files"]) == ([], 1, 1)
            assert [known.model for known in lab.models.list() if known.own] == ["openai/mine"]
            assert lab.project().show() == shop.lab.project().show()
            assert [run.dump() for run in lab.project().runs.list()] == [run.dump() for run in shop.runs.list()]
            done = lab.project().runs.resume("r2", budget_usd=1.0)  # it goes on there, and buys only what is missing
        assert (done.state, done.kept, len(shop.asked)) == ("finished", 4, asked + 2)
        with pytest.raises(Conflict, match="not empty"):
            restore(file, other.home)


def test_what_is_no_backup_is_refused_and_leaves_nothing(shop: Workshop, tmp_path: Path) -> None:
    file = tmp_path / "one.backup"
    back_up(shop.lab, file)
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:-200] + b"\0" * 200, b"something else", b""):
        file.write_bytes(damaged)
        with pytest.raises(Invalid):
            restore(file, str(tmp_path / "again"))
        assert not (tmp_path / "again" / "rowsmith.db").exists()
    file.write_bytes(whole)
    restore(file, str(tmp_path / "again"))


def test_a_new_home_is_up_to_date(where: Place) -> None:
    with where.lab():
        pass
    assert upgrade(where.home) == []


def test_an_older_home_is_upgraded_and_says_so_before(where: Place) -> None:
    with where.lab():
        pass
    where_revision = where.query("SELECT version_num FROM alembic_version")
    with where.database_of() as db, db.write() as conn:
        conn.exec_driver_sql("DELETE FROM alembic_version")
        for (table,) in conn.exec_driver_sql(TABLES[db.dialect]).all():
            conn.exec_driver_sql(f'DROP TABLE IF EXISTS "{table}"')
    assert upgrade(where.home) != []
    assert where.query("SELECT version_num FROM alembic_version") == where_revision
    with where.lab() as lab:
        assert lab.projects.list() == []


TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'alembic_version'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
}
