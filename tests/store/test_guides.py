"""Guided talks at rest, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.store import events, projects
from rowsmith.store.database import Database
from rowsmith.store.guides import Guides


def test_turns_follow_each_other(database: Database) -> None:
    guides = Guides(database)
    begun, first = guides.begin("default", "support", "ada", None, {"phase": "checklist"})
    assert (begun.name, begun.id, first.n, guides.last(begun)) == ("support", f"g{begun.n}", 1, first)
    second = guides.add(begun, 2, "reply", "hmm \u2028", {"phase": "checklist", "a": 1}, "ada")
    assert guides.last(begun) == second and guides.turns(begun) == [first, second]
    assert guides.get("default", "support") == begun == guides.get("default", begun.id)
    with pytest.raises(Conflict, match="Somebody else"):
        guides.add(begun, 2, "reply", "again", {}, "bob")
    assert guides.last(begun) == second
    guides.rested(begun)
    told = events.found(database, "default")
    assert [event.kind for event in told] == ["guide.begun", "guide.turned", "guide.rested"]
    assert {event.data["guide"] for event in told} == {begun.id} and told[1].data["turn"] == 2


def test_names(database: Database) -> None:
    guides = Guides(database)
    one, two = (guides.begin("default", "", "ada", None, {})[0] for _ in range(2))
    assert (one.name, two.name) == (one.id, two.id)
    guides.begin("default", "support", "ada", None, {})
    with pytest.raises(Conflict, match="There is a session called 'support' already"):
        guides.begin("default", "support", "ada", None, {})
    for name in ("g9", "a/b", "a\nb"):
        with pytest.raises(Invalid):
            guides.begin("default", name, "ada", None, {})
    guides.begin("other", "support", "ada", None, {})
    assert [begun.name for begun, _ in guides.list("default")] == ["support", two.name, one.name]
    with pytest.raises(NotFound, match="Did you mean 'support'"):
        guides.get("default", "suport")


def test_they_go_with_their_project(database: Database) -> None:
    guides = Guides(database)
    for project in ("other", "default"):
        projects.ensure(database, project)
        guides.begin(project, "support", "ada", None, {})
    projects.delete(database, "other")
    with database.read() as conn:
        assert [conn.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in ("guide", "guide_turn")] == [1, 1]
