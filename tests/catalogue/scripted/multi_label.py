"""multi-label: a code word for each label."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

CODES = {"price": "Falcons", "delivery": "Herons", "quality": "Swifts"}


def reply(request: Request) -> Any:
    """A text with the code words of its labels; the labels whose code words a text has."""
    if request.model == "judge":
        return {"reason": "so", "labels": [label for label, code in CODES.items() if code in request.text]}
    asked = request.text.split("no other does: ")[1].split(".")[0].split(" + ")
    return {"text": f"{' '.join(CODES[label] for label in asked)} {Voice(request.chance).sentence(18)}"}


CASE = Case(sets={"judge": "openai/judge", "count": "14"}, reply=reply, target=10)
