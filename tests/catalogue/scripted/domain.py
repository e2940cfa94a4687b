"""domain: as many exchanges as are planned, each message another one."""

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request


def planned(request: Request) -> int:
    """The exchanges that the plan asks for."""
    found = re.search(r"^- exchanges: (\d+)$", request.text, re.MULTILINE)
    assert found
    return int(found[1])


def conversation(request: Request) -> Any:
    """A conversation of as many exchanges as are planned."""
    voice = Voice(request.chance)
    roles = ["user", "assistant"] * planned(request)
    said = [voice.question() if role == "user" else f"{voice.sentence()} {voice.sentence()}" for role in roles]
    return {"messages": [{"role": role, "content": text} for role, text in zip(roles, said, strict=True)]}


CASE = Case(sets={"count": "8", "overrides": "{situation: [a lamp that hums]}"}, reply=conversation)
