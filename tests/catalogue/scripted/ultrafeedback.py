"""ultrafeedback: the first model answers best, then the second, the others alike."""

from typing import Any

from case import Case, Voice
from scripted.preference import scores

from rowsmith.testing import Request

MARKS = {"large": "Amber rises.", "two": "Barley bends.", "three": "Cedar falls.", "four": "Cedar falls."}
WORTH = {"Amber rises.": 5, "Barley bends.": 4, "Cedar falls.": 2}
PROMPTS = "".join(f'{{"input": "{Voice(f"u{n}").question()}"}}\n' for n in range(24))
SETS = {"input": "prompts.jsonl", "second": "openai/two", "third": "openai/three", "fourth": "openai/four", "judge": "openai/judge"}


def reply(request: Request) -> Any:
    """An answer that bears its model's mark, which the judge goes by."""
    if request.model == "judge":
        return scores(request, next(worth for mark, worth in WORTH.items() if mark in request.text))
    voice = Voice(request.chance)
    return {"answer": f"{voice.sentence()} {MARKS[request.model]} {voice.sentence()}"}


CASE = Case(sets=SETS, files={"prompts.jsonl": PROMPTS}, reply=reply, target=12)
