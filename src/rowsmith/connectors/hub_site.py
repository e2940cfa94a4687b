"""Which hub is meant: its address, the token for it, what may be reached for its sake, and its server of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rowsmith.connectors.download import Refusal
from rowsmith.connectors.settings import allowed_by
from rowsmith.connectors.urls import parsed
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, Unavailable

if TYPE_CHECKING:
    from yarl import URL

ENDPOINT = "https://huggingface.co"
ROWS = "https://datasets-server.huggingface.co"
"""The server of rows (the "dataset viewer") of that hub."""


@dataclass(frozen=True, slots=True)
class Site:
    """A hub. `place` is its name on the disk, `key` the headers that carry the token, `rows` the server of its datasets' rows, empty where
    none is known."""

    endpoint: str
    host: str
    place: str
    key: Mapping[str, str] = field(repr=False)
    allowed: Allowed
    rows: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Site:
        """The hub that the environment names: HF_ENDPOINT, HF_TOKEN, HF_DATASETS_SERVER, ROWSMITH_EGRESS_HOSTS and ROWSMITH_EGRESS_PORTS.

        Raises:
            Invalid: one of them is set to what it cannot be.
        """
        hub, rows = _address(environ, "HF_ENDPOINT"), _address(environ, "HF_DATASETS_SERVER")
        token = environ.get("HF_TOKEN", "").strip()
        if not re.fullmatch(r"[\x21-\x7e]*", token):
            raise Invalid("HF_TOKEN holds spaces or characters that no token has.", "Set it to the token alone.")
        # Who names a hub of their own may reach it, wherever it is.
        named, listed = [at for at in (hub, rows) if at is not None], allowed_by(environ)
        allowed = Allowed((*listed.hosts, *(at.raw_host or "" for at in named)), (*listed.ports, *(at.port or 0 for at in named)))
        at = hub or parsed(ENDPOINT)
        endpoint = str(at).rstrip("/")
        server = str(rows).rstrip("/") if rows else ROWS if endpoint == ENDPOINT else ""
        key = {"Authorization": f"Bearer {token}"} if token else {}
        return cls(endpoint, at.host or "", at.raw_authority.replace(":", "_"), key, allowed, server)

    @contextmanager
    def told(self, repo: str, revision: str = "main") -> Iterator[None]:
        """Within it, a refusal of the hub's becomes an error that says what to do; `repo` as in hub_file.HubFile."""
        try:
            yield
        except Refusal as error:
            raise self.refused(repo, revision, error.http, error.headers) from None

    def refused(self, repo: str, revision: str, status: int, said: Mapping[str, str]) -> RowsmithError:
        """Why the hub does not give what was asked of a repository."""
        code, page = said.get("X-Error-Code", ""), f"{self.endpoint}/{repo}"
        if code == "GatedRepo":
            return Unavailable(f"{repo} is gated: its owner lets in who has agreed to terms.", f"Agree at {page}, and set HF_TOKEN to your token.")
        if code == "RevisionNotFound":
            return NotFound(f"{repo} has no revision {revision}.", f"Look at {page}.")
        if code == "RepoNotFound" or status == 404:
            return NotFound(f"{self.host} has no repository {repo}, or it is private.", "Correct the name, or set HF_TOKEN.")
        if status in (401, 403):
            fix = "HF_TOKEN is not a token that may read it." if self.key else "Set HF_TOKEN to a token that may read it."
            return Unavailable(f"{self.host} does not let us read {repo} (HTTP {status}).", fix)
        return Unavailable(f"{self.host} answers HTTP {status} for {repo}.", "Try again later.")


def _address(environ: Mapping[str, str], name: str) -> URL | None:
    if not (given := environ.get(name, "").strip()):
        return None
    try:
        return parsed(given)
    except Invalid as error:
        raise Invalid(f"{name} is no address of a hub. {error.what}", error.fix) from None
