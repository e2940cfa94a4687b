"""Shaping datasets: split (and what a split would give), sample, balance, shuffle, columns, several datasets in one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.app.shaping import BY

router = APIRouter(prefix="/projects/{project}", tags=["shaping"])
Branch = Annotated[str, InPath(description="name, or name@branch.", examples=["questions"])]
Into = Field(None, description="Commit into this dataset; default: the branch.")


class Tied(Body):
    """What stays together."""

    by: list[str] = Field([*BY], description="source, near_duplicates, group:COLUMN.")
    similarity: float = Field(0.7, gt=0, le=1, description="From which likeness on rows are near-duplicates.")
    compare: list[str] | None = Field(None, description="Columns in which they are looked for; null: all.")


class ToSplit(Tied):
    """Parts to be made."""

    parts: dict[str, float | int | Literal["rest"]] = Field(
        min_length=1, description="By name their sizes: shares that sum to 1, or rows; one may be rest.", examples=[{"train": 0.8, "test": 0.2}]
    )
    stratify: str | None = Field(None, description="Column whose classes each part has in the same shares.")
    seed: int = 42
    column: str = Field("split", min_length=1, description="Column that says the part.")


class ToSplitInto(ToSplit):
    """A split to be committed."""

    into: str | None = Into


class ToCompareParts(Tied):
    """Parts that a column names."""

    column: str = Field("split", min_length=1)


class ToSample(Body):
    """Rows to be kept."""

    n: int = Field(ge=1, description="How many rows.", examples=[100])
    how: Literal["random", "stratified", "weighted", "top", "diverse"] = "random"
    by: str = Field("", description="Column of strata, expression of weight or value, or text that is compared.")
    equal_strata: bool = False
    seed: int = 42
    into: str | None = Into


class ToBalance(Body):
    """Classes to be balanced."""

    by: str = Field(description="The column of the classes.", examples=["label"])
    cap: int | None = Field(None, ge=1, description="At most so many of each.")
    shares: dict[str, float] | None = Field(None, description="Shares of the classes, which sum to 1.")
    seed: int = 42
    into: str | None = Into


class ToShuffle(Body):
    """Another order."""

    seed: int = 42
    into: str | None = Into


class ToColumns(Body):
    """Other columns."""

    rename: dict[str, str] | None = Field(None, description="New names by old ones.", examples=[{"question": "input"}])
    set: dict[str, str] | None = Field(None, description="Columns and the templates that fill them.")
    compute: dict[str, str] | None = Field(None, description="Columns and their expressions.", examples=[{"words": "word_count(answer)"}])
    keep: list[str] | None = Field(None, description="Columns that alone stay.")
    drop: list[str] | None = Field(None, description="Columns that go.")
    into: str | None = Into


class ToCombine(Body):
    """Several datasets in one."""

    datasets: list[str] = Field(min_length=2, description="Datasets, branches, tags or versions.", examples=[["questions", "more@v1"]])
    into: str = Field(min_length=1, description="The dataset that then has their rows.")
    dedup: Literal["exact", "near"] | None = Field(None, description="Drop rows that say what an earlier one says.")
    similarity: float = Field(0.7, gt=0, le=1)
    compare: list[str] | None = None


@router.post("/datasets/{dataset}/split/preview", operation_id="preview_split")
def preview_split(project: InProject, dataset: Branch, wanted: ToSplit) -> dict[str, Any]:
    """What a split would give, by part and by class, and why sizes differ from those wanted. Nothing is committed."""
    how: dict[str, Any] = wanted.model_dump(exclude={"column"})
    return project.shaping.preview(dataset, how.pop("parts"), **how)


@router.post("/datasets/{dataset}/split", operation_id="split_dataset")
def split(project: InProject, dataset: Branch, wanted: ToSplitInto) -> dict[str, Any]:
    """Write into a column which part each row belongs to, and commit; the answer says what the parts share."""
    how: dict[str, Any] = wanted.model_dump()
    return project.shaping.split(dataset, how.pop("parts"), **how).dump()


@router.post("/datasets/{dataset}/split/overlap", operation_id="show_overlap")
def overlap(project: InProject, dataset: Branch, wanted: ToCompareParts) -> dict[str, Any]:
    """What the parts that a column names share, whoever wrote it."""
    found = project.shaping.overlap(dataset, **wanted.model_dump())
    return {**asdict(found), "clean": found.clean}


@router.post("/datasets/{dataset}/sample", operation_id="sample_dataset")
def sample(project: InProject, dataset: Branch, wanted: ToSample) -> dict[str, Any]:
    """Keep some rows: the next version, or another dataset."""
    how: dict[str, Any] = wanted.model_dump()
    return project.shaping.sample(dataset, how.pop("n"), **how).dump()


@router.post("/datasets/{dataset}/balance", operation_id="balance_dataset")
def balance(project: InProject, dataset: Branch, wanted: ToBalance) -> dict[str, Any]:
    """Leave rows out so that the classes of a column are balanced."""
    how: dict[str, Any] = wanted.model_dump()
    return project.shaping.balance(dataset, how.pop("by"), **how).dump()


@router.post("/datasets/{dataset}/shuffle", operation_id="shuffle_dataset")
def shuffle(project: InProject, dataset: Branch, wanted: ToShuffle) -> dict[str, Any]:
    """Put the rows into a random order, which their ids and the seed give."""
    return project.shaping.shuffle(dataset, **wanted.model_dump()).dump()


@router.post("/datasets/{dataset}/columns", operation_id="change_columns")
def columns(project: InProject, dataset: Branch, wanted: ToColumns) -> dict[str, Any]:
    """Rename, make, keep and drop columns, and commit."""
    how: dict[str, Any] = wanted.model_dump()
    return project.shaping.columns(dataset, **how).dump()


@router.post("/combine", operation_id="combine_datasets")
def combine(project: InProject, wanted: ToCombine) -> dict[str, Any]:
    """Put the rows of several datasets into one."""
    how: dict[str, Any] = wanted.model_dump()
    return project.shaping.combine(how.pop("datasets"), how.pop("into"), **how).dump()
