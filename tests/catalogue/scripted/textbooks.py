"""textbooks: texts of sixty words."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    """One text."""
    voice = Voice(request.chance)
    return {"text": " ".join(voice.sentence() for _ in range(5))}


CASE = Case(sets={"topics": "[bread, the sky]", "count": "12"}, reply=reply, target=8)
