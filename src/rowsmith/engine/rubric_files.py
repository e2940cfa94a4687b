"""A rubric that stands elsewhere: `rubric: NAME` is `rubrics/NAME.yaml` beside the recipe, else one that ships; `rubric: {file: PATH}` a file,
relative to the recipe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rowsmith import content
from rowsmith.core.errors import Invalid
from rowsmith.core.rubric import Rubric
from rowsmith.engine.text_file import read_text
from rowsmith.engine.yaml_text import parse

FOLDER = "rubrics"
"""Beside the recipe: rubrics that are spoken of by name."""
NAME = re.compile(r"[\w-]{1,80}")


def rubric(spoken: str | Mapping[str, Any], base: Path) -> dict[str, Any]:
    """What the rubric says, as core.rubric.Rubric takes it.

    Raises:
        NotFound: there is no such rubric or file. Invalid: it cannot be read, or is no rubric.
    """
    if isinstance(spoken, str):
        own = base / FOLDER / f"{spoken}.yaml"
        if not NAME.fullmatch(spoken):
            what = f"{spoken[:40]!r} is no name of a rubric."
            raise Invalid(what, "Name one (rowsmith rubrics lists them), or write {file: PATH}. Words of your own go into guidance.")
        return _read(own) if own.is_file() else content.rubric(spoken)
    return _read(base / Path(str(spoken["file"])).expanduser())


def named(base: Path) -> dict[str, Path | None]:
    """The rubrics that can be named, sorted: those in the folder with their files, and those that ship."""
    own = {path.stem: path for path in sorted((base / FOLDER).glob("*.yaml")) if NAME.fullmatch(path.stem)}
    return dict(sorted({**dict.fromkeys(content.rubrics()), **own}.items()))


def _read(path: Path) -> dict[str, Any]:
    data, lines, problems = parse(read_text(path, "rubric", "It is taken from the recipe's folder."), str(path))
    if not isinstance(data, dict) and not problems:
        problems = [lines.problem((), "It holds no rubric.", "Write criteria: {accuracy: What is judged, in your words.}")]
    if not problems:
        try:
            Rubric.model_validate(data)
        except ValidationError as error:
            for told in error.errors():
                where = tuple(one for one in told["loc"] if isinstance(one, str | int))
                problems.append(lines.problem(where, f"{'.'.join(map(str, where)) or 'The rubric'}: {told['msg']}.", "See docs/judges.md."))
    if problems:
        raise Invalid(f"The rubric {path.name!r} cannot be used: {problems[0].what}", f"{problems[0].fix} ({path}:{problems[0].line})", problems)
    return dict(data)
