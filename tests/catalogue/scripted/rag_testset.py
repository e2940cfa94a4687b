"""rag-testset: the reader knows nothing from memory, and answers from all of the passages alone."""

from typing import Any

from case import Case
from papers import FILES, INPUT, entities, pair, passages, properties

from rowsmith.testing import Request

NOTHING = "Anything."


def reply(request: Request) -> Any:
    asked = properties(request)
    if "entities" in asked:
        return {"entities": entities(passages(request)[0])}
    if "input" in asked:
        said = pair(request)
        return {**said, "input": f"{said['input'][:-1]} of two?"} if len(passages(request)) == 2 else said
    if "answerable" in asked:
        many = len(passages(request))
        return {"answerable": many != 1 or "of two?" not in request.text, "answer": "It was so." if many else NOTHING}
    return {"reason": "so", "same": NOTHING not in request.text} if "same" in asked else None


CASE = Case(sets={**INPUT, "reader": "openai/reader", "judge": "openai/judge"}, files=FILES, reply=reply)
