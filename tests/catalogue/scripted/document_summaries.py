"""document-summaries: a sentence of the text as its summary."""

from typing import Any

from case import Case, Voice
from papers import FILES, INPUT, grounding, pair, properties

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    if "request" in properties(request):
        return {"request": Voice(request.chance).sentence(), "answer": pair(request)["answer"]}
    return grounding(request)


CASE = Case(sets={**INPUT, "judge": "openai/judge"}, files=FILES, reply=reply)
