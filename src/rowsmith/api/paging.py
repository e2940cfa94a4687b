"""Lists come in pages: `start` items are passed over, `limit` given; `next` is the start of the page that follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

T = TypeVar("T")
MOST = 1000
Start = Annotated[int, Query(ge=0, le=1 << 53, description="Items to pass over.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Most items.")]


class Page(BaseModel, Generic[T]):
    """A page of a list; `next` is null behind the last item."""

    items: list[T]
    total: int | None
    next: int | None


def page_of(found: Sequence[T], start: int, limit: int) -> Page[T]:
    """The page of a list that is there as a whole."""
    return part(found[start : start + limit], start, len(found))


def newest(found: Sequence[T], start: int, limit: int) -> Page[T]:
    """A page of a list of which as many as `start + limit + 1` were looked for; how many there are is known where that was all."""
    more = len(found) > start + limit
    return Page(items=list(found[start : start + limit]), total=None if more else len(found), next=start + limit if more else None)


def part(items: Sequence[T], start: int, total: int) -> Page[T]:
    """A page whose items are known, and how many there are in all."""
    behind = start + len(items)
    return Page(items=list(items), total=total, next=behind if items and behind < total else None)
