"""page-questions: questions with a quote of the page's text, where it has one; a reader that answers them with the page alone."""

from typing import Any

from case import Case, Voice
from papers import properties, shown, stated
from pictures import reading
from sheets import pdf

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    voice = Voice(request.chance)
    if "quote" in properties(request):
        text = shown(request).get("text", "")
        return {"fits": True, "input": voice.question(), "answer": voice.words(3), "quote": stated(text)[0] if text else ""}
    return reading(request)


LINES = [f"{Voice(f'page {n}').words(7).capitalize()}." for n in range(5)]
CASE = Case(
    sets={"input": "papers", "reader": "openai/reader", "judge": "openai/judge"},
    files={"papers/one.pdf": pdf(*LINES[:3]), "papers/two.pdf": pdf(*LINES[3:])}, reply=reply, target=6,
)  # fmt: skip
