"""topic-tree: as many topics as are asked for, then questions and answers."""

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    """Topics by their number."""
    voice = Voice(request.chance)
    if "topics" in str(request.schema):
        return {"topics": [voice.words(3) for _ in range(int(re.search(r"(?:Describe|Name) (\d+)", request.text)[1]))]}
    return None


CASE = Case(sets={"branches": "2", "leaves": "2", "questions": "3"}, reply=reply, target=12)
