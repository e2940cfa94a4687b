"""Fixtures of every room: a database, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from lent import fresh, give_up, lent, made_sqlite
from sandboxed import require_sandbox

from rowsmith.store.database import Database, open_database


def fit_for_tests(folder: str) -> bool:
    """Whether a folder is there, has room, and lets programs run."""
    return Path(folder).is_dir() and (it := os.statvfs(folder)).f_bavail * it.f_frsize > 4 << 30 and not it.f_flag & os.ST_NOEXEC


if fit_for_tests("/dev/shm"):  # in memory: what tests prove survives the death of a process, not of the machine
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", "/dev/shm")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every process that a test starts compiles all that it imports
sys.dont_write_bytecode = False
settings.register_profile("rowsmith", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rowsmith")  # how busy the machine is decides nothing


LONG = (
    "test_options.py", "test_canary.py", "test_linear.py", "test_every_option.py", "test_hostile_documents.py", "test_litellm.py", "test_local.py",
    "test_story_local.py", "test_catalogue.py", "test_detection_corpus.py",
)  # fmt: skip
"""Files that take longest, the longest first."""
ROOMS = ("stories", "house", "store", "app", "cli", "engine")
"""Rooms whose files take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: a long file that begins last keeps one process busy and the others waiting."""
    items.sort(key=lambda item: (_place(LONG, item.path.name), _place(ROOMS, item.path.parent.name)))


def _place(order: tuple[str, ...], name: str) -> int:
    return order.index(name) if name in order else len(order)


@pytest.fixture(scope="session", autouse=True)
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A configuration folder of the tests, in place of the user's; child processes have it, too."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("configuration")
        patch.setenv("ROWSMITH_CONFIG", str(folder))
        patch.delenv("ROWSMITH_KEK", raising=False)
        patch.setenv("ROWSMITH_BACKGROUND", "off")  # processes that outlive a test; tests of them switch it on
        yield folder


@pytest.fixture(scope="session", autouse=True)
def lent_databases() -> Iterator[None]:
    """Those that tests hand on to each other are gone in the end."""
    yield
    give_up()


@pytest.fixture
def with_sandbox() -> None:
    """Only where code can be carried out in isolation."""
    require_sandbox()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new database with its tables, of this test alone."""
    if request.param == "sqlite":
        yield made_sqlite(tmp_path / "rowsmith.db")
    else:
        with lent() as url:
            yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new one without tables."""
    return f"sqlite:///{tmp_path}/rowsmith.db" if request.param == "sqlite" else str(request.getfixturevalue("other_url"))


@pytest.fixture
def other_url() -> Iterator[str]:
    """The address of one without tables on PostgreSQL (used where data moves from one database to another)."""
    with fresh() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A new database with its tables."""
    db = open_database(database_url)
    yield db
    db.close()


@pytest.fixture
def postgres() -> Iterator[Database]:
    """A new database with its tables, on PostgreSQL."""
    with lent() as url:
        db = open_database(url)
        yield db
        db.close()
