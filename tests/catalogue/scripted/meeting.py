"""meeting: names of those who take part."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request


def cast(request: Request) -> Any:
    """Who takes part."""
    if "first_wants" not in str(request.schema):
        return None
    voice = Voice(request.chance)
    wants = {f"{name}_wants": voice.sentence() for name in ("first", "second", "third")}
    return {"agenda": voice.sentence(), "chair": "Ada", "first": "Bo", "second": "Cy", "third": "Di", **wants}


CASE = Case(sets={"chair": "openai/chair", "count": "6"}, reply=cast, target=3)
