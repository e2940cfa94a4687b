"""on-policy: a judge who prefers the answer whose words come later, and sees no difference now and then."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

PROMPTS = "".join(f'{{"input": "{Voice(f"o{n}").question()}"}}\n' for n in range(24))
RANKS = {f"It is {word}.": rank for rank, word in enumerate(("amber", "barley", "cedar", "drift", "ember", "fallow"))}


def better(request: Request) -> str:
    """Which of the two answers bears the later mark."""
    places = [(request.text.rindex(mark), rank) for mark, rank in RANKS.items() if mark in request.text]
    ranks = [rank for _, rank in sorted(places)]
    return "tie" if len(ranks) < 2 else "1" if ranks[0] > ranks[1] else "2"


def reply(request: Request) -> Any:
    """An answer with a mark, or the judge's choice."""
    if request.model == "judge":
        return {"reason": "As it stands.", "better": better(request)}
    voice = Voice(request.chance)
    return {"answer": f"{voice.sentence()} {list(RANKS)[voice.number() % len(RANKS)]} {voice.sentence()}"}


CASE = Case(sets={"input": "prompts.jsonl", "judge": "openai/judge"}, files={"prompts.jsonl": PROMPTS}, reply=reply, target=8)
