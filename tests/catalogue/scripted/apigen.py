"""apigen: a request of each kind, with calls that fit it."""

from __future__ import annotations

import json
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

NUMBER = {"type": "integer"}
CITY = {"type": "string"}


def tool(name: str, **arguments: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": arguments, "required": list(arguments), "additionalProperties": False}
    return {"name": name, "description": f"It does {name}.", "parameters": schema}


CODE = """
held = {"oslo": 4}
def weather(city):
    return {"city": city, "degrees": held[city.lower()]}
def add(a, b):
    return a + b
"""
TOOLS = {"tools": [tool("weather", city=CITY), tool("add", a=NUMBER, b=NUMBER)], "code": CODE}


def reply(request: Request) -> Any:
    """What the role is asked for."""
    fields = request.schema["properties"] if request.schema else {}
    voice = Voice(request.chance)
    if "calls" in fields:
        style = request.text.split("of the kind: ")[1].split(".")[0]
        one, two = voice.number() % 90 + 10, voice.number() % 90 + 10
        calls = {
            "simple": [("weather", {"city": "Oslo"})],
            "multiple": [("add", {"a": one, "b": two})],
            "parallel": [("add", {"a": one, "b": two}), ("add", {"a": two, "b": one + 1})],
            "parallel multiple": [("weather", {"city": "Oslo"}), ("add", {"a": one, "b": two})],
        }.get(style, [])
        asked = f"{voice.question(12)} Oslo, {one}, {two}, {one + 1}: {voice.sentence(8)}"
        return {"input": asked, "calls": [{"name": name, "arguments": json.dumps(arguments)} for name, arguments in calls]}
    if "results" in fields:
        return {"results": ['{"value": 7}'] * request.text.count('"arguments":')}
    return None


SETS = {"input": "tools.jsonl", "simulator": "openai/simulator", "judge": "openai/judge", "count": "12"}
CASE = Case(sets=SETS, files={"tools.jsonl": json.dumps(TOOLS) + "\n"}, reply=reply, target=6)
