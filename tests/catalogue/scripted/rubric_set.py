"""rubric-set: the good answer meets every criterion, the poor one none."""

from typing import Any

from case import Case, Voice
from papers import properties, shown

from rowsmith.testing import Request

POOR = "It depends on many things."


def reply(request: Request) -> Any:
    asked, voice = properties(request), Voice(request.chance)
    if "rubric" in asked:
        return {"input": voice.question(), "rubric": [{"criterion": voice.sentence(), "weight": weight} for weight in (5, 3, 1, -2)]}
    if request.model == "small":
        return POOR
    if "verdicts" in asked:
        met = shown(request)["answer"] != POOR
        return {"verdicts": [{"criterion": number, "reason": "so", "met": met and number < 4} for number in (1, 2, 3, 4)]}
    return None


CASE = Case(sets={"poor": "openai/small", "judge": "openai/judge", "topics": "[trams, bread]", "count": "6"}, reply=reply)
