"""Conditions over what people think of rows: in recipes, on rows, in exports, edits and gates, with one meaning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from version_rows import made

from rowsmith.app.proof import verify
from rowsmith.app.quality_checks import CHECKS
from rowsmith.app.reviews import let_through
from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse
from rowsmith.store.datasets import Datasets
from rowsmith.store.reviews import Opinion, Reviews, said_now

ROWS = made(5)
NAMES = [row.id for row in ROWS]
CONDITIONS = (
    "reviews.verdict = 'accept'", "reviews.verdict IS NULL AND reviews.count > 0", "reviews.people >= 2", "reviews.score >= 1.5", "reviews.differ",
    "reviews.label = 'good'", "reviews.labels.good > reviews.labels.bad OR reviews.outdated > 1", "reviews.count = 0",
)  # fmt: skip
"""What a user asks of reviews."""
opinions = st.tuples(
    st.integers(0, 4), st.sampled_from(["ada", "bob", "cyd"]), st.booleans(), st.integers(1, 5),
    st.builds(
        Opinion, verdict=st.sampled_from(["", "accept", "reject"]), score=st.sampled_from([None, 1.0, 2.0]),
        label=st.sampled_from([None, "good", "bad"]), decides=st.sampled_from([False, False, True]),
    ),
)  # fmt: skip


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where) as made_:
        Datasets(made_.lab.db).commit("default", "qa", ROWS, run=None)
        yield made_


def read(*more: dict[str, Any], reviews: bool = True) -> tuple[dict[str, Any], ...]:
    return ({"kind": "read.dataset", "dataset": "qa", **({"reviews": True} if reviews else {})}, *more)


def where(text: str) -> dict[str, Any]:
    return {"kind": "filter.where", "where": text}


def ids(rows: Any) -> list[int]:
    return [NAMES.index(row.id) for row in rows]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(opinions, max_size=12), st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=3, unique=True))
def test_duckdb_and_python_agree_on_reviews(shop: Workshop, said: list[Any], texts: list[str]) -> None:
    """The rows that a view shows are those that an export would write."""
    project = shop.lab.project()
    name = f"t{len(project.datasets.list())}"
    version = Datasets(shop.lab.db).commit("default", name, ROWS)
    with shop.lab.db.write() as conn:
        for row, author, current, at, opinion in said:
            hash_ = said_now(ROWS[row]) if current else "0" * 32
            Reviews(shop.lab.db, version.dataset).add(conn, "main", NAMES[row], hash_, opinion, author, float(at))
    for text in texts:
        by_python = ids(row for row, _ in let_through(project.reviews.beside(name, iter(ROWS)), parse(text)))
        assert ids(project.datasets.rows(name, where=text)) == by_python, text


def test_a_recipe_takes_what_people_think(shop: Workshop) -> None:
    project = shop.lab.project()
    for row, people in ((0, "ab"), (1, "a"), (2, "ab")):
        for who in people:
            project.reviews.add("qa", NAMES[row], verdict="reject" if (row, who) == (2, "b") else "accept", label="good", score=2.0, author=who)
    for text in (*CONDITIONS, "reviews.verdict = 'accept' AND reviews.people >= 2"):
        expected = ids(project.datasets.rows("qa", where=text))
        done = shop.run(*read(where(text)), top={"name": "chosen", "models": {}})
        assert ids(shop.runs.rows(done.run)) == expected, text
    assert all("reviews" not in row.origin for row in project.datasets.rows("chosen"))  # it is the dataset's, and no part of what a version says


def test_a_new_verdict_makes_another_run_and_the_old_one_is_rebuilt_as_it_was(shop: Workshop) -> None:
    project, steps = shop.lab.project(), read(where("reviews.verdict = 'accept'"))
    project.reviews.add("qa", NAMES[0], verdict="accept")
    first = shop.run(*steps, top={"name": "chosen", "models": {}})
    assert shop.run(*steps, top={"name": "chosen", "models": {}}).run == first.run
    project.reviews.add("qa", NAMES[1], verdict="accept")
    assert [one for one in verify(shop.lab).problems if one["kind"] != "reviews"] == []
    second = shop.run(*steps, top={"name": "chosen", "models": {}})
    assert second.run != first.run and ids(shop.runs.rows(first.run)) == [0] and ids(shop.runs.rows(second.run)) == [0, 1]
    assert verify(shop.lab).problems == []
    plain = [shop.run(*read(where("n IS NULL OR true"), reviews=False), top={"name": "all", "models": {}}).run]
    project.reviews.add("qa", NAMES[2], verdict="accept")
    plain.append(shop.run(*read(where("n IS NULL OR true"), reviews=False), top={"name": "all", "models": {}}).run)
    assert plain[0] == plain[1]  # who does not ask for reviews is not troubled by them


def test_a_lost_copy_of_reviews_is_found(shop: Workshop) -> None:
    shop.lab.project().reviews.add("qa", NAMES[0], verdict="accept")
    done = shop.run(*read(where("reviews.count = 1")), top={"name": "chosen", "models": {}})
    (hash_,) = shop.runs.get(done.run).lock["reviews"]["read.dataset"].values()
    shop.lab.files.remove(hash_)
    assert any("reviews of qa" in one["what"] for one in verify(shop.lab, rebuild=False).problems)


def test_names_of_reviews_that_are_none_are_told(shop: Workshop, tmp_path: Path) -> None:
    project = shop.lab.project()
    project.reviews.add("qa", NAMES[0], verdict="accept")
    with pytest.raises(Invalid, match=r"no 'verdit'.*Did you mean 'verdict'.*people"):
        shop.run(*read(where("reviews.verdit = 'accept'")), top={"models": {}})
    with pytest.raises(Invalid, match=r"does not bring them\. Give it reviews: true"):
        shop.run(*read(where("reviews.verdict = 'accept'"), reviews=False), top={"models": {}})
    for act in (
        lambda: project.datasets.rows("qa", where="reviews.verdit = 'accept'"),
        lambda: project.datasets.export("qa", "jsonl", tmp_path / "o.jsonl", where="reviews.verdit = 'accept'"),
        lambda: project.edits.set_where("qa", "reviews.verdit = 'accept'", {"n": 1}),
        lambda: project.quality.check("qa", checks=[next(iter(CHECKS))], gate=gate(tmp_path, "reviews.verdit = 'accept'")),
    ):
        with pytest.raises(Invalid, match="no 'verdit'"):
            act()
    Datasets(shop.lab.db).commit("default", "own", [ROWS[0].with_data({"text": "a", "reviews": {"verdit": 1}})])
    assert project.datasets.rows("own", where="reviews.verdit = 1").total == 1  # a column of that name goes before
    assert project.edits.set_where("own", "reviews.verdit = 1", {"text": "b"}) == 1


def gate(folder: Path, expect: str) -> Path:
    path = folder / "gate.yaml"
    path.write_text(f'rules:\n  - {{name: reviewed, expect: "{expect}", share: 0.5}}\n')
    return path


def test_edits_and_gates_know_what_people_think(shop: Workshop, tmp_path: Path) -> None:
    project, check = shop.lab.project(), ["form"]
    for row in (0, 1, 2):
        project.reviews.add("qa", NAMES[row], verdict="accept")
    told = [project.quality.check("qa", checks=check, gate=gate(tmp_path, text)).gate for text in ("reviews.people >= 1", "reviews.people >= 2")]
    assert [one["passed"] for one in told if one] == [True, False]
    project.reviews.add("qa", NAMES[3], verdict="reject")
    assert project.edits.set_where("qa", "reviews.verdict = 'reject'", {"checked": True}) == 1
    (tmp_path / "f.jsonl").write_text('{"text": "a"}\n')
    found = project.quality.check(tmp_path / "f.jsonl", checks=check, gate=gate(tmp_path, "reviews.people >= 1"))
    assert found.gate is not None and not found.gate["passed"] and any("a file has none" in note for note in found.notes)


def test_forgetting_takes_what_was_read_of_reviews_along(shop: Workshop) -> None:
    done = shop.run({"kind": "read.rows", "name": "docs", "rows": [{"text": "a"}, {"text": "b"}]}, top={"name": "t", "models": {}})
    project = shop.lab.project()
    for row in shop.runs.rows(done.run):
        project.reviews.add("t", row.id, label="a secret label")
    again = shop.run({"kind": "read.dataset", "dataset": "t", "reviews": True}, where("reviews.people = 1"), top={"name": "u", "models": {}})
    (hash_,) = shop.runs.get(again.run).lock["reviews"]["read.dataset"].values()
    assert shop.lab.files.has(hash_)
    project.provenance.forget("docs")
    assert not shop.lab.files.has(hash_) and verify(shop.lab).problems == []
