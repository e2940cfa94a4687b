"""The plan of the rows, the prompt that writes them, and the recipe."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rowsmith.assist.asking import Reference
from rowsmith.assist.brief import Brief
from rowsmith.assist.plan import LONGEST, plan
from rowsmith.assist.writing import as_file, fitting, prompt_of, recipe_of
from rowsmith.core.models import Model
from rowsmith.core.prompt import parse
from rowsmith.engine import recipe_file

TONES = ["polite", "angry", "confused"]
BRIEF = Brief(name="support", rows=50, items={"task_goal": "Answer {{ bills }}"}, attributes={"tone": TONES}, edge_cases=["two in one", "no number"])


@given(st.integers(1, LONGEST), st.integers(1, LONGEST), st.lists(st.text("abcdef", min_size=1, max_size=3), min_size=2, max_size=6, unique=True),
       st.floats(0, 1))  # fmt: skip
def test_values_are_even_and_a_longer_plan_begins_with_the_shorter(rows: int, more: int, values: list[str], share: float) -> None:
    said = Brief(name="x", attributes={"a": values}, edge_cases=["e", "f", "g"], edge_share=share)
    found = plan(said, rows)
    assert [row["id"] for row in found] == [str(place) for place in range(1, rows + 1)]
    assert plan(said, max(rows, more))[:rows] == found
    counts = Counter(row["a"] for row in found)
    assert max(counts.values()) - min((counts[value] for value in values), default=0) <= 1
    edges = [row for row in found if "difficult case" in row["more"]]
    assert abs(len(edges) - rows * share) <= 1
    kinds = Counter(row["more"] for row in edges)
    assert not kinds or max(kinds.values()) - min(kinds.values()) <= 1


def test_a_row_that_was_refused_is_told_and_kept_places_are_left_out() -> None:
    assert "unlike this one, which was refused: Hello" in plan(BRIEF, 3, {2: ["Hello"]})[1]["more"]
    assert [row["id"] for row in plan(BRIEF, 3, without=[1, 3])] == ["2", "4", "5"]
    assert plan(Brief(), 2)[0]["more"] != plan(Brief(), 2)[1]["more"]


def test_the_prompt_says_what_the_brief_says_braces_and_all() -> None:
    said = prompt_of(BRIEF, Reference(text="Be {{ kind }}, {name}."), [{"input": "{{ a }}", "answer": "b"}])
    row = plan(BRIEF, 1)[0]
    text = parse(said.filled().text).render(row)
    for words in ("Task: Answer {{ bills }}", "Be {{ kind }}, {name}.", f"- tone: {row['tone']}", "Input: {{ a }}\nAnswer: b"):
        assert words in text
    assert set(said.variables) == {"tone", "more"} == said.used
    assert said.variables["tone"].choices == TONES


def test_a_call_asks_as_many_rows_as_fit_in_an_answer() -> None:
    given = ((50, 100, 4000), (10, 400, 4000), (10, 9000, 4000), (1, 1, 1))
    assert [fitting(wanted, tokens, most) for wanted, tokens, most in given] == [40, 10, 1, 1]
    many = BRIEF.model_copy(update={"rows_per_call": 10})
    data = recipe_of(many, {"name": "p"}, model=None, row_tokens=400, most_tokens=2000)
    write = next(step for step in data["steps"] if step["kind"] == "generate.columns")
    plans = next(step for step in data["steps"] if step["kind"] == "read.rows")
    assert (write["count"], len(plans["rows"]), data["models"]["writer"]["max_tokens"]) == (5, 10, 2000)


def test_the_recipe_is_an_ordinary_one() -> None:
    pinned = {2: {"input": "a\r\n${b}", "answer": " {{ c }}\n"}}
    data = recipe_of(BRIEF, {}, model=Model(model="openai/m", temperature=0.5), pinned=pinned, most_tokens=4000)
    next(step for step in data["steps"] if step["kind"] == "generate.columns")["prompt"] = "Say {{ more }}"
    recipe = recipe_file.loads(as_file(data), {"rows": "70"})
    assert (recipe.target, recipe.models["writer"].temperature, recipe.name) == (70, 0.5, "support")
    assert [step.kind for step in recipe.steps] == [
        "read.rows", "read.rows", "generate.columns", "filter.near_duplicates", "filter.duplicates", "transform.columns",
    ]  # fmt: skip
    assert recipe.steps[0].rows == [{"id": "2", **pinned[2]}]  # type: ignore[attr-defined]
    assert "2" not in [row["id"] for row in recipe.steps[1].rows]  # type: ignore[attr-defined]
