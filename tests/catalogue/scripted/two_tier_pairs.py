"""two-tier-pairs: a strong and a weak model, each with words of its own, and nobody who judges."""

from typing import Any

from case import Case, Voice, several
from scripted.preference import GOOD, POOR, TEXTS

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    """Questions, or an answer that says whose it is."""
    voice = Voice(request.chance)
    if "rows" in str(request.schema):
        return {"rows": [{"input": voice.question()} for _ in range(several(request))]}
    return {"answer": f"{voice.sentence()} {GOOD if request.model == 'strong' else POOR} {voice.sentence()}"}


SETS = {"input": "texts", "model": "openai/strong", "rejected": "openai/weak", "writer": "openai/writer"}
CASE = Case(sets=SETS, files=TEXTS, reply=reply, target=12)
