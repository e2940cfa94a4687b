"""process-labels: three steps each, of which the second leads astray in one question of two, to a wrong answer."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

QUESTIONS = "".join(f'{{"question": "What are {n} and {n + 1}?", "answer": "{2 * n + 1}"}}\n' for n in range(1, 9))


def reply(request: Request) -> Any:
    """Three steps; a completion is wrong once the step that leads astray has been said."""
    numbers = [int(word) for word in request.text.split("?")[0].split() if word.isdigit()]
    voice = Voice(request.chance)
    if request.model == "large":
        second = "Owls drift eastward." if numbers[0] % 2 else voice.sentence()
        return {"reasoning": [voice.sentence(), second, voice.sentence()], "answer": "99" if numbers[0] % 2 else str(sum(numbers))}
    return {"reasoning": voice.sentence(), "answer": "0" if "Owls drift" in request.text else str(sum(numbers))}


CASE = Case(sets={"input": "questions.jsonl", "solver": "openai/solver"}, files={"questions.jsonl": QUESTIONS}, reply=reply, target=6)
