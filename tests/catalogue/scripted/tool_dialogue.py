"""tool-dialogue: a tool is called at each turn, and another model plays it."""

import json
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
TOOLS = [{"name": name, "description": f"The {name} of a city.", "parameters": CITY} for name in ("weather", "trains", "hotels", "events", "fares")]


def calling(request: Request) -> Any:
    """The assistant calls the first tool that it is offered, and then says something."""
    voice = Voice(request.chance)
    if request.model == "simulator":
        return json.dumps({"result": voice.words()})
    if request.model == "user":
        return voice.question()
    if request.text.startswith("Results:"):
        return {"calls": [], "reply": voice.sentence()}
    name = request.schema["properties"]["calls"]["items"]["anyOf"][0]["properties"]["name"]["const"]
    return {"calls": [{"name": name, "arguments": {"city": voice.words(1)}}], "reply": ""}


CASE = Case(
    sets={"user": "openai/user", "simulator": "openai/simulator", "tools": "tools.json", "count": "6", "exchanges": "2"},
    files={"tools.json": json.dumps(TOOLS)},
    reply=calling,
)
