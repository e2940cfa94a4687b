"""document-instructions: requests of drawn kinds."""

from typing import Any

from case import Case
from papers import FILES, INPUT, grounding, pair, properties

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    return pair(request) if "answer" in properties(request) else grounding(request)


CASE = Case(sets={**INPUT, "judge": "openai/judge", "tasks": "[explain it, compare two things]"}, files=FILES, reply=reply)
