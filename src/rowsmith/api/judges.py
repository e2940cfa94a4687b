"""Judges: what their scores give away, and what changes with another judge."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from rowsmith.api.acting import InProject

router = APIRouter(prefix="/projects/{project}", tags=["judges"])
Share = Annotated[float, Query(gt=0, lt=1)]


@router.get("/runs/{run}/judges", operation_id="get_judges")
def get_judges(project: InProject, run: str) -> dict[str, Any]:
    """What the kept rows of a run tell of its judges: constant scores, bias of place and length, kinship with the generator. Empty where none
    has judged."""
    found = project.judges.of(run)
    return {"scores": [], "notes": []} if found is None else found.dump()


@router.get("/datasets/{dataset}/drift", operation_id="get_drift")
def get_drift(
    project: InProject, dataset: str, score: Annotated[str, Query(description="What gives a row its old number.", examples=["scores.quality"])],
    to: Annotated[str | None, Query(description="What gives it the new one; default: the same.")] = None,
    against: Annotated[str | None, Query(description="What holds the new scores: a dataset or run:RUN; default: the dataset itself.")] = None,
    threshold: float | None = None, precision: Share = 0.9, confidence: Share = 0.95,
) -> dict[str, Any]:  # fmt: skip
    """What changes when another judge scores the same rows."""
    return project.judges.drift(dataset, score, to=to, against=against, threshold=threshold, precision=precision, confidence=confidence).dump()
