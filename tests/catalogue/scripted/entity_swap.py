"""entity-swap: by rule; the model only looks at the outcome."""

from augmented import FILE, SETS, model
from case import Case

from rowsmith.testing import Request


def reply(request: Request) -> object:
    """Everything makes sense, and labels are found again."""
    if request.schema and "holds" in request.schema["properties"]:
        return {"reason": "Nothing speaks against it.", "holds": True}
    return model()(request)


CASE = Case(sets={"input": SETS["input"]}, files=FILE, reply=reply, target=3)
