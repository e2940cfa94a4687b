"""difficulty-shift: one more box makes a question harder, one less easier, and the judge can count."""

import json
import re
from typing import Any

from augmented import QUESTIONS, asked, shown
from case import Case

from rowsmith.testing import Request

HARDER = " Two more of them lie on the floor of the store, and they count, too."


def solved(question: str) -> str:
    """The right answer."""
    boxes, each = map(int, re.findall(r"\d+", question))
    thing = question.split()[2]
    return f"{boxes * each + 2 * (HARDER in question)} {thing}"


def reply(request: Request) -> Any:
    """Writes, tells how hard a question is, solves it."""
    texts = shown(request)
    if asked(request) == ["reason", "score"]:
        said = next(iter(texts.values()))
        return {"reason": "Steps.", "score": 2 + 2 * (HARDER in said) - ("old store" not in said)}
    if not request.schema:
        return solved(request.text)
    harder = "Make the question harder" in request.text
    question = texts["input"] + HARDER if harder else texts["input"].replace("in the old store ", "")
    return {"input": question, "answer": solved(question)}


CASE = Case(
    sets={"input": "questions.jsonl", "embedder": "openai/embed"}, reply=reply, target=3,
    files={"questions.jsonl": "".join(json.dumps(one) + "\n" for one in QUESTIONS)},
)  # fmt: skip
