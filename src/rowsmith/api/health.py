"""Whether the server is there."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

import rowsmith

router = APIRouter(tags=["server"])


class Health(BaseModel):
    """The server, and its version."""

    ok: bool
    version: str


@router.get("/health", operation_id="get_health")
def get_health() -> Health:
    """Whether the server is there; may be asked by anybody."""
    return Health(ok=True, version=rowsmith.__version__)
