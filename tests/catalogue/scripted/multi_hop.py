"""multi-hop: the reader can answer from both passages alone."""

from typing import Any

from case import Case
from papers import FILES, INPUT, entities, pair, passages, properties, stated

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    asked = properties(request)
    if "entities" in asked:
        return {"entities": entities(passages(request)[0])}
    if "citations" in asked:
        return pair(request, citations=[stated(one)[0] for one in passages(request)])
    if "answerable" in asked:
        can = len(passages(request)) == 2
        return {"answerable": can, "answer": "It was so." if can else ""}
    return None


CASE = Case(sets={**INPUT, "reader": "openai/reader", "judge": "openai/judge"}, files=FILES, reply=reply, target=4)
