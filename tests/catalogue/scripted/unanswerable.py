"""unanswerable: the reader finds no answer."""

from typing import Any

from case import Case
from papers import FILES, INPUT, pair, properties

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    asked = properties(request)
    if "missing" in asked:
        return pair(request, missing="the price of the bells")
    return {"answerable": False, "answer": ""} if "answerable" in asked else None


CASE = Case(sets={**INPUT, "reader": "openai/reader", "judge": "openai/judge"}, files=FILES, reply=reply)
