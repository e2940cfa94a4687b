"""cot-self-instruct: a sum of two numbers with its answer; of some problems the stated answer is wrong, and some solutions are."""

from __future__ import annotations

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

SEEDS = [f"What are {n} {Voice(f'seed {n}').words(3)} and {n + 3} more?" for n in range(1, 13)]
FILE = "".join(f'{{"input": "{seed}"}}\n' for seed in SEEDS)


def right(text: str) -> int:
    """The answer to a problem."""
    found = re.search(r"are (\d+) .* and (\d+) more", text)
    return int(found[1]) + int(found[2]) if found else 0


def reply(request: Request) -> Any:
    """A plan, a problem and its answer, wrong where the sum ends in 7; a solution, wrong one time in eight."""
    voice = Voice(request.chance)
    if "plan" in (request.schema or {})["properties"]:
        problem = f"What are {voice.number() % 50} {voice.words(7)} and {voice.number() % 50} more?"
        return {"plan": voice.sentence(), "input": problem, "stated": str(right(problem) + (right(problem) % 10 == 7))}
    return {"reasoning": voice.sentence(8 + voice.number() % 9), "answer": str(right(request.text) + (voice.number() % 8 == 0))}


CASE = Case(sets={"input": "seeds.jsonl", "solver": "openai/solver"}, files={"seeds.jsonl": FILE}, reply=reply, target=18)
