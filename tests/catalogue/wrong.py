"""Models that answer wrongly, so that it is seen which gate rejects what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from papers import grounding, properties
from test_catalogue import case_of

from rowsmith.testing import Request

DOCS = Path(__file__).parents[2] / "docs"
Reply = Callable[[Request], Any]


def but(name: str, other: Reply) -> Reply:
    """The scripted model of a recipe, but for what `other` answers."""

    def reply(request: Request) -> Any:
        said = other(request)
        return case_of(name).reply(request) if said is None else said

    return reply


def doubted(request: Request) -> Any:
    """A judge to whom nothing is borne out."""
    found = grounding(request)
    return found and {"verdicts": [{**one, "supported": False} for one in found["verdicts"]]}


def denied(request: Request) -> Any:
    """A judge whose answer to every question is no."""
    return {"reason": "so", "holds": False} if "holds" in properties(request) else None


def scored(score: int) -> Reply:
    """A judge that gives this score."""

    def reply(request: Request) -> Any:
        given = {name: one for name, one in properties(request).items() if "score" in one.get("properties", {})}
        return {name: {"reason": "so", "score": score} for name in given} or None

    return reply
