"""A repository on a host: which commit is meant, its archive, a pack of it."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rowsmith.connectors.download import Refusal, download
from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds
from rowsmith.connectors.plain import carried_out
from rowsmith.connectors.repository.address import Place
from rowsmith.connectors.repository.choice import Choice
from rowsmith.connectors.repository.files import Taken, from_archive, from_pack, given, history
from rowsmith.connectors.repository.forges import FORGES, Forge, api_of, filled
from rowsmith.connectors.repository.wire import Pinned, Refs, pack_of, pinned, refs_of
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.fetching import Fetched, Missed, Reach
from rowsmith.core.row import Json

EXTRA = "pip install 'rowsmith[repositories]'"
_NO_ARCHIVE = "Use method: clone, or say by forge what software the host runs (github, gitlab, gitea, bitbucket)."
_MOST_DEPTH = 1 << 20


class Repository:
    """One repository on a host."""

    def __init__(self, reach: Reach, place: Place, choice: Choice, most: int) -> None:
        self._reach, self._place, self._choice, self._most = reach, place, choice, most
        self._forge: Forge = FORGES[place.forge]
        self._token = reach.secret(self._forge.secret, place.origin)
        self._found: Refs | None = None

    def files(self, ref: str, method: str, to: Path) -> Iterator[Fetched | Missed]:
        """Its files, as the archive or a clone of one commit has them."""
        if method == "clone":
            require_dulwich()
        refs, at = self.pinned(ref)
        within = "/".join(part for part in (self._place.within, at.within) if part)
        with tempfile.TemporaryDirectory(dir=to) as folder:
            taken = (self._cloned if method == "clone" else self._archived)(refs, at, replace(self._choice, within=within), Path(folder))
            self._reach.note("")
            page = filled(self._forge.page, origin=self._place.origin, path=self._place.path, commit=at.commit)
            yield from given(taken, Path(folder), to, {"repository": self._place.name, "commit": at.commit, "ref": at.ref}, page)

    def history(self, ref: str, most: int, diffs: bool, to: Path) -> Iterator[Fetched | Missed]:
        """The commits that led to one, newest first. One more than is asked for is fetched, for the last to be compared with."""
        require_dulwich()
        refs, at = self.pinned(ref)
        choice = replace(self._choice, within="/".join(part for part in (self._place.within, at.within) if part))
        largest = self._choice.max_file_bytes if diffs else -1
        with tempfile.TemporaryDirectory(dir=to) as folder, self._pack(refs, at, largest, min(most, _MOST_DEPTH) + 1) as pack:
            taken = history(pack, at.commit, "", most, diffs, self._place.name, choice, Path(folder))
            self._reach.note("")
            facts: dict[str, Json] = {"repository": self._place.name, "ref": at.ref}
            yield from given(taken, Path(folder), to, facts, filled(self._forge.commit, origin=self._place.origin, path=self._place.path))

    def pinned(self, ref: str) -> tuple[Refs, Pinned]:
        """What the host has, and the commit that is meant: looked up once, so that all that is brought is of one commit."""
        if self._found is None:
            self._reach.note(f"{self._place.name}: looking up the commit")
            headers = self._forge.for_git(self._token)
            self._found = carried_out(lambda egress: refs_of(egress, self._place.git, headers), self._reach.allowed)
        return self._found, pinned(self._found, ref or self._place.ref, "" if ref else self._place.tail)

    def _archived(self, refs: Refs, at: Pinned, choice: Choice, folder: Path) -> Taken:
        place, private = self._place, self._token is not None
        names = {"origin": place.origin, "path": place.path, "commit": at.commit, "api": api_of(place.origin)}
        if private and place.forge == "github" and self._reach.secret(self._forge.secret, names["api"]) is None:
            private = False  # a token for the pages alone
        address = filled(self._forge.private if private else self._forge.archive, **names)
        packed = self._reach.state / f"{at.commit}.tar.gz"
        if not packed.exists():
            self._download(address, packed, private)
        try:
            taken = from_archive(packed, place.name, choice, folder)
        finally:
            packed.unlink()  # one that is damaged would be there the next time, too
        if taken.commit not in ("", at.commit):
            what = f"The archive of {place.name} is of the commit {taken.commit}, not {at.commit}."
            raise Invalid(what, "Do the same again, or use method: clone.")
        return taken

    def _download(self, address: str, packed: Path, private: bool) -> None:
        token = self._token if private else None
        bounds = Bounds(body=self._most, total_s=3600.0, connect_s=20.0, idle_s=60.0)

        def heard(done: int, total: int | None) -> None:
            self._reach.note(f"{self._place.name}: {done / 1e6:,.1f} MB" + (f" of {total / 1e6:,.1f} MB" if total else ""))

        headers = self._forge.for_api(token)
        try:
            self._bring(lambda egress: download(egress, address, packed, headers=headers, bounds=bounds, progress=heard))
        except Refusal as error:
            if error.http in (401, 403, 404):
                raise NotFound(f"{self._place.name} has no archive at {address} (HTTP {error.http}).", _NO_ARCHIVE) from None
            raise Unavailable(f"{self._place.name}: {error.what}", "Try again later.") from None

    def _bring(self, work: Callable[[Egress], Awaitable[object]]) -> None:
        """Let the client do it.

        Raises:
            Invalid: it is larger than it may be.
        """
        try:
            carried_out(work, self._reach.allowed)
        except AddressRefused:
            raise
        except Invalid:
            what = f"{self._place.name} is larger than max_archive_bytes ({self._most:,})."
            raise Invalid(what, "Raise it, or clone the repository yourself and name its folder.") from None

    def _cloned(self, refs: Refs, at: Pinned, choice: Choice, folder: Path) -> Taken:
        with self._pack(refs, at, choice.max_file_bytes, 1) as pack:
            return from_pack(pack, at.commit, self._place.name, choice, folder)

    @contextmanager
    def _pack(self, refs: Refs, at: Pinned, largest: int, depth: int) -> Iterator[Path]:
        """A pack with so many commits, as long as it is needed."""
        pack = self._reach.state / f"{at.commit}.pack"
        headers = self._forge.for_git(self._token)

        async def brought(egress: Egress) -> None:
            limits = {"most": self._most, "largest": largest, "depth": depth}
            await pack_of(egress, refs, at.commit, pack, headers=headers, note=self._reach.note, **limits)

        try:
            self._bring(brought)
            yield pack
        finally:
            pack.unlink(missing_ok=True)


def require_dulwich() -> None:
    """Clones need an extra.

    Raises:
        Unavailable: it is not installed.
    """
    from importlib.util import find_spec

    if find_spec("dulwich") is None:
        raise Unavailable("Clones are read by dulwich, which is not installed.", EXTRA)
