"""How the code is written: small modules, plain names, nothing left undone, nothing that names a machine."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
NAMES = re.compile(r"(Manager|Handler|Helper|Util|Utils|Processor|Impl|Info)$|^Base[A-Z]")
UNDONE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(?<![\w.$}])/(?:(?:work|root)/\w|(?:home|Users)/\w\w+/)")


def shown(path: object) -> str:
    return str(path.relative_to(ROOT)) if isinstance(path, Path) else str(path)


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_bytes())) for path in SOURCES]


def test_no_module_is_longer_than_400_lines() -> None:
    assert {shown(path): count for path in SOURCES if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400} == {}


def test_no_name_says_nothing() -> None:
    classes = [(shown(path), node.name) for path, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert [found for found in classes if NAMES.search(found[1])] == []
    assert [shown(path) for path in SOURCES if re.fullmatch(r"_?(utils?|helpers?|common|misc)", path.stem)] == []


def test_nothing_is_left_undone() -> None:
    assert [shown(path) for path in SOURCES if UNDONE.search(path.read_text(encoding="utf-8"))] == []


def test_nothing_prints_but_the_terminal() -> None:
    found = [
        shown(path) for path, tree in trees() for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]  # fmt: skip
    assert [path for path in found if "/testing/" not in path] == []


def test_every_module_says_what_it_is_and_delays_its_annotations() -> None:
    for path, tree in trees():
        assert ast.get_docstring(tree) or not tree.body, shown(path)
        wanted = any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)
        assert not wanted or any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body), shown(path)


def test_public_classes_and_functions_say_what_they_are() -> None:
    bare = [
        f"{shown(path)}: {node.name}" for path, tree in trees() for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
        and "/testing/" not in shown(path)
    ]  # fmt: skip
    assert bare == []


def test_no_error_is_swallowed() -> None:
    found = [
        f"{shown(path)}:{node.lineno}" for path, tree in trees() for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    ]  # fmt: skip
    assert found == []


def test_nothing_names_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    texts = [(path, path.read_bytes()) for path in files]
    found = [f"{shown(path)}: {hit[0]}" for path, body in texts if (hit := MACHINE.search(body.decode("utf-8", "replace")))]
    assert found == []
