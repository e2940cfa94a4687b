"""image-qa: questions of each kind; a reader that answers them with the image alone, and never those of what is nowhere."""

from typing import Any

from case import Case, Voice
from papers import properties
from pictures import IMAGES, reading

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    voice = Voice(request.chance)
    if "fits" in properties(request):
        nowhere = "nowhere " if "sounds as if it could be seen" in request.text else ""
        return {"fits": True, "input": f"{nowhere}{voice.question()}".capitalize(), "answer": voice.words(3)}
    return reading(request)


CASE = Case(sets={"input": "images", "reader": "openai/reader", "judge": "openai/judge"}, files=IMAGES, reply=reply, target=12)
