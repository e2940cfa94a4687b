"""YAML as plain data with lines, and its limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rowsmith.core.errors import Invalid
from rowsmith.engine import yaml_text
from rowsmith.engine.yaml_text import MAX_ALIASES, MAX_BYTES, MAX_DEPTH, MAX_NODES, parse, scalar

BILLION = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))


def test_every_value_has_its_line():
    data, lines, problems = parse("name: x\nsteps:\n  - kind: a\n    text: |\n      one\n      two\n  - [1,\n     2]\n", "r.yaml")
    assert data == {"name": "x", "steps": [{"kind": "a", "text": "one\ntwo\n"}, [1, 2]]}
    places = [("name",), ("steps",), ("steps", 0), ("steps", 0, "text"), ("steps", 1, 1), ("steps", 0, "text", "deeper")]
    assert [lines.line(place) for place in places] == [1, 2, 3, 4, 8, 4]
    assert not problems
    assert str(lines.problem(("steps", 1), "Wrong.", "Right.")) == "r.yaml:7: Wrong. Right."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8), ("-3", -3), ("0x1f", 31), ("1.5", 1.5), ("1e-3", 0.001), ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("on", "on"), ("007", "007"), ("12:30", "12:30"), ("2024-01-01", "2024-01-01"), ("1_000", "1_000"), ("'8'", "8"), ("=", "="),
        ("9" * 50, "9" * 50),
    ],
)  # fmt: skip
def test_scalars_are_read_as_yaml_1_2_reads_them(text, value):
    data, _, problems = parse(f"a: {text}")
    assert (data["a"], type(data["a"])) == (value, type(value))
    assert not problems
    if "'" not in text:
        assert scalar(text) == value


def test_merge_keys_give_way_to_keys_beside_them():
    data, lines, problems = parse("d: &d {a: 1, b: 2}\ne: &e {b: 9, c: 3}\nm:\n  <<: [*d, *e]\n  a: 7\n")
    assert data["m"] == {"a": 7, "b": 2, "c": 3}
    assert lines.line(("m", "a")) == 5
    assert not problems
    assert parse("m: {<<: 3}")[2][0].what == "'<<' takes a mapping, or a list of mappings."


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "The key 'a' stands here a second time; line 1 has it too."),
        ("a: !!python/object/apply:os.system [ls]", 1, "The tag '!!python/object/apply:os.system' is not allowed."),
        ("a: !!python/name:os.system", 1, "not allowed"),
        ("a: !!binary aGk=", 1, "not allowed"),
        ("a: !local {b: 1}", 1, "'!local' is not allowed"),
        ("a: !!set {b}", 1, "not allowed"),
        ("\na: {{ text }}", 2, "A key must be text."),
        ("a: .nan", 1, ".nan is not a number"),
        ("a: -.inf", 1, "-.inf is not a number"),
    ],
)
def test_what_is_wrong_with_single_values_is_collected(text, line, said):
    _, _, problems = parse(text)
    assert [problem.line for problem in problems] == [line]
    assert said in problems[0].what
    assert problems[0].fix


@pytest.mark.parametrize(
    ("text", "line", "said", "fix"),
    [
        ("a: b: c", 1, "mapping values are not allowed", "quotes"),
        ("a: 1\n\tb: 2", 2, "cannot be read", "Indent with spaces"),
        ("a: 1\nb: 'open\nc: 2\n", 2, "quoted scalar", "quotes"),
        ("a: *b", 1, "undefined alias", "&name"),
        ("a: 1\n---\nb: 2", 2, "single document", "one file"),
        ("a: [1, 2\nb: 3", 2, "cannot be read", "indentation"),
        ("a: 1\nb: \x00", 2, "U+0000", "Remove"),
        ("a: \ud800", 1, "U+D800", "Remove"),
        ("%foo", 1, "cannot be read", "indentation"),
        (BILLION, 1, f"more than {MAX_NODES:,} values, counting what its aliases repeat", "small"),
        ("a: &a [*a]", 1, "an alias holds itself", "small"),
        ("a: &a 1\nb: [" + "*a, " * (MAX_ALIASES + 1) + "]", 2, f"more than {MAX_ALIASES} aliases", "small"),
        ("[" * 100_000, 1, f"deeper than {MAX_DEPTH} levels", "small"),
        ("- " * 2000, 1, f"deeper than {MAX_DEPTH} levels", "small"),
        ("a: [" + "x," * MAX_NODES + "]", 1, f"more than {MAX_NODES:,} values", "small"),
        ("a: " + "x" * MAX_BYTES, 0, f"larger than {MAX_BYTES:,} bytes", "small"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text, line, said, fix):
    with pytest.raises(Invalid) as caught:
        parse(text, "r.yaml")
    (problem,) = caught.value.problems
    assert said in problem.what
    assert fix in problem.fix
    assert (problem.file, problem.line) == ("r.yaml", line)


PIECES = [
    "a: ", "b", "- ", "\n", "\n  ", "\n    ", "'", '"', "{", "}", "[", "]", ", ", ": ", "? ", "| \n", "> \n", "|-\n", "#c", "&x ", "*x", "<<: ",
    "!!str ", "!t ", "1", "0o7", ".5", "true", "~", "\t", "%", "@", "`", "---\n", "...\n", "é", "\u2028", "\x85", "😀", "\\", "\\x41", "\r\n", "\r",
    "k: v\n", "- i\n", "%YAML 1.1\n", "\ufeff", "\x07", "\ud800", ":", "-", "?", " ", "who?",
]  # fmt: skip


def both(text: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a text is, the quick way and the careful way."""
    found: list[Any] = []
    for way in (yaml_text._Quick, None):
        with monkeypatch.context() as patch:
            patch.setattr(yaml_text, "_Quick", way)
            try:
                data, lines, problems = yaml_text.parse(text, "x.yaml")
                found.append((data, list(lines.at.items()), problems))
            except Invalid as error:
                found.append(error.problems)
            except ValueError as error:  # a code that is no character: what Python says of it
                found.append(str(error))
    return found


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("%YAML 9.9\n---\na: b")
@example("[who?, b]")
@example("a:\tb")
@example("[k: v\n- ?\\n]")
def test_the_quick_way_says_what_the_careful_way_says(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    quick, careful = both(text, monkeypatch)
    assert quick == careful


def test_every_recipe_that_ships_is_read_the_quick_way_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    assert yaml_text._Quick is not None
    pages = sorted((Path(yaml_text.__file__).parents[1] / "content").rglob("*.yaml"))
    assert len(pages) > 50
    for page in pages:
        quick, careful = both(text := page.read_text(encoding="utf-8"), monkeypatch)
        assert quick == careful, page
        assert yaml_text.ODD.search(text) is None and yaml_text._quickly(text, "") is not None, page
