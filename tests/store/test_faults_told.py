"""What is told of a PostgreSQL server that answers and lacks the database, and of one that is not there."""

from __future__ import annotations

import pytest

from rowsmith.core.errors import Unavailable
from rowsmith.store.database import open_database

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_does_not_exist_is_told_apart_from_a_server_that_is_not_there(database_url: str) -> None:
    with pytest.raises(Unavailable, match="does not exist") as lacking:
        open_database(database_url.rpartition("/")[0] + "/rowsmith_not_there")
    assert "createdb" in lacking.value.fix
    with pytest.raises(Unavailable) as silent:
        open_database("postgresql://postgres@127.0.0.1:1/rowsmith_not_there")
    assert "host, port" in silent.value.fix
