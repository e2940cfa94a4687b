"""fact-sheets: every sentence of the text is a fact."""

from typing import Any

from case import Case, Voice
from papers import FILES, INPUT, grounding, passages, properties, stated

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    if "facts" not in properties(request):
        return grounding(request)
    said = stated(passages(request)[0])
    return {"title": Voice(request.chance).words(4), "facts": [{"fact": one, "quote": one} for one in said]}


CASE = Case(sets={**INPUT, "judge": "openai/judge", "fewest": "1"}, files=FILES, reply=reply)
