"""plan-k: the judge picks the draft that bears a mark, wherever it stands; the editor keeps the mark."""

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

PROMPTS = "".join(f'{{"input": "{Voice(f"p{n}").question()}"}}\n' for n in range(10))
PLANS = ("Tundra by plain steps.", "Tundra by one example.", "Tundra for a beginner.")
BEST = "Nettles in spring."


def picked(text: str) -> str:
    """The letter of the answer that bears the mark."""
    return re.findall(r"answer ([A-Z])\b", text[: text.index(BEST)])[-1]


def reply(request: Request) -> Any:
    """Plans, a draft by a plan, the letter of the best, and the improvement of what was picked."""
    voice = Voice(request.chance)
    if request.model == "planner":
        return {"plan": list(PLANS)}
    if request.model == "judge":
        return {"reason": "As it stands.", "letter": picked(request.text)}
    if request.model == "editor":
        return {"answer": f"{voice.sentence()} {BEST if BEST in request.text else ''} Garnet."}
    return {"draft": f"{voice.sentence()} {BEST if PLANS[1] in request.text else ''} {voice.sentence()}"}


SETS = {"input": "prompts.jsonl", "planner": "openai/planner", "judge": "openai/judge", "editor": "openai/editor"}
CASE = Case(sets=SETS, files={"prompts.jsonl": PROMPTS}, reply=reply, target=6)
