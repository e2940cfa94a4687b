"""interview: the one who asks is another model."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request


def asked(request: Request) -> Any:
    """A question of the interviewer."""
    return Voice(request.chance).question() if request.model == "interviewer" else None


CASE = Case(sets={"interviewer": "openai/interviewer", "topics": "[moths, ferries, chalk, kites, salt, bells, glue, rope]"}, reply=asked)
