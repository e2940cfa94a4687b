"""Inside the sandbox: carries code out and then its tests, and says one line of JSON for each test. Run as main.py of a sandbox, with job.json
beside it: {code, tests, how}. `tests` are texts. Each is one test (how: each), or the one text holds many (whole): each `assert` that stands at
its top, each function test..., each method of a unittest.TestCase; or each is an expression, and all are of one world (values).

    {"ok": false, "error": "line 3: ..."}   a test
    {"ok": true, "value": [1, 2]}           an expression
    {"done": true}                          nothing more comes
    {"error": "..."}                        the code, or what stands between the tests, failed
"""

from __future__ import annotations

import ast
import json
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from typing import Any

LONGEST = 600
RESULT = 3


def main() -> None:
    """Say everything, to the last line."""
    with open("/given/job.json", encoding="utf-8") as file:
        job = json.load(file)
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    if (error := _error(lambda: _carry_out(job["code"], "solution", vars(module)), job["code"], "solution")) is not None:
        _say({"error": error})
        return
    for number, text in enumerate(job["tests"], 1):
        if job["how"] == "values":
            _value(text, vars(module))
            continue
        scope = {**vars(module), "__name__": "tests"}
        if job["how"] == "each":
            error = _error(lambda: _one(text, scope), text, "tests")  # noqa: B023 - called at once
            _say({"ok": error is None, "error": error and f"test {number}: {error}"})
        elif (error := _error(lambda: _many(text, scope), text, "tests")) is not None:  # noqa: B023
            _say({"error": error})
            return
    _say({"done": True})


def _one(text: str, scope: dict[str, Any]) -> None:
    """One test, with all that it defines and has to be called."""
    _carry_out(text, "tests", scope)
    for _, test in _defined(scope, ast.parse(text)):
        test()


def _many(text: str, scope: dict[str, Any]) -> None:
    """The tests of a text, each said as it ends."""
    tree = ast.parse(text, "tests")
    for statement in tree.body:
        code = compile(ast.Module([statement], []), "tests", "exec")
        if isinstance(statement, ast.Assert):
            _tell(lambda: exec(code, scope), text)  # noqa: B023 - called at once
        else:
            exec(code, scope)
    for name, test in _defined(scope, tree):
        _tell(test, text, name)


def _value(text: str, scope: dict[str, Any]) -> None:
    found: list[Any] = []
    error = _error(lambda: found.append(json.loads(json.dumps(eval(text, scope), default=str))), text, "<string>")
    _say({"ok": False, "error": error} if error is not None else {"ok": True, "value": found[0]})


def _tell(test: Callable[[], Any], text: str, name: str = "") -> None:
    error = _error(test, text, "tests")
    _say({"ok": error is None, "error": error if error is None or not name else f"{name}: {error}"})


def _defined(scope: dict[str, Any], tree: ast.Module) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Functions and cases that a text defines as tests."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name.startswith("test"):
            yield statement.name, scope[statement.name]
        elif isinstance(statement, ast.ClassDef) and (unittest := sys.modules.get("unittest")):
            case = scope[statement.name]
            if isinstance(case, type) and issubclass(case, unittest.TestCase):
                for name in unittest.TestLoader().getTestCaseNames(case):
                    yield f"{statement.name}.{name}", case(name).debug


def _carry_out(text: str, name: str, scope: dict[str, Any]) -> None:
    exec(compile(text, name, "exec"), scope)  # that is what the sandbox is for


def _error(work: Callable[[], Any], text: str, name: str) -> str | None:
    """What went wrong, in a line; None for nothing."""
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - exits and interrupts of the code, too
        said = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1]
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name and frame.lineno]
        if isinstance(error, SyntaxError) and error.lineno:
            lines = [error.lineno]
        if not lines:
            return said[:LONGEST]
        shown = text.splitlines()[lines[-1] - 1 : lines[-1]]
        return f"line {lines[-1]}: {' '.join(shown).strip()[:200]}: {said}"[:LONGEST]
    return None


def _say(line: dict[str, Any]) -> None:
    os.write(RESULT, json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main()
