"""eval-set: the solver comes to the answer of the writer."""

from typing import Any

from case import Case, Voice
from papers import properties

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    asked = properties(request)
    if "input" in asked:
        voice = Voice(request.chance)
        return {"input": voice.sentence(), "answer": voice.words(2)}
    return {"answerable": True, "answer": "so"} if "answerable" in asked else None


CASE = Case(sets={"solver": "openai/solver", "judge": "openai/judge", "topics": "[orders, returns]", "count": "10"}, reply=reply, target=10)
