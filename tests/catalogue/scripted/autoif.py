"""autoif: functions of which one accepts everything, and answers that keep their instruction."""

from __future__ import annotations

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

SHORT = "def evaluate(response):\n    return len(response.split()) < 20"
FUNCTIONS = [SHORT, "def evaluate(response):\n    return response.count(' ') < 19", "def evaluate(response): return"]


def reply(request: Request) -> Any:
    """What the role is asked for."""
    fields = request.schema["properties"] if request.schema else {}
    voice = Voice(request.chance)
    if "functions" in fields:
        cases = [(voice.sentence(8), True), (voice.sentence(40), False), (voice.sentence(19), True), (voice.sentence(25), True)]
        return {"functions": FUNCTIONS, "cases": [{"response": text, "expected": expected} for text, expected in cases]}
    return None if fields else voice.sentence(10)


SETS = {"execute": "true", "judge": "openai/judge", "kinds": "[length, format]", "instructions": "2", "answers": "3"}
CASE = Case(sets=SETS, reply=reply, target=12, executes=True)
