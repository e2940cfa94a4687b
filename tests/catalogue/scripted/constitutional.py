"""constitutional: each revision says how often the answer was revised; the judge prefers the revised one."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

PROMPTS = "".join(f'{{"input": "{Voice(f"c{n}").question()}"}}\n' for n in range(12))
MARKS = ("Timber first.", "Timber second.", "Timber third.", "Timber fourth.")


def reply(request: Request) -> Any:
    """An answer, a critique, a revision with the next mark, or the judge's choice."""
    voice = Voice(request.chance)
    if request.model == "judge":
        first, _ = request.text.split("answer 2")
        return {"reason": "As it stands.", "better": "1" if MARKS[0] in first or MARKS[1] in first else "2"}
    if request.model == "critic":
        return {"critique": f"{voice.sentence()}"}
    if "critique" not in request.text:
        return {"answer": f"{voice.sentence()} {voice.sentence()}"}
    done = next((at for at, mark in enumerate(MARKS) if mark in request.text), -1)
    return {"answer": f"{voice.sentence()} {MARKS[done + 1]} {voice.sentence()}"}


SETS = {"input": "prompts.jsonl", "critic": "openai/critic", "judge": "openai/judge"}
CASE = Case(sets=SETS, files={"prompts.jsonl": PROMPTS}, reply=reply, target=6)
