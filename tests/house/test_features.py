"""docs/features.csv: every capability that is claimed, how a user sees it, and the test that proves it."""

from __future__ import annotations

import ast
import csv
from functools import cache
from pathlib import Path

import pytest
from terminal import ROOT, problems

with (ROOT / "docs" / "features.csv").open(encoding="utf-8", newline="") as _file:
    FEATURES = list(csv.DictReader(_file))

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def named_tests(path: str) -> dict[str, Function]:
    """The test functions of a file, those of classes as Class::name."""
    file = ROOT / path
    if not (file.is_file() and Path(path).is_relative_to("tests") and file.name.startswith("test_")):
        return {}
    found: dict[str, Function] = {}
    for node in ast.parse(file.read_bytes()).body:
        members = [(f"{node.name}::", member) for member in node.body] if isinstance(node, ast.ClassDef) else [("", node)]
        found |= {before + member.name: member for before, member in members if isinstance(member, Function) and member.name.startswith("test_")}
    return found


def skipped(test: Function) -> bool:
    """Whether it is left out, or may fail, whatever the machine."""
    marks = [ast.unparse(mark) for mark in test.decorator_list]
    first = ast.unparse(next((line for line in test.body if not isinstance(line, ast.Expr) or isinstance(line.value, ast.Call)), test.body[0]))
    return any(mark.startswith(("pytest.mark.skip(", "pytest.mark.xfail")) or mark == "pytest.mark.skip" for mark in marks) or first.startswith(
        ("pytest.skip(", "pytest.xfail(")
    )


def named(test: str) -> tuple[str, str]:
    path, _, name = test.partition("::")
    return path, name.partition("[")[0]


def test_the_columns() -> None:
    assert FEATURES
    assert all(list(row) == ["feature", "command", "test"] and row["feature"].strip() for row in FEATURES)
    features = [row["feature"] for row in FEATURES]
    assert sorted(set(features)) == sorted(features)
    assert [feature for feature in features if ": " not in feature] == []


def test_areas_stand_together() -> None:
    areas = [row["feature"].split(": ")[0] for row in FEATURES]
    begun = [area for i, area in enumerate(areas) if i == 0 or areas[i - 1] != area]
    assert len(begun) == len(set(begun))


@pytest.mark.parametrize("row", FEATURES, ids=lambda row: row["feature"][:60])
def test_the_test_exists_and_is_not_skipped(row: dict[str, str]) -> None:
    for test in row["test"].split():
        path, name = named(test)
        assert name in named_tests(path), f"there is no {test}"
        assert not skipped(named_tests(path)[name]), f"{test} is skipped"


def test_no_cell_is_empty() -> None:
    assert [row["feature"] for row in FEATURES if not (row["test"].strip() and row["command"].strip())] == []


def test_commands_exist() -> None:
    assert {row["feature"]: found for row in FEATURES if (found := problems(f"`{row['command']}`"))} == {}
