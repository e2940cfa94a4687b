"""A prompt as a file: Markdown with front matter, or YAML. Either reads back the same.

    ---                                     name: summary
    name: summary                           title: Short summaries
    title: Short summaries                  variables:
    variables:                                text: {type: text}
      text: {type: text}                    system: You summarise.
    system: You summarise.                  text: |-
    ---                                       Summarise:
    Summarise:
                                              {{ text }}
    {{ text }}

In Markdown the text stands below the front matter, as it is but for the file's last line break; a file without front matter is all text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from rowsmith.core.errors import Invalid, Problem, choose
from rowsmith.core.prompts import Prompt
from rowsmith.engine.explain import explain, shown
from rowsmith.engine.text_file import read_text
from rowsmith.engine.yaml_text import Lines, parse
from rowsmith.engine.yaml_written import written

Form = Literal["md", "yaml"]
FORMS: tuple[Form, ...] = ("md", "yaml")
_RULE = "---\n"


@dataclass(frozen=True, slots=True)
class Filed:
    """What a file holds: a prompt, and the name that it gives it (empty: none)."""

    name: str
    prompt: Prompt


def form_of(path: Path) -> Form:
    """The form that a file's name asks for.

    Raises:
        Invalid: none is known by its ending.
    """
    ending = path.suffix.lower().removeprefix(".")
    form = {"md": "md", "markdown": "md", "yaml": "yaml", "yml": "yaml"}.get(ending)
    if form is None:
        raise Invalid(f"{path.name!r} does not say whether it is Markdown or YAML.", "Let its name end in .md or .yaml.")
    return form  # type: ignore[return-value]


def read(path: Path) -> Filed:
    """The prompt in a file.

    Raises:
        NotFound: there is no such file. Invalid: it cannot be read, with every problem, its line and fix.
    """
    return loads(read_text(path, "prompt", "Give the path of a Markdown or YAML file."), form_of(path), str(path))


def dumps(name: str, prompt: Prompt, form: Form) -> str:
    """The prompt as a file of this form, such that `loads` gives the same name and prompt."""
    said = {"name": name, **prompt.dump()}
    if form == "yaml":
        return written(said)
    text = said.pop("text")
    return f"{_RULE}{written(said)}{_RULE}{text}\n"


def loads(text: str, form: Form, file: str = "<prompt>") -> Filed:
    """The prompt in the text of a file.

    Raises:
        Invalid: with every problem, its line and fix.
    """
    text = text.replace("\r\n", "\n")
    if form == "yaml":
        return _read(text, None, file)
    if not text.startswith(_RULE):
        return _read("", text.removesuffix("\n"), file)
    front, rule, body = _parted(text[len(_RULE) :])
    if not rule:
        problem = Problem("The front matter has no end.", "Close it with a line of '---', and write the prompt's text below it.", file, 1)
        raise Invalid(problem.what, problem.fix, [problem])
    return _read(f"\n{front}", body.removesuffix("\n"), file, text[: len(text) - len(body)].count("\n") + 1)


def _parted(text: str) -> tuple[str, str, str]:
    """Front matter, the rule that ends it, and what follows."""
    front, rule, body = f"\n{text}\n".partition(f"\n{_RULE}")
    return front.removeprefix("\n") + "\n", rule, body.removesuffix("\n")


def _read(yaml: str, body: str | None, file: str, line: int = 1) -> Filed:
    """A prompt from its YAML and, in Markdown, the text below it."""
    data, lines, problems = parse(yaml, file) if yaml.strip() else ({}, Lines(file, {(): 1}), [])
    if not isinstance(data, dict):
        raise _invalid([lines.problem((), f"It holds {shown(data)[:40]}, not a prompt.", "Write settings such as 'title: ...', one a line.")])
    name = data.pop("name", "")
    if not isinstance(name, str):
        problems.append(lines.problem(("name",), f"'name' is {shown(name)}.", "Give text."))
    if body is not None and "text" in data:
        problems.append(lines.problem(("text",), "The text stands below the front matter and within it, too.", "Keep the one below."))
    said = data if body is None else {**data, "text": body}
    try:
        prompt = Prompt.model_validate(said)
    except ValidationError as error:
        raise _invalid([*problems, *(_placed(one, line, body) for one in explain(error, Prompt, said, (), "the prompt", lines))]) from None
    if problems:
        raise _invalid(problems)
    return Filed(name, prompt)


def _placed(problem: Problem, line: int, body: str | None) -> Problem:
    """What is wrong with the text of a Markdown file stands below its front matter."""
    about_text = body is not None and problem.what.startswith(("'text' of", "The prompt needs the setting 'text'"))
    return Problem(problem.what, problem.fix, problem.file, line) if about_text else problem


def _invalid(problems: list[Problem]) -> Invalid:
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return Invalid(f"The prompt has {count}.", "Nothing was stored.", problems)


def form_named(name: str) -> Form:
    """The form of this name.

    Raises:
        Invalid: there is none.
    """
    for form in FORMS:
        if form == name:
            return form
    raise Invalid(f"A prompt is not written as {name!r}.", choose(name, FORMS))
