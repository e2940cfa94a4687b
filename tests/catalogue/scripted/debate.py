"""debate: the judge finds one side better argued by a word of its reply."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

QUESTIONS = "".join(f'{{"input": "{Voice(f"d{n}").question()}"}}\n' for n in range(12))
STRONG = "Quartz holds."


def reply(request: Request) -> Any:
    """What the schema asks; of questions that begin with a letter up to M the second side replies better."""
    voice = Voice(request.chance)
    if request.model == "judge":
        first, _ = request.text.split("answer 2")
        return {"reason": "As it stands.", "better": "1" if STRONG in first else "2"}
    (column,) = request.schema["properties"]
    strong = column == ("second_reply" if request.text.lstrip()[0] <= "M" else "first_reply")
    return {column: f"{voice.sentence()} {STRONG if strong else ''} {voice.sentence()}"}


SETS = {"input": "questions.jsonl", "opponent": "openai/opponent", "judge": "openai/judge"}
CASE = Case(sets=SETS, files={"questions.jsonl": QUESTIONS}, reply=reply, target=6)
