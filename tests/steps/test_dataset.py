"""read.dataset: rows of a dataset's version as a source; ids kept, the version pinned, in-place changes, what is refused."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from running import Bench, texts

from rowsmith.app.proof import verify
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.row import Bad, New, Row
from rowsmith.engine.feed import source_rows

READ = {"kind": "read.dataset", "dataset": "t"}
UPPER = {"kind": "transform.columns", "compute": {"text": "upper(text)"}}


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    with Bench(tmp_path) as found:
        found.run(texts("a", "b", "c"))
        yield found


def rows(bench: Bench, spoken: str = "t") -> list[Any]:
    return list(bench.lab.project().datasets.rows(spoken))


def test_rows_keep_their_ids_order_and_what_made_them(bench: Bench) -> None:
    before = rows(bench)
    bench.run(READ, UPPER, into="upper")
    after = rows(bench, "upper")
    assert [row.id for row in after] == [row.id for row in before]
    assert [row.data["text"] for row in after] == ["A", "B", "C"]
    assert [made["kind"] for made in after[0].origin["made"]] == ["read.rows", "read.dataset"]
    assert after[0].origin["source"] == before[0].origin["source"]


def test_a_run_over_its_own_dataset_stands_in_the_place_of_its_rows(bench: Bench) -> None:
    bench.run(READ, UPPER, into="t")
    assert [row.data["text"] for row in rows(bench)] == ["A", "B", "C"]
    assert bench.lab.project().datasets.get("t").rows == 3


def test_the_version_is_pinned_and_another_one_is_another_run(bench: Bench) -> None:
    first = bench.lab.project().datasets.get("t")
    one = bench.run(READ, UPPER, into="upper")
    assert bench.runs.get(one.run).lock["datasets"] == {"read.dataset": {"t": first.id}}
    assert bench.run(READ, UPPER, into="upper").run == one.run, "the same again is the same run"
    bench.run({"kind": "read.rows", "name": "more", "rows": [{"text": "d"}]}, into="t", top={"name": "other"})
    two = bench.run(READ, UPPER, into="upper")
    assert two.run != one.run
    assert two.kept == 4
    assert bench.run({**READ, "dataset": f"t@{first.id[:8]}"}, into="old").kept == 3


def test_a_run_that_read_a_dataset_is_rebuilt_from_it(bench: Bench) -> None:
    bench.run(READ, UPPER, into="upper")
    bench.run({"kind": "read.rows", "name": "more", "rows": [{"text": "d"}]}, into="t", top={"name": "other"})
    proof = verify(bench.lab)
    assert (proof.problems, proof.checked["rebuilt"]) == ([], 3)
    with bench.lab.db.write() as conn:
        conn.exec_driver_sql("DELETE FROM version WHERE dataset = (SELECT n FROM dataset WHERE name = 't') AND generation = 0")
    assert any("which it reads, is missing" in problem["what"] for problem in verify(bench.lab).problems)


def test_an_unknown_dataset_is_told_before_the_run(bench: Bench) -> None:
    with pytest.raises(NotFound, match="No dataset is called 'tt'"):
        bench.run({**READ, "dataset": "tt"}, into="x")
    assert len(bench.runs.list()) == 1


def test_two_datasets_without_common_rows_are_read_and_two_with_are_not(bench: Bench) -> None:
    bench.run({"kind": "read.rows", "name": "more", "rows": [{"text": "d"}]}, into="u", top={"name": "other"})
    other = {**READ, "name": "second", "dataset": "u"}
    both = {"kind": "filter.duplicates", "from": ["read.dataset", "second"]}
    assert bench.run(READ, other, both, into="both").kept == 4
    first = bench.lab.project().datasets.get("t")
    with pytest.raises(Invalid, match="have rows in common") as error:
        bench.run(READ, {**other, "dataset": f"t@{first.id[:8]}"}, both, into="both")
    assert "rowsmith combine" in error.value.fix


def test_a_quote_counts_its_rows(bench: Bench) -> None:
    from rowsmith.app.quotes import quote

    assert quote(bench.runs, bench.recipe(READ, UPPER)).rows.mid == 3


def test_shaping_steps_in_a_recipe(bench: Bench) -> None:
    result = bench.run(
        texts(*(f"{n} says {n * 31}" for n in range(40))), {"kind": "transform.columns", "compute": {"label": "contains(text, '1')"}},
        {"kind": "filter.sample", "n": 30}, {"kind": "filter.balance", "by": "label", "cap": 12},
        {"kind": "transform.split", "parts": {"train": 0.5, "test": 0.5}, "by": ["source"], "stratify": "label"}, into="shaped",
    )  # fmt: skip
    assert result.dropped["not_sampled"] == 10
    found = rows(bench, "shaped")
    assert {row.data["split"] for row in found} == {"train", "test"}
    assert max(sum(row.data["label"] == label for row in found) for label in (True, False)) <= 12


def test_a_target_in_waves_keeps_earlier_parts(tmp_path: Path) -> None:
    """A filter behind the split leaves fewer than the target, so further waves come; each is split beside those before it."""
    from running import ask

    counted = iter(range(1000))
    with Bench(tmp_path, lambda request: {"answer": f"{next(counted)} says something of its own"}) as bench:
        steps = (
            texts(*"abcdef"), ask(forward="all"), {"kind": "transform.split", "parts": {"train": 0.5, "test": 0.5}, "by": ["source"]},
            {"kind": "filter.where", "where": "NOT contains(answer, '3') AND NOT contains(answer, '1')"},
        )  # fmt: skip
        result = bench.run(*steps, target=9)
        assert result.requested > 6
        found = bench.rows(result)
        by_source: dict[str, set[str]] = {}
        for row in found:
            by_source.setdefault(str(row.origin["source"]["index"]), set()).add(row.data["split"])
        assert all(len(parts) == 1 for parts in by_source.values())
        assert bench.runs.get(result.run).state == "finished"
        assert verify(bench.lab).problems == []


def test_a_source_may_not_give_one_id_twice(tmp_path: Path) -> None:
    class Twice:
        title, kind = "s", "read.twice"

        def read(self, context: object) -> list[New]:
            return [New({"a": 1}, id="ab" * 16), New({"a": 2}, id="ab" * 16), New({"a": 3}, id="cd" * 16)]

    first, second, third = (row for _, row in source_rows(Twice(), SimpleNamespace(scratch=tmp_path), 0, "r"))  # type: ignore[arg-type]
    assert isinstance(first, Row) and first.id == "ab" * 16
    assert isinstance(second, Bad) and "ab" * 16 in second.detail
    assert isinstance(third, Row) and third.id == "cd" * 16


def test_a_dataset_that_is_only_compared_with_may_have_rows_in_common(bench: Bench) -> None:
    first = bench.lab.project().datasets.get("t")
    bench.run(READ, {"kind": "filter.duplicates", "against": ["t", f"t@{first.id[:8]}"]}, into="u")
    assert len(rows(bench, "u")) == 3
    done = bench.run({**texts("a", "z"), "name": "others"}, {"kind": "filter.near_duplicates", "against": ["t"]}, into="v")
    assert (done.kept, done.dropped) == (1, {"near_duplicate": 1})


def test_a_benchmark_that_is_not_here_is_told_with_the_command_that_brings_it(bench: Bench) -> None:
    with pytest.raises(NotFound, match="The benchmark 'gsm8k' is not here yet") as error:
        bench.run(READ, {"kind": "score.contamination", "against": ["gsm8k"]}, into="x")
    assert error.value.fix == "Bring it once: rowsmith import hf:openai/gsm8k/main/test --columns question --as jsonl --into gsm8k"
