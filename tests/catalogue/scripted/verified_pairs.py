"""verified-pairs: every second draw adds up rightly; of one question all do, of one none."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

QUESTIONS = "".join(f'{{"input": "What are {n} and {n + 1}?", "answer": "{n + n + 1}"}}\n' for n in range(1, 15))


def reply(request: Request) -> Any:
    """The sum, or another number."""
    one, two = (int(word) for word in request.text.split("?")[0].split() if word.isdigit())
    voice = Voice(request.chance)
    right = {3: True, 4: False}.get(one, voice.number() % 2 == 0)
    return {"answer": f"{voice.sentence()}\n{one + two if right else one + two + 1}"}


CASE = Case(sets={"input": "questions.jsonl"}, files={"questions.jsonl": QUESTIONS}, reply=reply, target=8)
