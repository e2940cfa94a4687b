"""multiple-choice: three questions a text, three wrong answers each, and a judge that never finds the right one blind."""

from typing import Any

from case import Case, Voice, several

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    """Questions, then wrong answers; blind, the first letter."""
    voice = Voice(request.chance)
    if request.model == "judge":
        return {"letter": "A"}
    if "distractors" in str(request.schema):
        return {"distractors": [voice.words(3) for _ in range(3)]}
    return {"rows": [{"input": voice.question(), "answer": voice.words(3)} for _ in range(several(request))]}


TEXTS = {f"texts/{n}.md": f"# {Voice(str(n)).words(3)}\n\n" + " ".join(Voice(f"{n}.{at}").sentence() for at in range(6)) for n in range(6)}
CASE = Case(sets={"input": "texts", "judge": "openai/judge"}, files=TEXTS, reply=reply, target=9)
