"""document-extraction: the first model and the second find the same; of a field that the text lacks, nothing."""

from typing import Any

from case import Case
from papers import FILES, INPUT, NAMES, passages, stated

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    text = passages(request)[0]
    quote = stated(text)[0]
    name = next((one for one in NAMES if one in text), None)
    found = [{"field": "fact", "value": quote, "quote": quote}, {"field": "name", "value": name, "quote": quote if name else None}]
    return {"found" if request.model == "large" else "again": found}


CASE = Case(sets={**INPUT, "second": "openai/second", "fields": "[fact, name]"}, files=FILES, reply=reply)
