"""Writes the sample dataset that ships, src/rowsmith/content/samples/rowsmith.jsonl: questions and answers about Rowsmith, from its code.

    python scripts/sample.py
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import typer.main

from rowsmith import content, registry
from rowsmith.app.catalogue import listing
from rowsmith.cli.main import app
from rowsmith.engine.recipe_schema import describe
from rowsmith.formats import every

TARGET = Path(content.__file__).parent / "samples" / "rowsmith.jsonl"


def main() -> None:
    """Write the rows."""
    made = list({row["input"]: row for row in (*_commands(), *_steps(), *_recipes(), *_formats()) if row["answer"]}.values())
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made), encoding="utf-8")
    print(f"{len(made):,} rows, {TARGET.stat().st_size:,} bytes")


def _row(topic: str, kind: str, question: str, answer: str, page: str) -> dict[str, Any]:
    said = " ".join(cleandoc(answer).split())
    return {"topic": topic, "kind": kind, "input": question, "answer": said, "words": len(said.split()), "page": f"docs/{page}.md"}


def _commands() -> Iterator[dict[str, Any]]:
    group: Any = typer.main.get_command(app)
    for name, command in _leaves(group):
        topic = name.split()[0]
        yield _row(topic, "command", f"What does `rowsmith {name}` do?", command.help or "", "cli")
        for option in command.params:
            if any(spoken.startswith("--") for spoken in option.opts) and getattr(option, "help", None):
                spoken = next(one for one in option.opts if one.startswith("--"))
                yield _row(topic, "option", f"What does `{spoken}` do in `rowsmith {name}`?", option.help, "cli")


def _leaves(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        spoken = f"{before} {name}".strip()
        if hasattr(command, "commands"):
            yield from _leaves(command, spoken)
        else:
            yield spoken, command


def _steps() -> Iterator[dict[str, Any]]:
    for kind in sorted(kind for kind in registry.step_kinds() if registry.origin(kind) == "rowsmith"):
        step = registry.step(kind)
        topic = kind.split(".")[0]
        yield _row(topic, "step", f"What does the step `{kind}` do?", _first(step.__doc__ or ""), "steps")
        for one in describe(kind)["settings"]:
            if one["name"] not in ("name", "from"):
                yield _row(topic, "setting", f"What does the setting `{one['name']}` of `{kind}` mean?", one["description"], "steps")


def _recipes() -> Iterator[dict[str, Any]]:
    for one in listing():
        yield _row("recipes", "recipe", f"What does the recipe `{one.name}` make?", one.description, "catalogue")
        yield _row("recipes", "recipe", f"Which method does the recipe `{one.name}` follow?", one.about.source, "catalogue")


def _formats() -> Iterator[dict[str, Any]]:
    for format in every():
        about = sys.modules[type(format).__module__].__doc__ or ""
        yield _row("formats", "format", f"What is the format `{format.name}`?", _first(about), "formats")


def _first(text: str) -> str:
    """Its first paragraph."""
    return re.split(r"\n\s*\n", cleandoc(text))[0]


if __name__ == "__main__":
    main()
