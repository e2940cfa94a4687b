"""Projects: caps over all their runs, nothing shared but answers, gone without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from homes import Place, Workshop
from running import Plain, ask, texts

from rowsmith.app.projects import Project
from rowsmith.app.proof import verify
from rowsmith.app.results import Result
from rowsmith.core.errors import Conflict, Invalid, NotFound


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    """Each answer costs a tenth of a cent: 1,000 tokens out at a dollar a million, and nothing in."""
    with Workshop(where, tokens_out=1000, tokens_in=0) as made:
        yield made


def run(shop: Workshop, project: Project, *steps: Plain, **options: Any) -> Result:
    model = shop.model(price_in=0, price_out=1, max_tokens=1000, concurrency=2)
    return project.runs.start(shop.recipe(*steps, models={"writer": model}), **options)


def numbers(first: int, last: int) -> Plain:
    return texts(*(f"row {n}" for n in range(first, last)))


def test_spending_is_counted_by_project(shop: Workshop) -> None:
    one, other = shop.lab.projects.create("one"), shop.lab.projects.create("other")
    run(shop, one, numbers(0, 3), ask())
    run(shop, one, numbers(3, 5), ask())
    run(shop, other, numbers(0, 3), ask())  # the same questions: answered from the store
    assert [(p.name, p.spent_usd, p.spent_tokens, p.budget_usd) for p in shop.lab.projects.list()] == [
        ("one", pytest.approx(0.005), 5000, None), ("other", 0.0, 0, None),
    ]  # fmt: skip
    assert len(shop.asked) == 5


@pytest.mark.parametrize(("cap", "kept"), [({"usd": 0.0045}, 4), ({"tokens": 4500}, 4), ({"usd": 0.0}, 0)])
def test_a_cap_holds_over_all_runs(shop: Workshop, cap: dict[str, Any], kept: int) -> None:
    project = shop.lab.projects.create("one")
    facts = project.set_budget(**cap)
    assert (facts.budget_usd, facts.budget_tokens) == (cap.get("usd"), cap.get("tokens"))
    first = run(shop, project, numbers(0, 3), ask())
    second = run(shop, project, numbers(3, 9), ask())
    assert second.state == "paused"
    assert "project" in second.reason
    assert first.kept + second.kept == kept
    assert project.show().spent_usd <= facts.budget_usd if facts.budget_usd is not None else True
    project.set_budget(usd=1.0)
    assert project.runs.resume(second.run).kept == 6
    assert project.show().spent_usd == pytest.approx(0.001 * len(shop.asked))
    assert verify(shop.lab).ok


def test_the_narrower_of_two_caps_counts(shop: Workshop) -> None:
    project = shop.lab.project()
    project.set_budget(usd=0.0055)
    done = run(shop, project, numbers(0, 9), ask(), budget_usd=0.0025)
    assert (done.kept, "run" in done.reason) == (2, True)
    done = project.runs.resume(done.run, budget_usd=1.0)
    assert (done.kept, "project" in done.reason) == (5, True)


def test_datasets_and_runs_are_the_projects_own(shop: Workshop) -> None:
    one, other = shop.lab.projects.create("one"), shop.lab.projects.create("other")
    done = run(shop, one, numbers(0, 2), ask())
    assert [d.name for d in one.datasets.list()] == ["t"]
    assert other.datasets.list() == []
    assert other.runs.list() == []
    with pytest.raises(NotFound, match="It is in project 'one'"):
        other.runs.result(done.run)
    again = run(shop, other, numbers(0, 2), ask())
    assert (again.run, again.calls, again.calls_reused) != (done.run, done.calls, done.calls_reused)
    assert [row.id for row in other.datasets.rows("t")] == [row.id for row in one.datasets.rows("t")]


def test_a_deleted_project_is_gone_and_its_answers_stay(shop: Workshop) -> None:
    for name in ("one", "other"):
        run(shop, shop.lab.projects.create(name), numbers(0, 3), ask())
    shop.lab.projects.delete("one")
    with pytest.raises(NotFound, match="'one'"):
        shop.lab.project("one")
    assert [p.name for p in shop.lab.projects.list()] == ["other"]
    assert shop.lab.project("other").datasets.count("t") == 3
    assert verify(shop.lab).problems == []
    made = shop.lab.projects.create("one")
    assert (made.show().spent_usd, made.runs.list(), list(made.datasets.list())) == (0.0, [], [])
    assert run(shop, made, numbers(0, 3), ask()).calls_reused == 3
    assert len(shop.asked) == 3


def test_a_project_that_is_renamed_keeps_all_that_is_its_own(shop: Workshop) -> None:
    project = shop.lab.projects.create("one")
    project.set_budget(usd=5.0)
    done = run(shop, project, numbers(0, 3), ask())
    shop.lab.keys.add("OPENAI_API_KEY", "sk-secret", project="one")
    told = len(list(project.events.list()))
    made = shop.lab.projects.rename("one", "two")
    assert (made.name, made.show().budget_usd, made.show().spent_usd) == ("two", 5.0, pytest.approx(0.003))
    assert (made.runs.list()[0].run, made.datasets.count("t"), verify(shop.lab).problems) == (done.run, 3, [])
    assert (len(list(made.events.list())), list(made.events.list())[-1].data) == (told + 1, {"was": "one"})
    assert [(key.project, key.readable) for key in shop.lab.keys.list() if key.where == "store"] == [("two", True)]
    found = shop.lab.keys.of("two").find("OPENAI_API_KEY", "https://api.openai.com", own=True)
    assert found is not None and found.key.get_secret_value() == "sk-secret"
    with pytest.raises(NotFound, match="'one'"):
        shop.lab.project("one")
    assert run(shop, made, numbers(0, 3), ask()).run == done.run  # the same run as before


def test_a_project_is_not_renamed_over_another(shop: Workshop) -> None:
    for name in ("one", "two"):
        shop.lab.projects.create(name)
    for was, new, error in (("one", "two", Conflict), ("one", "a b", Invalid), ("none", "three", NotFound)):
        with pytest.raises(error):
            shop.lab.projects.rename(was, new)
    assert shop.lab.projects.rename("one", "one").name == "one"
    assert [project.name for project in shop.lab.projects.list()] == ["one", "two"]


def test_names(shop: Workshop) -> None:
    shop.lab.projects.create("one")
    for name, error in (("one", Conflict), ("", Invalid), ("a b", Invalid), ("-x", Invalid), ("x" * 101, Invalid)):
        with pytest.raises(error):
            shop.lab.projects.create(name)
    for act in (shop.lab.projects.delete, shop.lab.project):
        with pytest.raises(NotFound, match="Did you mean 'one'"):
            act("onne")
    assert shop.lab.project().show().name == "default"  # made when it is first asked for
    with pytest.raises(Invalid, match="negative"):
        shop.lab.project("one").set_budget(usd=-1.0)
