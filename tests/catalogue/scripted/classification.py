"""classification: the writer says for each text its class in a code word, by which the blind judge knows it."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

CODES = {"complaint": "Falcons", "question": "Herons", "praise": "Swifts"}


def reply(request: Request) -> Any:
    """A text with the code word of its class; the class whose code word a text has."""
    if request.model == "judge":
        return {"reason": "so", "label": next((label for label, code in CODES.items() if code in request.text), None)}
    asked = request.text.split('the class "')[1].split('"')[0]
    return {"text": f"{CODES[asked]} {Voice(request.chance).sentence(18)}"}


CASE = Case(sets={"judge": "openai/judge", "count": "18"}, reply=reply, target=12)
