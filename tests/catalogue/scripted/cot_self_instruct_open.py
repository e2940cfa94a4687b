"""cot-self-instruct-open: instructions, answers that say what they are worth, and a judge who reads it."""

from __future__ import annotations

from typing import Any

from case import Case, Voice
from scripted.preference import scores

from rowsmith.testing import Request

SEEDS = "".join(f'{{"input": "{Voice(f"seed {n}").question()}"}}\n' for n in range(12))


def reply(request: Request) -> Any:
    """A plan and an instruction; an answer with its worth; the score that it says."""
    voice = Voice(request.chance)
    if request.model == "judge":
        return scores(request, int(request.text.split("Worth ")[1].split(".")[0]))
    if request.schema:
        return {"plan": voice.sentence(), "input": voice.question(14)}
    return f"{voice.sentence()} Worth {6 + voice.number() % 5}."


CASE = Case(sets={"input": "seeds.jsonl", "judge": "openai/judge", "answerer": "openai/other"}, files={"seeds.jsonl": SEEDS}, reply=reply, target=22)
