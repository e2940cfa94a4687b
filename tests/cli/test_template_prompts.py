"""Prompts that are templates, from the terminal: kept, shown, tried, looked over, written, and used by a recipe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, called

PROMPT = """---
name: summary
variables:
  text: {type: text}
  tone: {choices: [warm, dry], default: dry}
examples:
  - {input: "{{ a }}", answer: "{% b %}"}
---
{% for one in examples %}{{ loop.index }}. {{ one.input }} -> {{ one.answer }}
{% endfor %}{% if tone == 'warm' %}Warmly{% else %}Soberly{% endif %}: {{ text|trim|truncate(20) }}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as found:
        yield found


def told(bench: Bench, *words: str, code: int = 0) -> dict[str, Any]:
    """The JSON that a command says last."""
    done = called([*words, "--home", str(bench.folder / "home"), "--json"], {}, bench.folder)
    assert done.returncode == code and "Traceback" not in done.stderr, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_prompts_that_are_templates_from_the_terminal(bench: Bench) -> None:
    (bench.folder / "p.md").write_text(PROMPT, encoding="utf-8")
    told(bench, "prompts", "add", "p.md")
    assert told(bench, "prompts", "show", "summary")["prompt"]["text"] == PROMPT.split("---\n")[2].removesuffix("\n")
    assert told(bench, "prompts", "lint", "summary")["findings"] == []
    given = "text=  Tea {{ x }} is drunk everywhere. "
    (row,) = told(bench, "prompts", "test", "summary", "--with", given, "--with", "tone=warm")["rows"]
    assert row["text"] == "1. {{ a }} -> {% b %}\nWarmly: Tea {{ x }} is..."
    told(bench, "prompts", "export", "summary", "-o", "out.yaml")
    assert told(bench, "prompts", "test", "out.yaml", "--with", given, "--with", "tone=warm")["rows"] == [row]
    recipe = bench.recipe({"kind": "read.rows", "rows": [{"text": "Tea"}]}, ask({"name": "summary"}))  # type: ignore[arg-type]
    told(bench, "check", str(recipe))
    assert told(bench, "run", str(recipe))["kept"] == 1
    assert bench.texts == ["1. {{ a }} -> {% b %}\nSoberly: Tea"]


def test_a_prompt_that_is_refused_says_line_construct_and_fix(bench: Bench) -> None:
    (bench.folder / "p.md").write_text(PROMPT.replace("{{ text|trim|truncate(20) }}", "\n{{ text.upper() }}"), encoding="utf-8")
    for words in (("prompts", "add", "p.md"), ("prompts", "lint", "p.md"), ("prompts", "test", "p.md")):
        (problem,) = told(bench, *words, code=1)["problems"]
        assert "calls a function on its line 3" in problem["what"] and "Use a filter" in problem["what"] + problem["fix"]
    recipe = bench.recipe({"kind": "read.rows", "rows": [{"text": "Tea"}]}, ask("{% for a in text %}\n{% for b in a %}{% endfor %}{% endfor %}"))
    (problem,) = told(bench, "run", str(recipe), code=1)["problems"]
    assert "a loop within a loop on its line 2" in problem["what"] and bench.asked == []
