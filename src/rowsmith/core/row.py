"""What flows: the Row, and what a step can say about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict with text keys."""
REVIEWS = "reviews"
"""What expressions call what people think of a row, beside its columns; and where its origin has it in a run that was lent this."""


@dataclass(slots=True, frozen=True)
class Row:
    """One row: what it says (`data`), what was measured of it (`scores`), where it came from (`origin`).

    `id` is 32 hexadecimal digits (see core.ids); `order` sorts rows as they stood in their sources.
    Rows are never changed in place: use `with_data`, `with_scores`.

    `origin` keys used so far: `source` {name, file, hash, span [start, end) in characters, edits [[start, end, text]] that cleaning made within
    it, marks {pages: [[start, number]]}, pages [first, last], column, line, key, page, member, url, licence, terms}
    (a list of those where a row has several; see steps.spans),
    `variant` {attribute: value}, what it was varied by (generate.variants),
    `parents` [row ids], `made` [{step, kind, prompt, prompt_version, model, licence, terms, calls}] in the order in which
    steps worked on the row,
    `reviews` {verdict, score, ...}, what people thought of it when the run read it (core.review.summary): lent to the run, and no part of what
    is committed.
    """

    id: str
    order: bytes
    data: dict[str, Json]
    scores: dict[str, Json] = field(default_factory=dict)
    origin: dict[str, Json] = field(default_factory=dict)

    def with_data(self, data: dict[str, Json]) -> Row:
        """The same row (same id) saying something else."""
        return Row(self.id, self.order, data, self.scores, self.origin)

    def with_scores(self, scores: Mapping[str, Json]) -> Row:
        """The same row with scores added."""
        return Row(self.id, self.order, self.data, {**self.scores, **scores}, self.origin)

    def with_made(self, made: Mapping[str, Json]) -> Row:
        """The same row with one more entry in `origin.made`."""
        return replace(self, origin={**self.origin, "made": [*self.origin.get("made", ()), dict(made)]})

    @property
    def scope(self) -> dict[str, Json]:
        """What prompts and expressions can name: the columns, and `scores`, `origin` and what is known of `reviews` beside them."""
        reviews = {REVIEWS: self.origin[REVIEWS]} if REVIEWS in self.origin else {}
        return {"scores": self.scores, "origin": self.origin, "id": self.id, **reviews, **self.data}

    @property
    def unlent(self) -> Row:
        """The row without what a run was lent with it."""
        return replace(self, origin={name: told for name, told in self.origin.items() if name != REVIEWS}) if REVIEWS in self.origin else self


@dataclass(slots=True, frozen=True)
class New:
    """A row that a step makes. The engine gives it its id and order.

    `origin` is merged over the parent's; `index` is the place it fills (default: the next free one);
    `key` is what its id is derived from, default its own content (source steps) or its index (row steps; there, every row of a parent has
    another one). `id` (source steps only) is the id that it has already,
    and keeps: its scores and all that was made of it before go with it.
    """

    data: dict[str, Json]
    origin: dict[str, Json] = field(default_factory=dict)
    scores: dict[str, Json] = field(default_factory=dict)
    index: int | None = None
    key: str | None = None
    id: str | None = None


@dataclass(slots=True, frozen=True)
class Drop:
    """The step does not let the row through. `reason` is a short code that is counted (`duplicate`, `where`).

    With `retry_from` (a step's name) the row's slot is asked again from that step, at most `retry_times` times.
    """

    reason: str
    detail: str = ""
    retry_from: str = ""
    retry_times: int = 0


@dataclass(slots=True, frozen=True)
class Bad:
    """A source record that cannot be read: it takes a slot of its own, `failed(reason)`, and is listed with its place. One that is `left_out`
    because of what was asked for is `dropped(reason)`."""

    reason: str
    detail: str
    where: str
    left_out: bool = False


@dataclass(slots=True, frozen=True)
class Dropped:
    """What a set step says of a row that it does not let through."""

    id: str
    reason: str
    detail: str = ""
