"""The application: all that a server of one home answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI

import rowsmith
from rowsmith.api import (
    calls,
    coverage,
    datasets,
    edits,
    events,
    exports,
    guides,
    health,
    history,
    home,
    imports,
    judges,
    keys,
    models,
    pages,
    playground,
    problems,
    projects,
    prompts,
    provenance,
    pushes,
    quality,
    queues,
    recipes,
    reviews,
    runs,
    shaping,
    sources,
    uploads,
)
from rowsmith.api.acting import Served
from rowsmith.api.asked import known
from rowsmith.api.etags import ETags
from rowsmith.api.once import Once
from rowsmith.api.safety import Safety
from rowsmith.api.session import Session
from rowsmith.app.lab import Lab
from rowsmith.store.receipts import Receipts
from rowsmith.worker.guides import Talks
from rowsmith.worker.worker import Worker

NOUNS = (
    health, home, projects, datasets, edits, history, quality, queues, reviews, shaping, pushes, provenance, uploads, imports, exports, recipes,
    runs, coverage, calls, judges, models, keys, prompts, playground, guides, sources, events,
)  # fmt: skip
"""Modules with routes, as the description lists them."""
WEB = Path(rowsmith.__file__).parent / "web"
"""Where the built web application lies."""


def make(lab: Lab, session: Session, hosts: Iterable[str], *, at_once: int = 2, grace_s: float = 30.0, web: Path = WEB) -> FastAPI:
    """The application over a home.

    Args:
        session: who may speak. hosts: the names by which the server is known, with their ports.
        at_once: runs that its worker carries out together. grace_s: how long their calls may take to end when the server stops.
        web: folder of the built web application.
    """
    worker = Worker(lab, at_once)
    served = Served(lab, worker, Talks(lab, worker))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        served.worker.start()
        yield
        served.talks.end(grace_s)
        served.worker.stop(grace_s)

    app = FastAPI(
        title="Rowsmith", version=rowsmith.__version__, lifespan=lifespan, openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None,
        description=rowsmith.__doc__ or "", responses={"default": {"model": problems.Problem, "description": "An error, and its fix."}},
    )  # fmt: skip
    app.state.served, app.state.stream, app.state.session = served, events.Stream(lab), session
    for noun in NOUNS:
        app.include_router(noun.router, prefix="/api/v1", dependencies=[Depends(known)])
    pages.add_to(app, web)
    problems.add_to(app)
    app.add_middleware(ETags)
    app.add_middleware(Once, receipts=Receipts(lab.db))
    app.add_middleware(Safety, session=session, hosts=hosts)
    return app
