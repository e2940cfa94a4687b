"""attribute-table: attributes by number, and values that name a bird of their class, by which the blind judge knows it."""

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

CODES = {"complaint": "falcons", "question": "herons", "praise": "swifts"}


def reply(request: Request) -> Any:
    """Dimensions; values of one; the class whose bird a value names."""
    voice = Voice(request.chance)
    if request.model == "judge":
        return {"reason": "so", "label": next((label for label, code in CODES.items() if code in request.text), "praise")}
    fields = request.schema["properties"] if request.schema else {}
    if "shared" in fields:
        return {kind: [{"attribute": f"{kind}_{n}", "meaning": voice.sentence()} for n in range(fields[kind]["minItems"])] for kind in fields}
    if "lines" in fields:
        count = int((re.search(r"Give (\d+)", request.text) or "13")[1])
        return {"lines": [{"when": label, "value": f"{code} {voice.words(3)}"} for label, code in CODES.items() for _ in range(count)]}
    return {"value": [voice.words(4) for _ in range(fields["value"]["minItems"])]} if "value" in fields else None


CASE = Case(sets={"judge": "openai/judge"}, reply=reply, target=60)
