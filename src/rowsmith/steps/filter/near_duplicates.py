"""Drops or flags rows whose text is almost that of an earlier row."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column
from rowsmith.steps.bands import Bands, Members, jaccard
from rowsmith.steps.earlier import Names, compared_with
from rowsmith.steps.shingles import compared, shingles
from rowsmith.steps.twins import Twins, named

LEAST_FOUND = 0.9
"""Least share of the pairs at the threshold that the bands must find."""


class NearDuplicates(Twins):
    """Drops, or flags, a row whose text is similar to that of an earlier row that is no near-duplicate itself; rows of earlier waves come before all
    new ones, and those of `against` and `against_files` before these.

    Texts are compared as sets of shingles: runs of `shingle` neighbouring words, in lower case and without punctuation (of characters,
    where a text is written without spaces). The similarity is the share of the shingles of both that both have (Jaccard).
    MinHash bands find the candidates, and each is verified with the exact figure, so none counts below `similarity`.
    Texts of fewer words than a shingle are compared as a whole; rows without words are let through.

    One edited word changes more of a short text than of a long one. At the default, three edits are found in texts of 250 characters and
    more; of texts of 150 characters, most of those with three edits stay. And sentences of some 15 words that differ in a single one
    count as near-duplicates: where questions come from a template, choose 0.8 or more.
    """

    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns whose text is compared. Default: all but labels.")
    similarity: Annotated[float, Field(gt=0, le=1)] = Field(0.7, description="From which similarity (0 to 1) on a row has a twin.")
    shingle: Annotated[int, Field(ge=1, le=50)] = Field(2, description="Words in a shingle.")
    permutations: Annotated[int, Field(ge=1, le=1024)] = Field(96, description="Numbers in a text's signature.")
    bands: Annotated[int, Field(ge=1, le=512)] = Field(24, description="Parts of a signature; texts that agree in one are compared.")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(42, description="Seed of the permutations.")

    into: str = Field("near_duplicate", min_length=1, description="flag: name of the score, the similarity to the twin, 0 where there is none.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped or flagged as `near_duplicate` with the id of its twin and their similarity."""
        bands, names = Bands(ctx.scratch, self.permutations, self.bands, self.seed), Names()
        try:
            for name, data in compared_with(ctx, self.against, self.against_files, self.columns_):
                self._add(bands, names, name, data)
            for row in kept:
                self._add(bands, names, row.id, row.data)
            settled = bands.count
            for row in new:
                self._add(bands, names, row.id, row.data)
            twins, shares = self._twins(bands, bands.match(), settled, names)
        finally:
            bands.close()
        for row, twin, share in zip(new, twins, shares, strict=True):
            yield self.repeated(row, self.into, _flag(names[twin - 1], share) if twin else None)

    def _add(self, bands: Bands, names: Names, name: str, data: dict[str, Any]) -> None:
        bands.add(shingles(compared(data, self.columns_), self.shingle))
        names.add(name)

    def _twins(self, bands: Bands, buckets: int, settled: int, names: Names) -> tuple[array[int], array[float]]:
        """For each new row the number of its twin, counted from 1, and their similarity; 0 and 0 where it has none."""
        twins, shares = array("I", bytes(4 * (bands.count - settled))), array("d", bytes(8 * (bands.count - settled)))
        members = Members(buckets)
        for number, inside in bands.shared():
            twin = self._twin(bands, number, members.near(inside), names) if number >= settled else None
            if twin is None:
                members.join(number, inside)
            else:
                twins[number - settled], shares[number - settled] = twin[0] + 1, twin[1]
        return twins, shares

    def _twin(self, bands: Bands, number: int, candidates: list[int], names: Names) -> tuple[int, float] | None:
        mine: set[int] | None = None
        for candidate in candidates:
            mine = bands.shingles(number) if mine is None else mine
            share = jaccard(mine, bands.shingles(candidate))
            if share >= self.similarity and names[candidate] != names[number]:
                return candidate, share
        return None

    def check(self) -> list[str]:
        """The bands must divide the signature evenly, and find nearly all pairs at the threshold."""
        problems = super().check()
        if self.permutations % self.bands:
            what = f"permutations ({self.permutations}) cannot be cut into {self.bands} equal bands."
            return [*problems, f"{what} Choose a multiple, such as {4 * self.bands}."]
        found = 1 - (1 - self.similarity ** (self.permutations // self.bands)) ** self.bands
        if found >= LEAST_FOUND:
            return problems
        return [
            *problems,
            f"{self.bands} bands of {self.permutations // self.bands} find only {found:.0%} of the pairs that are {self.similarity} similar. "
            "Choose more bands of fewer numbers each (permutations / bands), or a higher similarity."
        ]


def _flag(twin: str, share: float) -> Flag:
    return Flag("near-duplicates", "near_duplicate", f"{share:.2f} similar to {named(twin)}", round(share, 4), twin=twin)
