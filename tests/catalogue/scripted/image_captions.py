"""image-captions: a caption of the length that its style has, which the second look bears out."""

from typing import Any

from case import Case, Voice
from papers import properties
from pictures import IMAGES, verdicts

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    voice = Voice(request.chance)
    if "input" in properties(request):
        dense = "Length: five" in request.text
        return {"input": voice.question(), "answer": " ".join(voice.sentence() for _ in range(6 if dense else 1))}
    return verdicts(request)


CASE = Case(sets={"input": "images", "judge": "openai/judge"}, files=IMAGES, reply=reply, target=6)
