"""document-qa: a pair for each part, which the judge finds in the text."""

from typing import Any

from case import Case, Voice
from papers import FILES, INPUT, grounding, properties, shown, stated

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    if "pairs" in properties(request):
        voice = Voice(request.chance)
        return {"pairs": [{"input": voice.question(), "answer": one} for one in stated(shown(request)["text"])]}
    return grounding(request)


CASE = Case(sets={**INPUT, "judge": "openai/judge"}, files=FILES, reply=reply)
