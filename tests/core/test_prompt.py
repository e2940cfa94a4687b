"""A prompt's text: what stands for variables, and what is given for good."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.prompt import fixed, parse

SIGNS = st.text(st.sampled_from(["{", "}", "%", "#", "'", '"', "\n", "\r", "\\", "a", "é", "-", " "]), max_size=12)
VALUES = SIGNS | st.none() | st.booleans() | st.integers(-9, 9) | st.lists(SIGNS, max_size=2)


@st.composite
def prompts(draw: Any) -> str:
    """Texts with variables, and signs that mean something to Jinja written so that they do not."""
    raw = SIGNS.map(lambda signs: f"{{% raw %}}{signs}{{% endraw %}}")
    return "".join(draw(st.lists(st.sampled_from(["{{ a }}", "{{ b }}", "{{ c.d }}", "{{ c['e f'] }}"]) | raw)))


@given(prompts(), VALUES, VALUES, VALUES)
def test_a_value_given_for_good_reads_as_if_the_row_had_it(text: str, a: Any, b: Any, d: Any) -> None:
    some, others = {"a": a, "c": {"d": d, "e f": a}}, {"b": b}
    assert parse(fixed(text, some)).render(others) == parse(text).render({**others, **some})
    assert parse(fixed(text, some)).variables == parse(text).variables - some.keys()


@given(prompts())
def test_a_text_with_nothing_to_give_stays_as_it_is(text: str) -> None:
    assert fixed(text, {"z": 1}) == text


def test_a_field_that_a_value_lacks_is_told() -> None:
    with pytest.raises(Invalid, match=r"has no 'c\.d'"):
        fixed("{{ c.d }}", {"c": {}})


TEMPLATE = "{% for k, v in d|items if v > low %}{{ loop.index }}{{ k }}{{ v.x }}{% else %}{{ k }}{% endfor %}{{ loop }}{{ origin.source.name|upper }}"


def test_variables_of_templates_are_found_without_their_own() -> None:
    found = parse(TEMPLATE)
    assert found.variables == {"d", "low", "k", "loop", "origin"} and not found.plain
    found = parse("{% if a is defined %}{{ a }}{% endif %}{{ b.c|default('') }}{% for a in l[0] %}{{ a }}{% endfor %}{{ l|length }}{{ n if m }}")
    assert (found.variables, found.needed) == ({"a", "b", "l", "n", "m"}, {"l", "n", "m"})
    assert (found.printed, found.opened) == ({"a"}, {"b", "l"})
    assert parse("{% set a = 1 %}{% set b = ['x'] %}{% for c in b %}{{ a }}{{ c }}{{ d }}{% endfor %}").variables == {"d"}
    assert parse("{{ a|upper }}{{ b['c d']|default('x') }}").needed == {"a"}


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("{% if a is defined and a > b %}{{ a }}{% else %}{{ a|default('x') }}{% endif %}", {"b"}),
        ("{% if a is not defined %}x{% elif b %}{{ a }}{% endif %}", {"b"}), ("{{ a.x if a is defined else b }}", {"b"}),
        ("{% if a is defined %}{{ a }}{% endif %}{{ a }}", {"a"}), ("{{ a|default('x') }} {{ a }}", {"a"}),
        ("{{ a|default(b) }}", {"b"}), ("{% if a %}{{ b is defined }}{% endif %}", {"a"}),
        ("{% for x in a|default([]) %}{{ x.b }}{% endfor %}", set()),
    ],
)  # fmt: skip
def test_a_variable_may_be_missing_where_it_is_asked_for(text: str, needed: set[str]) -> None:
    assert parse(text).needed == needed


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("\n{{ a.b() }}", "calls a function on its line 2", "Use a filter in its place"),
        ("{% if a %}\n{% for b in c %}{% for d in b %}{% endfor %}{% endfor %}{% endif %}", "a loop within a loop on its line 2", "join"),
        ("{{ a }}\n\n{% set b = a %}", "uses {% set %} on its line 3", "at the very top"),
        ("{% set b = a %}", "uses {% set %} on its line 1", "at the very top"),
        ("{{ a ~ b }}", "uses ~ on its line 1", "one after the other"),
        ("{{ 'a' + b }}", "uses + with something else than numbers", "one after the other"),
        ("{{ a % 2 }}", "uses % on its line 1", "divisibleby"),
        ("{{ a|uper }}", "the filter 'uper', which there is not", "Did you mean 'upper'?"),
        ("{{ a|truncate(1, 2, 3, 4, 5) }}", "'truncate' what it does not take (too many positional arguments", "length, killwords, end, leeway"),
        ("{{ a|upper(1) }}", "'upper' what it does not take (too many positional arguments", "Its arguments: nothing"),
        ("{{ a|batch(5000)|length }}", "gives the filter 'batch' the size 5000", "up to 1,000"),
        ("{{ a|sort(attribute=b) }}", "an attribute that is no constant text", "attribute='name'"),
        ("{{ a is odd(1) is even }}{{ a is clean }}", "the test 'clean', which there is not", "Choose one of"),
        ("{% for a.b in c %}{% endfor %}", "cannot be read", "raw"),
        ("{% for loop in c %}{% endfor %}", "a loop over no plain names", "for name in list"),
        ("{% for a in loop.index %}{% endfor %}", "names 'loop' where its loop has not begun", "within the loop"),
        ("{% for a in b %}{{ loop.nextitem }}{% endfor %}", "uses a loop in a way that prompts cannot", "loop.index"),
        ("{% if self %}{% endif %}", "names 'self'", "another name"),
        ("{{ _a }}", "names '_a' on its line 1", "rename the column"),
        ("{{ '\\ud800' }}", "half of a character", "the character itself"),
        ("{% if a > 99999999999999999999 %}{% endif %}", "a number that is too large", "2**63"),
        ("{% include 'x' %}", "uses {% include %} on its line 1", "one {% for %} at a time"),
        ("{% if a %}", "cannot be read", "raw"),
    ],
)
def test_what_no_prompt_may_hold_is_told_with_its_line_and_the_way_out(text: str, what: str, fix: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert what in caught.value.what and fix in caught.value.fix


def test_filters_without_a_size_are_plain_and_others_are_not() -> None:
    plain = "{{ a|trim|upper }} {{ b|default('x', true) }} {{ c|length }} {{ d|tojson }}{{ e|sort(attribute='x')|first }}"
    assert parse(plain).plain
    assert parse(plain).render({"a": " q ", "b": "", "c": [1], "d": "é", "e": [{"x": 2}, {"x": 1}]}) == 'Q x 1 "é"{"x":1}'
    for inner in ("a|join", "a|truncate", "a|default(b)", "a|tojson(indent=2)", "a if b else c", "a[0]", "1"):
        assert not parse(f"{{{{ {inner} }}}}").plain
    with pytest.raises(TypeError):
        parse("{% if a %}{% endif %}").render({})


def test_a_value_that_cannot_stand_in_a_template_is_told() -> None:
    with pytest.raises(Invalid, match="cannot stand in a prompt"):
        fixed("{% if a %}{% endif %}", {"a": 2**70})
    with pytest.raises(Invalid, match=r"What is given has no 'c\.d'"):
        fixed("{% if c.d %}{% endif %}", {"c": {}})


def test_plain_substitution_has_caps_of_its_own() -> None:
    with pytest.raises(RowFailed) as caught:
        parse("{{ a }}" * 20_000).render({"a": "x" * 1_000_000})
    assert caught.value.reason == "prompt_too_long"
    with pytest.raises(RowFailed, match="it would make more than 4,194,304 characters"):
        parse("{{ a" + "|tojson" * 8 + " }}").render({"a": '"\\' * 100_000})
    assert not parse("{{ a|trim }}" * 101).plain
    with pytest.raises(Invalid, match="nests more than 10 deep"):
        parse("{{ a" + "|tojson" * 40 + " }}")
    with pytest.raises(Invalid, match="more than 600 parts"):
        parse("{{ a|trim }}" * 301)
