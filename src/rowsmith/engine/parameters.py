"""Parameters of a recipe: what `--set` gives, and `${name}` in its settings.

A value that is exactly `${name}` takes the parameter's value with its type, or is left out when an optional parameter is unset. Inside a
longer text `${name}` is replaced by the value as text. `$${` is a literal `${`. Keys are never replaced. A parameter whose default is `${other}`
alone takes the value of that one where none is given. One with `agree` has to be true: it asks for a plain yes. Where the default is a list or
a mapping, `--set` gives one, as YAML writes it on one line: --set topics='[bread, soup]'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
import yaml

from rowsmith.core.errors import Problem, choose
from rowsmith.core.recipe import Parameter
from rowsmith.engine.yaml_text import Lines, Path, scalar

SIGN = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_-]*)\}|\$\{")
UNSET = object()
"""The value of an optional parameter that was not given."""


def typed(text: str) -> Any:
    """A value of `--set` as YAML reads a scalar: 8 is a number, true is true, "8" in quotes is text. Empty is empty text."""
    if text[:1] in ("'", '"'):
        try:
            node = yaml.compose(text, yaml.SafeLoader)
        except yaml.YAMLError:
            return text
        return node.value if isinstance(node, yaml.ScalarNode) else text
    return scalar(text) if text else ""


def valued(text: str) -> Any:
    """A value of a prompt's variable: as `typed`, and lists and mappings as YAML writes them on one line: [a, b], {a: 1}."""
    if text[:1] not in ("[", "{"):
        return typed(text)
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def escape(value: Any) -> Any:
    """The same data with every `${` in its texts made literal."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {key: escape(item) for key, item in value.items()}
    return [escape(item) for item in value] if isinstance(value, list) else value


class Filling:
    """Carries out one filling-in. Afterwards `lines` belongs to the filled data, and `given` holds, by path, the text of each value
    that came whole from `--set` (so that `--set id=2024` can still be text where text is wanted). `known` are the places that stay
    empty because of a problem that is told already."""

    def __init__(self, parameters: Mapping[str, Parameter], sets: Mapping[str, str], lines: Lines) -> None:
        self.like = {name: found[1] for name, one in parameters.items() if name not in sets and (found := _whole(one.default))}
        self.sets = {**sets, **{name: sets[other] for name, other in self.like.items() if other in sets}}
        self.parameters = {name: parameters.get(self.like.get(name, name), one) for name, one in parameters.items()}
        self.old = lines
        self.lines = Lines(lines.file)
        self.given: dict[Path, str] = {}
        self.known: set[Path] = set()
        self.problems: list[Problem] = []
        self.used = {*self.like.values(), *(name for name, one in self.parameters.items() if one.agree)}
        for name, other in self.like.items():
            if other == name or other not in parameters or other in self.like:
                what = f"The default of the parameter {name!r} is ${{{other}}}, which is no other parameter with a value of its own."
                fix = choose(other, [one for one in parameters if one != name and one not in self.like])
                self.problems.append(lines.problem(("parameters", name, "default"), what, fix))
        self.values = self._values()

    def fill(self, value: Any, old: Path = (), new: Path = ()) -> Any:
        """The value with its parameters filled in; UNSET when it is to be left out. The paths are its place before and after."""
        self.lines.at[new] = self.old.line(old)
        if isinstance(value, str):
            return self._text(value, old, new)
        if isinstance(value, dict):
            filled = {key: self.fill(item, (*old, key), (*new, key)) for key, item in value.items()}
            return {key: item for key, item in filled.items() if item is not UNSET}
        if isinstance(value, list):
            out: list[Any] = []
            for position, item in enumerate(value):
                if (done := self.fill(item, (*old, position), (*new, len(out)))) is not UNSET:
                    out.append(done)
            return out
        return value

    def finish(self) -> list[Problem]:
        """Everything wrong: with `sets`, with the values, and parameters that nothing uses."""
        for name in self.sets:
            if name not in self.parameters:
                what = f"--set {name}: the recipe has no parameter of that name."
                fix = choose(name, list(self.parameters)) if self.parameters else "It declares none."
                self.problems.append(Problem(what, fix, self.lines.file))
        for name, one in self.parameters.items():
            if one.agree and self.values[name] is not True:
                self.problems.append(self.old.problem(("parameters", name), one.agree, f"If that is what you want: --set {name}=true."))
            if name not in self.used:
                what = f"The parameter {name!r} is used nowhere."
                self.problems.append(self.old.problem(("parameters", name), what, f"Write ${{{name}}} where it belongs, or remove it."))
        return self.problems

    def _values(self) -> dict[str, Any]:
        return {name: self._value(name, parameter) for name, parameter in self.parameters.items()}

    def _value(self, name: str, parameter: Parameter) -> Any:
        read = valued if isinstance(parameter.default, list | dict) else typed
        value = read(self.sets[name]) if name in self.sets else parameter.default
        if value is not None:
            return value
        if not parameter.optional and not parameter.agree and name not in self.like:
            about = f" ({parameter.help})" if parameter.help else ""
            self.problems.append(self.old.problem(("parameters", name), f"The parameter {name!r}{about} must be given.", f"Add --set {name}=VALUE."))
        return UNSET

    def _text(self, text: str, old: Path, new: Path) -> Any:
        if (whole := SIGN.fullmatch(text)) and whole[1]:
            value = self._named(whole[1], old)
            if value is UNSET:
                self.known |= set() if self._optional(whole[1]) else {new}
            elif whole[1] in self.sets:
                self.given[new] = self.sets[whole[1]]
            return value
        return SIGN.sub(lambda found: self._part(found, old), text)

    def _part(self, found: re.Match[str], at: Path) -> str:
        if found[0] == "$${":
            return "${"
        if not found[1]:
            self.problems.append(self.old.problem(at, "'${' is not followed by a parameter's name and '}'.", "Write $${ for a literal ${."))
            return found[0]
        value = self._named(found[1], at)
        if value is UNSET and self._optional(found[1]):
            what = f"The parameter {found[1]!r} is not set and stands inside a longer text."
            self.problems.append(self.old.problem(at, what, f"Add --set {found[1]}=VALUE, or give it a default."))
        if value is UNSET or isinstance(value, str):
            return "" if value is UNSET else str(value)
        return self.sets[found[1]] if found[1] in self.sets else orjson.dumps(value).decode()

    def _optional(self, name: str) -> bool:
        return name in self.parameters and self.parameters[name].optional

    def _named(self, name: str, at: Path) -> Any:
        self.used.add(name)
        if name in self.values:
            return self.values[name]
        fix = choose(name, list(self.parameters)) if self.parameters else "Declare it under 'parameters'."
        self.problems.append(self.old.problem(at, f"${{{name}}} is not a parameter of the recipe.", f"{fix} A literal ${{ is written $${{."))
        return UNSET


def _whole(default: Any) -> re.Match[str] | None:
    """The sign of a default that is one parameter's alone."""
    found = SIGN.fullmatch(default) if isinstance(default, str) else None
    return found if found and found[1] else None
