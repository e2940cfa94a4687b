"""What pydantic found wrong, in plain sentences: what was given, what is allowed, and the line where it stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rowsmith.core.errors import Problem, choose
from rowsmith.engine.yaml_text import Lines, Path

KINDS = {
    "string": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "list": "a list", "dict": "a mapping",
    "model": "a mapping", "tuple": "a list", "finite": "a finite number", "none": "nothing",
}  # fmt: skip
BOUNDS = {
    "greater_than": ("gt", "a number above {}"),
    "greater_than_equal": ("ge", "a number of at least {}"),
    "less_than": ("lt", "a number below {}"),
    "less_than_equal": ("le", "a number of at most {}"),
    "multiple_of": ("multiple_of", "a multiple of {}"),
    "string_too_short": ("min_length", "text of at least {} characters"),
    "string_too_long": ("max_length", "text of at most {} characters"),
    "too_short": ("min_length", "at least {} entries"),
    "too_long": ("max_length", "at most {} entries"),
    "string_pattern_mismatch": ("pattern", "text that matches {}"),
    "literal_error": ("expected", "one of {}"),
}


def explain(
    error: ValidationError, cls: type[BaseModel], data: Any, place: Path, owner: str, lines: Lines, known: Collection[Path] = ()
) -> list[Problem]:
    """One problem for each value that is wrong. `data` is what was validated as `cls`, `place` where it stands, `owner` what it is
    called in a sentence (`step 'qa'`). Places in `known` have been complained of already."""
    found: dict[Path, list[ErrorDetails]] = {}
    for item in error.errors(include_url=False):
        found.setdefault(_path(data, item), []).append(item)
    # A value that may be of several forms is complained of once for each form. Where one form fits and fails deeper, that is what counts.
    outer = {other[:end] for other in found for end in range(len(other))}
    wrong = {path: items for path, items in found.items() if path not in outer or not all(_is_form(item) for item in items)}
    return [_problem(cls, data, path, items, (place, owner), lines) for path, items in wrong.items() if (*place, *path) not in known]


def given_text(error: ValidationError, data: Any) -> list[Path]:
    """The places where text was wanted and something else was given."""
    return [_path(data, item) for item in error.errors(include_url=False) if item["type"] == "string_type"]


def shown(value: Any) -> str:
    """A value as a message quotes it: as JSON, cut when it is long."""
    import orjson

    if value is None:
        return "empty"
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _path(data: Any, item: ErrorDetails) -> Path:
    """The place within the data; pydantic's own names for the forms of a union are left out."""
    path: list[str | int] = []
    for part in item["loc"]:
        if (isinstance(data, dict) and part in data) or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data = _at(data, (part,))
            path.append(part)
    if item["type"] == "missing":
        path.append(item["loc"][-1])
    return tuple(path)


def _is_form(item: ErrorDetails) -> bool:
    return item["type"].endswith("_type")


def _problem(cls: type[BaseModel], data: Any, path: Path, items: Sequence[ErrorDetails], whose: tuple[Path, str], lines: Lines) -> Problem:
    place, owner = whose
    name, first = ".".join(map(str, path)), items[0]
    if first["type"] == "extra_forbidden":
        fix = choose(name, settings_of(cls)) if len(path) == 1 else "Remove it."
        return lines.problem((*place, *path), f"{_big(owner)} has no setting {name!r}.", fix)
    if first["type"] == "missing":
        return lines.problem((*place, *path), f"{_big(owner)} needs the setting {name!r}.", _about(cls, path))
    if own := [item for item in items if item["type"] in ("value_error", "assertion_error")]:
        said = str(own[0]["ctx"]["error"]).rstrip(".")
        return lines.problem((*place, *path), f"{name!r} of {owner} cannot be used: {said}." if path else f"{_big(owner)} cannot be used: {said}.")
    allowed = " or ".join(dict.fromkeys(_allowed(item) for item in items))
    value = shown(_at(data, path))
    what = f"{name!r} of {owner} is {value}." if path else f"{_big(owner)} is {value}."
    return lines.problem((*place, *path), what, f"Give {allowed}.{_about(cls, path, ' ')}")


def _allowed(item: ErrorDetails) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind in BOUNDS:
        key, words = BOUNDS[kind]
        value = context[key]
        if kind == "literal_error" and " or " not in value:
            return str(value)
        said = words.format(f"{value:g}" if isinstance(value, float) else value)
        return said.replace(" 1 entries", " 1 entry").replace(" 1 characters", " 1 character")
    stem = kind.split("_")[0]
    return KINDS.get(stem) or item["msg"].removeprefix("Input should be ").rstrip(".")


def settings_of(cls: type[BaseModel]) -> list[str]:
    """The names of a class's settings as a recipe writes them."""
    return [field.alias or name for name, field in cls.model_fields.items()]


def _about(cls: type[BaseModel], path: Path, before: str = "") -> str:
    """What the setting is, by its description."""
    for name, field in cls.model_fields.items():
        if path and path[0] in (name, field.alias) and field.description:
            return f"{before}{path[0]}: {field.description}"
    return ""


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _big(text: str) -> str:
    return text[:1].upper() + text[1:]
