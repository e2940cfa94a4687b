"""What is made ready in the background: once, in a process that outlives the command, of the branches committed to last; killed, it leaves
nothing half made."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from homes import Place

from rowsmith.app import preparing
from rowsmith.app.lab import Lab
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.ids import source_id, source_order
from rowsmith.core.row import Row
from rowsmith.store import statistics
from rowsmith.store.database import many
from rowsmith.store.datasets import Datasets
from rowsmith.store.versions import Version
from rowsmith.store.views import SMALL


@pytest.fixture
def lab(where: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A home in which things are made ready in the background."""
    monkeypatch.delenv("ROWSMITH_BACKGROUND")
    with where.lab() as lab:
        lab.project()
        yield lab


def rows(count: int) -> Iterator[Row]:
    return (Row(source_id("t", str(n), 0), source_order(0, n), {"text": f"tea number {n}"}, {}, {}) for n in range(count))


def commit(lab: Lab, count: int, name: str = "d") -> Version:
    return Datasets(lab.db).commit("default", name, rows(count), run=None, author="t", message="")


def told(lab: Lab) -> list[str]:
    return [event.kind for event in lab.project().events.list() if "prepared" in event.kind]


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.05)


def ready(lab: Lab, version: Version) -> tuple[bool, bool, bool]:
    return lab.views.ready(version), statistics.ready(lab.db, version), lab.search.knows(version)


def test_a_commit_is_made_ready_by_a_process_that_goes_its_own_way(lab: Lab) -> None:
    version = commit(lab, SMALL)
    assert ready(lab, version) == (False, False, False)
    preparing.committed(lab, version)
    until(lambda: told(lab))
    assert ready(lab, version) == (True, True, True)
    found = lab.project().events.list()[-1].data
    assert (found["dataset"], found["branch"], found["version"], found["rows"]) == ("d", "main", version.id, SMALL)
    assert [row.data["text"] for row in lab.project().datasets.rows("d", search='"number 17"')] == ["tea number 17"]
    until(lambda: all(child.poll() == 0 for child in preparing._started))


def test_small_versions_and_those_who_do_not_want_it_start_none(lab: Lab, where: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(preparing._started)
    preparing.committed(lab, commit(lab, SMALL - 1))
    preparing.committed(lab, None)
    monkeypatch.setenv("ROWSMITH_BACKGROUND", "off")
    with where.lab() as other:
        preparing.committed(other, commit(other, SMALL, "e"))
    assert [child for child in preparing._started if child not in before] == []
    assert preparing.prepare(lab) == 1, "the small one needs nothing"
    assert preparing.prepare(lab) == 0


def test_a_wish_that_is_none(where: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWSMITH_BACKGROUND", "maybe")
    with pytest.raises(Invalid, match="ROWSMITH_BACKGROUND=maybe is neither on nor off"):
        where.lab()


def test_one_process_at_a_time(lab: Lab) -> None:
    commit(lab, SMALL)
    with preparing._alone(lab.files.scratch("views")) as mine:
        assert mine
        assert preparing.prepare(lab) == 0
    assert preparing.prepare(lab) == 1


def test_the_branches_that_were_committed_to_last(lab: Lab) -> None:
    made = [commit(lab, SMALL + n, f"d{n}") for n in range(preparing.HEADS + 1)]
    assert preparing.prepare(lab) == preparing.HEADS
    assert [all(ready(lab, version)) for version in made] == [False] + [True] * preparing.HEADS


def test_what_cannot_be_made_ready_is_told(lab: Lab) -> None:
    commit(lab, SMALL)
    with lab.db.write() as conn:
        many(conn, "DELETE FROM block WHERE n >= ?", [(0,)])
    with pytest.raises(Unavailable):
        preparing.prepare(lab)
    assert told(lab) == ["dataset.unprepared"]
    assert "rowsmith verify" in lab.project().events.list()[-1].data["reason"]


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_nothing_half_made(lab: Lab, tmp_path: Path) -> None:
    version = commit(lab, 4 * SMALL)
    for wait_s in (0.5, 1.0, 2.0):
        preparing.committed(lab, version)
        time.sleep(wait_s)
        os.kill(preparing._started[-1].pid, signal.SIGKILL)
        preparing._started[-1].wait()
    preparing.prepare(lab)
    assert ready(lab, version) == (True, True, True)
    assert len(list(lab.project().datasets.rows("d", search="tea", limit=None))) == 4 * SMALL
