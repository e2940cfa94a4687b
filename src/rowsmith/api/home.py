"""The home as a whole: how it stands, proof of what it holds, room that can be freed, a copy of it; and what it can name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from rowsmith.api.acting import ByServer
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.api.sending import made
from rowsmith.app import home, plugins, rubrics
from rowsmith.app.doctor import doctor
from rowsmith.app.lab import DEFAULT_PROJECT
from rowsmith.app.proof import verify
from rowsmith.store.sweeping import Swept

router = APIRouter(tags=["home"])


class ToSweep(Body):
    """What is to be removed."""

    older_than_s: float = Field(home.GRACE_S, ge=0, description="Only what has been reached by nothing for so many seconds.")
    dry_run: bool = Field(True, description="Only count.")


class Plugin(BaseModel):
    """A plug-in: what it offers, where it comes from, and whether it may run: `installed`, `trusted`, `changed` or `untrusted`."""

    offers: str
    place: str
    trust: str


@router.get("/doctor", operation_id="get_doctor")
def get_doctor(
    served: ByServer, offline: Annotated[bool, Query(description="Ask no model server.")] = False
) -> dict[str, Any]:
    """How things stand: the database, extras, model servers that answer, what makes it less safe than promised, and what to do next."""
    return doctor(served.lab.home, served.lab, offline=offline)


@router.get("/verify", operation_id="verify_home")
def verify_home(
    served: ByServer, dataset: Annotated[str | None, Query(description="NAME or NAME@VERSION; default: everything.")] = None,
    project: str = DEFAULT_PROJECT, rebuild: Annotated[bool, Query(description="Carry every committed run out again, offline.")] = True,
) -> dict[str, Any]:  # fmt: skip
    """Proof of counts, hashes, provenance and the ledger: what was checked, and what is wrong."""
    return verify(served.lab, dataset, project=project, rebuild=rebuild).dump()


@router.post("/gc", operation_id="sweep_home")
def sweep_home(served: ByServer, wanted: ToSweep) -> Swept:
    """Remove what no branch, tag, release, run or uncommitted edit leads to; unless `dry_run` is false, only count it."""
    return home.sweep(served.lab, grace_s=wanted.older_than_s, only_count=wanted.dry_run)


@router.get("/backup", operation_id="download_backup", response_class=FileResponse)
def download_backup(served: ByServer) -> FileResponse:
    """Everything in one file, while others work; `rowsmith restore` makes a home of it."""
    return made("rowsmith.backup", lambda path: home.back_up(served.lab, path))


@router.get("/plugins", operation_id="list_plugins")
def list_plugins(start: Start = 0, limit: Limit = 200) -> Page[Plugin]:
    """The plug-ins that are installed, and those in the server's folder. To trust one is for the terminal: rowsmith plugins trust."""
    found = plugins.found(Path("plugins"))
    return page_of([Plugin(offers=offers, place=place, trust=trust) for offers, place, trust in found], start, limit)


@router.get("/rubrics", operation_id="list_rubrics")
def list_rubrics(start: Start = 0, limit: Limit = 200) -> Page[dict[str, Any]]:
    """The rubrics that judges can be given by name, with their criteria, and what makes one weak."""
    return page_of([found.dump() for found in rubrics.listing(Path.cwd())], start, limit)
