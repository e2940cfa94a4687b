"""A repository's files, issues and pull requests, one file each."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rowsmith.connectors.download import Refusal, download
from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds
from rowsmith.connectors.plain import carried_out
from rowsmith.connectors.repository.address import Place, clone_at, place_of
from rowsmith.connectors.repository.choice import Choice
from rowsmith.connectors.repository.files import Taken, from_archive, from_clone, from_pack
from rowsmith.connectors.repository.forges import FORGES, Forge, api_of, filled
from rowsmith.connectors.repository.github import GitHub
from rowsmith.connectors.repository.issues import Asked, talked
from rowsmith.connectors.repository.kinds import KINDS, LEFT, Kind, Left
from rowsmith.connectors.repository.wire import Pinned, Refs, pack_of, pinned, refs_of
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import Invalid, NotFound, Unavailable, choose
from rowsmith.core.fetching import Fetched, Missed, Reach
from rowsmith.core.row import Json

METHODS = ("archive", "clone")
EXTRA = "pip install 'rowsmith[repositories]'"


def fetch(
    reach: Reach, to: Path, *, url: str, ref: str | None = None, paths: Sequence[str] = (), exclude: Sequence[str] = (), kinds: Sequence[Kind] = (),
    keep: Sequence[Left] = (), max_file_bytes: int = 10 << 20, max_files: int = 10_000, max_bytes: int = 2 << 30, max_archive_bytes: int = 1 << 30,
    method: str = "archive", working_tree: bool = False, files: bool = True, issues: bool = False, pulls: bool = False, comments: bool = True,
    diffs: bool = False, state: str = "all", labels: Sequence[str] = (), since: str = "", max_issues: int = 1000, forge: str = "", api: str = "",
) -> Iterator[Fetched | Missed]:  # fmt: skip
    """Everything of a repository that was asked for.

    Args:
        url: https://github.com/owner/name (also /tree/REF/FOLDER, /issues, /pull/12 and the like of other forges),
            git+https://host/owner/name@REF#FOLDER, or a clone on this machine.
        ref: a branch, tag or commit; default: the one of the address, else the default branch. It is pinned to its commit.
        paths, exclude: patterns (globs.py) of paths within the repository.
        kinds: docs, code, data, other; default: docs and code, or every kind where paths are named.
        keep: what is left out otherwise: generated, vendored, binary.
        max_file_bytes, max_files, max_bytes: what is larger, and what comes beyond, is told and left out. max_archive_bytes: of what is fetched.
        method: `archive`, the forge's tar.gz, or `clone`, one commit through git's own protocol.
        working_tree: of a clone on this machine, the files as they lie there and not as they were committed.
        files, issues, pulls: what to bring. Issues and pull requests are GitHub's.
        comments, diffs: whether they stand in an issue's, or a pull request's, text.
        state (open, closed, all), labels (all of them), since (a moment, ISO 8601), max_issues: which issues and pull requests.
        forge: what a host runs that is not known by its name: github, gitlab, gitea (Forgejo, too), bitbucket.
        api: where GitHub's API answers, for a server of one's own; default: as GitHub has it.

    The name of a file is its path within the repository; of an issue, its address. The facts of a file: repository, url, commit, ref, path, kind,
    language, licence_file and licence_found (a guess of its SPDX identifier); of an issue: repository, url, number, updated_at, kind, media_type.
    Tokens are secrets called GITHUB_TOKEN, GITLAB_TOKEN, GITEA_TOKEN, BITBUCKET_TOKEN, and GIT_TOKEN for other hosts.

    Raises:
        Invalid: what is asked makes no sense; the archive is damaged or costs more than it may. NotFound: repository, ref or commit.
        Unavailable: it cannot be reached, or dulwich is not installed. AddressRefused: it may not be reached.
    """
    _require(method, kinds, keep, forge)
    choice = Choice("", tuple(paths), tuple(exclude), tuple(kinds), tuple(keep), max_file_bytes, max_files, max_bytes)
    if (path := clone_at(url)) is not None:
        _require_dulwich()
        yield from _local(path, ref or "", working_tree, choice, to, issues or pulls)
        return
    if working_tree:
        raise Invalid("Only a clone on this machine has a working tree.", "Leave working_tree out, or name the folder of a clone.")
    place = place_of(url, forge)
    if files and not place.about:
        yield from _Repository(reach, place, choice, max_archive_bytes).files(ref or "", method, to)
    if issues or pulls or place.about:
        issues, pulls = issues or place.about == "issues", pulls or place.about == "pulls"
        asked = Asked(issues, pulls, comments, diffs, state, tuple(labels), since, max_issues, place.number)
        yield from talked(reach, _hub(reach, place, api), place, asked, to)


def head(reach: Reach, *, url: str, ref: str | None = None, forge: str = "") -> Pinned:
    """The commit that a ref is now, for whoever asks whether anything has changed. Raises as `fetch`."""
    place = place_of(url, forge)
    repository = _Repository(reach, place, Choice(), 0)
    return carried_out(lambda egress: repository.pinned(egress, ref or ""), reach.allowed)[1]


class _Repository:
    """One repository on a host."""

    def __init__(self, reach: Reach, place: Place, choice: Choice, most: int) -> None:
        self._reach, self._place, self._choice, self._most = reach, place, choice, most
        self._forge: Forge = FORGES[place.forge]
        self._token = reach.secret(self._forge.secret, place.origin)

    def files(self, ref: str, method: str, to: Path) -> Iterator[Fetched | Missed]:
        """Its files, as the archive or a clone of one commit has them."""
        if method == "clone":
            _require_dulwich()
        self._reach.note(f"{self._place.name}: looking up the commit")
        refs, at = carried_out(lambda egress: self.pinned(egress, ref), self._reach.allowed)
        within = "/".join(part for part in (self._place.within, at.within) if part)
        with tempfile.TemporaryDirectory(dir=to) as folder:
            taken = (self._cloned if method == "clone" else self._archived)(refs, at, replace(self._choice, within=within), Path(folder))
            self._reach.note("")
            page = filled(self._forge.page, origin=self._place.origin, path=self._place.path, commit=at.commit, file="") if self._forge.page else ""
            yield from _given(taken, Path(folder), to, {"repository": self._place.name, "commit": at.commit, "ref": at.ref}, page)

    async def pinned(self, egress: Egress, ref: str) -> tuple[Refs, Pinned]:
        """What the host has, and the commit that is meant."""
        refs = await refs_of(egress, self._place.git, self._forge.for_git(self._token))
        return refs, pinned(refs, ref or self._place.ref, "" if ref else self._place.tail)

    def _archived(self, refs: Refs, at: Pinned, choice: Choice, folder: Path) -> Taken:
        place, private = self._place, self._token is not None
        names = {"origin": place.origin, "path": place.path, "commit": at.commit, "api": api_of(place.origin)}
        if private and place.forge == "github" and self._reach.secret(self._forge.secret, names["api"]) is None:
            private = False  # a token for the pages alone
        address = filled(self._forge.private if private else self._forge.archive, **names)
        packed = self._reach.state / f"{at.commit}.tar.gz"
        if not packed.exists():
            self._download(address, packed, private)
        taken = from_archive(packed, place.name, choice, folder)
        packed.unlink()
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
        pack = self._reach.state / f"{at.commit}.pack"
        headers, largest = self._forge.for_git(self._token), choice.max_file_bytes

        async def brought(egress: Egress) -> None:
            await pack_of(egress, refs, at.commit, pack, headers=headers, most=self._most, largest=largest, note=self._reach.note)

        try:
            self._bring(brought)
            return from_pack(pack, at.commit, self._place.name, choice, folder)
        finally:
            pack.unlink(missing_ok=True)


_NO_ARCHIVE = "Use method: clone, or say by forge what software the host runs (github, gitlab, gitea, bitbucket)."


def _local(path: Path, ref: str, working_tree: bool, choice: Choice, to: Path, talk: bool) -> Iterator[Fetched | Missed]:
    if talk:
        raise Invalid("A clone has no issues and no pull requests.", "Name the repository by its address on GitHub.")
    with tempfile.TemporaryDirectory(dir=to) as folder:
        taken = from_clone(path, ref, working_tree, str(path), choice, Path(folder))
        facts = {"repository": path.absolute().name, "commit": taken.commit, "ref": taken.ref, **({"working_tree": True} if working_tree else {})}
        yield from _given(taken, Path(folder), to, facts, "")


def _given(taken: Taken, folder: Path, to: Path, facts: dict[str, Json], page: str) -> Iterator[Fetched | Missed]:
    """What was taken, a file at a time, moved to where it is expected."""
    from urllib.parse import quote

    if taken.licence[0]:
        facts = {**facts, "licence_file": taken.licence[0], **({"licence_found": taken.licence[1]} if taken.licence[1] else {})}
    facts = {**facts, "fetched_at": datetime.now(UTC).isoformat(timespec="seconds")}
    for file in taken.files:
        place = to / f"file-{file['file']}"
        (folder / file["file"]).replace(place)
        own: dict[str, Json] = {"path": file["path"], "kind": file["kind"]}
        own |= {"language": file["language"]} if file["language"] else {}
        own |= {"url": page + quote(file["path"])} if page else {}
        yield Fetched(file["path"], place, {**facts, **own})
    yield from taken.missed


def _hub(reach: Reach, place: Place, api: str) -> GitHub:
    """Whom to ask for issues.

    Raises:
        Invalid: the host is not GitHub.
    """
    if place.forge != "github" and not api:
        what = f"Issues and pull requests are read from GitHub, and {place.origin} is none."
        raise Invalid(what, "Name where its API answers (api), or leave them out.")
    at = (api or api_of(place.origin)).rstrip("/")
    return GitHub(at, place.name, reach)


def _require(method: str, kinds: Sequence[str], keep: Sequence[str], forge: str) -> None:
    for given, options in (([method], METHODS), (kinds, KINDS), (keep, LEFT), ([forge] if forge else [], [name for name in FORGES if name])):
        if wrong := [name for name in given if name not in options]:
            raise Invalid(f"{wrong[0]!r} cannot be asked of a repository.", choose(wrong[0], list(options)))


def _require_dulwich() -> None:
    from importlib.util import find_spec

    if find_spec("dulwich") is None:
        raise Unavailable("Clones are read by dulwich, which is not installed.", EXTRA)
