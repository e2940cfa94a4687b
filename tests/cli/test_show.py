"""What the terminal shows: text as it stands, money, and outcomes that need a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Bench, ask, called, texts

from rowsmith.cli.show import money, table


def test_a_cell_is_text_and_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    table(["what", "[b]n[/b]"], [("[string] for a list", 1), ("[/red] :smile:", 2)])
    said = capsys.readouterr().out
    assert "[string] for a list" in said and "[/red] :smile:" in said and "[b]n[/b]" in said


def test_the_settings_of_steps_are_shown_as_they_are_written(tmp_path: Path) -> None:
    said = " ".join(called(["steps", "generate.columns"], {}, tmp_path).stdout.split())
    assert "[string] for a list" in said


@pytest.mark.parametrize(
    ("usd", "said"),
    [(None, "unknown"), (0, "$0.00"), (0.2, "$0.20"), (0.25, "$0.25"), (0.000201, "$0.000201"), (5e-8, "under $0.000001"), (1234.5, "$1,234.50")],
)
def test_money(usd: float | None, said: str) -> None:
    assert money(usd) == said


def test_a_cost_that_is_not_known_says_what_would_tell_it(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        said = called(["run", str(bench.recipe(texts("a"), ask())), "--home", str(tmp_path / "home")], {}, tmp_path).stdout
    assert "cost unknown (set the model's price_in and price_out)" in said


def test_a_run_that_keeps_nothing_says_that_nothing_is_committed(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        recipe = bench.recipe(texts("a"), {"kind": "filter.where", "where": "1 = 2"})
        done = called(["run", str(recipe), "--home", str(tmp_path / "home")], {}, tmp_path)
    assert done.returncode == 0
    assert "no row was kept, so nothing is committed" in done.stdout


def test_both_caps_of_a_project_are_told(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    called(["project", "create", "p", "--home", home], {}, tmp_path)
    said = called(["project", "budget", "p", "--usd", "0.2", "--tokens", "5000", "--home", home], {}, tmp_path).stdout
    assert said == "Project p: cap $0.20, token cap 5,000; spent $0.00, 0 tokens.\n"
    said = called(["project", "budget", "p", "--usd", "3", "--home", home], {}, tmp_path).stdout
    assert said == "Project p: cap $3.00, token cap none; spent $0.00, 0 tokens.\n"


def test_a_table_is_folded_to_the_screen_and_not_in_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    said = "word " * 60
    monkeypatch.delenv("COLUMNS", raising=False)
    table(["row", "says"], [("ab" * 16, said)])
    assert len(capsys.readouterr().out.splitlines()) == 2
    monkeypatch.setenv("COLUMNS", "80")
    table(["row", "says"], [("ab" * 16, said)])
    assert len(capsys.readouterr().out.splitlines()) > 2
