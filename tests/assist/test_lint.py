"""The rules that look over a prompt: what they see, where, and what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from rowsmith.assist.findings import SEES
from rowsmith.assist.lint import lint
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.prompts import Prompt

TEXT = {"text": {}}
CALM = "Write one question about the text, and its answer."


def prompt(text: str, system: str = "", **more: Any) -> Prompt:
    return Prompt.model_validate({"text": text, "system": system, "variables": {name: {} for name in more.pop("declared", [])}, **more})


def found(of: Prompt, rule: str = "", step: str = "") -> list[tuple[str, str, int | None, str]]:
    return [(one.rule, one.place, one.line, one.evidence) for one in lint(of, step) if rule in ("", one.rule)]


PLANTED = [
    # what is wrong, the text, the line and the words in which it is seen
    ("contradiction", "Be brief.\nGive a detailed account of each step.", 2, "Give a detailed account of each step."),
    ("contradiction", "Write in a formal tone.\n\nKeep it casual.", 3, "Keep it casual."),
    ("contradiction", "Always quote the source.\nNever quote the source.", 2, "Never quote the source."),
    ("contradiction", "Use bullet points in the answer. Do not use bullet points.", 1, "Do not use bullet points."),
    ("contradiction", "You must mention prices.\nAvoid mentioning prices.", 2, "Avoid mentioning prices."),
    ("contradiction", "Write at least 200 words.\nUse no more than 100 words.", 2, "no more than 100 words"),
    ("contradiction", "Give exactly 3 items. Then list exactly 5 items.", 1, "exactly 5 items"),
    ("contradiction", "Answer in JSON.\nReturn the answer as XML.", 2, "Return the answer as XML"),
    ("contradiction", "Rules:\nBe short and detailed.", 2, "Be short and detailed."),
    ("contradiction", "The answers must be formal but very casual.", 1, "The answers must be formal but very casual."),
    ("contradiction", "Always answer in JSON.\nNever use JSON.", 2, "Never use JSON."),
    ("contradiction", "Answer in markdown. Do not return the answer. Do not write in Markdown!", 1, "Do not write in Markdown!"),
    ("redundancy", "Be short.\nBe short.", 2, "Be short."),
    ("ambiguity", "Write some questions.", 1, "some"),
    ("ambiguity", "Write one question.\nUse an appropriate tone.", 2, "appropriate"),
    ("ambiguity", "Name fruits, vegetables, etc.", 1, "etc"),
    ("redundancy", "Answer only from the text you have.\nBe kind.\nAnswer from the text you have only.", 3, "Answer from the text you have only."),
    ("redundancy", "Important: one.\nCritical: two.\nVital: three.", 3, "Vital"),
    ("missing", "Summarise {text} now.", 1, "{text}"),
    ("undeclared", "Say\n{{ other }}", 2, "{{ other }}"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "line", "evidence"), PLANTED)
def test_what_is_planted_is_found_where_it_stands(rule: str, text: str, line: int, evidence: str) -> None:
    assert (rule, "text", line, evidence) in found(prompt(text), rule)
    assert (rule, "system", line, evidence) in found(prompt(CALM, system=text), rule)


CLEAN = [
    CALM,
    "Always name the source. Never invent a source that does not exist in the list of documents.",
    "Be brief, not detailed. Leave out what is long.",
    "Be concise rather than comprehensive.",
    "Keep it simple: avoid complex words.",
    "Write at least 20 words and at most 40 words.",
    "Write at most 3 sentences of at least 5 words.",
    "Answer in JSON. The JSON has two keys.",
    "Answer in JSON. Do not use JSON inside the values. Never write JSON keys in capitals.",
    "Write about formal and informal letters, for short and long texts.",
    "Be short or detailed, as the user asks.",
    "All questions shall be short. The call is free.",
    "Give the answer as JSON or XML, as the user asked.",
    "Do not answer questions on medicine. Answer questions on cooking.",
    'Return {"question": "...", "answer": "..."} with both keys.',
    "Ecris une question courte et une longue reponse detaillee sur le texte, dans un style formel et pas casual.",
    "The tone is formal for letters, and informal for chats.",
]


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_sound_is_left_alone(text: str) -> None:
    assert found(prompt(text)) == []


APART = [
    # branches of one choice: only one of them is said
    "{% if tone == 'warm' %}Write in a formal tone.{% else %}Keep it casual.{% endif %}",
    "{% if short %}Write at least 200 words.{% elif long %}Use no more than 100 words.{% endif %}",
    "{% if short %}Answer in JSON.{% else %}Return the answer as XML.{% endif %}",
    "{% if a %}Always quote the source.{% else %}Never quote the source.{% endif %}",
    "{% if a %}{% if b %}Be brief.{% endif %}{% else %}Give a detailed account of each step.{% endif %}",
    "{% if a %}Answer only from the text you have.{% else %}Answer from the text you have only.{% endif %}",
    "{# Write some {questions} etc. #}{% if tone == 'appropriate' %}Write one question.{% endif %}",
]
TOGETHER = [
    "{% if a %}Write in a formal tone.{% endif %} Keep it casual.",
    "{% if a %}Write in a formal tone.{% endif %}{% if not a %}Keep it casual.{% endif %}",  # what conditions mean, rules do not know
    "{% for x in y %}Write in a formal tone.{% endfor %} Keep it casual.",
    "{% raw %}{% if a %}{% endraw %}Write in a formal tone.{% raw %}{% else %}{% endraw %} Keep it casual.",
]


@pytest.mark.parametrize("text", APART)
def test_branches_of_which_one_is_said_do_not_contradict_each_other(text: str) -> None:
    assert found(prompt(text, declared=["a", "b", "tone", "short", "long", "y"]), "contradiction") == []
    assert [one for one in found(prompt(text, declared=["a", "b", "tone", "short", "long", "y"])) if one[0] != "unused"] == []


@pytest.mark.parametrize("text", TOGETHER)
def test_what_may_be_said_together_may(text: str) -> None:
    ((_, place, line, evidence),) = found(prompt(text), "contradiction")
    assert (place, line, "Keep it casual." in evidence) == ("text", 1, True)


def test_variables_of_loops_are_no_ones_and_those_in_tags_are_found() -> None:
    text = "Hi.\n{% for note in notes %}\n{{ note.text|trim }}{% if note.by == author %}!{% endif %}\n{% endfor %}"
    assert found(prompt(text), "undeclared") == [
        ("undeclared", "text", 2, "{% for note in notes %}"), ("undeclared", "text", 3, "{% if note.by == author %}"),
    ]  # fmt: skip
    assert found(prompt(text, declared=["notes", "author", "note"]), "unused") == [("unused", "variables", None, "note")]


def test_words_of_the_rules_are_looked_for_in_english_alone() -> None:
    german = "Schreibe eine Frage zu dem Text und die Antwort darauf. Das ist etc. und nicht mehr, es ist kurz und gut."
    assert found(prompt(german)) == []
    assert found(prompt(german + " {{ x }}")) != []


def test_variables() -> None:
    said = prompt("Say {{ a }}{{ examples }}", declared=["a", "b"])
    assert found(said) == [("unused", "variables", None, "b"), ("missing", "variables", None, "examples")]
    assert found(prompt("Say {a} {{ a }} {z}", declared=["a"])) == [("missing", "text", 1, "{a}"), ("missing", "text", 1, "{z}")]
    assert [one.severity for one in lint(prompt("Say {a} {{ a }} {z}", declared=["a"]))] == ["high", "low"]


def test_what_a_step_needs() -> None:
    assert found(prompt("Ask about {{ text }}", declared=["text"]), step="generate.qa") == [("missing", "text", None, "")]
    (one,) = lint(prompt("Ask about {{ text }}", declared=["text"]), "generate.qa")
    assert (one.severity, one.what) == ("high", "No prompt of this step uses {{ count }}; it cannot work without (generate.qa).")
    assert one.fix == "It can use: count, domain, language, mark, style, text, and the row's columns."
    both = prompt("{{ count }} of {{ text }}")
    assert found(both, step="generate.qa") == []
    assert found(both, step="generate.columns") == [("undeclared", "text", 1, "{{ text }}")]
    with pytest.raises(Invalid, match="asks no prompt"):
        lint(both, "filter.where")
    with pytest.raises(NotFound, match="generate"):
        lint(both, "generate.q")


def test_too_much_at_once() -> None:
    words = prompt("tea " * 201)
    assert [(one.severity, one.what) for one in lint(words)] == [("medium", "It has 201 words.")]
    assert [one.severity for one in lint(prompt("tea " * 501))] == ["high"]
    kinds = ["apples", "pears", "plums", "grapes", "melons", "figs", "dates", "nuts", "seeds", "roots", "leaves"]
    for count, severity in ((5, []), (6, ["low"]), (11, ["high"])):
        orders = "\n".join(f"You must name {kind}." for kind in kinds[:count])
        assert [one.severity for one in lint(prompt(orders)) if one.rule == "overload"] == severity
    (six,) = [one for one in lint(prompt("\n".join(f"You must name {kind}." for kind in kinds[:6]))) if one.rule == "overload"]
    assert (six.line, six.evidence) == (6, "You must name figs.")


def test_each_rule_says_what_it_cannot_see() -> None:
    assert {rule for rule, *_ in PLANTED} | {"unused", "overload"} == set(SEES)
    assert all(sees and misses for sees, misses in SEES.values())
