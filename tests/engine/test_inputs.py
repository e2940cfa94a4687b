"""The files of a run: found, named, pinned by hash and copied, so that what happens to them later changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Bench, ask, jsonl

from rowsmith.core.errors import NotFound
from rowsmith.engine.inputs import find, named


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    for name in ("docs/b.md", "docs/a.md", "docs/deep/c.md", "docs/.hidden.md"):
        (tmp_path / name).write_text(f"# {name}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("docs", ["a.md", "b.md", "deep/c.md"]),
        ("docs/*.md", ["a.md", "b.md"]),
        ("docs/**/*.md", ["a.md", "b.md", "deep/c.md"]),
        ("docs/deep/c.md", ["c.md"]),
        ("docs/[ab].md", ["a.md", "b.md"]),
    ],
)
def test_names_are_those_below_what_was_named(folder: Path, pattern: str, names: list[str]) -> None:
    assert [name for _, name in find(folder, pattern)] == names
    assert [name for _, name in find(Path("/"), str(folder / pattern))] == names


def test_nothing_found_says_where(folder: Path) -> None:
    with pytest.raises(NotFound, match="There is no file or folder 'dcos'"):
        find(folder, "dcos")


def test_the_identity_goes_by_names_and_hashes() -> None:
    one = {"read": {"docs": [["a.md", "1" * 64], ["b.md", "2" * 64]]}}
    other = {"read": {"./docs/a.md": [["a.md", "1" * 64]], "./docs/b.md": [["b.md", "2" * 64]], "docs": [["b.md", "2" * 64]]}}
    turned = {"read": {"docs/b.md": [["b.md", "2" * 64]], "docs/a.md": [["a.md", "1" * 64]]}}
    assert named(one) == named(other)
    assert named(one) != named(turned), "rows come in another order"
    assert named(one) != named({"read": {"docs": [["a.md", "1" * 64]]}})


def test_a_run_reads_its_own_copy_and_a_changed_file_is_another_run(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", [{"text": "one"}, {"text": "two"}])
    with Bench(tmp_path, rules=[{"contains": "two", "fault": "400"}]) as bench:
        steps = ({"kind": "read.files", "paths": "in.jsonl"}, ask(forward="all"))
        first = bench.run(*steps)
        source.write_text('{"text": "three"}\n', encoding="utf-8")
        bench.server.change(rules=[])
        resumed = bench.runs.resume(first.run)
        assert (resumed.state, bench.said(resumed)) == ("finished", ["one", "two"])
        second = bench.run(*steps)
        assert (second.run, bench.said(second)) == ("r2", ["three"])
        source.unlink()
        assert bench.said(bench.runs.resume(first.run)) == ["one", "two"]


def test_the_same_file_elsewhere_is_the_same_run(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        for place in ("x", "y"):
            (tmp_path / place).mkdir()
            jsonl(tmp_path / place / "in.jsonl", [{"text": "one"}])
        first = bench.run({"kind": "read.files", "paths": str(tmp_path / "x" / "in.jsonl")})
        assert bench.run({"kind": "read.files", "paths": str(tmp_path / "y" / "in.jsonl")}).run == first.run


def test_a_run_goes_on_whatever_its_files_are_called_by(tmp_path: Path) -> None:
    for name in ("a", "b"):
        jsonl(tmp_path / f"{name}.jsonl", [{"text": f"{name}{n}"} for n in range(3)])
    with Bench(tmp_path) as bench:
        first = bench.run({"kind": "read.files", "paths": ["a.jsonl", "b.jsonl"]}, limit=2)
        again = bench.run({"kind": "read.files", "paths": ["./a.jsonl", str(tmp_path / "b.jsonl")]})
        assert (again.run, bench.said(again)) == (first.run, ["a0", "a1", "a2", "b0", "b1", "b2"])
        turned = bench.run({"kind": "read.files", "paths": ["b.jsonl", "a.jsonl"]})
        assert (turned.run != first.run, bench.said(turned)) == (True, ["b0", "b1", "b2", "a0", "a1", "a2"])
