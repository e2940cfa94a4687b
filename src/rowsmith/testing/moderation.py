"""Scores of the scripted server: replies of the forms of OpenAI's /moderations and of Perspective's comments:analyze."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from rowsmith.testing.request import Reply, Request

CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/instructions",
    "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
"""The categories of omni-moderation."""
LOW = 0.0001
MOST = 32
"""Texts that one request to /moderations may hold."""


def unfit(request: Request) -> str:
    """What such a server would not take; empty where it would."""
    texts = request.inputs or []
    if not texts or not all(texts):
        return "There is no text."
    if request.path.endswith("/comments:analyze"):
        return "" if isinstance(request.data.get("requestedAttributes"), dict) else "requestedAttributes is missing."
    if len(texts) > MOST:
        return f"Invalid 'input': array too long. Expected an array with maximum length {MOST}, but got an array with length {len(texts)} instead."
    return ""


def scored(request: Request, reply: Reply | None) -> dict[str, Any]:
    """The body of a reply. A scripted answer is a list with an object of scores for each text; what it does not name is nearly 0."""
    texts = request.inputs or []
    found: Sequence[Mapping[str, float]] = orjson.loads(reply.text) if reply is not None and reply.text else [{} for _ in texts]
    if request.path.endswith("/comments:analyze"):
        return {"attributeScores": {name: _attribute(found[0].get(name, LOW)) for name in request.data["requestedAttributes"]}, "languages": ["en"]}
    results = [_result({name: float(one.get(name, LOW)) for name in (*CATEGORIES, *one)}) for one in found]
    return {"id": f"modr-{request.n}", "model": request.model, "results": results}


def _attribute(value: float) -> dict[str, Any]:
    score = {"value": value, "type": "PROBABILITY"}
    return {"spanScores": [{"begin": 0, "end": 1, "score": score}], "summaryScore": score}


def _result(scores: dict[str, float]) -> dict[str, Any]:
    said = {name: score >= 0.5 for name, score in scores.items()}
    types = {name: ["text"] for name in scores}
    return {"flagged": any(said.values()), "categories": said, "category_scores": scores, "category_applied_input_types": types}
