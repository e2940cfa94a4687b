from __future__ import annotations

import os
from pathlib import Path

import pytest

from rowsmith.core.errors import Unavailable
from rowsmith.testing import FaultProxy, postgres_database, postgres_server, tmpfs


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@pytest.mark.postgres
def test_a_fresh_database_that_is_gone_afterwards() -> None:
    import psycopg

    with postgres_database() as url, psycopg.connect(_plain(url)) as connection:
        assert connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").fetchone() == (0,)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(_plain(url))


@pytest.mark.postgres
def test_a_commit_whose_outcome_the_client_cannot_know() -> None:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    with postgres_database() as url:
        known = conninfo_to_dict(_plain(url))
        with FaultProxy(str(known["host"]), int(known.get("port", 5432))) as proxy, psycopg.connect(_plain(url), autocommit=True) as direct:
            direct.execute("CREATE TABLE t (x int)")
            through = psycopg.connect(_plain(url), host="127.0.0.1", port=proxy.port)
            through.execute("INSERT INTO t VALUES (1)")
            proxy.up.lose_answer_to = b"COMMIT"
            with pytest.raises(psycopg.OperationalError):
                through.commit()
            through.close()
            assert direct.execute("SELECT x FROM t").fetchall() == [(1,)]


def test_no_server_is_said_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWSMITH_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:1/none")
    assert postgres_server().endswith(":1/none")
    with pytest.raises(Unavailable, match="No PostgreSQL server"), postgres_database():
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_file_system_that_fills_up(tmp_path: Path) -> None:
    try:
        with tmpfs(tmp_path / "small", 1) as small, pytest.raises(OSError, match="No space left"):
            (small / "file").write_bytes(bytes(2 << 20))
    except Unavailable:
        pytest.skip("this machine does not allow mounts")
    assert not any((tmp_path / "small").iterdir())
