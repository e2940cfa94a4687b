"""kto: half of the answers are good, half are not."""

from typing import Any

from case import Case, Voice
from scripted.preference import GOOD, scores

from rowsmith.testing import Request

PROMPTS = "".join(f'{{"input": "{Voice(f"k{n}").question()}"}}\n' for n in range(12))


def reply(request: Request) -> Any:
    """An answer with or without the mark that the judge goes by."""
    voice = Voice(request.chance)
    if request.model == "judge":
        return scores(request, 9 if GOOD in request.text else 3)
    return {"answer": f"{voice.sentence()} {GOOD if voice.number() % 2 else ''} {voice.sentence()}"}


CASE = Case(sets={"input": "prompts.jsonl", "judge": "openai/judge"}, files={"prompts.jsonl": PROMPTS}, reply=reply, target=8)
