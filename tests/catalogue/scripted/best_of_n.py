"""best-of-n: the judge goes by a number that stands in each answer; of some prompts all pass, of some none."""

from typing import Any

from case import Case, Voice
from scripted.preference import scores

from rowsmith.testing import Request

KINDS = ("Easy", *["Fair"] * 14, "Hard")
PROMPTS = "".join(f'{{"input": "{kind} {Voice(f"b{n}").question()}"}}\n' for n, kind in enumerate(KINDS))


def reply(request: Request) -> Any:
    """Easy prompts are answered worth 8 or more, hard ones worth 5 or less, fair ones worth 1 to 10."""
    if request.model == "judge":
        return scores(request, int(request.text.split(" worth ")[1].split(".")[0]))
    voice = Voice(request.chance)
    worth = {"Easy": 8 + voice.number() % 3, "Hard": 1 + voice.number() % 5, "Fair": (2, 9)[voice.number() % 2]}[request.text.split()[0]]
    return {"answer": f"{voice.sentence()} It is worth {worth}. {voice.sentence()}"}


CASE = Case(sets={"input": "prompts.jsonl", "judge": "openai/judge"}, files={"prompts.jsonl": PROMPTS}, reply=reply, target=10)
