"""What a request acts on: the home that the server keeps open, and the project that its path names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from rowsmith.app.lab import Lab
from rowsmith.app.projects import Project
from rowsmith.worker.guides import Talks
from rowsmith.worker.worker import Worker


@dataclass(frozen=True)
class Served:
    """The parts of a server that acts reach: its home, the worker that carries runs out, and what carries guided talks on."""

    lab: Lab
    worker: Worker
    talks: Talks


def served(request: Request) -> Served:
    """The parts of this server."""
    found: Served = request.app.state.served
    return found


def in_project(request: Request, project: Annotated[str, Path(description="Name of the project.", examples=["default"])]) -> Project:
    """The project of the path.

    Raises:
        NotFound: there is none.
    """
    return served(request).lab.project(project)


ByServer = Annotated[Served, Depends(served)]
InProject = Annotated[Project, Depends(in_project)]
