"""Models: what is known of each, its prices and limits, and whether it answers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from rowsmith.api.acting import ByServer
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of

router = APIRouter(tags=["models"])


class ModelFacts(Body):
    """What is said of a model. Prices in USD per million tokens."""

    price_in: float | None = Field(None, ge=0)
    price_out: float | None = Field(None, ge=0)
    price_cached_in: float | None = Field(None, ge=0)
    price_cache_write: float | None = Field(None, ge=0)
    price_reasoning_out: float | None = Field(None, ge=0)
    price_batch: float | None = Field(None, ge=0, le=1, description="Share of the live price.")
    context: int | None = Field(None, ge=1, description="Tokens that the model can hold.")
    max_output: int | None = Field(None, ge=1)
    tokenizer: str | None = Field(None, description="Its vocabulary: o200k or cl100k.")
    can: tuple[str, ...] = Field((), description="schema, tools, images, audio, reasoning, embeddings")
    rpm: int | None = Field(None, ge=1)
    tpm: int | None = Field(None, ge=1)
    rpd: int | None = Field(None, ge=1)
    licence: str | None = None
    terms: str | None = None


class ToTest(Body):
    """A model that is asked one question for real."""

    model: str = Field(examples=["openai/gpt-5-mini"])
    base_url: str | None = None
    answers: str | None = Field(None, description="schema, object, tools, json or xml; null: the surest.")
    embed: bool = False


@router.get("/models", operation_id="list_models")
def list_models(
    served: ByServer, pattern: Annotated[str | None, Query(description="Part of the name.")] = None, start: Start = 0, limit: Limit = 200
) -> Page[dict[str, Any]]:
    """The models that are known, the home's own first; `key` says whether a key is there."""
    return page_of([one.dump() for one in served.lab.models.list(pattern)], start, limit)


@router.put("/models/{model:path}", operation_id="add_model")
def add_model(served: ByServer, model: str, said: ModelFacts) -> dict[str, Any]:
    """Write facts of a model into the home's own table; facts that are there already and not given stay."""
    return served.lab.models.add(model, **said.model_dump()).dump()


@router.post("/models/test", operation_id="test_model")
def test_model(served: ByServer, wanted: ToTest) -> Page[dict[str, Any]]:
    """Ask a model one question for real, and tell what came of it."""
    found = served.lab.models.test(wanted.model, base_url=wanted.base_url, answers=wanted.answers, embed=wanted.embed)
    return page_of([one.dump() for one in found], 0, 100)
