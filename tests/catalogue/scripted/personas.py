"""personas: people behind texts, people around them, and their tasks."""

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    """As many people as are asked for."""
    voice = Voice(request.chance)
    if "personas" in str(request.schema):
        return {"personas": [voice.sentence() for _ in range(int(re.search(r"(?:Describe|Name) (\d+)", request.text)[1]))]}
    return {"rows": [{"input": voice.question()} for _ in range(2)]} if "rows" in str(request.schema) else None


TEXTS = {f"texts/{n}.md": f"# {Voice(str(n)).words(3)}\n\n" + " ".join(Voice(f"{n}.{at}").sentence() for at in range(6)) for n in range(3)}
CASE = Case(sets={"input": "texts", "from_text": "2", "related": "2", "tasks": "2"}, files=TEXTS, reply=reply, target=24)
