"""Pulling: the very rows that a push has put on a hub, as the next version of a dataset here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rowsmith.app.fetching import PULLED
from rowsmith.app.hub_token import with_hub_token
from rowsmith.app.pushed_rows import FILES, ROWS, not_ours, read_rows
from rowsmith.app.reshaping import begun
from rowsmith.connectors.hub import Hub
from rowsmith.connectors.hub_api import Api
from rowsmith.connectors.hub_dataset import HubDataset, commit_of, files_of
from rowsmith.connectors.hub_file import HubFile
from rowsmith.connectors.hub_site import Site
from rowsmith.connectors.plain import carried_out
from rowsmith.core.errors import Invalid
from rowsmith.store.datasets import Datasets as Store
from rowsmith.store.fetches import Entry, Fetch, Fetches

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets
    from rowsmith.connectors.egress import Egress


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of a pull: the version, its rows, and the commit of the hub's that they are from."""

    dataset: str
    version: str
    rows: int
    commit: str
    files: int

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def told(self) -> list[str]:
        """In words, a line."""
        return [f"{self.rows:,} rows in {self.dataset}, version {self.version[:12]}, from commit {self.commit[:12]}"]


def pull(datasets: Datasets, spoken: str, into: str) -> Pulled:
    """Bring the rows of `hf:owner/name[@revision]` back, with their ids, origins and scores, merged by id into a dataset.

    Raises:
        Invalid: the name is none, or what is there is damaged. NotFound: there is no such repository, or it is none that a push wrote.
        Unavailable: the hub is away, or does not let us.
    """
    name, lab = HubDataset.read(spoken), datasets.lab
    if name is None or name.config:
        raise Invalid(f"{spoken!r} names no dataset of a hub to pull.", "Write it like hf:owner/name; @revision may follow.")
    environ = with_hub_token(lab, datasets.project)
    site, hub = Site.of(environ), Hub(environ)

    async def found(egress: Egress) -> tuple[str, list[str]]:
        api = Api(site, egress)
        commit = await commit_of(api, name)
        return commit, [entry["path"] for entry in await files_of(api, name, commit)]

    commit, paths = carried_out(found, site.allowed)
    if ROWS not in paths:
        raise not_ours(str(name))
    files = [path for path in paths if path.startswith(f"{FILES}/")]
    cached = {path: hub.download(str(HubFile(name.place, path, commit))).path for path in (*files, ROWS)}
    for path in files:
        if lab.files.put_file(cached[path]) != path.rpartition("/")[2]:
            raise Invalid(f"{path} of {name} is not what its name says.", "Push the dataset again where it came from.")
    if files:  # no run names them: without this they would be swept away with the next source that is forgotten
        entries = [Entry(path, path.rpartition("/")[2], {}) for path in files]
        Fetches(lab.db).put(Fetch(datasets.project, PULLED, str(name), {"commit": commit}, entries))
    message = f"pulled from {name}, commit {commit[:12]}"
    rows = begun(read_rows(cached[ROWS]))
    made = Store(lab.db).commit(datasets.project, into, rows, author=lab.who, signer=lab.signer, message=message)
    for copy in cached.values():
        copy.unlink(missing_ok=True)
    return Pulled(into, made.id, made.rows, commit, len(files))
