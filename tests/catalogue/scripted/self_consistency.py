"""self-consistency: five of six draws agree."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

QUESTIONS = "".join(f'{{"input": "What are {n} and {n + 1}?"}}\n' for n in range(1, 13))


def reply(request: Request) -> Any:
    """The sum, and another number now and then; what is asked of 3 and 4 is never the same twice."""
    numbers = [int(word) for word in request.text.split("?")[0].split() if word.isdigit()]
    voice = Voice(request.chance)
    said = voice.number() % 1000 if numbers[0] == 3 else sum(numbers) + (voice.number() % 8 == 0)
    return {"reasoning": voice.sentence(8 + voice.number() % 9), "answer": str(said)}


CASE = Case(sets={"input": "questions.jsonl"}, files={"questions.jsonl": QUESTIONS}, reply=reply, target=6)
