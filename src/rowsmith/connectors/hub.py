"""Files of repositories on a hub in Hugging Face's form, kept so that the second use needs no network.

What a revision was when it was first used, it stays: its commit is written down, and so are the hashes of its files that are here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rowsmith.connectors.download import Progress, Refusal
from rowsmith.connectors.download import download as brought
from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds, Broken, Reply
from rowsmith.connectors.hub_file import HubFile
from rowsmith.connectors.hub_pins import Pins
from rowsmith.connectors.hub_site import Site
from rowsmith.connectors.plain import carried_out
from rowsmith.connectors.proof import Wanted, not_wanted
from rowsmith.connectors.request import REDIRECTS, Request
from rowsmith.connectors.urls import parsed
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, StorageFull, Unavailable
from rowsmith.core.folders import cache_folder

MOST_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that is here: where, which commit of its repository it is from, its hash and its number of bytes."""

    path: Path
    commit: str
    sha256: str
    size: int


def download(name: str, *, environ: Mapping[str, str] | None = None, progress: Progress | None = None) -> Copy:
    """As `Hub.download`, of the hub that `environ` (default: the environment) names."""
    return Hub(os.environ if environ is None else environ).download(name, progress)


class Hub:
    """One hub, and what is kept of it. `environ` holds ROWSMITH_CACHE, HF_ENDPOINT, HF_TOKEN, ROWSMITH_EGRESS_HOSTS and ROWSMITH_EGRESS_PORTS.

    Raises:
        Invalid: HF_ENDPOINT, HF_TOKEN or what may be reached is set to what it cannot be.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._site = Site.of(environ)
        self.allowed, self.host = self._site.allowed, self._site.host
        self._folder = cache_folder(environ) / "hub" / self._site.place
        self._pins = Pins(self._folder)

    def download(self, name: str, progress: Progress | None = None) -> Copy:
        """The file of this name (see HubFile), downloaded when it is not here. A plain call, from any thread, also where a loop runs.

        Raises:
            NotFound: repository, revision or file. Invalid: the name is none; the bytes or the hashes do not agree.
            Unavailable: no network, or the repository is not open to us. StorageFull: the disk.
        """
        file = HubFile.read(name)
        return self.kept(file) or carried_out(lambda egress: self.fetched(egress, file, progress), self.allowed)

    def here(self, name: str) -> Path | None:
        """Where the file lies, if it is here. Raises Invalid as `download` does."""
        copy = self.kept(HubFile.read(name))
        return copy.path if copy else None

    def fetch(self, name: str, note: Callable[[str], None]) -> Path:
        """Where the file lies, downloaded when it is not here; `note` hears in words how far it is, and an empty text when it is over.
        Raises as `download` does."""
        try:
            return self.download(name, in_words(name, note)).path
        finally:
            note("")

    def kept(self, file: HubFile) -> Copy | None:
        """The file if it is here; nobody is asked.

        Raises:
            Invalid: it is here, with another hash than its name demands.
        """
        pin = self._pins.read(file)
        try:
            copy = Copy(self._place(file, pin["commit"]), pin["commit"], pin["sha256"], pin["size"])
            whole = copy.path.stat().st_size == copy.size
        except (OSError, KeyError):
            return None
        if whole and file.sha256 not in ("", copy.sha256):
            raise Invalid(f"The SHA-256 of {copy.path} is {copy.sha256}, not {file.sha256}.", f"Correct the hash, or remove it to get {file} anew.")
        return copy if whole else None

    async def fetched(self, egress: Egress, file: HubFile, progress: Progress | None = None) -> Copy:
        """Download the file, from the commit that the revision was when any file of it was first used, as long as that has it."""
        known = self._pins.read(replace(file, path="")).get("commit", "")
        try:
            reply = await self._described(egress, file, known or file.revision)
            if known and reply.status == 404:
                reply = await self._described(egress, file, file.revision)
            commit, wanted = self._promised(file, reply)
            place = self._place(file, commit)
            done = await brought(egress, file.at(self._site.endpoint, commit), place, headers=self._site.key, wanted=wanted, progress=progress)
        except Refusal as error:
            raise self._refused(file, error.http, error.headers) from None
        except StorageFull as error:
            raise StorageFull(error.what, f"{error.fix} ROWSMITH_CACHE names a folder elsewhere.") from None
        except Broken as error:
            fix = f"{error.fix} What has come is kept. A file that you have already can be given by its path."
            raise Unavailable(f"{file} cannot be downloaded: {error.what}", fix) from None
        for pinned in (file, replace(file, revision=commit), replace(file, path="")):
            self._pins.write(pinned, {"commit": commit, "sha256": done.sha256, "size": done.size})
        return Copy(place, commit, done.sha256, done.size)

    async def _described(self, egress: Egress, file: HubFile, revision: str) -> Reply:
        """What the hub says of the file. Where large files lie elsewhere it says so in a redirect; that of a renamed repository says nothing."""
        request = Request("HEAD", parsed(file.at(self._site.endpoint, revision)), {"Accept-Encoding": "identity", **self._site.key})
        for _ in range(MOST_REDIRECTS + 1):
            reply = await egress.send("HEAD", str(request.url), headers=request.headers, bounds=Bounds(redirects=0))
            if reply.status not in REDIRECTS or "X-Linked-ETag" in reply.headers:
                break
            request = request.redirected(reply.status, reply.headers.get("Location", ""))
        return reply

    def _promised(self, file: HubFile, reply: Reply) -> tuple[str, Wanted]:
        """The commit, and what the file's bytes have to be: a large one goes by its SHA-256, a small one by its hash in git."""
        said = reply.headers
        if reply.status not in (200, *REDIRECTS):
            raise self._refused(file, reply.status, said)
        commit = said.get("X-Repo-Commit", "")
        if not re.fullmatch(r"[0-9a-f]{40}", commit):
            raise Unavailable(f"{self.host} does not answer as a hub does: it names no commit.", "Correct HF_ENDPOINT.")
        tag = said.get("X-Linked-ETag", said.get("ETag", "")).removeprefix("W/").strip('"').lower()
        size = said.get("X-Linked-Size", said.get("Content-Length", "") if reply.status == 200 else "")
        wanted = Wanted(
            sha256=tag if re.fullmatch(r"[0-9a-f]{64}", tag) else "",
            git=tag if re.fullmatch(r"[0-9a-f]{40}", tag) else "",
            size=int(size) if re.fullmatch(r"[0-9]{1,18}", size) else None,
        )
        if file.sha256 and wanted.sha256 not in ("", file.sha256):
            raise not_wanted(str(file), f"{self.host} has one whose SHA-256 is {wanted.sha256}, not {file.sha256}")
        wanted = replace(wanted, sha256=wanted.sha256 or file.sha256)
        if not wanted.provable:
            raise Invalid(f"{self.host} gives no hash for {file}, so it cannot be checked.", "Add its hash to the name: #sha256=...")
        return commit, wanted

    def _refused(self, file: HubFile, status: int, said: Mapping[str, str]) -> RowsmithError:
        if status == 404 and said.get("X-Error-Code", "") not in ("GatedRepo", "RevisionNotFound", "RepoNotFound"):
            page = f"{self._site.endpoint}/{file.repo}/tree/{file.revision}"
            return NotFound(f"{file.repo} has no file {file.path} at {file.revision}.", f"Look at {page}.")
        return self._site.refused(file.repo, file.revision, status, said)

    def _place(self, file: HubFile, commit: str) -> Path:
        return self._folder.joinpath(file.repo, commit, file.path)


def in_words(name: str, note: Callable[[str], None]) -> Progress:
    """Progress as a text, said when it changes."""
    last = ""

    def heard(done: int, total: int | None) -> None:
        nonlocal last
        share = f"{100 * done // total} % of {_size(total)}" if total else _size(done)
        if (text := f"downloading {name}: {share}") != last:
            note(text)
        last = text

    return heard


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
