"""Attributes that stand elsewhere: `values: {file: table.yaml}`, relative to the recipe, or `{prompt: NAME}`, what a prompt of the home declares
to be expanded. What stands beside them in the recipe goes before.

A YAML file says what the setting would, `file` included: another table, taken from its own folder, before which it goes. A table that ships, such as
domains/support.yaml, is found by its name where the recipe's folder has none of that name. A CSV file has the columns attribute, value and, where
need be, weight, by and when:

    attribute,value,weight,by,when                      problem: {by: product, values: {phone: {battery: 2, screen: 1}},
    problem,battery,2,product,phone                               else: [other]}
    problem,screen,1,product,phone
    problem,other,,product,
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rowsmith.content import tables
from rowsmith.core.errors import Invalid, choose
from rowsmith.engine.yaml_text import MAX_BYTES, parse

COLUMNS = ("attribute", "value", "weight", "by", "when")
Declared = Callable[[str], Mapping[str, Any]]
"""What a prompt of the home declares to be expanded, by the name that it is spoken of. Raises NotFound, or Invalid."""


def with_tables(values: Mapping[str, Any], base: Path, declared: Declared) -> dict[str, Any]:
    """The attributes, with those of the file and the prompt that are named.

    Raises:
        NotFound, Invalid: one cannot be read.
    """
    brought: dict[str, Any] = {}
    if isinstance(name := values.get("file"), str):
        brought |= _table(name, base)
    if isinstance(name := values.get("prompt"), str):
        brought |= declared(name)
    own = {key: value for key, value in values.items() if not (key in ("file", "prompt") and isinstance(value, str))}
    return {**brought, **own}


def _table(name: str, base: Path, within: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a table says, and the table that it builds on."""
    path = base / Path(name).expanduser()
    if (circle := [*within, name]).index(name) < len(within):
        raise Invalid(f"Tables build on each other in a circle: {', '.join(circle)}.", "Let one of them name no other as its `file`.")
    shipped = tables().get(Path(name).as_posix()) if not path.is_file() else None
    found = _read(path, name) if shipped is None else _yaml(shipped, name)
    if not isinstance(below := found.get("file"), str):
        return found
    own = {key: value for key, value in found.items() if key != "file"}
    return {**_table(str(Path(name).parent / below), base, (*within, name)), **own}


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            body = file.read(MAX_BYTES + 1)
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"The table {name!r} is not UTF-8: byte {error.start + 1} cannot be read.", "Save it as UTF-8.") from None
    except (OSError, ValueError) as error:
        what = f"The table {name!r} cannot be opened: {getattr(error, 'strerror', None) or error}."
        raise Invalid(what, f"It is taken from the recipe's folder: {path.absolute()}. Those that ship: {', '.join(tables())}.") from None
    if len(body) > MAX_BYTES:
        raise Invalid(f"The table {name!r} is larger than {MAX_BYTES:,} bytes.", "Values of one attribute may stand in a file: {file: PATH}.")
    if path.suffix.lower() in (".yaml", ".yml"):
        return _yaml(text, name)
    if path.suffix.lower() in (".csv", ".tsv"):
        return _csv(text, name, "\t" if path.suffix.lower() == ".tsv" else ",")
    raise Invalid(f"The table {name!r} is neither YAML nor CSV.", "Let its name end in .yaml, .csv or .tsv.")


def _yaml(text: str, name: str) -> dict[str, Any]:
    data, _, problems = parse(text, name)
    if problems:
        raise Invalid(problems[0].what, f"{problems[0].fix} ({name}:{problems[0].line})")
    if not isinstance(data, dict) or not data:
        raise Invalid(f"The table {name!r} holds no attributes.", "Write them one a line: tone: [formal, plain].")
    return data


def _csv(text: str, name: str, delimiter: str) -> dict[str, Any]:
    """The attributes of a table, as YAML would say them."""
    lines = csv.reader(text.splitlines(), delimiter=delimiter, strict=True)
    try:
        head = [column.strip() for column in next(lines, [])]
        rows = [(lines.line_num, dict(zip(head, (cell.strip() for cell in row), strict=False))) for row in lines if any(map(str.strip, row))]
    except csv.Error as error:
        raise Invalid(f"The table {name!r} cannot be read: {error} (line {lines.line_num}).", "Save it as CSV.") from None
    if odd := [column for column in head if column not in COLUMNS]:
        raise Invalid(f"The table {name!r} has a column {odd[0]!r}.", choose(odd[0], COLUMNS))
    if lacking := [column for column in COLUMNS[:2] if column not in head]:
        raise Invalid(f"The table {name!r} has no column {lacking[0]!r}.", f"Its columns are {', '.join(COLUMNS)}; the last three may be left out.")
    out: dict[str, Any] = {}
    for line, row in rows:
        _add(out, row, f"Line {line} of the table {name!r}")
    if not out:
        raise Invalid(f"The table {name!r} holds no attributes.", "Add a line for each value.")
    weighted = any(row.get("weight") for _, row in rows)
    return {name: one if weighted else _listed(one) for name, one in out.items()}


def _listed(said: dict[str, Any]) -> Any:
    """Values without weights."""
    if "by" not in said or not isinstance(said["by"], str):
        return list(said)
    rest = {"else": list(said["else"])} if "else" in said else {}
    return {"by": said["by"], "values": {when: list(values) for when, values in said["values"].items()}, **rest}


def _add(out: dict[str, Any], row: Mapping[str, str], where: str) -> None:
    attribute, value, by, when = (row.get(column, "") for column in ("attribute", "value", "by", "when"))
    if not attribute or not value:
        raise Invalid(f"{where} has no {'value' if attribute else 'attribute'}.", "Every line has both.")
    if when and not by:
        raise Invalid(f"{where} says when, but not of what.", "Name another attribute, or a column, in `by`.")
    said: Any = out.setdefault(attribute, {"by": by, "values": {}} if by else {})
    known = isinstance(said.get("by"), str)
    if known != bool(by) or (known and said["by"] != by):
        raise Invalid(f"{where} lets {attribute!r} depend on {by or 'nothing'!r}, unlike a line before.", "An attribute depends on one other.")
    into = said["values"].setdefault(when, {}) if when else said.setdefault("else", {}) if by else said
    if value in into:
        raise Invalid(f"{where} has the value {value!r} of {attribute!r} a second time.", "Give it once, with a weight.")
    into[value] = _weight(row.get("weight", ""), where)


def _weight(said: str, where: str) -> float:
    try:
        number = float(said or 1)
    except ValueError:
        raise Invalid(f"{where} has the weight {said!r}, which is no number.", "Leave it empty, or give a number of at least 0.") from None
    return int(number) if number.is_integer() else number
