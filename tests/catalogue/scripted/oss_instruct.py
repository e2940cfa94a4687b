"""oss-instruct: each problem comes of a snippet; the third of them has a solution that is wrong, where it is carried out."""

from __future__ import annotations

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

SOURCE = "\n\n".join(f"def area_{n}(width, height):\n    if width < 0:\n        raise ValueError\n    return width * height + {n}" for n in range(12))


def reply(request: Request) -> Any:
    """A problem of its own, with a solution that passes."""
    voice = Voice(request.chance)
    name = f"solve_{voice.number() % 10**6}"
    tests = f"assert {name}(1) == 2\nassert {name}(0) == 1\nassert {name}(-1) == 0"
    return {"input": f"Write `{name}`: {voice.sentence(20)}", "answer": f"def {name}(n):\n    return n + 1\n", "tests": tests}


CASE = Case(sets={"input": "code", "snippets": "8", "execute": "true"}, files={"code/a.py": SOURCE}, reply=reply, executes=True)
