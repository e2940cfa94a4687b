"""Rebuilding: the same rows from the lock and the stored answers, whatever the run went through, and nothing else touched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from running import Plain, ask, conserved, jsonl, texts

from rowsmith.app.proof import verify
from rowsmith.app.rebuild import rebuild_problems
from rowsmith.registry import plugins
from rowsmith.testing import Request

NEAR = {"kind": "filter.near_duplicates", "columns": ["answer"]}


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where, alike) as made:
        yield made


def alike(request: Request) -> Any:
    """Rows 0, 3, 6 ... and so on say nearly the same; a further draw says something else."""
    number = int(request.text.split()[-1])
    place = f"number {number}" if number % 3 else f"whichever {number}"
    return {"answer": f"{place} of {request.nth}" if number % 3 else f"All of these say one and the same long thing again and again, {number}"}


def problems(shop: Workshop, run: str = "r1") -> list[dict[str, str]]:
    return list(rebuild_problems(shop.lab, shop.runs.get(run)))


def numbers(count: int) -> Plain:
    return texts(*(f"row {n}" for n in range(count)))


@pytest.mark.parametrize(
    "wishes",
    [
        [{"target": 5}, {"target": 12}],
        [{"target": 5}, {}],
        [{"limit": 4}, {"limit": 9}, {}],
        [{"target": 25, "limit": 20}, {"target": 30}, {}],
        [{"target": 20}, {"target": 6}, {"target": 22}],
        [{"target": 3, "into": "other"}, {"target": 3}],
    ],
    ids=str,
)
def test_a_run_that_was_asked_for_more_and_more(shop: Workshop, wishes: list[dict[str, Any]]) -> None:
    """Set steps saw the rows in the waves of the time; so they do again."""
    for wish in wishes:
        done = shop.run(numbers(15), ask(), NEAR, **wish)
        assert problems(shop) == []
    assert done.run == "r1"
    assert done.version is not None


def test_failed_rows_and_other_attempts(shop: Workshop) -> None:
    shop._reply = lambda request: "no JSON" if "odd" in request.text and request.nth < 3 else {"answer": request.text}
    recipe = (texts("a", "b odd", "c", "d odd"), ask())
    models = {"models": {"writer": shop.model(reasks=0)}}
    assert shop.run(*recipe, top=models, target=4, commit_partial=True).failed == {"malformed": 4}
    for _ in range(2):
        done = shop.runs.resume("r1")
        conserved(done)
        assert problems(shop) == []
    assert done.kept == 4
    assert shop.lab.project().datasets.count("t") == 4  # rows of an earlier commit that are beyond the target now are gone


def test_what_was_written_stays_and_nobody_is_asked(
    shop: Workshop, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = shop.folder / "out.jsonl"
    shop.run(numbers(4), ask(), {"kind": "write.files", "path": str(out)}, {"kind": "write.files", "name": "b", "path": str(out) + "2"})
    out.write_text("mine", encoding="utf-8")
    Path(str(out) + "2").unlink()
    asked, seen = len(shop.asked), set(shop.folder.rglob("*"))
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))  # others rebuild in the shared one at the same time
    assert problems(shop) == []
    assert (len(shop.asked), out.read_text(encoding="utf-8")) == (asked, "mine")
    assert {path for path in shop.folder.rglob("*") if not path.name.endswith(("-wal", "-shm"))} <= seen
    assert list(temporary.iterdir()) == []


def test_no_key_is_needed(shop: Workshop) -> None:
    shop.environ["SECRET"] = "k"
    shop.run(numbers(2), ask(), top={"models": {"writer": shop.model(api_key_env="SECRET")}})
    del shop.environ["SECRET"]
    assert verify(shop.lab).problems == []


def test_inputs_are_read_from_the_home(shop: Workshop) -> None:
    path = jsonl(shop.folder / "in.jsonl", [{"id": "1", "text": "row 1"}])
    shop.run({"kind": "read.files", "paths": ["in.jsonl"]}, ask())
    path.unlink()
    assert problems(shop) == []


def test_answers_of_other_runs_count(shop: Workshop) -> None:
    shop.run(numbers(3), ask())
    again = shop.run(numbers(3), ask(), new=True)
    fresh = shop.run(numbers(3), ask(), fresh=True)
    assert (again.calls, again.calls_reused, fresh.calls) == (0, 3, 3)
    assert [problems(shop, run) for run in ("r1", "r2", "r3")] == [[], [], []]


def test_merged_and_replaced(shop: Workshop) -> None:
    shop.run(numbers(3), ask())
    shop.run(numbers(5), ask())  # the same ids and more, into the same dataset
    shop.run(numbers(2), ask(name="again"), into="t", replace=True)
    shop.run(numbers(4), ask(), top={"name": "u"}, into="t")
    assert [problems(shop, f"r{n}") for n in range(1, 5)] == [[]] * 4
    assert shop.lab.project().datasets.count("t") == 6


def test_a_row_that_is_not_what_it_was_is_named(shop: Workshop) -> None:
    """Both in a version of one run and in a merged one."""
    shop.run(numbers(3), ask())
    shop.run(numbers(2), ask("Otherwise {{ text }}", name="otherwise"), into="t", top={"name": "u"})
    every = [row.id for row in shop.lab.project().datasets.rows("t")]
    for run, row in (("r1", 1), ("r2", 4)):
        keys = shop.where.query("SELECT key FROM spend WHERE run = :n ORDER BY ord", n=int(run[1:]))
        (raw,) = shop.where.query('SELECT raw FROM "call" WHERE key = :k', k=keys[1][0])[0]
        shop.where.change('UPDATE "call" SET raw = :r WHERE key = :k', r=bytes(raw).replace(b"number", b"numero"), k=keys[1][0])
        (found,) = problems(shop, run)
        assert (found["kind"], found["where"]) == ("rebuild", f"run {run}, dataset t")
        assert found["what"] == f"row {every[row]} says something else when it is rebuilt"


def test_a_missing_answer_leaves_a_gap(shop: Workshop) -> None:
    shop.run(numbers(3), ask())
    shop.where.change('DELETE FROM "call" WHERE key = (SELECT key FROM spend ORDER BY ord DESC LIMIT 1)')
    (found,) = problems(shop)
    assert found["what"].startswith("row 2 is ")
    assert found["what"].endswith("missing when it is rebuilt")


def test_a_changed_plugin_is_named(where: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(where.folder / "config"))
    file = where.folder / "plugins" / "shout.py"
    file.parent.mkdir()
    code = (
        "from rowsmith.core.step import Step\n\n\nclass Shout(Step):\n    '''Louder.'''\n\n    kind = 'transform.shout'\n\n"
        "    def rows(self, row, ctx):\n        yield row.with_data({'text': row.data['text'] + '!'})\n"
    )
    file.write_text(code, encoding="utf-8")
    plugins.trust(file)
    with Workshop(where) as shop:
        shop.run(texts("a"), {"kind": "transform.shout"})
        assert problems(shop) == []
        file.write_text(code.replace("!", "?"), encoding="utf-8")
        (found,) = problems(shop)
        assert "cannot be rebuilt" in found["what"]
        assert "shout" in found["what"]
        plugins.trust(file)  # it may run, but it is not what ran then
        (found,) = problems(shop)
        assert "says something else" in found["what"] or "shout" in found["what"]
        file.unlink()
        (found,) = problems(shop)
        assert "transform.shout" in found["what"]
