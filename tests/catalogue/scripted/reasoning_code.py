"""reasoning-code: of four draws one in two passes its tests; the others are off by one, break off, or never end."""

from __future__ import annotations

import json
import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

WRONG = ("return n + {k} + 1", "return n +", "raise ValueError")


def problem(k: int) -> dict[str, Any]:
    """A problem with its tests: of every second one a text, else a list."""
    tests = [f"assert add_{k}(1) == {k + 1}", f"assert add_{k}(-1) == {k - 1}"]
    return {"question": f"Write `add_{k}`: {Voice(f'c{k}').sentence()}", "tests": tests if k % 2 else "\n".join(tests)}


UNTESTED = json.dumps({**problem(0), "tests": ""}) + "\n"
PROBLEMS = UNTESTED + "".join(json.dumps(problem(k)) + "\n" for k in range(1, 13))


def reply(request: Request) -> Any:
    """A solution that passes, one time in two, at different lengths, and now and then in a fence."""
    k, voice = int((re.findall(r"add_(\d+)", request.text) or ["0"])[0]), Voice(request.chance)
    body = "return n + {k}" if voice.number() % 2 else WRONG[voice.number() % len(WRONG)]
    code = f"def add_{k}(n):\n    {body.format(k=k)}\n"
    reasoning = "\n\n".join(voice.sentence() for _ in range(1 + voice.number() % 4))
    return {"reasoning": reasoning, "answer": f"```python\n{code}```" if voice.number() % 3 == 0 else code}


SETS = {"input": "problems.jsonl", "column": "question", "execute": "true"}
CASE = Case(sets=SETS, files={"problems.jsonl": PROBLEMS}, reply=reply, executes=True)
