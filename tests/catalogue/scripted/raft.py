"""raft: answers quote the document; the distractors answer nothing."""

from typing import Any

from case import Case, Voice
from papers import FILES, INPUT, one_of, passages, properties, several, stated

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    if many := several(request):
        voice = Voice(request.chance)
        return {"rows": [{"question": voice.question(), "short": voice.words(2)} for _ in range(many)]}
    asked = properties(request)
    if "reasoning" in asked:
        quote = one_of(stated(passages(request)[0]), request)
        return {"reasoning": f"The document says ##begin_quote##{quote}##end_quote## and so it is."}
    return {"answerable": False, "answer": ""} if "answerable" in asked else None


CASE = Case(sets={**INPUT, "reader": "openai/reader", "judge": "openai/judge", "pool": "6"}, files=FILES, reply=reply, target=8)
