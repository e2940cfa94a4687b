"""verbalized-sampling: five answers of falling probability."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    """As many answers as are asked for."""
    voice = Voice(request.chance)
    return {"rows": [{"text": voice.sentence(), "probability": round(0.5 / (at + 1) ** 2, 3)} for at in range(5)]}


CASE = Case(sets={"draws": "4"}, reply=reply, target=20)
