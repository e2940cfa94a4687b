"""A process that slept while another took its run over publishes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from buying import change
from running import Bench, texts

from rowsmith.app.runs import Options
from rowsmith.core.errors import Conflict, NotFound
from rowsmith.store.processes import register
from rowsmith.store.runs import Runs


def test_rows_are_published_by_the_holder_of_the_run_alone(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        done = bench.run(texts("a", "b"), commit=False)
        slept = bench.runs.get(done.run)
        Runs(bench.lab.db).take(slept.n, register(bench.lab.db))
        with pytest.raises(Conflict, match="taken over"):
            bench.runs.commit_again(slept, Options(**{**slept.options, "commit": True}))
        with pytest.raises(NotFound):
            bench.lab.project().datasets.get("t")
        change(bench.lab.db, "DELETE FROM process")
        assert bench.run(texts("a", "b")).version

