"""Rows of a dataset that is there already, or of files that are as good as one."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from rowsmith.core.ports import Context
from rowsmith.core.review import NOTHING
from rowsmith.core.row import REVIEWS, Bad, New
from rowsmith.core.step import DatasetName, InputPaths, Step
from rowsmith.steps.read.records import ReadRecords


class ReadDataset(Step):
    """Takes the rows of a dataset's version, in their order. The run's lock pins the version: a run that is resumed or rebuilt reads the same
    one, and a new version makes a new run. Rows keep their ids, scores and origin, so that what is committed over the dataset stands in
    the place of what it was made of, and what people edited there is found again.

    With `reviews` a row, and all that is made of it, has beside its columns what people thought of it when the run began, of what it said then:
    `reviews.verdict = 'accept' AND reviews.people >= 2`, `reviews.score`, `reviews.label`, `reviews.differ` and more (core.review.NOTHING). The
    run's lock pins that, too. It is not committed with the rows.

    In place of a dataset, `files` of records of any format, as `read.records` reads them: a recipe whose two parameters may both stay unset takes
    either, `{dataset: "${dataset}", files: ["${input}"]}`.
    """

    dataset: DatasetName | None = Field(None, min_length=1, description="The dataset: name, name@branch, name@tag or name@version.")
    files: InputPaths = Field([], description="Instead: files, folders or globs with records.")
    ids: list[str] | None = Field(None, min_length=1, description="Ids of the rows to take; one that is not there is passed over. Default: all rows.")
    flags: bool = Field(True, description="Whether rows keep the flags that checks have left on them before.")
    reviews: bool = Field(
        False, description="Whether conditions behind it know what people think of the rows (reviews.verdict, reviews.score ...). A new review then "
        "makes a new run.",
    )  # fmt: skip

    def check(self) -> list[str]:
        """Neither or both of what can be read, files that are not there, and a choice of rows that only a dataset has."""
        if bool(self.dataset) == bool(self.files):
            return ["Give a dataset or files to read, one of them."]
        idle = [name for name in ("ids", "flags", "reviews") if self.files and name in self.model_fields_set]
        return (ReadRecords(paths=self.files).check() if self.files else []) + [f"`{name}` is of a dataset, and files are read." for name in idle]

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """The rows in their order."""
        if self.dataset is None:
            yield from ReadRecords(paths=self.files).read(ctx)
            return
        wanted = None if self.ids is None else frozenset(self.ids)
        said = ctx.reviews(self.dataset) if self.reviews else None
        for row in ctx.dataset(self.dataset):
            if wanted is None or row.id in wanted:
                origin = row.origin if self.flags else {name: told for name, told in row.origin.items() if name != "flags"}
                if said is not None:
                    origin = {**origin, REVIEWS: said.get(row.id, NOTHING)}
                yield New(row.data, origin, row.scores, id=row.id)
