"""Steps that go by seeds: rows of a dataset or of files, whose clusters they know."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.ports import Context
from rowsmith.core.row import Bad
from rowsmith.core.step import DatasetName, EmbedderRole, InputPaths, Step
from rowsmith.steps.read.dataset import ReadDataset
from rowsmith.steps.request import blank
from rowsmith.steps.seed_clusters import Clusters, question
from rowsmith.steps.shingles import compared
from rowsmith.steps.topic_map import LOOKED_AT
from rowsmith.steps.vector_columns import numbers


class Seeded(Step):
    """What they share: where the seeds are, and how their topics are told."""

    dataset: DatasetName | None = Field(None, min_length=1, description="Dataset with the seeds: name, name@branch, name@tag or name@version.")
    files: InputPaths = Field([], description="Instead: files, folders or globs with records.")
    topics: Annotated[int, Field(ge=1, le=50)] = Field(8, description="Most topics that the seeds are parted into; one for every four seeds at most.")
    model: EmbedderRole = Field("embedder", description="Role of the model that embeds, for example {embedder: {model: builtin/hashing}}.")

    def check(self) -> list[str]:
        """Neither or both of what seeds can be read from, and files that are not there."""
        if bool(self.dataset) == bool(self.files):
            return ["Give a dataset or files with the seeds, one of them."]
        return ReadDataset(files=self.files).check() if self.files else []

    async def clusters(self, ctx: Context) -> Clusters:
        """The clusters of the seeds; they are read and embedded once.

        Raises:
            Invalid: there are none, or one of them cannot be read.
        """
        lent, found = self._read.get(0, (None, None))
        if lent != ctx.scratch or found is None or (found.done() and (found.cancelled() or found.exception())):
            found = asyncio.ensure_future(self._parted(ctx))
            self._read[0] = ctx.scratch, found
        return await asyncio.shield(found)

    async def _parted(self, ctx: Context) -> Clusters:
        seeds = self._seeds(ctx)
        embedded = await ctx.embed([*map(compared, seeds), *map(question, seeds)], model=self.model)
        vectors = [numbers(vector) for vector in embedded.vectors]
        return await asyncio.to_thread(Clusters, seeds, vectors[: len(seeds)], vectors[len(seeds) :], self.topics)

    def _seeds(self, ctx: Context) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for one in (ReadDataset(dataset=self.dataset) if self.dataset else ReadDataset(files=self.files)).read(ctx):
            if isinstance(one, Bad):
                raise Invalid(f"A seed cannot be read: {one.where}: {one.detail}", "Repair it, or leave it out: shares are counted of all seeds.")
            if not blank(compared(one.data)) and len(found) < LOOKED_AT:
                found.append(one.data)
        if not found:
            raise Invalid(f"There are no seeds in {self.dataset or ', '.join(self.files)}.", "Give some twenty rows that are like those you want.")
        return found

    @cached_property
    def _read(self) -> dict[int, tuple[Any, asyncio.Future[Clusters] | None]]:
        """The clusters, as the run at hand has pinned the seeds; all its rows wait for the same."""
        return {}
