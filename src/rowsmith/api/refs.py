"""The names of a dataset's versions: branches, tags and releases."""

from __future__ import annotations

from fastapi import APIRouter

from rowsmith.api.acting import InProject
from rowsmith.api.datasets import Spoken
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.store.refs import Ref

router = APIRouter(prefix="/projects/{project}/datasets/{dataset}", tags=["refs"])


@router.get("/refs", operation_id="list_refs")
def list_refs(project: InProject, dataset: Spoken, start: Start = 0, limit: Limit = 100) -> Page[Ref]:
    """Branches, tags and releases by name, each with the version that it names."""
    return page_of(project.history.refs(dataset.partition("@")[0]), start, limit)
