"""Shaping of datasets without a recipe: what is committed, what its message says, what the report tells, what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from homes import Place
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lent import made_home

from rowsmith import Lab
from rowsmith.app.proof import verify
from rowsmith.app.reshaping import only_over
from rowsmith.app.shaping import Shaping
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.ids import source_id, source_order
from rowsmith.core.row import Row
from rowsmith.store.datasets import Datasets

LONG = "the old mill by the river was sold last spring to a family from the coast who mean to grind flour there again before winter comes"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """On SQLite: of the database, acts use what tests/store and the one test below show to be the same on both."""
    with Lab(made_home(tmp_path / "home"), who="ann") as lab:
        yield lab


@pytest.fixture
def shaping(lab: Lab) -> Shaping:
    return lab.project().shaping


def made(count: int, *, start: int = 0, of: int = 5, **data: Any) -> list[Row]:
    """Rows of documents of `of` rows each; a third is labelled `rare`."""
    return [
        Row(
            source_id("docs", str(n), 0), source_order(0, n),
            {"text": f"{n} says {n * 31}", "n": n, "label": "rare" if n % 3 == 0 else "common", **data},
            {"judge": n / 10}, {"source": {"name": f"d{n // of}.md", "hash": f"{n // of}", "span": [n, n + 1]}},
        )
        for n in range(start, start + count)
    ]  # fmt: skip


def commit(lab: Lab, rows: Iterable[Row], name: str = "qa", **more: Any) -> Any:
    return Datasets(lab.db).commit("default", name, rows, **more)


def rows_of(lab: Lab, spoken: str = "qa") -> list[Row]:
    found = list(lab.project().datasets.rows(spoken))
    assert list(Datasets(lab.db).check(lab.project().datasets.get(spoken))) == []
    return found


def head(lab: Lab, spoken: str = "qa") -> Any:
    return lab.project().datasets.get(spoken)


def test_every_act_on_both_databases(where: Place) -> None:
    with where.lab() as lab:
        commit(lab, made(100), run=1)
        commit(lab, [*made(5), *made(20, start=200)], "other")
        shaping = lab.project().shaping
        assert shaping.split("qa", "train=0.8,test=0.2", stratify="label").report["overlap"]["clean"]
        assert shaping.columns("qa", compute={"twice": "n * 2"}).rows == 100
        shaping.shuffle("qa")
        assert sorted(row.data["n"] for row in rows_of(lab)) == list(range(100)) != [row.data["n"] for row in rows_of(lab)]
        assert shaping.balance("qa", "label", cap=40).rows == 74
        assert shaping.combine(["qa", "other"], "both", dedup="near", compare=["text"]).rows == len(rows_of(lab, "both"))
        for how in ("random", "stratified", "weighted", "top", "diverse"):
            by = {"stratified": "split", "weighted": "n + 1", "top": "n"}.get(how, "")
            assert shaping.sample("qa", 10, how=how, by=by, into=how).rows == len(rows_of(lab, how)) == 10  # type: ignore[arg-type]
        assert verify(lab).problems == []


def test_a_split_is_the_next_version_and_says_what_was_done(lab: Lab, shaping: Shaping) -> None:
    first = commit(lab, made(100), run=1)
    done = shaping.split("qa", "train=0.8,validation=0.1,test=0.1")
    version = head(lab)
    assert (done.dataset, done.branch, done.version, done.rows_before, done.rows) == ("qa", "main", version.id, 100, 100)
    assert (version.parents, version.author) == ((first.id,), "ann")
    assert version.message == (
        f"split qa@{first.id[:12]} into train 0.8, validation 0.1, test 0.1 by source, near_duplicates, seed 42, column split"
    )
    rows = rows_of(lab)
    assert Counter(row.data["split"] for row in rows) == {"train": 80, "validation": 10, "test": 10}
    assert [replace(row, data={k: v for k, v in row.data.items() if k != "split"}) for row in rows] == made(100), "nothing else has changed"
    told = done.dump()
    assert told["parts"] == {name: {"wanted": n, "got": n} for name, n in (("train", 80), ("validation", 10), ("test", 10))}
    assert (told["components"], told["overlap"]["clean"], told["misses"]) == (20, True, [])
    assert shaping.split("qa", "train=0.8,validation=0.1,test=0.1").version == done.version, "the same again changes nothing"
    assert shaping.split("qa", "train=0.8,validation=0.1,test=0.1", seed=7).version != done.version


def test_settings_of_a_split(lab: Lab, shaping: Shaping) -> None:
    rows = [row.with_data({**row.data, "text": LONG.replace("coast", f"place{n}")}) for n, row in enumerate(made(10, of=1))]
    commit(lab, rows)
    near = shaping.split("qa", {"a": 0.5, "b": "rest"}, by=["near_duplicates"], into="other")
    assert (near.dataset, near.report["components"], near.report["largest"]["rows"]) == ("other", 1, 10)
    assert shaping.split("qa", "a=0.5,b=0.5", by=["near_duplicates"], similarity=0.95, into="other").report["components"] == 10
    assert shaping.split("qa", "a=0.5,b=0.5", by=["near_duplicates"], compare=["label"], into="other").report["components"] == 2
    by_label = shaping.split("qa", "a=0.5,b=0.5", by=["group:label"], column="part", into="other")
    assert by_label.report["components"] == 2
    assert {row.data["label"]: row.data["part"] for row in rows_of(lab, "other")}.keys() == {"rare", "common"}
    strata = shaping.split("qa", "a=0.5,b=0.5", by=["source"], stratify="label", into="other").report["strata"]
    assert strata["rare"]["a"]["got"] == strata["rare"]["b"]["got"] == 2
    assert "stratify label" in head(lab, "other").message
    assert head(lab, "qa").generation == 0, "the dataset itself is as it was"


def test_the_report_of_a_split_that_somebody_else_made(lab: Lab, shaping: Shaping) -> None:
    rows = [row.with_data({**row.data, "fold": "ab"[n % 2]}) for n, row in enumerate(made(20))]
    commit(lab, rows)
    found = shaping.overlap("qa", column="fold", by=["source", "group:label"])
    assert (found.clean, found.pairs[0].sources, found.pairs[0].groups) == (False, 4, {"label": 2})
    assert shaping.overlap("qa", column="fold", by=[]).clean
    assert len(lab.project().datasets.versions("qa")) == 1


def test_a_branch_is_shaped_and_a_version_is_not(lab: Lab, shaping: Shaping) -> None:
    first = commit(lab, made(20))
    lab.project().history.branch("qa", "try")
    done = shaping.sample("qa@try", 5)
    assert (done.branch, len(rows_of(lab, "qa@try")), len(rows_of(lab))) == ("try", 5, 20)
    with pytest.raises(Invalid, match="is a version, which never changes") as error:
        shaping.sample(f"qa@{first.id[:8]}", 5)
    assert "--into" in error.value.fix
    assert shaping.sample(f"qa@{first.id[:8]}", 3, into="small").rows == 3
    assert shaping.sample(f"qa@{first.id[:8]}", 4, into="qa@try").branch == "try"
    with pytest.raises(NotFound, match="has no branch 'gone'"):
        shaping.sample("qa", 3, into="qa@gone")
    with pytest.raises(NotFound, match=r"has no branch 'b@c'\. Choose one of: main"):
        shaping.sample("qa", 3, into="new@b@c")  # a dataset begins with its main branch
    for nothing in ("", "@try"):
        with pytest.raises(Invalid, match="--into names no dataset"):
            shaping.sample("qa", 3, into=nothing)
    assert len(rows_of(lab)) == 20


def test_samples(lab: Lab, shaping: Shaping) -> None:
    commit(lab, made(60))
    done = shaping.sample("qa", 30, how="stratified", by="label")
    assert done.dump()["strata"] == {"common": {"rows": 40, "taken": 20}, "rare": {"rows": 20, "taken": 10}}
    assert (done.rows_before, done.rows) == (60, 30)
    assert head(lab).message.endswith(", stratified, by label, seed 42")
    kept = rows_of(lab)
    assert [row.data["n"] for row in kept] == sorted(row.data["n"] for row in kept), "in their order"
    assert kept == [row for row in made(60) if row.id in {one.id for one in kept}] or {row.id for row in kept} < {row.id for row in made(60)}
    equal = shaping.sample("qa", 20, how="stratified", by="label", equal_strata=True)
    assert {name: one["taken"] for name, one in equal.report["strata"].items()} == {"common": 10, "rare": 10}
    shaping.sample("qa", 5, how="top", by="scores.judge", into="best")
    assert [row.data["n"] for row in rows_of(lab, "best")] == sorted(row.data["n"] for row in rows_of(lab))[-5:]
    shaping.sample("qa", 5, how="diverse", by="text", into="best")
    shaping.sample("qa", 5, how="weighted", by="n + 1", into="best")
    assert len(rows_of(lab, "best")) == 5, "another dataset then holds these rows alone"
    assert len(lab.project().datasets.versions("best")) == 3


@pytest.mark.parametrize(
    ("settings", "what", "fix"),
    [
        ({"n": 21}, "has 20 rows, and 21 are to be taken", "-n 20"),
        ({"n": 15, "how": "weighted", "by": "CASE WHEN n < 10 THEN 1 ELSE 0 END"}, "10 of them with a weight above 0", "-n 10"),
        ({"n": 5, "how": "weighted", "by": "0"}, "0 of them with a weight above 0", "Give rows a weight above 0"),
        ({"n": 5, "how": "weighted", "by": "n - 1"}, "1 rows have no usable weight .row .*: -1", "coalesce"),
        ({"n": 5, "how": "top", "by": "text"}, "20 rows have no usable value", "coalesce"),
        ({"n": 5, "how": "top", "by": "gone"}, "No row has a column 'gone'", "label, n, text"),
        ({"n": 5, "how": "best"}, "how: Input should be", ""),
        ({"n": -1}, "n: Input should be greater", ""),
        ({"n": 5, "how": "weighted"}, "needs `by`", ""),
        ({"n": 5, "how": "weighted", "by": "n >"}, "by: ", ""),
    ],
)  # fmt: skip
def test_samples_that_cannot_be(lab: Lab, shaping: Shaping, settings: dict[str, Any], what: str, fix: str) -> None:
    first = commit(lab, made(20))
    with pytest.raises(Invalid, match=what) as error:
        shaping.sample("qa", **settings)
    assert fix in error.value.fix
    assert head(lab).id == first.id, "nothing has been committed"


@pytest.mark.parametrize(
    ("parts", "settings", "what"),
    [
        ("train=0.8,test=0.1", {}, "sum to 0.9, not to 1"),
        ("train=8,test=3", {}, "The parts take 11 rows, and there are 20"),
        ("train=0.5,test=0.5", {"by": ["group:gone"]}, "No row has a column 'gone'"),
        ("train=0.5,test=0.5", {"by": ["nonsense"]}, "nothing by which rows can be kept together"),
        ("train=0.5,test=0.5", {"stratify": "gone"}, "No row has a column 'gone'"),
        ("train=0.5,test=0.5", {"similarity": 2.0}, "similarity: "),
    ],
)  # fmt: skip
def test_splits_that_cannot_be(lab: Lab, shaping: Shaping, parts: str, settings: dict[str, Any], what: str) -> None:
    first = commit(lab, made(20))
    with pytest.raises(Invalid, match=what):
        shaping.split("qa", parts, **settings)
    assert head(lab).id == first.id


def test_balance(lab: Lab, shaping: Shaping) -> None:
    commit(lab, [*made(60), *(row.with_data({"text": f"no label {n}"}) for n, row in enumerate(made(5, start=60)))])
    done = shaping.balance("qa", "label", into="even")
    assert done.report == {"before": {"common": 40, "rare": 20}, "after": {"common": 20, "rare": 20}, "without_class": 5}
    assert Counter(row.data["label"] for row in rows_of(lab, "even")) == done.report["after"]
    assert shaping.balance("qa", "label", cap=30, into="even").report["after"] == {"common": 30, "rare": 20}
    assert shaping.balance("qa", "label", shares={"common": 0.75, "rare": 0.25}, into="even").report["after"] == {"common": 40, "rare": 13}
    assert head(lab, "even").message.endswith("by label, common 0.75, rare 0.25, seed 42")
    for settings_, what in (({"cap": 0}, "cap: "), ({"shares": {"common": 0.5}}, "sum to 0.5"), ({"shares": {"x": 1.0}}, "class 'x'")):
        with pytest.raises(Invalid, match=what):
            shaping.balance("qa", "label", **settings_)
    with pytest.raises(Invalid, match="No row has a column 'gone'"):
        shaping.balance("qa", "gone")


def test_shuffle_is_another_order_of_the_same_rows_and_later_rows_follow(lab: Lab, shaping: Shaping) -> None:
    commit(lab, made(50), run=1)
    shaping.shuffle("qa", seed=1)
    one = [row.data["n"] for row in rows_of(lab)]
    assert (sorted(one), one != sorted(one)) == (list(range(50)), True)
    assert {row.id: (row.data, row.scores, row.origin) for row in rows_of(lab)} == {row.id: (row.data, row.scores, row.origin) for row in made(50)}
    shaping.shuffle("qa", seed=2)
    other = [row.data["n"] for row in rows_of(lab)]
    assert other != one
    shaping.shuffle("qa", seed=1)
    assert [row.data["n"] for row in rows_of(lab)] == one, "whatever the order was before"
    commit(lab, [*made(1, says="edited"), *made(2, start=90)], run=2)
    after = [row.data["n"] for row in rows_of(lab)]
    assert after == [*one, 90, 91], "a row keeps its place, new ones follow"


def test_columns(lab: Lab, shaping: Shaping) -> None:
    commit(lab, made(10))
    shaping.columns("qa", rename={"text": "said"}, set={"line": "{{ n }}: {{ said }}"}, compute={"twice": "n * 2"}, drop=["label"])
    row = rows_of(lab)[3]
    assert row.data == {"said": "3 says 93", "n": 3, "line": "3: 3 says 93", "twice": 6}
    assert head(lab).message.endswith(": rename text=said; set line={{ n }}: {{ said }}; compute twice=n * 2; drop label")
    shaping.columns("qa", keep=["n"], into="thin")
    assert {tuple(row.data) for row in rows_of(lab, "thin")} == {("n",)}


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({}, "changes nothing"),
        ({"rename": {"gone": "x"}}, "No row has a column 'gone'"),
        ({"drop": ["gone"]}, "No row has a column 'gone'"),
        ({"rename": {"text": "n"}}, "has a column 'n' already"),
        ({"compute": {"x": "gone + 1"}}, "No row has a column 'gone'"),
        ({"compute": {"x": "n +"}}, "compute 'x'"),
        ({"set": {"x": "{{ gone }}"}}, "gone"),
        ({"drop": ["label", "n", "text"]}, "No column of the row would be left"),
    ],
)
def test_columns_that_cannot_be(lab: Lab, shaping: Shaping, settings: dict[str, Any], what: str) -> None:
    first = commit(lab, made(3))
    with pytest.raises(Invalid, match=what):
        shaping.columns("qa", **settings)
    assert head(lab).id == first.id


def test_combine_keeps_every_row_once(lab: Lab, shaping: Shaping) -> None:
    commit(lab, made(10), "a")
    commit(lab, [*made(5), *made(2, start=5, says="otherwise"), *made(3, start=20)], "b")
    done = shaping.combine(["a", "b"], "c")
    assert done.report == {"sources": {"a": 10, "b": 10}, "same_row": 5, "given_new_ids": 2, "dropped": {}, "examples": []}
    rows = rows_of(lab, "c")
    assert [row.data["n"] for row in rows] == [*range(10), 5, 6, 20, 21, 22]
    assert rows[10].origin["parents"] == [rows[5].id]
    assert shaping.combine(["a", "b"], "c").version == done.version, "the same again gives the same ids"
    assert done.rows_before == 20
    assert head(lab, "c").message == f"combined a@{head(lab, 'a').id[:12]}, b@{head(lab, 'b').id[:12]}"
    grown = shaping.combine(["a", f"b@{head(lab, 'b').id[:10]}"], "a")
    assert (grown.dataset, len(rows_of(lab, "a"))) == ("a", 15)


def test_combine_without_duplicates_across(lab: Lab, shaping: Shaping) -> None:
    commit(lab, [row.with_data({"text": LONG, "n": 1}) for row in made(1)], "a")
    commit(lab, [row.with_data(data) for row, data in zip(made(3, start=5), (
        {"text": LONG, "n": 1}, {"text": LONG.replace("coast", "hills"), "n": 2}, {"text": "quite another", "n": 3}), strict=True)], "b")  # fmt: skip
    exact = shaping.combine(["a", "b"], "c", dedup="exact")
    assert (exact.rows, exact.report["dropped"]) == (3, {"duplicate": 1})
    assert exact.report["examples"][0]["why"] == f"the same data as row {rows_of(lab, 'a')[0].id}"
    near = shaping.combine(["a", "b"], "c", dedup="near")
    assert (near.rows, near.report["dropped"]) == (2, {"near_duplicate": 2})
    assert shaping.combine(["a", "b"], "c", dedup="near", similarity=0.95).rows == 3
    assert shaping.combine(["a", "b"], "c", dedup="exact", compare=["text"]).rows == 3
    assert "without exact duplicates" in {one.message[-24:] for one in lab.project().datasets.versions("c")}


@pytest.mark.parametrize(
    ("datasets", "settings", "what"),
    [
        (["a"], {}, "two datasets or more"), (["a", "a"], {}, "each named once"), (["a", "empty"], {}, "has no version yet"),
        (["a", "b"], {"dedup": "exact", "compare": ["gone"]}, "No row has a column 'gone'"),
        (["a", "b"], {"dedup": "near", "similarity": 3.0}, "similarity"), (["a", "b"], {"dedup": "fuzzy"}, "'fuzzy' is no way"),
    ],
)  # fmt: skip
def test_what_cannot_be_combined(lab: Lab, shaping: Shaping, datasets: list[str], settings: dict[str, Any], what: str) -> None:
    commit(lab, made(3), "a")
    commit(lab, made(3, start=5), "b")
    Datasets(lab.db).create("default", "empty")
    with pytest.raises((Invalid, NotFound), match=what):
        shaping.combine(datasets, "c", **settings)
    assert "c" not in {one.name for one in lab.project().datasets.list()} or not lab.project().datasets.versions("c")


def test_an_empty_version_cannot_be_shaped(lab: Lab, shaping: Shaping) -> None:
    commit(lab, [])
    for act in (lambda: shaping.split("qa", "a=0.5,b=0.5"), lambda: shaping.sample("qa", 1), lambda: shaping.shuffle("qa")):
        with pytest.raises(Invalid, match="qa has no rows"):
            act()


def test_what_is_committed_meanwhile_is_not_undone(lab: Lab, shaping: Shaping, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading of the rows and their commit somebody else commits."""
    commit(lab, made(20))
    real = only_over
    monkeypatch.setattr("rowsmith.app.reshaping.only_over", lambda head_: commit(lab, made(1, says="new")) and real(head_))
    with pytest.raises(Conflict, match="meanwhile"):
        shaping.split("qa", "a=0.5,b=0.5")
    assert rows_of(lab)[0].data["says"] == "new"
    assert "split" not in rows_of(lab)[0].data
    commit(lab, made(5), "b")
    monkeypatch.setattr("rowsmith.app.reshaping.only_over", lambda head_: commit(lab, made(1, says="newer"), "b") and real(head_))
    with pytest.raises(Conflict, match="meanwhile"):
        shaping.sample("qa", 3, into="b")
    assert len(rows_of(lab, "b")) == 5


rows_strategy = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 3)), max_size=15, unique_by=lambda one: one[0])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows_strategy.filter(bool), rows_strategy.filter(bool), st.sampled_from([None, "exact"]))
def test_combining_loses_no_distinct_row(lab: Lab, one: Any, other: Any, dedup: Any) -> None:
    for name, found in (("a", one), ("b", other)):
        rows = [made(1, start=n)[0].with_data({"says": says}) for n, says in sorted(found)]
        commit(lab, rows, name, replace=True)
    lab.project().shaping.combine(["a", "b"], "c", dedup=dedup)
    said = Counter(row.data["says"] for row in rows_of(lab, "c"))
    pairs = {*one, *other}
    assert said == (Counter({says: 1 for _, says in pairs}) if dedup else Counter(says for _, says in pairs))


def test_classes_and_groups_may_lie_in_scores_and_origin(lab: Lab, shaping: Shaping) -> None:
    commit(lab, made(60, of=3))
    assert shaping.balance("qa", "origin.source.name", cap=2, into="two").report["after"] == {f"d{n}.md": 2 for n in range(20)}
    strata = shaping.sample("qa", 20, how="stratified", by="origin.source.name", equal_strata=True, into="one").report["strata"]
    assert {name: found["taken"] for name, found in strata.items()} == {f"d{n}.md": 1 for n in range(20)}
    shaping.split("qa", "a=0.5,b=0.5", by=["group:origin.source.hash"])
    parts: dict[str, set[str]] = {}
    for row in rows_of(lab):
        parts.setdefault(row.origin["source"]["hash"], set()).add(str(row.data["split"]))
    assert all(len(found) == 1 for found in parts.values()) and {part for found in parts.values() for part in found} == {"a", "b"}
    with pytest.raises(Invalid, match=r"No row has a column 'origin\.nothing'"):
        shaping.balance("qa", "origin.nothing")
