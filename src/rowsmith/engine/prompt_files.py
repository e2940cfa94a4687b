"""A step's prompt may stand elsewhere: in a file, `prompt: {file: prompts/qa.md}`, relative to the recipe, or in the home under its name,
`prompt: {name: qa, version: v2, with: {tone: plain}}`.

Texts are taken as they stand: `${name}` means nothing in them. A prompt that has a name brings its system text along, where the step has a
place for one and the recipe gives none; and its parameters, where the recipe's model does not say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Invalid, NotFound, RowsmithError
from rowsmith.core.prompts import Prompt
from rowsmith.core.step import PROMPT, RUBRIC, VARIED, Step
from rowsmith.engine.rubric_files import rubric
from rowsmith.engine.value_tables import with_tables

MAX_BYTES = 1024 * 1024
Wrong = Callable[[str, str, str], None]
"""Told of a setting, what is wrong with it, and the fix."""

@dataclass(frozen=True, slots=True)
class Found:
    """A version of a prompt that has a name."""

    name: str
    version: str
    prompt: Prompt


Find = Callable[[str], Found]
"""Finds what is spoken of as `name` or `name@version`; raises NotFound, or Invalid."""


@dataclass(slots=True)
class Uses:
    """The prompts that a recipe takes from elsewhere; collects those that have a name."""

    base: Path
    find: Find | None = None
    named: dict[tuple[int, str], Found] = field(default_factory=dict)

    def settings(self, cls: type[Step], settings: dict[str, Any], position: int, wrong: Wrong) -> dict[str, Any]:
        """The settings of the step at `position` with the texts of its prompts put in place. What cannot be read is told and left out."""
        out = dict(settings)
        for name in cls.fields_marked(PROMPT):
            key = cls.model_fields[name].alias or name
            value = settings.get(key)
            if not isinstance(value, dict):
                continue
            if set(value) == {"file"} and isinstance(value["file"], str):
                del out[key]
                found = _read(self.base / Path(value["file"]).expanduser(), value["file"])
                if isinstance(found, str):
                    out[key] = found
                else:
                    wrong(key, *found)
            elif isinstance(value.get("name"), str):
                del out[key]
                out |= self._named(cls, out, key, value, position, wrong)
        for name in cls.fields_marked(RUBRIC):
            if isinstance(spoken := settings.get(name), str) or (isinstance(spoken, dict) and set(spoken) == {"file"}):
                try:
                    out[name] = rubric(spoken, self.base)
                except RowsmithError as error:
                    del out[name]
                    wrong(name, error.what, error.fix)
        for name in cls.fields_marked(VARIED):
            if isinstance(values := settings.get(name), dict) and any(isinstance(values.get(way), str) for way in ("file", "prompt")):
                try:
                    out[name] = with_tables(values, self.base, partial(self._expanded, position, name))
                except RowsmithError as error:
                    del out[name]
                    wrong(name, error.what, error.fix)
        return out

    def _expanded(self, position: int, key: str, spoken: str) -> dict[str, Any]:
        """What a prompt of the home declares to be expanded."""
        if self.find is None:
            raise NotFound(f"The prompt {spoken!r} lies in a home, and none is looked at here.", "Write its values in place.")
        found = self.find(spoken)
        declared = {name: one.expand for name, one in found.prompt.variables.items() if one.expand is not None}
        if not declared:
            raise Invalid(f"The prompt {spoken!r} declares no variable to be expanded.", "Declare one: variables: {tone: {expand: [formal, plain]}}.")
        self.named[position, key] = found
        return declared

    def _named(
        self, cls: type[Step], settings: Mapping[str, Any], key: str, value: Mapping[str, Any], position: int, wrong: Wrong
    ) -> dict[str, Any]:
        """The settings that a prompt with a name stands for."""
        if problem := _form_problem(value):
            wrong(key, *problem)
            return {}
        if self.find is None:
            wrong(key, f"The prompt {value['name']!r} lies in a home, and none is looked at here.", "Put its text in place: rowsmith prompts export.")
            return {}
        try:
            found = self.find(value["name"] + (f"@{value['version']}" if "version" in value else ""))
            filled = found.prompt.filled(value.get("with"))
        except RowsmithError as error:
            wrong(key, f"The prompt {value['name']!r}: {error.what}", error.fix)
            return {}
        takes_system = key == "prompt" and "system" in cls.fields_marked(PROMPT)
        if filled.system and not takes_system:
            what = f"The prompt {found.name!r} has a system text, for which this setting has no place."
            wrong(key, what, "Fork it, and leave the system text out.")
            return {}
        self.named[position, key] = found
        return {key: filled.text, **({"system": filled.system} if filled.system and "system" not in settings else {})}


def _form_problem(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with how a prompt is named, and the fix."""
    if unknown := sorted(set(value) - {"name", "version", "with"}):
        return f"A prompt that has a name takes no {unknown[0]!r}.", "Write {name: ..., version: ..., with: {variable: value}}."
    if not isinstance(value.get("version", ""), str):
        return f"The version {value['version']!r} is not text.", 'Put it in quotes: version: "1234".'
    if not isinstance(value.get("with", {}), dict):
        return "'with' is no mapping.", "Write with: {variable: value}."
    return None


def _read(path: Path, name: str) -> str | tuple[str, str]:
    """The file's text, or what is wrong and the fix."""
    try:
        with open(path, "rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        return f"The prompt file {name!r} cannot be opened: {error.strerror}.", f"It is taken from the recipe's folder: {path.absolute()}"
    except ValueError:
        return f"The prompt file {name!r} is not a path.", "Remove the NUL character."
    if len(body) > MAX_BYTES:
        return f"The prompt file {name!r} is larger than {MAX_BYTES:,} bytes.", "A prompt is smaller; is this the right file?"
    try:
        return body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return f"The prompt file {name!r} is not UTF-8: byte {error.start + 1} cannot be read.", "Save it as UTF-8."
