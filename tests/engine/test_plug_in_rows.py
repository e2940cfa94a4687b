"""What a plug-in's step, a source or a model may give that is no row: the row says so, the others go on, the run ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Bench, ask, texts

from rowsmith.app.proof import verify
from rowsmith.core.errors import Conflict
from rowsmith.registry import plugins

HEAD = """from typing import ClassVar
from rowsmith.core.row import New
from rowsmith.core.step import Step
class Own(Step):
    kind: ClassVar[str] = "own.step"
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    with Bench(tmp_path) as bench:
        yield bench


def plug_in(bench: Bench, body: str) -> None:
    """A trusted plug-in with one step, `own.step`."""
    file = bench.folder / "plugins" / "own.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(HEAD + "".join(f"    {line}\n" for line in body.splitlines()), encoding="utf-8")
    plugins.trust(file)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("makes", [True, False])
@pytest.mark.parametrize("given", ["None", "row", "[None]", "[{'a': 1}]", "[New(None)]", "[New({'a': 1}, origin=None)]", "[New({'a': {1, 2}})]"])
def test_an_asking_step_that_gives_no_rows_fails_its_rows(bench: Bench, given: str, makes: bool) -> None:
    good = "[New({'x': 1})]" if makes else "[row.with_data({'x': 1})]"
    asking = f"async def rows(self, row, ctx):\n    return {given} if row.data['text'] == 'a' else {good}"
    plug_in(bench, f"makes: ClassVar[bool] = {makes}\n{asking}")
    done = bench.run(texts("a", "b"), {"kind": "own.step"})
    assert (done.state, done.kept, sum(done.failed.values())) == ("shortfall", 1, 1)
    assert bench.said(done, "x") == [1]


@pytest.mark.parametrize("value", ["{1, 2}", "object()", "b'bytes'"])
@pytest.mark.parametrize("after", [[], [{"kind": "filter.duplicates"}]], ids=["kept", "before a set step"])
def test_a_row_that_is_no_json_fails_alone(bench: Bench, value: str, after: list[dict[str, str]]) -> None:
    plug_in(bench, f"def rows(self, row, ctx):\n    yield row.with_data({{'text': {value} if row.data['text'] == 'a' else 1}})")
    done = bench.run(texts("a", "b"), {"kind": "own.step"}, *after)
    assert (done.state, done.kept, done.failed) == ("shortfall", 1, {"invalid": 1})
    assert "cannot be stored as JSON" in bench.runs.troubles(done.run)[0]["detail"]


def test_a_record_nested_too_deep_fails_alone(bench: Bench) -> None:
    deep = '{"text": "x", "d": ' + "[" * 300 + "]" * 300 + "}\n"
    (bench.folder / "in.jsonl").write_text(deep + '{"text": "y"}\n', encoding="utf-8")
    done = bench.run({"kind": "read.files", "paths": ["in.jsonl"]})
    assert (done.kept, done.failed) == (1, {"invalid": 1})
    assert "in.jsonl:1" in bench.runs.troubles(done.run)[0]["detail"]
    assert bench.run({"kind": "read.files", "paths": ["in.jsonl"]}).failed == {"invalid": 1}


def test_a_judge_that_failed_is_asked_again(bench: Bench) -> None:
    """Its stored answers are of no use: another attempt is another draw."""
    bad = True
    bench._reply = lambda request: "no JSON" if bad and not request.text.startswith("Say") else None
    steps = (texts("a"), ask(), {"kind": "score.judge", "columns": ["answer"], "model": "judge"})
    first = bench.run(*steps)
    assert (first.kept, first.failed) == (0, {"malformed": 1})
    bad = False
    assert bench.runs.resume(first.run).kept == 1


def test_a_changed_plug_in_is_another_run(bench: Bench) -> None:
    """No run mixes rows of two codes."""
    source = "def rows(self, row, ctx):\n    yield row.with_data({'text': row.data['text'], 'by': %r})"
    steps = (texts(*"abcd"), {"kind": "own.step"})
    plug_in(bench, source % "old")
    first = bench.run(*steps, limit=2)
    plug_in(bench, source % "new")
    with pytest.raises(Conflict, match="has changed since run r1 began"):
        bench.runs.resume(first.run)
    second = bench.run(*steps)
    assert (second.run, bench.said(second, "by")) == ("r2", ["new"] * 4)
    plug_in(bench, source % "old")
    assert (bench.run(*steps).run, bench.said(first, "by")) == ("r1", ["old"] * 4)
    told = [problem["what"] for problem in verify(bench.lab).problems]
    assert told == ["it cannot be rebuilt: the code of step 'own.step' has changed since"]


def test_a_row_that_comes_again_does_not_double_one_that_a_set_step_let_through(bench: Bench) -> None:
    flag = bench.folder / "mended"
    test = f"__import__('os').path.exists({str(flag)!r})"
    fails = f"if row.data['text'] == 'a' and not {test}:\n        raise ValueError"
    plug_in(bench, f"def rows(self, row, ctx):\n    {fails}\n    yield row.with_data({{'text': 'same'}})")
    first = bench.run(texts("a", "b", "c"), {"kind": "own.step"}, {"kind": "filter.duplicates", "columns": ["text"]})
    assert (first.kept, first.dropped, first.failed) == (1, {"duplicate": 1}, {"error": 1})
    flag.touch()
    again = bench.runs.resume(first.run)
    assert (again.kept, again.dropped, again.failed) == (1, {"duplicate": 2}, {})
