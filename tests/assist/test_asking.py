"""What a model says of prompts and replies counts only with words that stand there."""

from __future__ import annotations

from typing import Any

import pytest
from guided import said, shown

from rowsmith.assist import asking
from rowsmith.assist.asking import Reference
from rowsmith.assist.checklist import CHECKLIST, fresh

PROMPTS = [
    ("You are a triage nurse. Sort the message below into urgent or routine.\n\n{{ message }}", "role_persona", "a triage nurse"),
    ("Translate the recipe into French, and keep all amounts in grams.", "task_goal", "Translate the recipe into French"),
    ("Write SQL for PostgreSQL 15. Input: a question in English.", "input_format", "a question in English"),
    ("Antworte in einem Satz. Nenne keine Namen.", "constraints", "Nenne keine Namen"),
    ("Summarise {{ text }} in at most 40 words.", "constraints", "at most 40 words"),
    ("Extract invoice number and total as JSON: {\"number\": \"\", \"total\": 0}", "output_format", "invoice number and total as JSON"),
    ("Act as a pirate who teaches chess to children of eight.", "role_persona", "a pirate who teaches chess"),
    ("Classify the tweet: positive, negative or neutral.", "output_format", "positive, negative or neutral"),
    ("As a tax adviser for freelancers in Austria, answer questions about VAT.", "domain_expertise", "freelancers in Austria"),
    ("Given a commit diff, write the commit message in the imperative.", "input_format", "a commit diff"),
    ("Be a rude critic of modern art.\n\n\nNever   be polite.", "constraints", "Never be polite"),
    ("Generate three riddles about {topic}.", "task_goal", "three riddles"),
    ("Rate the essay from 1 to 6, as Swiss schools do.", "output_format", "from 1 to 6"),
    ("You help blind users to describe photos of their fridge.", "use_case", "describe photos of their fridge"),
    ("{% if short %}Be brief.{% endif %} Explain the error {{ error }}.", "task_goal", "Explain the error"),
    ("Find the bug in this Rust function, and answer with the line number alone.", "output_format", "the line number alone"),
    ("Play a customer who wants to cancel, and do not give in before the third offer.", "interaction_type", "wants to cancel"),
    ("Rewrite the legal clause so that a twelve-year-old understands it.", "realism_requirements", "a twelve-year-old understands it"),
    ("回答必须使用中文,不超过五十字。", "constraints", "不超过五十字"),
    ("Plan a week of vegan meals under 30 euros; list each with its calories.", "constraints", "under 30 euros"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "item", "quote"), PROMPTS, ids=[text[:20] for text, _, _ in PROMPTS])
def test_twenty_unrelated_prompts_with_evidence_true_and_false(text: str, item: str, quote: str) -> None:
    false = next(other for _, _, other in PROMPTS if other not in text)
    others = [name for name in CHECKLIST if name not in (item, "dataset_format")]
    answer = {"items": [shown(item, quote), shown(others[0], false), shown(others[1], quote, "not specified"), shown(others[2], "", "a guess")]}
    taken = asking.read_analysis(Reference(text=text), answer)
    assert list(taken.items) == [item]
    (evidence,) = taken.items[item].evidence
    assert (taken.items[item].state, evidence.source) == ("known", "prompt")
    assert evidence.quote in text
    assert set(taken.unproven) == set(others[:3])


def test_the_prompt_is_asked_about_as_data_and_none_of_it_is_read_here() -> None:
    row, step = asking.analysis(Reference(system="Be brief.", text="{% raw %} anything {name}"))
    assert (row["system_text"], row["user_text"], step.fence) == ("Be brief.", "{% raw %} anything {name}", ["system_text", "user_text"])
    assert asking.read_analysis(Reference(text="You are a nurse. Answer in JSON."), {"items": []}).items == {}


@pytest.mark.parametrize("quote", ["nurs", "NURSE", "a nurse answers", "the", "..", "You are a nurse. Answer", "a  nurse"])
def test_a_quote_stands_there_word_by_word(quote: str) -> None:
    found = asking.read_analysis(Reference(text="You are a\nnurse. Answer the call."), {"items": [shown("role_persona", quote)]})
    assert bool(found.items) is (quote in ("You are a nurse. Answer", "a  nurse"))


def taken(reply: str, *items: dict[str, str], kind: str = "says") -> asking.Taken:
    return asking.read_turn(reply, {"kind": kind, "items": list(items)}, "turn 2")


def test_of_a_reply_counts_what_it_says() -> None:
    concluded = said("task_goal", "answers calls", how="inferred")
    found = taken("A nurse who answers calls", said("role_persona", "A nurse"), concluded, said("use_case", "tests"))
    assert {name: item.state for name, item in found.items.items()} == {"role_persona": "known", "task_goal": "assumed"}
    assert found.items["role_persona"].evidence[0].model_dump() == {"source": "turn 2", "quote": "A nurse"}
    assert found.unproven == ("use_case",)


@pytest.mark.parametrize(
    ("reply", "item", "kind"),
    [
        ("hmm, not sure about the tone", said("role_persona", "not sure"), "says"),
        ("whatever you like is good", said("role_persona", "whatever you like", "a nurse"), "says"),
        ("a nurse?", said("role_persona", "a nurse"), "unclear"),
        ("a nurse", said("role_persona", "a nurse", "not specified"), "says"),
    ],
)
def test_an_unclear_reply_leaves_the_item_open_whatever_a_model_says(reply: str, item: dict[str, str], kind: str) -> None:
    found = taken(reply, item, kind=kind)
    assert (found.items, found.kind) == ({}, "unclear")


def test_what_somebody_is_not_certain_of_is_assumed() -> None:
    assert taken("maybe a nurse", said("role_persona", "a nurse")).items["role_persona"].state == "assumed"


def test_the_format_of_the_file_is_one_of_two() -> None:
    assert [asking.file_format(text) for text in ("JSON Lines please", "a CSV file", "csv or jsonl", "XML")] == ["jsonl", "csv", "", ""]
    assert taken("as XML", said("dataset_format", "as XML")).items == {}


def test_proposals_are_assumed_and_only_of_what_was_asked() -> None:
    answer: dict[str, Any] = {"items": [{"item": "constraints", "value": "At most 80 words"}, {"item": "role_persona", "value": "x"},
                                        {"item": "use_case", "value": "unknown"}]}  # fmt: skip
    found = asking.read_suggestion(["constraints", "use_case"], answer)
    assert {name: (item.state, item.value) for name, item in found.items()} == {"constraints": ("assumed", "At most 80 words")}


def test_dimensions_have_names_and_more_than_one_value() -> None:
    given = [{"name": "Tone of voice", "values": ["kind", "kind", "rude"]}, {"name": "1", "values": ["a", "b"]}, {"name": "x", "values": ["a", " "]}]
    assert asking.read_dimensions({"attributes": given, "edge_cases": ["a", " ", "a"]}) == ({"tone_of_voice": ["kind", "rude"]}, ["a"])


def test_every_question_names_all_items() -> None:
    for row, step in (asking.analysis(Reference(text="x")), asking.turn("x", fresh(), "?"), asking.suggestion(fresh(), ["constraints"])):
        assert all(name in row["items"] for name in CHECKLIST)
        assert step.check() == []
