"""ultrafeedback: the judge goes by a mark of each answer; the four models give them in turns, and of every sixth prompt the same."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

MARKS = {"Amber reeds.": 5, "Cedar rooms.": 4, "Fallow roads.": 2, "Nettle ridges.": 1}
MODELS = ("large", "second", "third", "fourth")
PROMPTS = "".join(f'{{"input": "{Voice(f"u{n}").question()}"}}\n' for n in range(24))


def rated(request: Request) -> dict[str, Any]:
    """The mark's score on every aspect."""
    score = next(score for mark, score in MARKS.items() if mark in request.text)
    return {name: {"reason": f"A mark worth {score}.", "score": score} for name in request.schema["properties"]}


def reply(request: Request) -> Any:
    """A rating, or an answer whose worth the prompt and the model decide."""
    if request.model == "judge":
        return rated(request)
    of = Voice(request.text.strip()).number()
    at = 0 if of % 6 == 0 else (of + MODELS.index(request.model)) % len(MARKS)
    voice = Voice(request.chance)
    return {"answer": f"{voice.sentence()} {list(MARKS)[at]} {voice.sentence()}"}


SETS = {"input": "prompts.jsonl", "judge": "openai/judge", **{name: f"openai/{name}" for name in MODELS[1:]}}
CASE = Case(sets=SETS, files={"prompts.jsonl": PROMPTS}, reply=reply, target=8)
