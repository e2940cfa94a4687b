"""Keys of models: entered, listed without themselves, removed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, SecretStr

from rowsmith.api.acting import ByServer
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.app.key_facts import KeyFacts

router = APIRouter(tags=["keys"])


class NewKey(Body):
    """A key, which is kept encrypted and never told again."""

    name: str = Field(description="The environment variable it stands for, or its provider.", examples=["openai"])
    key: SecretStr
    url: str | None = Field(None, description="Address that it is sent to; default: the provider's own.")
    project: str | None = Field(None, description="Only runs of this project use it.")
    keyring: bool = Field(False, description="The operating system's keyring keeps it, not the home.")


@router.get("/keys", operation_id="list_keys")
def list_keys(served: ByServer, start: Start = 0, limit: Limit = 100) -> Page[KeyFacts]:
    """Every key that a run could find, without itself."""
    return page_of(served.lab.keys.list(), start, limit)


@router.post("/keys", operation_id="add_key", status_code=201)
def add_key(served: ByServer, wanted: NewKey) -> KeyFacts:
    """Keep a key for one address; one that was kept for it before is replaced."""
    key = wanted.key.get_secret_value()
    return served.lab.keys.add(wanted.name, key, url=wanted.url, project=wanted.project, keyring=wanted.keyring)


@router.delete("/keys/{name}", operation_id="remove_key")
def remove_key(
    served: ByServer, name: str, url: Annotated[str | None, Query()] = None, project: Annotated[str | None, Query()] = None
) -> Page[KeyFacts]:
    """Forget the keys of this name; with `url`, only the one for that address. Those that are forgotten."""
    return page_of(served.lab.keys.remove(name, url=url, project=project), 0, 100)
