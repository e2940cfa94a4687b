"""self-instruct: new tasks of other words, every third of them one of classification, whose label comes first."""

from __future__ import annotations

import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

SEEDS = [f"{Voice(f'seed {n}').words(8).capitalize()}." for n in range(20)]
LABELS = ["amber", "barley", "cedar"]


def examples(request: Request) -> list[str]:
    """The tasks that a request shows."""
    return re.findall(r"^- (.*)$", request.text, re.MULTILINE)


def reply(request: Request) -> Any:
    """A task; whether it is one of classification; an input with its answer."""
    fields = (request.schema or {})["properties"]
    voice = Voice(request.chance)
    if "rows" in fields:
        return {"rows": [_one(fields["rows"]["items"]["properties"], request, voice) for _ in range(fields["rows"]["minItems"])]}
    return _one(fields, request, voice)


def _one(fields: Any, request: Request, voice: Voice) -> Any:
    if "classification" in fields:
        return {"classification": len(request.text) % 3 == 0}
    if "label" not in fields:
        return {"input": f"{voice.words(9).capitalize()}."}
    label = LABELS[voice.number() % 3] if "Its answers are labels" in request.text else ""
    answer = label or f"{voice.sentence()} {voice.sentence()}"
    return {"labels": LABELS if label else [], "label": label, "context": voice.sentence(), "answer": answer}


FILE = "".join(f'{{"input": "{seed}"}}\n' for seed in SEEDS)
CASE = Case(sets={"input": "seeds.jsonl"}, files={"seeds.jsonl": FILE}, reply=reply, target=60)
