"""genstruct: two facts of the passage are quoted."""

from typing import Any

from case import Case
from papers import FILES, INPUT, pair, passages, properties, stated

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    return pair(request, quotes=stated(passages(request)[0])[:2]) if "quotes" in properties(request) else None


CASE = Case(sets={**INPUT, "judge": "openai/judge"}, files=FILES, reply=reply)
