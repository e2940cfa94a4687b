"""swarm: critics who go by a number in each answer; variants say what they were made of."""

from typing import Any

from case import Case, Voice
from scripted.preference import scores

from rowsmith.testing import Request

SETS = {
    "topics": "[bread, trams]", "count": "12", "critic": "openai/critic", "second_critic": "openai/second", "mutator": "openai/mutator",
}  # fmt: skip


def reply(request: Request) -> Any:
    """A question and an answer worth 8 or more; the critics' scores."""
    voice = Voice(request.chance)
    if request.model in ("critic", "second"):
        return scores(request, int(request.text.split(" worth ")[1].split(".")[0]))
    return {"input": voice.question(), "answer": f"{voice.sentence()} It is worth {8 + voice.number() % 3}. {voice.sentence()}"}


CASE = Case(sets=SETS, reply=reply, target=16)
