"""trace-cleaning: the writer makes traces shorter, the solver follows them."""

import json
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request


def row(n: int) -> str:
    """A question with a long trace."""
    return json.dumps({"input": f"What are {n} and {n + 1}?", "reasoning": Voice(str(n)).sentence(40), "answer": str(2 * n + 1)})


def reply(request: Request) -> Any:
    """Half as many words; the answer by the question's numbers."""
    numbers = [int(word) for word in request.text.split("?")[0].split() if word.isdigit()]
    return {"cleaned": Voice(request.chance).sentence(20)} if request.model == "large" else {"reached": f"{sum(numbers)}."}


CASE = Case(
    sets={"input": "rows.jsonl", "solver": "openai/solver"}, files={"rows.jsonl": "\n".join(map(row, range(1, 9)))}, reply=reply, target=6
)
