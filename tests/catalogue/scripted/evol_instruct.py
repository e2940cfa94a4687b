"""evol-instruct: what is evolved holds the instruction before it; the judge compares the two."""

from __future__ import annotations

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

ROWS = "".join(f'{{"input": "{Voice(f"seed {n}").question()}"}}\n' for n in range(12))


def given(request: Request) -> str:
    """The instruction that is to evolve."""
    return request.text.split("Given instruction:\n\n")[-1].strip()


def reply(request: Request) -> Any:
    """The instruction before with a few words more, or a new one; an answer; not equal."""
    fields = request.schema["properties"] if request.schema else {}
    voice = Voice(request.chance)
    if "holds" in fields:
        return {"reason": "One asks for more.", "holds": False}
    if "input" in fields:
        wholly = "wholly new" in request.text
        return {"input": voice.question(12) if wholly else f"{re.sub(r'[?.]$', '', given(request))}, {voice.words(6)}?"}
    return f"{voice.sentence()} {voice.sentence()}"


CASE = Case(sets={"input": "seeds.jsonl", "judge": "openai/judge"}, files={"seeds.jsonl": ROWS}, reply=reply, target=40)
