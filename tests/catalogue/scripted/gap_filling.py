"""gap-filling: a file with many rows on two topics, one on a third and none on a fourth; a writer who names the topic that is asked for."""

import json
import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

TOPICS = "Delivery\n  Parcels\n  Couriers\nReturns\n  Refunds\n  Exchanges\n"
HAVE = {"parcels": 9, "couriers": 8, "refunds": 1}
ROWS = [
    {"input": f"What of {topic}, {Voice(f'{topic} {number}').words(7)}?", "answer": Voice(f"a {topic} {number}").sentence(10)}
    for topic, count in HAVE.items()
    for number in range(count)
]
FILES = {"rows.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS), "topics.txt": TOPICS}


def asked(request: Request) -> str:
    """The topic that a request names."""
    return (re.findall(r"rows on this: .*> (\w+)", request.text) or ["nothing"])[0].lower()


def reply(request: Request) -> Any:
    """A row about the topic that is asked for."""
    if request.schema and "input" in request.schema["properties"]:
        voice = Voice(request.chance)
        return {"input": f"What of {asked(request)}, {voice.words(9)}?", "answer": voice.sentence(10)}
    return None


CASE = Case(sets={"input": "rows.jsonl", "enough": "4"}, files=FILES, reply=reply, target=7)
