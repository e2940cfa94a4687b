"""reasoning-distillation: of four draws one in two is right, and of the right ones the shortest is kept."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

QUESTIONS = "".join(f'{{"question": "What are {n} and {n + 1}?", "answer": "{2 * n + 1}"}}\n' for n in range(1, 13))


def reply(request: Request) -> Any:
    """Right three times in four, at different lengths."""
    numbers = [int(word) for word in request.text.split("?")[0].split() if word.isdigit()]
    voice = Voice(request.chance)
    right = sum(numbers) + (voice.number() % 4 == 0)
    return {"reasoning": "\n\n".join(voice.sentence() for _ in range(1 + voice.number() % 4)), "answer": f"It is {right}"}


CASE = Case(sets={"input": "questions.jsonl"}, files={"questions.jsonl": QUESTIONS}, reply=reply, target=6)
