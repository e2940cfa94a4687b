"""edge-cases: a message and an answer from the text for each kind."""

from typing import Any

from case import Case
from papers import FILES, INPUT, pair, properties

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    return pair(request) if "answer" in properties(request) else None


CASE = Case(sets={**INPUT, "judge": "openai/judge", "cases": "{ordinary: 50, false premise: 50}", "per_part": "2"}, files=FILES, reply=reply)
