"""glossary: terms that stand nowhere, defined by sentences of the text."""

from typing import Any

from case import Case, Voice
from papers import FILES, INPUT, grounding, one_of, passages, several, stated

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    if many := several(request):
        voice, said = Voice(request.chance), one_of(stated(passages(request)[0]), request)
        return {"rows": [{"term": voice.words(2), "definition": said, "quote": said} for _ in range(many)]}
    return grounding(request)


CASE = Case(sets={**INPUT, "judge": "openai/judge"}, files=FILES, reply=reply)
