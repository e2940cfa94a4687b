"""Steps that make, pass, drop and fail rows, alone and behind each other; steps of plug-ins among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import Bench, Plain, ask, conserved, texts

from rowsmith.core.errors import Invalid
from rowsmith.registry import plugins
from rowsmith.testing import Request

PLUGIN = '''
from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, Dropped, New
from rowsmith.core.step import Step


class Upper(Step):
    """Upper case."""

    kind = "transform.upper"
    mark: str = "!"

    def rows(self, row, ctx):
        yield row.with_data({**row.data, "text": row.data["text"].upper() + self.mark})


class Words(Step):
    """A row for each word; `stop` breaks it, `none` has none, `odd` is dropped."""

    kind = "chunk.words"
    makes = True

    def rows(self, row, ctx):
        for word in row.data["text"].split():
            if word == "stop":
                raise RowFailed("stopped_here", "the word stop")
            if word == "crash":
                raise KeyError("crash")
            if word == "odd":
                yield Drop("odd_text")
                return
            if word == "row":
                yield row
            if word != "none":
                yield New({"word": word})


class Wild(Step):
    """Does what the row says."""

    kind = "transform.wild"

    def rows(self, row, ctx):
        said = row.data["text"]
        if said == "two":
            yield row
            yield row
        elif said == "new":
            yield New({})
        elif said == "crash":
            raise ZeroDivisionError("by nothing")
        elif said == "other":
            from dataclasses import replace
            yield replace(row, id="0" * 32, order=b"\\\\x09")
        elif said != "none":
            yield row


class Set(Step):
    """Gives verdicts as `way` says."""

    kind = "filter.set"
    way: str = "all"

    def all(self, new, kept, ctx):
        if self.way == "crash":
            raise ValueError("no way")
        for row in (reversed(list(new)) if self.way == "backwards" else new):
            if row.data["text"] == "silent":
                return
            yield Dropped(row.id, "unwanted") if row.data["text"] == "out" else row.with_scores({"seen": len(new)})


class Asking(Step):
    """Asks, or fails in its own way."""

    kind = "generate.wild"
    makes = True

    def count(self, row):
        if row.data["text"] == "uncountable":
            raise ArithmeticError("cannot count")
        return 2

    async def rows(self, row, ctx):
        if row.data["text"] == "crash":
            raise LookupError("lost")
        answer = await ctx.ask([{"role": "user", "content": row.data["text"]}], model="writer")
        return [New({"answer": answer.value}, index=n) for n in (0, 1, 2)]
'''


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a plug-in file that is trusted."""
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "wild.py").write_text(PLUGIN, encoding="utf-8")
    plugins.trust(tmp_path / "plugins")
    return tmp_path


def test_a_plugin_file_does_not_run_before_it_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    (tmp_path / "plugins").mkdir()
    file = tmp_path / "plugins" / "wild.py"
    file.write_text(PLUGIN + f"\n__import__('pathlib').Path({str(tmp_path / 'ran')!r}).touch()\n", encoding="utf-8")
    with Bench(tmp_path) as bench:
        steps = (texts("a"), {"kind": "transform.upper"})
        with pytest.raises(Invalid) as refused:
            bench.run(*steps)
        (problem,) = refused.value.problems
        assert "is not trusted" in problem.what
        assert problem.fix == f"Read it, then: rowsmith plugins trust {file}"
        assert problem.line > 0
        assert not (tmp_path / "ran").exists()
        plugins.trust(file)
        assert bench.said(bench.run(*steps)) == ["A!"]
        file.write_text(PLUGIN.replace('"!"', '"?"'), encoding="utf-8")
        with pytest.raises(Invalid, match="has changed since it was trusted"):
            bench.run(*steps, new=True)


def test_a_row_step_of_a_plugin(trusted: Path) -> None:
    with Bench(trusted) as bench:
        assert bench.said(bench.run(texts("a", "b"), {"kind": "transform.upper", "mark": "?"})) == ["A?", "B?"]


def test_a_step_that_makes_rows_until_it_breaks(trusted: Path) -> None:
    with Bench(trusted) as bench:
        result = bench.run(texts("one two", "three stop four", "none", "odd", "stop", "crash", "five row"), {"kind": "chunk.words"})
        assert bench.said(result, "word") == ["one", "two", "three", "five"]
        assert result.dropped == {"no_rows": 1, "odd_text": 1}
        assert result.failed == {"stopped_here": 2, "error": 1, "step_broken": 1}
        assert (result.state, result.requested) == ("shortfall", 10)
        again = bench.runs.resume(result.run)
        conserved(again)
        assert (again.kept, again.failed, again.pending) == (4, result.failed, 0)


def test_a_step_that_passes_rows_must_pass_one_under_its_own_id(trusted: Path) -> None:
    with Bench(trusted) as bench:
        result = bench.run(texts("fine", "two", "new", "crash", "none", "other"), {"kind": "transform.wild"})
        assert bench.said(result) == ["fine", "other"]
        assert result.failed == {"step_broken": 3, "error": 1}
        assert len({row.id for row in bench.rows(result)} - {"0" * 32}) == 2
        told = {trouble["detail"] for trouble in bench.runs.troubles(result.run)}
        assert "ZeroDivisionError: by nothing" in told
        assert "transform.wild gave 2 rows for one." in told


@pytest.mark.parametrize(
    ("way", "kept", "failed"), [("all", ["a", "b"], {"step_broken": 2}), ("backwards", [], {"step_broken": 5})]
)
def test_a_set_step_that_owes_verdicts(trusted: Path, way: str, kept: list[str], failed: dict[str, int]) -> None:
    with Bench(trusted) as bench:
        result = bench.run(texts("a", "out", "b", "silent", "c"), {"kind": "filter.set", "way": way})
        assert (bench.said(result), result.failed) == (kept, failed)
        assert [row.scores for row in bench.rows(result)] == [{"seen": 5}] * len(kept)


def test_a_set_step_that_breaks_ends_the_run_and_keeps_what_there_is(trusted: Path) -> None:
    with Bench(trusted) as bench:
        steps = (texts("a", "b"), ask(forward="all"), {"kind": "filter.set", "way": "crash"})
        with pytest.raises(Exception, match=r"Step 'filter.set' broke: ValueError: no way"):
            bench.run(*steps)
        result = bench.runs.result("r1")
        assert (result.state, result.requested, result.pending) == ("failed", 2, 2)
        assert len(bench.asked) == 2


def test_an_asking_step_of_a_plugin(trusted: Path) -> None:
    """Two places are asked for: the third answer is not taken; what breaks fails the row's places and nothing else."""
    with Bench(trusted) as bench:
        result = bench.run(texts("fine", "crash", "uncountable"), {"kind": "generate.wild"})
        assert (result.kept, result.failed, result.requested) == (2, {"error": 3}, 5)
        assert sorted(trouble["detail"] for trouble in bench.runs.troubles(result.run)) == [
            "ArithmeticError: cannot count", "LookupError: lost", "LookupError: lost",
        ]  # fmt: skip


def test_read_chunk_and_pairs(tmp_path: Path) -> None:
    """Pairs that do not come fail as missing, pairs beyond the number are left in the raw answer."""
    pairs = {"one": 1, "two": 2, "three": 5}

    def answer(request: Request) -> Any:
        word = next(word for word in pairs if f"{word}:" in request.text)
        return {"pairs": [{"input": f"{word} {n}?", "answer": f"{word} {n}."} for n in range(pairs[word])]}

    with Bench(tmp_path, answer) as bench:
        (tmp_path / "docs").mkdir()
        for word in pairs:
            (tmp_path / "docs" / f"{word}.txt").write_text(f"{word}: " + "some words here. " * 100, encoding="utf-8")
        steps: list[Plain] = [
            {"kind": "read.files", "paths": ["docs"]}, {"kind": "chunk.tokens", "size": 1000, "overlap": 0}, {"kind": "generate.qa", "density": 2.2},
        ]  # fmt: skip
        result = bench.run(*steps)
        assert (result.kept, result.failed, result.requested) == (1 + 2 + 2, {"missing": 1}, 6)
        assert bench.said(result, "input") == ["one 0?", "three 0?", "three 1?", "two 0?", "two 1?"]
        assert result.state == "shortfall"
        (trouble,) = bench.runs.troubles(result.run)
        assert trouble["detail"] == "generate.qa was asked for 2 rows and gave 1."
        pairs["one"] = 2
        again = bench.runs.resume(result.run)
        conserved(again)
        assert (again.state, again.kept, again.pending, len(bench.asked)) == ("finished", 6, 0, 4)


def test_a_skipped_row_is_not_asked(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        result = bench.run(texts("long enough", "no"), ask(skip="length(text) < 5"))
        assert (result.kept, result.dropped, len(bench.asked)) == (1, {"skipped": 1}, 1)


def test_the_critic_loop_asks_the_same_place_again(tmp_path: Path) -> None:
    """Two tries more than the first; the row keeps its id; what is refused to the end is dropped under the filter's reason."""
    scores = {"weak": [1, 2, 9], "bad": [1, 1, 1], "good": [9]}
    seen: dict[str, int] = {}

    def answer(request: Request) -> Any:
        if request.text.startswith("Say "):
            return {"answer": f"{request.text.split()[-1]} try {request.nth}"}
        word = next(word for word in scores if f"{word} try" in request.text)
        seen[word] = seen.get(word, -1) + 1
        return {"fit": {"reason": "so", "score": scores[word][seen[word]]}}

    with Bench(tmp_path, answer) as bench:
        steps = (
            texts("good", "weak", "bad"),
            ask(name="write"),
            {"kind": "score.judge", "criteria": {"fit": "fit"}},
            {"kind": "filter.where", "where": "scores.judge.overall >= 5", "reason": "weak", "retry_from": "write", "retry_times": 2},
        )
        result = bench.run(*steps)
        assert (result.state, result.kept, result.dropped, result.requested) == ("finished", 2, {"weak": 1}, 3)
        assert bench.said(result, "answer") == ["good try 1", "weak try 3"]
        assert bench.rows(result)[1].scores["judge"]["overall"] == 9
        assert seen == {"good": 0, "weak": 2, "bad": 2}
        made = bench.rows(result)[1].origin["made"]
        assert [entry["step"] for entry in made] == ["read.rows", "write", "score.judge"]
        assert len(bench.asked) == 14
        again = bench.run(*steps, new=True)
        assert (again.calls, again.calls_reused, bench.said(again, "answer")) == (0, 14, bench.said(result, "answer"))


def test_shares_of_models_go_by_the_rows_id(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        models = {"one": bench.model(model="openai/one"), "two": bench.model(model="openai/two")}
        steps = (texts(*(f"row {n}" for n in range(60))), ask(model={"one": 0.75, "two": 0.25}))
        first = bench.run(*steps, top={"models": models})
        chosen = [row.origin["made"][-1]["model"] for row in bench.rows(first)]
        assert 0.1 < chosen.count("openai/two") / 60 < 0.45
        assert sorted(request.model for request in bench.asked) == sorted(name.removeprefix("openai/") for name in chosen)
        again = bench.run(*steps, top={"models": models}, fresh=True)
        assert [row.origin["made"][-1]["model"] for row in bench.rows(again)] == chosen
        assert (len(bench.asked), again.calls) == (120, 60)
