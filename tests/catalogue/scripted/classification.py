"""classification: the writer says for each text its class in a code word, by which the blind judge knows it."""

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

CODES = {"complaint": "Falcons", "question": "Herons", "praise": "Swifts", "refund": "Ravens", "thanks": "Larks"}


def reply(request: Request) -> Any:
    """Texts with the code word of their class; the class whose code word a text has, and how sure the judge is of it."""
    fields = request.schema["properties"]
    if "label" in fields:
        label = next((label for label, code in CODES.items() if code in request.text and label in fields["label"]["enum"]), None)
        return {"reason": "so", "label": label, **({"confidence": 0.9} if "confidence" in fields else {})}
    asked = re.search('the class "(.+?)"', request.text)
    code, voice = CODES.get(asked[1] if asked else "", "Wrens"), Voice(request.chance)
    many = fields["rows"]["maxItems"] if "rows" in fields else 1
    texts = [{"text": f"{code} {voice.sentence(18)}"} for _ in range(many)]
    return {"rows": texts} if "rows" in fields else texts[0]


CASE = Case(sets={"judge": "openai/judge", "count": "18"}, reply=reply, target=12)
