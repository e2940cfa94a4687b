"""Where rows came from."""

from __future__ import annotations

from fastapi import APIRouter

from rowsmith.api.acting import InProject
from rowsmith.app.origins import Origin

router = APIRouter(prefix="/projects/{project}", tags=["provenance"])


@router.get("/rows/{row}/origin", operation_id="show_origin")
def show_origin(project: InProject, row: str, within: str | None = None) -> Origin:
    """Everything that led to a row: its sources with file, page and characters, the steps with prompt, model, calls and cost, and who changed it.
    `within` a dataset or version: as it stands there."""
    return project.provenance.origin(row, within=within)
