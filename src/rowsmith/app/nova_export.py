"""Rows and a prompt as the Nova prompt optimizer takes them: `train.jsonl` and `test.jsonl` with input columns and exactly one output column, and
the prompt as `system_prompt.txt` and `user_prompt.txt` with its variables.

A prompt with one variable has the columns `input` and `answer`. One with several keeps the names of its columns, beside `answer`. What is no text
goes out as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from rowsmith.app.held_out import DEV, TEST, TRAIN, Rows
from rowsmith.core.errors import Invalid
from rowsmith.core.metrics import text_of
from rowsmith.core.prompt import Text, parse
from rowsmith.core.prompts import Prompt
from rowsmith.core.row import Row
from rowsmith.store.files import atomic_write

INPUT, ANSWER = "input", "answer"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the folder, the columns that come in and the one that is to come out, and the rows of each file."""

    folder: str
    input_columns: tuple[str, ...]
    output_column: str
    rows: dict[str, int]


def export(folder: str | Path, rows: Rows, prompt: Prompt, values: Mapping[str, Any]) -> Exported:
    """Write the files into a folder, which is made where there is none. The train file holds the train and the dev part.

    Raises:
        Invalid: the folder is a file, the prompt uses fields of a column, or two columns would have one name. StorageFull, Unavailable: it cannot be
            written.
    """
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise Invalid(f"{place} is a file.", "Name a folder: --export nova DIR.")
    filled = prompt.filled({name: value for name, value in values.items() if name in prompt.used})
    used = [name for name in rows.inputs if name in parse(filled.text).variables | parse(filled.system).variables]
    names = {name: INPUT if len(used) == 1 else name for name in used}
    if ANSWER in names.values():
        raise Invalid(f"A column that comes in is called {ANSWER!r}, as the one that is to come out.", "Rename it: rowsmith columns --rename.")
    files = {"train.jsonl": [*rows.parts[TRAIN], *rows.parts[DEV]], "test.jsonl": [*rows.parts[TEST]]}
    texts = {"system_prompt.txt": _written(parse(filled.system), names), "user_prompt.txt": _written(parse(filled.text), names)}
    place.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        _write(place / name, text.encode())
    for name, some in files.items():
        _write(place / name, b"".join(_lines(some, rows, names)))
    return Exported(str(place), tuple(names.values()), ANSWER, {name: len(some) for name, some in files.items()})


def _lines(some: list[Row], rows: Rows, names: Mapping[str, str]) -> Iterator[bytes]:
    for row in some:
        yield orjson.dumps({**{new: text_of(row.data[name]) for name, new in names.items()}, ANSWER: text_of(rows.expected(row))}) + b"\n"


def _written(text: Text, names: Mapping[str, str]) -> str:
    """The text with its variables under their new names, for Jinja."""
    if text.parts is None:
        raise Invalid("The prompt has conditions or loops, which the optimizer rewrites as it likes.", "Write them out, or optimise it here.")
    parts = []
    for part in text.parts:
        if isinstance(part, str):
            parts.append("{% raw %}" + part + "{% endraw %}" if any(mark in part for mark in ("{{", "{%", "{#")) else part)
        elif len(part.path) > 1:
            said = ".".join(part.path)
            raise Invalid(f"The prompt uses {said}, a field of a column, which the optimizer's columns have not.", "Make it a column.")
        else:
            parts.append(replace(part, path=(names[part.path[0]],)).source)
    return "".join(parts)


def _write(path: Path, content: bytes) -> None:
    with atomic_write(path) as file:
        file.write(content)
