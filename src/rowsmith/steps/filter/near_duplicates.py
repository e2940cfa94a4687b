"""Drops rows whose text is almost that of an earlier row."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.bands import Bands, Members, jaccard
from rowsmith.steps.shingles import shingles, text_of

LEAST_FOUND = 0.9
"""Least share of the pairs at the threshold that the bands must find."""


class NearDuplicates(Step):
    """Drops a row whose text is similar to that of an earlier row that is let through; rows of earlier waves come before all new ones.

    Texts are compared as sets of shingles: runs of `shingle` neighbouring words, in lower case and without punctuation (of characters,
    where a text is written without spaces). The similarity is the share of the shingles of both that both have (Jaccard).
    MinHash bands find the candidates, and each is verified with the exact figure, so no row is dropped below `similarity`.
    Texts of fewer words than a shingle are compared as a whole; rows without words are let through.

    One edited word changes more of a short text than of a long one. At the default, three edits are found in texts of 250 characters and
    more; of texts of 150 characters, most of those with three edits stay. And sentences of some 15 words that differ in a single one
    count as near-duplicates: where questions come from a template, choose 0.8 or more.
    """

    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns whose text is compared. Default: all with text.")
    similarity: Annotated[float, Field(gt=0, le=1)] = Field(0.7, description="From which similarity (0 to 1) on a row is dropped.")
    shingle: Annotated[int, Field(ge=1, le=50)] = Field(2, description="Words in a shingle.")
    permutations: Annotated[int, Field(ge=1, le=1024)] = Field(96, description="Numbers in a text's signature.")
    bands: Annotated[int, Field(ge=1, le=512)] = Field(24, description="Parts of a signature; texts that agree in one are compared.")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(42, description="Seed of the permutations.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped as `near_duplicate` with the id of its twin and their similarity."""
        bands, ids = Bands(ctx.scratch, self.permutations, self.bands, self.seed), bytearray()
        try:
            self._add(bands, ids, kept)
            settled = bands.count
            self._add(bands, ids, new)
            twins, shares = self._twins(bands, bands.match(), settled)
        finally:
            bands.close()
        for row, twin, share in zip(new, twins, shares, strict=True):
            if twin:
                yield Dropped(row.id, "near_duplicate", f"{share:.2f} similar to row {ids[16 * twin - 16 : 16 * twin].hex()}")
            else:
                yield row

    def _add(self, bands: Bands, ids: bytearray, rows: Rows) -> None:
        for row in rows:
            bands.add(shingles(text_of(row.data, self.columns_), self.shingle))
            ids += bytes.fromhex(row.id)

    def _twins(self, bands: Bands, buckets: int, settled: int) -> tuple[array[int], array[float]]:
        """For each new row the number of its twin, counted from 1, and their similarity; 0 and 0 where it has none."""
        twins, shares = array("I", bytes(4 * (bands.count - settled))), array("d", bytes(8 * (bands.count - settled)))
        members = Members(buckets)
        for number, inside in bands.shared():
            twin = self._twin(bands, number, members.near(inside)) if number >= settled else None
            if twin is None:
                members.join(number, inside)
            else:
                twins[number - settled], shares[number - settled] = twin[0] + 1, twin[1]
        return twins, shares

    def _twin(self, bands: Bands, number: int, candidates: list[int]) -> tuple[int, float] | None:
        if not candidates:
            return None
        mine = bands.shingles(number)
        for candidate in candidates:
            share = jaccard(mine, bands.shingles(candidate))
            if share >= self.similarity:
                return candidate, share
        return None

    def check(self) -> list[str]:
        """The bands must divide the signature evenly, and find nearly all pairs at the threshold."""
        if self.permutations % self.bands:
            return [f"permutations ({self.permutations}) cannot be cut into {self.bands} equal bands. Choose a multiple, such as {4 * self.bands}."]
        found = 1 - (1 - self.similarity ** (self.permutations // self.bands)) ** self.bands
        if found >= LEAST_FOUND:
            return []
        return [
            f"{self.bands} bands of {self.permutations // self.bands} find only {found:.0%} of the pairs that are {self.similarity} similar. "
            "Choose more bands of fewer numbers each (permutations / bands), or a higher similarity."
        ]
