"""Projects: list, create, rename, cap, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import Field

from rowsmith.api.acting import ByServer, InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.app.projects import ProjectFacts

router = APIRouter(tags=["projects"])
Name = Annotated[str, InPath(description="Name of the project.", examples=["default"])]


class Named(Body):
    """The name of a project."""

    name: str = Field(examples=["support-bot"])


class Budget(Body):
    """Caps over all runs of a project; what is null has none."""

    usd: float | None = Field(None, ge=0, examples=[25.0])
    tokens: int | None = Field(None, ge=1)


@router.get("/projects", operation_id="list_projects")
def list_projects(served: ByServer, start: Start = 0, limit: Limit = 100) -> Page[ProjectFacts]:
    """The projects with their caps and what they have spent."""
    served.lab.project()
    return page_of(served.lab.projects.list(), start, limit)


@router.post("/projects", operation_id="create_project", status_code=201)
def create_project(served: ByServer, wanted: Named) -> ProjectFacts:
    """Make a project."""
    return served.lab.projects.create(wanted.name).show()


@router.get("/projects/{project}", operation_id="get_project")
def get_project(project: InProject) -> ProjectFacts:
    """One project."""
    return project.show()


@router.put("/projects/{project}/budget", operation_id="set_project_budget")
def set_project_budget(project: InProject, wanted: Budget) -> ProjectFacts:
    """Set both caps of a project over all its runs."""
    return project.set_budget(usd=wanted.usd, tokens=wanted.tokens)


@router.patch("/projects/{project}", operation_id="rename_project")
def rename_project(served: ByServer, project: Name, wanted: Named) -> ProjectFacts:
    """Give a project another name; its runs, datasets, prompts, caps and keys stay its own."""
    return served.lab.projects.rename(project, wanted.name).show()


@router.delete("/projects/{project}", operation_id="delete_project", status_code=204)
def delete_project(served: ByServer, project: Name) -> None:
    """Delete a project with all its runs and datasets."""
    served.lab.projects.delete(project)
