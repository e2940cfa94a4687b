"""The brief as a file, and what it makes of the items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.assist import brief as briefs
from rowsmith.assist.brief import Brief, dumps, items_of, loads
from rowsmith.assist.checklist import CHECKLIST, Evidence, assumed, fresh, known
from rowsmith.core.errors import Invalid

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60).filter(str.strip)
NAMES = st.sampled_from([name for name in CHECKLIST if name != "dataset_format"])


@given(
    items=st.dictionaries(NAMES, st.none() | TEXT), rows=st.integers(1, 10**6), cases=st.lists(TEXT, max_size=5), share=st.floats(0, 1),
    attributes=st.dictionaries(st.sampled_from(["tone", "length_of_it"]), st.lists(TEXT, min_size=2, max_size=4, unique=True)),
)  # fmt: skip
def test_a_brief_that_is_written_reads_back_the_same(
    items: dict[str, str | None], rows: int, cases: list[str], share: float, attributes: dict[str, list[str]]
) -> None:
    said = Brief(name="a", rows=rows, items=items, edge_cases=cases, edge_share=share, attributes=attributes)
    assert loads(dumps(said)) == said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rows: 0", r"rows.*at least|rows.*above"),
        ("items: {rolle: x}", "no item 'rolle'"),
        ("items: {dataset_format: xml}", "dataset_format is 'xml'"),
        ("attributes: {Tone: [a, b]}", "cannot be the name of an attribute"),
        ("attributes: {input: [a, b]}", "cannot be the name of an attribute"),
        ("attributes: {tone: [a, a]}", "blank or the same"),
        ("colour: red", "colour"),
        ("- a", "not a brief"),
        ("a: [", "cannot be read"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, words: str) -> None:
    with pytest.raises(Invalid) as error:
        loads(text, "b.yaml")
    assert error.match(words) and "b.yaml:1" in str(error.value)


def test_what_a_brief_changes_is_known_by_its_words() -> None:
    before = {**fresh(), "role_persona": known("A nurse", Evidence(source="turn 1", quote="a nurse")), "use_case": assumed("Tests")}
    changed = Brief(items={"role_persona": "A nurse", "use_case": "Tests", "task_goal": "Triage", "constraints": "TBD", "edge_cases": None})
    after = items_of(changed, before)
    assert after["role_persona"] == before["role_persona"]
    assert [(after[name].state, [one.source for one in after[name].evidence]) for name in ("use_case", "task_goal", "constraints", "edge_cases")] == [
        ("known", ["brief"]), ("known", ["brief"]), ("open", []), ("open", []),
    ]  # fmt: skip
    assert items_of(changed.model_copy(update={"assumed": ["use_case"]}), before)["use_case"].state == "assumed"
    assert after["domain_expertise"] == before["domain_expertise"]
    assert "rowsmith guide g1" in dumps(changed, "g1")
    assert briefs.of_items(before)["role_persona"] == "A nurse"
