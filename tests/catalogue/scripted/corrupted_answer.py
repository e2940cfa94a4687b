"""corrupted-answer: one word is changed; a judge who finds the right one by that word."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

RIGHT, WRONG = "granite", "marble"
ROWS = "".join(f'{{"input": "{Voice(f"q{n}").question()}", "answer": "{Voice(f"a{n}").words(14)} {RIGHT} tail."}}\n' for n in range(10))


def reply(request: Request) -> Any:
    """The answer with another stone in it; the judge prefers the answer with the right one."""
    if request.model == "judge":
        return {"reason": "As it stands.", "better": "1" if request.text.index(f"{RIGHT} tail") < request.text.index(f"{WRONG} tail") else "2"}
    answer = request.text.split("\nAnswer: ")[1].split("\n")[0]
    return {"rejected": answer.replace(f"{RIGHT} tail", f"{WRONG} tail"), "change": "The stone is another one."}


CASE = Case(sets={"input": "rows.jsonl", "judge": "openai/judge"}, files={"rows.jsonl": ROWS}, reply=reply, target=6)
