"""evol-pairs: the judge goes by a mark of the evolving model."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

MARK = "Seen from the harbour."
ROWS = "".join(f'{{"input": "{Voice(f"q{n}").question()}", "answer": "{Voice(f"a{n}").sentence()}"}}\n' for n in range(12))


def reply(request: Request) -> Any:
    """A question and an answer with the mark; a plain answer; the judge's choice."""
    voice = Voice(request.chance)
    if request.model == "judge":
        first, _ = request.text.split("answer 2")
        return {"reason": "As it stands.", "better": "1" if MARK in first else "2"}
    if request.model == "weak":
        return {"answer": f"{voice.sentence()} {voice.sentence()}"}
    return {"input": voice.question(14), "answer": f"{voice.sentence()} {MARK} {voice.sentence()}"}


SETS = {"input": "rows.jsonl", "rejected": "openai/weak", "judge": "openai/judge"}
CASE = Case(sets=SETS, files={"rows.jsonl": ROWS}, reply=reply, target=6)
