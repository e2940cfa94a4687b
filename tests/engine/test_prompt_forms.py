"""Prompts as files: Markdown and YAML, which read back the same, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.prompts import Prompt
from rowsmith.engine.prompt_forms import FORMS, dumps, loads, read

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["---\n", "a\n---\nb", "\n", " x\n\n", "\u2028", "\x85", "no", "1e3", "${a}", "\ufeff", "# System\n", "\t- a: b\n"]
)
PLAIN = TEXT.filter(lambda text: "{" not in text)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,5}", fullmatch=True).filter(lambda name: name != "examples")
JSON = st.recursive(
    TEXT | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2), max_leaves=4,
)  # fmt: skip
VARIABLE = (
    st.fixed_dictionaries({"help": TEXT}, optional={"default": JSON})
    | st.fixed_dictionaries({"expand": st.lists(JSON, min_size=1, max_size=3)})
    | st.sampled_from([{"type": "number", "min": -1.5, "max": 2, "default": 0.5}, {"optional": True, "choices": ["a", "no"]}])
)


@st.composite
def prompts(draw: Any) -> Prompt:
    text = draw(PLAIN) + draw(st.sampled_from(["", "{{ a }}", "{% raw %}{{{% endraw %}"])) + draw(PLAIN)
    said: dict[str, Any] = {"text": text or "x", "system": draw(PLAIN), "title": draw(TEXT), "description": draw(TEXT)}
    said |= {"tags": draw(st.lists(TEXT, max_size=2)), "author": draw(TEXT), "licence": draw(TEXT)}
    said["variables"] = draw(st.dictionaries(NAME, VARIABLE, max_size=3))
    said["examples"] = draw(st.lists(st.fixed_dictionaries({"input": JSON, "answer": JSON}), max_size=2))
    said["parameters"] = draw(st.sampled_from([{}, {"temperature": 0.3, "stop": ["\n", "---"], "max_tokens": 7}]))
    return Prompt.model_validate(said)


@given(prompts(), st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=10), st.sampled_from(FORMS))
def test_a_prompt_that_is_written_reads_back_the_same(prompt: Prompt, name: str, form: Any) -> None:
    filed = loads(dumps(name, prompt, form), form)
    assert (filed.name, filed.prompt) == (name, prompt)
    assert dumps(name, filed.prompt, form) == dumps(name, prompt, form)
    assert Prompt.model_validate(prompt.dump()) == prompt


@pytest.mark.parametrize(("text", "said"), [("Say {{ x }}\n", "Say {{ x }}"), ("---\nname: a\n---\nSay\r\n\r\n", "Say\n"), ("---\n---\nA", "A")])
def test_markdown_below_its_front_matter_is_the_text(text: str, said: str) -> None:
    assert loads(text, "md").prompt.text == said


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\nname: a\n", 1, "front matter has no end"),
        ("---\nname: a\ntext: b\n---\nc\n", 3, "within it, too"),
        ("---\nname: a\n---\n", 4, "'text' of the prompt is"),
        ("---\nname: a\n\n---\nSay {{ x\n", 5, "cannot be read"),
        ("---\ntitel: a\n---\nSay\n", 2, "no setting 'titel'"),
        ("---\nname: a\nvariables:\n  x: {type: strange}\n---\nSay\n", 4, "variables.x.type"),
        ("---\nname: a\nname: b\n---\nSay\n", 3, "a second time"),
        ("---\nname: [a]\n---\nSay\n", 2, "'name' is"),
        ("---\n- a\n---\nSay\n", 1, "not a prompt"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        loads(text, "md", "p.md")
    assert [(p.file, p.line) for p in caught.value.problems if words in p.what] == [("p.md", line)], caught.value.problems


def test_files_that_are_no_prompts(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cannot be opened"):
        read(tmp_path / "none.md")
    for name, body, words in (("a.txt", b"x", "Markdown or YAML"), ("a.md", b"\xff", "byte 1"), ("b.md", b"x" * (1024 * 1024 + 1), "larger than")):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(Invalid, match=words):
            read(tmp_path / name)
