"""Prompts at rest, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.prompts import Prompt
from rowsmith.store import audit, projects
from rowsmith.store.database import Database
from rowsmith.store.prompts import Prompts


def said(words: str) -> Prompt:
    return Prompt(text=words)


@pytest.fixture
def store(database: Database) -> Prompts:
    projects.ensure(database, "p")
    return Prompts(database)


def test_versions_follow_each_other_and_the_same_again_is_none(store: Prompts) -> None:
    one, two = (store.commit("p", "a", said(words), "me", words) for words in ("one", "two"))
    assert (one.parent, two.parent, store.commit("p", "a", said("two"), "you", "again")) == (None, one.id, two)
    assert [(v.said.text, v.author, v.message) for v in store.log(two)] == [("two", "me", "two"), ("one", "me", "one")]
    assert (store.resolve("p", "a")[1], store.resolve("p", f"a@{one.id[:6]}")[1]) == (two, one)


def test_whoever_made_theirs_of_an_older_version_is_told(store: Prompts) -> None:
    one = store.commit("p", "a", said("one"), "me", "")
    two = store.commit("p", "a", said("two"), "you", "", onto=one.id)
    with pytest.raises(Conflict, match=f"newest version of 'a' is {two.id[:12]}"):
        store.commit("p", "a", said("mine"), "me", "", onto=one.id)


def test_many_at_once_lose_no_version(store: Prompts) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: store.commit("p", "a", said(f"text {n}"), "me", ""), range(24)))
    assert {v.id for v in store.log(store.resolve("p", "a")[1])} == {v.id for v in made}


def test_names_tags_and_forks(store: Prompts) -> None:
    one = store.commit("p", "a", said("one"), "me", "")
    named = store.get("p", "a")
    store.tag(named, "v1", "tag", one.id, "me", "good")
    store.tag(named, "r1", "release", one.id, "me")
    store.commit("p", "a", said("two"), "me", "")
    assert store.resolve("p", "a@v1")[1] == one
    fork = store.commit("p", "b", one.said, "me", "", forks=one.id)
    assert ([v.id for v in store.log(fork)], fork.prompt != one.prompt) == ([fork.id, one.id], True)
    for name, words in (("v1", "already"), ("main", "already")):
        with pytest.raises(Conflict, match=words):
            store.tag(named, name, "tag", one.id, "me")
    with pytest.raises(Invalid, match="cannot be the name of a tag"):
        store.tag(named, "abcd", "tag", one.id, "me")
    with pytest.raises(Conflict, match="is a release, and stays"):
        store.delete(named, "r1", "me")
    assert store.delete(named, "v1", "me").version == one.id
    for spoken, words in (("a@v1", "no tag or version 'v1'"), ("nobody", "No prompt is called")):
        with pytest.raises(NotFound, match=words):
            store.resolve("p", spoken)
    with pytest.raises(Conflict, match="already"):
        store.commit("p", "b", said("x"), "me", "", forks=one.id)
    with pytest.raises(Invalid, match="cannot be the name of a prompt"):
        store.commit("p", "a@b", said("x"), "me", "")


def test_digits_that_fit_several_versions(store: Prompts, database: Database) -> None:
    ids = [store.commit("p", "a", said(words), "me", "").id for words in ("one", "two")]
    with database.write() as conn:
        for number, name in enumerate(ids):
            conn.execute(text("UPDATE prompt_version SET id = :new WHERE id = :old"), {"new": f"ffff{number}" + name[5:], "old": name})
    with pytest.raises(Invalid, match="fits 2 versions"):
        store.resolve("p", "a@ffff")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE prompt_version SET content = :other WHERE parent IS NULL", "does not say what its id stands for"),
        ("DELETE FROM prompt_version WHERE parent IS NULL", "the version before it is missing"),
        ("UPDATE prompt_ref SET author = 'nobody'", "does not say what its digest vouches for"),
        ("DELETE FROM prompt_version WHERE parent IS NOT NULL", "its version is missing"),
    ],
)
def test_what_is_damaged_is_found(store: Prompts, database: Database, sql: str, words: str) -> None:
    for said_ in ("one", "two"):
        store.commit("p", "a", said(said_), "me", "")
    assert [found for name, found in audit.everything(database) if name == "prompts" and found] == []
    with database.write() as conn:
        conn.execute(text(sql), {"other": b'{"text":"three"}'} if ":other" in sql else {})
    assert [one["what"] for name, found in audit.everything(database) if name == "prompts" for one in found if words in one["what"]] != []


def test_a_project_takes_its_prompts_along(store: Prompts, database: Database) -> None:
    store.commit("p", "a", said("one"), "me", "")
    projects.delete(database, "p")
    with database.read() as conn:
        assert [conn.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in ("named_prompt", "prompt_version", "prompt_ref")] == [0, 0, 0]
