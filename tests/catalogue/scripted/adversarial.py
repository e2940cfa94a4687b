"""adversarial: the weak model is misled by every mail, the judge by none."""

from typing import Any

from augmented import FILE, SETS, asked, label_of, model, shown
from case import Case

from rowsmith.testing import Request

OTHER = {"refund": "delivery", "delivery": "refund"}


def reply(request: Request) -> Any:
    """A weak model that takes one label for the other."""
    if request.model == "weak" and asked(request) == ["reason", "label"]:
        return {"reason": "At a glance.", "label": OTHER[label_of(shown(request)["text"])]}
    return model()(request)


CASE = Case(sets={**SETS, "weak": "openai/weak"}, files=FILE, reply=reply, target=3)
