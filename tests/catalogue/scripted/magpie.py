"""magpie: a model that goes on with the head of a user's turn, answers, a judge that tags by a mark in the question, and a guard that
finds all of it safe."""

from __future__ import annotations

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

LEVELS = ("very easy", "easy", "medium", "hard", "very hard")
GRADES = ("very poor", "poor", "average", "good", "excellent")


def asks(request: Request) -> bool:
    """Whether it is the user's turn that is to be written."""
    return request.raw and request.prompt.endswith("<|im_start|>user\n")


def reply(request: Request) -> Any:
    """A question that says how hard and how good it is; an answer; the tags that the question says."""
    voice = Voice(request.chance)
    if asks(request):
        return f"{voice.question()} Level {1 + voice.number() % 5}, grade {3 + voice.number() % 3}."
    if request.raw:
        return f"{voice.sentence()} {voice.sentence()}"
    if request.model == "guard":
        return "safe"
    level, grade = re.findall(r"Level (\d), grade (\d)", request.text)[0]
    tasks = request.schema["properties"]["task"]["enum"] if request.schema else []
    return {"task": tasks[voice.number() % len(tasks)], "difficulty": LEVELS[int(level) - 1], "quality": GRADES[int(grade) - 1]}


CASE = Case(sets={"template": "chatml", "judge": "openai/judge", "guard": "openai/guard", "draws": "12"}, reply=reply, target=6)
