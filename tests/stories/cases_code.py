"""The options of the steps that carry code and SQL out."""

from __future__ import annotations

from typing import Any

from cases import Case, Plain, to

ADDS = {"code": "def add(a, b):\n    return a + b", "tests": "assert add(1, 2) == 3", "worse": "def add(a, b):\n    return a - b", "none": ""}
WRONG = ({**ADDS, "code": ADDS["worse"]},)
HEAVY = ({**ADDS, "code": "held = bytearray(200 << 20)\ndef add(a, b):\n    return a + b"},)
LONG = ({**ADDS, "code": "import time\ntime.sleep(2)\ndef add(a, b):\n    return a + b"},)
TABLE = "CREATE TABLE item (id INTEGER, name TEXT); INSERT INTO item VALUES (1, 'cup'), (2, 'pot');"
COUNT, BOTH = "SELECT count(*) FROM item", "SELECT id FROM item ORDER BY id"
SQL: Plain = {
    "sql": COUNT, "schema": TABLE, "wrong": "SELECT x FROM item", "other": TABLE.replace("(2, 'pot')", "(2, 'pot'), (3, 'tea')"),
    "gold": "SELECT count(*) + 1 FROM item",
}  # fmt: skip
BACKWARDS = ({**SQL, "sql": BOTH, "gold": f"{BOTH} DESC"},)
SLOW = ({**SQL, "sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT count(*) FROM n"},)


def carried(setting: str, one: Any, two: Any, rows: tuple[Plain, ...] = (ADDS,), **both: Any) -> Case:
    """A case in which code is carried out."""
    return to(setting, one, two, rows, execute=True, **both)


LINES = ({"text": "\n".join(f"line {n}" for n in range(40)), "other": "one\ntwo"},)

TOOL = {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}
CALL = {"name": "add", "arguments": '{"a": 2}'}
CALLED: Plain = {
    "input": "Add 2.", "tools": [TOOL], "calls": [CALL], "results": ["4"], "answer": "4.", "code": "def add(a):\n    return a + 2", "text": "Add 3.",
    "tools_b": [{**TOOL, "name": "sum"}], "calls_b": [{**CALL, "arguments": '{"a": "x"}'}], "results_b": ["5"],
    "code_b": "def add(a):\n    return a + 3",
}  # fmt: skip
MADE = {"id": "1", "type": "function", "function": {"name": "time", "arguments": "{}"}}
TALKED: Plain = {
    "messages": [{"role": "user", "content": "Add 2."}, {"role": "assistant", "content": "", "tool_calls": [MADE]}], "messages_b": [],
    "calls": [CALL], "calls_b": [{"name": "time", "arguments": "{}"}],
}  # fmt: skip
SLOWLY = ({**CALLED, "code": "import time\ntime.sleep(2)\ndef add(a):\n    return a + 2"},)
HEAVILY = ({**CALLED, "code": "held = bytearray(200 << 20)\ndef add(a):\n    return a + 2"},)


def really(setting: str, one: Any, two: Any, rows: tuple[Plain, ...] = (CALLED,), **both: Any) -> Case:
    """A case in which tools are carried out."""
    return to(setting, one, two, rows, how="real", **both)


CHECK = "def evaluate(response):\n    return len(response) < 4"
ALL = "def evaluate(response):\n    return True"
CHECKED: Plain = {
    "functions": [CHECK, ALL], "cases": [{"response": "abc", "expected": True}, {"response": "abcd", "expected": False}], "functions_b": [CHECK],
    "cases_b": [{"response": "abc", "expected": True}], "answer": "abcdef", "answer_b": "abc",
}  # fmt: skip
LATE = ({**CHECKED, "functions": ["import time\ntime.sleep(2)\n" + CHECK]},)
LARGE = ({**CHECKED, "functions": ["held = bytearray(200 << 20)\n" + CHECK], "answer": "abc"},)
TARDY = ({**LATE[0], "answer": "abc"},)


def simulated(setting: str, one: Any, two: Any) -> Case:
    """A case in which a model answers as the tools."""
    return to(setting, one, two, (CALLED,), {"results": ["4"]})


CASES: dict[str, dict[str, Case]] = {
    "chunk.lines": {
        "column": to("column", ..., "other", LINES),
        "least": to("least", 1, 15, LINES),
        "most": to("most", 15, 1, LINES),
        "count": to("count", 1, 4, LINES),
        "seed": to("seed", 42, 7, LINES),
    },
    "score.executed": {
        "action": carried("action", "flag", "drop", WRONG),
        "execute": to("execute", False, True, (ADDS,), required=False),
        "required": to("required", True, False, (ADDS,)),
        "time_s": carried("time_s", 0.5, 30, LONG),
        "memory_mb": carried("memory_mb", 100, 512, HEAVY),
        "code": carried("code", ..., "worse"),
        "tests": carried("tests", ..., "none"),
        "into": carried("into", "executed", "ran"),
    },
    "score.sql": {
        "action": to("action", "flag", "drop", ({**SQL, "sql": SQL["wrong"]},)),
        "query": to("query", ..., "wrong", (SQL,)),
        "schema": to("schema", ..., "other", (SQL,)),
        "files": to("files", [], ["shop.sql"], (SQL,)),
        "expected": to("expected", "", "gold", (SQL,)),
        "ordered": to("ordered", False, True, BACKWARDS, expected="gold"),
        "least": to("least", 1, 2, (SQL,)),
        "agree": to("agree", 0.0, 0.9, ({**SQL, "sql": [COUNT, BOTH]},)),
        "time_s": to("time_s", 0.001, 60, SLOW),
        "into": to("into", "sql", "query", (SQL,)),
    },
    "score.tool_calls": {
        "action": to("action", "flag", "drop", ({**CALLED, "calls": []},)),
        "tools": to("tools", ..., "tools_b", (CALLED,)),
        "calls": to("calls", ..., "calls_b", (CALLED,)),
        "said": to("said", "", "text", (CALLED,)),
        "without": to("without", None, "input = 'Add 2.'", (CALLED,)),
        "into": to("into", "tool_calls", "calls", (CALLED,)),
    },
    "score.goal_calls": {
        "action": to("action", "flag", "drop", (TALKED,)),
        "messages": to("messages", ..., "messages_b", (TALKED,)),
        "calls": to("calls", ..., "calls_b", (TALKED,)),
        "harmless": to("harmless", [], ["time"], (TALKED,)),
        "into": to("into", "goal_calls", "goal", (TALKED,)),
    },
    "transform.tool_results": {
        "execute": really("execute", False, True, required=False, into="gave"),
        "required": really("required", True, False),
        "time_s": really("time_s", 0.5, 30, SLOWLY, execute=True),
        "memory_mb": really("memory_mb", 100, 512, HEAVILY, execute=True),
        "how": Case({"how": "simulated", "execute": True}, {"how": "real", "execute": True}, (CALLED,), {"results": ["4"]}),
        "tools": simulated("tools", ..., "tools_b"),
        "calls": simulated("calls", ..., "calls_b"),
        "code": really("code", ..., "code_b", execute=True),
        "into": simulated("into", "results", "gave"),
        "prompt": simulated("prompt", ..., "Answer as the tools: {{ record }}"),
        "model": simulated("model", "simulator", "other"),
    },
    "transform.tool_messages": {
        "input": to("input", ..., "text", (CALLED,)),
        "calls": to("calls", ..., "calls_b", (CALLED,)),
        "results": to("results", ..., "results_b", (CALLED,)),
        "answer": to("answer", ..., "text", (CALLED,)),
        "tools": to("tools", ..., "tools_b", (CALLED,)),
    },
    "transform.verifiers": {
        "execute": to("execute", False, True, (CHECKED,), required=False),
        "required": to("required", True, False, (CHECKED,)),
        "time_s": carried("time_s", 0.5, 30, LATE),
        "memory_mb": carried("memory_mb", 100, 512, LARGE),
        "functions": carried("functions", ..., "functions_b", (CHECKED,)),
        "cases": carried("cases", ..., "cases_b", (CHECKED,)),
        "above": carried("above", 0.5, 0.4, (CHECKED,)),
        "least": carried("least", 1, 2, (CHECKED,)),
    },
    "score.verified": {
        "action": carried("action", "flag", "drop", (CHECKED,)),
        "execute": to("execute", False, True, (CHECKED,), required=False),
        "required": to("required", True, False, (CHECKED,)),
        "time_s": carried("time_s", 0.5, 30, TARDY),
        "memory_mb": carried("memory_mb", 100, 512, LARGE),
        "functions": carried("functions", ..., "functions_b", (CHECKED,)),
        "answer": carried("answer", ..., "answer_b", (CHECKED,)),
        "above": carried("above", 0.5, 0.4, (CHECKED,)),
        "into": carried("into", "verified", "kept", (CHECKED,)),
    },
}
