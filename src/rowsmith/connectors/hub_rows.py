"""A random sample of a split's rows, by the hub's server of rows: no file is downloaded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from rowsmith.connectors.hub_api import Api
from rowsmith.connectors.hub_dataset import HubDataset, commit_of, picked, rows_server
from rowsmith.core.errors import Invalid, NotFound, Unavailable, choose

MOST = 100
"""Rows that one answer holds at most."""
AT_ONCE = 4
"""Questions that are under way at the same time."""
_FILES = ("Image", "Audio", "Video", "Pdf")
"""Features that the server gives as addresses which expire, and not as what they are."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sample: which split, at which commit, of how many rows; `rows` in their order, each with its number in the split, and for those that
    the server cut short the columns in question."""

    dataset: HubDataset
    commit: str
    total: int
    rows: Sequence[tuple[int, dict[str, Any], tuple[str, ...]]]
    notes: tuple[str, ...] = ()


async def sample(api: Api, dataset: HubDataset, count: int, seed: int, columns: Sequence[str] = ()) -> Sampled:
    """`count` different rows of the split, chosen by the seed; all of them where there are not so many.

    Raises:
        Invalid: the configuration or split is not said; a column holds images or sound. NotFound: there is no such one, or no such column.
        Unavailable: the server has nothing of it, not of that revision, or not for us.
    """
    said, _ = await rows_server(api, dataset, "splits")
    found: dict[str, list[str]] = {}
    for entry in said.get("splits") or ():
        found.setdefault(str(entry["config"]), []).append(str(entry["split"]))
    if not found:
        raise NotFound(f"The server of rows has nothing of {dataset.repo}.", "Import a whole split instead: leave --sample out.")
    chosen = picked(dataset, found)
    head = await _Asked(api, chosen).rows(0, 1)
    _check(chosen, head.features, columns)
    if dataset.revision != "main" and await commit_of(api, dataset) != head.commit:
        what = f"The server of rows has {dataset.repo} at {head.commit[:12]} alone, not at {dataset.revision}."
        raise Unavailable(what, "Leave the revision out, or import the whole split: leave --sample out.")
    places = sorted(Random(f"{seed}").sample(range(head.total), min(count, head.total)))
    rows = await _gathered(_Asked(api, chosen, head.commit), places)
    notes = [f"There are no more than {head.total:,} rows."] if count > head.total else []
    notes += ["The server of rows has the beginning of the split alone: the sample is of that."] if head.partial else []
    return Sampled(chosen, head.commit, head.total, rows, tuple(notes))


def _check(dataset: HubDataset, features: Mapping[str, Any], columns: Sequence[str]) -> None:
    for name in columns:
        if name not in features:
            raise NotFound(f"{dataset} has no column {name!r}.", choose(name, list(features)))
    files = [name for name in columns or features if isinstance(features[name], Mapping) and features[name].get("_type") in _FILES]
    if files:
        what = f"The server of rows gives what is in {', '.join(files)} as addresses that expire, and not itself."
        raise Invalid(what, "Choose other columns (--columns), or import the whole split: leave --sample out.")


def spans(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The fewest questions (offset, length) that reach all places, which are sorted.

    >>> list(spans([0, 99, 100, 700]))
    [(0, 100), (100, 1), (700, 1)]
    """
    begun: list[int] = []
    for place in places:
        if begun and place >= begun[0] + MOST:
            yield begun[0], begun[-1] - begun[0] + 1
            begun = []
        begun.append(place)
    if begun:
        yield begun[0], begun[-1] - begun[0] + 1


async def _gathered(asked: _Asked, places: Sequence[int]) -> list[tuple[int, dict[str, Any], tuple[str, ...]]]:
    wanted, questions, rows = set(places), list(spans(places)), []
    for at in range(0, len(questions), AT_ONCE):
        for page in await asyncio.gather(*(asked.rows(*question) for question in questions[at : at + AT_ONCE])):
            rows += [await asked.whole(*row) for row in page.rows if row[0] in wanted]
    if [row[0] for row in rows] != list(places):
        raise Unavailable(f"The server of rows gave {len(rows):,} of {len(places):,} rows.", "Do the same again later.")
    return rows


@dataclass(frozen=True, slots=True)
class _Page:
    rows: list[tuple[int, dict[str, Any], tuple[str, ...]]]
    features: dict[str, Any]
    total: int
    partial: bool
    commit: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """The server of rows, asked of one split; with a `commit`, of that alone."""

    api: Api
    dataset: HubDataset
    commit: str = ""

    async def rows(self, offset: int, length: int) -> _Page:
        """Rows from an offset on."""
        where = {"config": self.dataset.config, "split": self.dataset.split, "offset": offset, "length": length}
        said, commit = await rows_server(self.api, self.dataset, "rows", **where)
        if self.commit and commit != self.commit:
            raise Unavailable(f"{self.dataset.repo} has changed while it was read.", "Do the same again.")
        try:
            rows = [(int(one["row_idx"]), dict(one["row"]), tuple(one["truncated_cells"])) for one in said["rows"]]
            features = {str(one["name"]): one["type"] for one in said["features"]}
            return _Page(rows, features, int(said["num_rows_total"]), bool(said["partial"]), commit)
        except (KeyError, TypeError, ValueError):
            raise Unavailable(f"{self.api.site.rows} does not answer as a server of rows does.", "Correct HF_DATASETS_SERVER.") from None

    async def whole(self, place: int, row: dict[str, Any], cut: tuple[str, ...]) -> tuple[int, dict[str, Any], tuple[str, ...]]:
        """A row of which something is cut off, asked for alone: a smaller answer may hold it whole."""
        if not cut:
            return place, row, cut
        page = await replace(self).rows(place, 1)
        return page.rows[0] if page.rows else (place, row, cut)
