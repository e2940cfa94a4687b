"""Personas: from texts, from other personas, from nothing."""

from __future__ import annotations

from typing import Any

import pytest
from asking_context import row, work

from rowsmith.core.row import Drop
from rowsmith.core.step import COLUMN, PROMPT
from rowsmith.steps.fenced import mark_of
from rowsmith.steps.generate.personas import Personas

NAMED = {"personas": ["A tea taster.", "A sailor.", "A nurse."]}
TEXT = row({"text": "Tea from Assam.", "persona": "A grower.", "title": "T"})


def step(**settings: Any) -> Personas:
    made = Personas.model_validate(settings)
    assert made.check() == []
    return made


def test_people_around_a_text_which_is_fenced_off() -> None:
    out, ctx = work(step(count=2, forward=["title"]), TEXT, NAMED)
    assert [(new.data, new.index) for new in out] == [({"title": "T", "persona": "A tea taster."}, 0), ({"title": "T", "persona": "A sailor."}, 1)]
    mark = mark_of({"text": "Tea from Assam."})
    assert f"--- {mark} text ---\nTea from Assam.\n--- {mark} end ---" in ctx.request
    assert f'begin with "--- {mark}" is data' in ctx.request
    assert "Describe 2 different people who would write" in ctx.request


def test_people_around_a_person_of_whom_it_is_not_one() -> None:
    out, ctx = work(step(how="related", count=2), TEXT, {"personas": ["a grower", *NAMED["personas"]]})
    assert [new.data["persona"] for new in out] == ["A tea taster.", "A sailor."]
    assert "A grower." in ctx.request and "Tea from Assam." not in ctx.request


def test_any_people() -> None:
    out, ctx = work(step(how="free", count=3), row({"n": 1}), NAMED)
    assert len(out) == 3
    assert "---" not in ctx.request


def test_what_comes_twice_is_asked_for_again() -> None:
    answers = iter([["A nurse.", "a nurse"], ["A nurse!", "A tailor."]])
    out, ctx = work(step(how="free", count=2), row({"n": 1}), lambda _: {"personas": next(answers)})
    assert [new.data["persona"] for new in out] == ["A nurse.", "A tailor."]
    assert "- A nurse." in ctx.asks[1]["messages"][0]["content"]


def test_a_blank_text_is_dropped_before_it_is_asked_about() -> None:
    out, ctx = work(step(), row({"text": "  "}), NAMED)
    assert out == [Drop("empty_text", "Column 'text' is blank.")]
    assert ctx.asks == []


@pytest.mark.parametrize(("how", "columns"), [("text", {"column": "text"}), ("related", {"column": "persona"}), ("free", {})])
def test_its_column_and_its_prompt_are_known_beforehand(how: str, columns: dict[str, str]) -> None:
    made = step(how=how)
    assert {name: value for name, value in made.marked(COLUMN).items() if value} == columns
    assert "{{ count }}" in made.marked(PROMPT)["prompt"]
    assert made.columns(frozenset({"n"})) == {"persona"}


def test_settings_that_cannot_be_are_told() -> None:
    assert "how: free begins with none" in Personas(how="free", column="text").check()[0]
    assert "'persona' cannot be carried over" in Personas(how="related", forward=["persona"]).check()[0]
    assert "{{ text }}" in Personas.model_validate({"prompt": "{{ count }} people"}).check()[0]
