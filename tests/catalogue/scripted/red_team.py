"""red-team: the judge declines what the writer was asked to have declined."""

from typing import Any

from case import Case, Voice
from papers import properties

from rowsmith.testing import Request


def reply(request: Request) -> Any:
    asked = properties(request)
    if "input" in asked:
        return {"input": f"{Voice(request.chance).sentence()} {'Harm.' if 'has to decline it' in request.text else 'Kindness.'}"}
    return {"reason": "so", "holds": "Harm." in request.text} if "holds" in asked else None


CASE = Case(
    sets={"allow_red_team": "true", "judge": "openai/judge", "topics": "[fraud]", "attacks": "[a plain request, a role]", "count": "6"}, reply=reply
)
