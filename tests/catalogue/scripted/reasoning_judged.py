"""reasoning-judged: marks say whether an answer and its steps are right; the judge goes by them."""

from __future__ import annotations

import json
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

RIGHT, WRONG = "Garnets glow.", "Nettles sting."
SOUND, LUCKY = "Each ledge bears.", "A leap over ice."
QUESTIONS = "".join(json.dumps({"input": Voice(f"j{n}").question(), "model_answer": f"{RIGHT} {Voice(f'a{n}').sentence()}"}) + "\n" for n in range(9))


def reply(request: Request) -> Any:
    """The judge's scores, or a draw: right three times in four, and soundly three times in four."""
    if request.model == "judge":
        said = request.text.split("expected ---")[0]
        scores = {"answer": 9 if RIGHT in said else 3, "steps": 9 if SOUND in said else 4}
        return {name: {"reason": "As it stands.", "score": score} for name, score in scores.items()}
    voice = Voice(request.chance)
    steps = [voice.sentence() for _ in range(1 + voice.number() % 4)]
    mark, end = SOUND if voice.number() % 4 else LUCKY, RIGHT if voice.number() % 4 else WRONG
    return {"reasoning": "\n\n".join([*steps, mark]), "answer": f"{end} {voice.sentence()}"}


SETS = {"input": "questions.jsonl", "judge": "openai/judge", "reference": "model_answer"}
CASE = Case(sets=SETS, files={"questions.jsonl": QUESTIONS}, reply=reply)
