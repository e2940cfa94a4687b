"""Branches, tags and releases: names that are found, kept and given up."""

from __future__ import annotations

import pytest
from version_rows import made

from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.store import events
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.edits import Edits
from rowsmith.store.refs import Refs
from rowsmith.store.versions import Version


@pytest.fixture
def first(database: Database) -> Version:
    return Datasets(database).commit("p", "qa", made(3), run=1, author="ann")


@pytest.fixture
def refs(database: Database, first: Version) -> Refs:
    return Refs(database, Datasets(database).get("p", "qa"))


def test_names_of_each_kind(database: Database, refs: Refs, first: Version) -> None:
    made_ = [refs.make("draft/a", "branch", first.id, "ann"), refs.make("v1", "tag", first.id, "bob", "good")]
    made_.append(refs.make("1.0", "release", first.id, "cy"))
    assert [(ref.name, ref.kind, ref.version, ref.author, ref.message) for ref in refs.list()] == [
        ("1.0", "release", first.id, "cy", ""), ("draft/a", "branch", first.id, "ann", ""), ("main", "branch", first.id, "ann", ""),
        ("v1", "tag", first.id, "bob", "good"),
    ]  # fmt: skip
    assert refs.list("tag") == [made_[1]] and refs.get("1.0") == made_[2]
    assert all(Datasets(database).resolve("p", f"qa@{ref.name}") == first for ref in made_)
    assert [e.kind for e in events.found(database, "p")] == ["dataset.committed", "dataset.branch", "dataset.tag", "dataset.release"]
    with pytest.raises(NotFound, match="no branch called 'v1'"):
        refs.get("v1", "branch")


@pytest.mark.parametrize("name", ["", "-x", "a b", "a@b", "abcd", "0123456789ab", ".x", "x" * 201, "ü"])
def test_names_that_cannot_be(refs: Refs, first: Version, name: str) -> None:
    with pytest.raises(Invalid, match="cannot be the name of a tag"):
        refs.make(name, "tag", first.id, "ann")


def test_a_name_is_given_once(refs: Refs, first: Version) -> None:
    with pytest.raises(Conflict, match="'main' already"):
        refs.make("main", "tag", first.id, "ann")


def test_deleting(database: Database, refs: Refs, first: Version) -> None:
    refs.make("draft", "branch", first.id, "ann")
    refs.make("1.0", "release", first.id, "ann")
    Edits(database, first.dataset, "draft").remove(made(1)[0].id, "ann")
    with pytest.raises(Conflict, match="has 1 uncommitted edit"):
        refs.delete("draft", "ann")
    refs.delete("draft", "ann", with_edits=True)
    assert len(Edits(database, first.dataset, "draft")) == 0
    with pytest.raises(NotFound):
        refs.delete("draft", "ann")
    with pytest.raises(Conflict, match="is a release"):
        refs.delete("1.0", "ann")


def test_rolling_back(database: Database, refs: Refs, first: Version) -> None:
    second = Datasets(database).commit("p", "qa", made(5))
    working = Edits(database, first.dataset, "main")
    working.remove(made(1)[0].id, "ann")
    with pytest.raises(Conflict, match="uncommitted"):
        refs.roll_back("main", first.id, "ann")
    assert refs.roll_back("main", first.id, "ann", with_edits=True).version == second.id
    assert (Datasets(database).resolve("p", "qa"), len(working)) == (first, 0)
    assert events.found(database, "p", newest=True, limit=1)[0].data["was"] == second.id
