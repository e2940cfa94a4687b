"""Resuming: what another process carries out stays as it was asked for; a provider that is a file of the project is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Bench, ask, texts

from rowsmith.app.proof import verify
from rowsmith.core.errors import Conflict
from rowsmith.registry import plugins
from rowsmith.store.processes import register
from rowsmith.store.runs import Runs


def test_a_run_in_other_hands_is_left_as_it_is(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        done = bench.run(texts("a", "b"), limit=1)
        Runs(bench.lab.db).take(1, register(bench.lab.db))
        before = bench.runs.get(done.run)
        with pytest.raises(Conflict, match="carried out by another process"):
            bench.runs.resume(done.run, commit_partial=True, budget_tokens=5)
        assert bench.runs.get(done.run) == before


def test_a_provider_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    file = tmp_path / "plugins" / "mine.py"
    file.parent.mkdir()
    file.write_text("from rowsmith.llm.providers.openai import OpenAI\nPROVIDER = OpenAI()\n", encoding="utf-8")
    plugins.trust(file)
    with Bench(tmp_path) as bench:
        assert bench.run(texts("a"), ask(), top={"models": {"writer": {**bench.model(), "model": "mine/m"}}}).kept == 1
        assert verify(bench.lab).problems == []
