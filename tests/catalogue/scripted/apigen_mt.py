"""apigen-mt: a plan of one or two calls; of four plans one has a call that its goal does not name, one a committee refuses, and of the talks that
follow one forgets a call, one makes another, and one ends without the outcome."""

from __future__ import annotations

import json
import re
from typing import Any

from case import Case, Voice
from scripted.apigen import TOOLS

from rowsmith.testing import Request

POOR, FORGETS, WANDERS, SILENT = "Nettles sting.", "It forgets.", "It wanders.", "It is silent."
FATES = ("", "", "", "", POOR, FORGETS, WANDERS, SILENT)


def planned(request: Request) -> dict[str, Any]:
    """A goal with its calls, whose last sentence says what becomes of it."""
    voice = Voice(request.chance)
    numbers = [voice.number() % 90 + 10 for _ in range(2)]
    fate = FATES[voice.number() % len(FATES)]
    calls = [{"name": "add", "arguments": json.dumps(dict(zip("ab", numbers, strict=True)))}, {"name": "weather", "arguments": '{"city": "Oslo"}'}]
    if voice.number() % 6 == 0:
        calls.append({"name": "weather", "arguments": '{"city": "Rome"}'})
    goal = f"You want {voice.words(8)} in Oslo with {numbers[0]} and {numbers[1]}. {fate}".strip()
    return {"goal": goal, "outcome": f"That {voice.words(6)}.", "calls": calls}


def talked(request: Request) -> Any:
    """The user names all that it wants, and is done; the agent makes the calls that its numbers say."""
    text = json.dumps(request.data["messages"], ensure_ascii=False)
    voice = Voice(request.chance)
    numbers = [int(one) for one in (re.findall(r"Oslo with (\d+) and (\d+)", text) or [("10", "10")])[0]]
    said = f"{voice.sentence(8)} Oslo with {numbers[0]} and {numbers[1]}. {next((fate for fate in FATES[4:] if fate in text), '')}"
    if request.model == "user":
        return "<done>" if "This has been said" in text else said
    if request.text.startswith("Results:"):
        return {"calls": [], "reply": voice.sentence()}
    calls = [{"name": "weather", "arguments": {"city": "oslo"}}, {"name": "add", "arguments": dict(zip("ab", numbers, strict=True))}]
    calls += [{"name": "weather", "arguments": {"city": "Rome"}}] if WANDERS in text else []
    return {"calls": calls[: 1 if FORGETS in text else None], "reply": ""}


def reply(request: Request) -> Any:
    """What the role is asked for."""
    fields = request.schema["properties"] if request.schema else {}
    if "goal" in fields:
        return planned(request)
    if "results" in fields:
        return {"results": ['{"value": 7}'] * request.text.count('"arguments":')}
    if "complete" in fields:
        poor = POOR in request.text and request.model != "third"
        return {name: {"reason": "As it stands.", "score": 0 if poor and name == "needed" else 1} for name in fields}
    if "holds" in fields:
        return {"reason": "As it stands.", "holds": SILENT not in request.text}
    return '{"value": 7}' if request.model == "simulator" else talked(request)


ROLES = {name: f"openai/{name}" for name in ("agent", "user", "simulator", "judge", "second", "third")}
CASE = Case(sets={"input": "tools.jsonl", "count": "40", **ROLES}, files={"tools.jsonl": json.dumps(TOOLS) + "\n"}, reply=reply, target=6)
