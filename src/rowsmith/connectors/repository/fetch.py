"""A repository's files, commits, issues and pull requests, one file each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rowsmith.connectors.repository.address import Place, clone_at, place_of
from rowsmith.connectors.repository.choice import Choice
from rowsmith.connectors.repository.files import from_clone, given, history
from rowsmith.connectors.repository.forges import FORGES, api_of
from rowsmith.connectors.repository.github import GitHub
from rowsmith.connectors.repository.issues import Asked, talked
from rowsmith.connectors.repository.kinds import KINDS, LEFT, Kind, Left
from rowsmith.connectors.repository.remote import Repository, require_dulwich
from rowsmith.connectors.repository.wire import Pinned
from rowsmith.core.errors import Invalid, choose
from rowsmith.core.fetching import Fetched, Missed, Reach

METHODS = ("archive", "clone")


def fetch(
    reach: Reach, to: Path, *, url: str, ref: str | None = None, paths: Sequence[str] = (), exclude: Sequence[str] = (), kinds: Sequence[Kind] = (),
    keep: Sequence[Left] = (), max_file_bytes: int = 10 << 20, max_files: int = 10_000, max_bytes: int = 2 << 30, max_archive_bytes: int = 1 << 30,
    method: str = "archive", working_tree: bool = False, files: bool = True, issues: bool = False, pulls: bool = False, comments: bool = True,
    diffs: bool = False, state: str = "all", labels: Sequence[str] = (), since: str = "", max_issues: int = 1000, commits: bool = False,
    max_commits: int = 1000, forge: str = "", api: str = "",
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
        files, issues, pulls, commits: what to bring. Issues and pull requests are GitHub's; commits are those that led to the one that is pinned,
            and where paths are named, those that change one of them.
        comments: whether they stand in the text of an issue or a pull request; diffs: in that of a pull request or a commit.
        state (open, closed, all), labels (all of them), since (a moment, ISO 8601), max_issues: which issues and pull requests.
        max_commits: so many of the newest are looked at.
        forge: what a host runs that is not known by its name: github, gitlab, gitea (Forgejo, too), bitbucket.
        api: where GitHub's API answers, for a server of one's own; default: as GitHub has it.

    The name of a file is its path within the repository; of an issue, its address; of a commit, its 40 digits. The facts of a file: repository,
    url, commit, ref, path, kind, language, licence_file and licence_found (a guess of its SPDX identifier); of an issue: repository, url, number,
    updated_at, kind, media_type; of a commit: repository, url, commit, ref, kind, media_type.
    An issue whose updated_at is the one that `reach.known` has is not fetched again, and Missed as `not_modified`.
    Tokens are secrets called GITHUB_TOKEN, GITLAB_TOKEN, GITEA_TOKEN, BITBUCKET_TOKEN, and GIT_TOKEN for other hosts.

    Raises:
        Invalid: what is asked makes no sense; the archive is damaged or costs more than it may. NotFound: repository, ref or commit.
        Unavailable: it cannot be reached, or dulwich is not installed. AddressRefused: it may not be reached.
    """
    _require(method, kinds, keep, forge)
    choice = Choice("", tuple(paths), tuple(exclude), tuple(kinds), tuple(keep), max_file_bytes, max_files, max_bytes)
    if (path := clone_at(url)) is not None:
        require_dulwich()
        if issues or pulls:
            raise Invalid("A clone has no issues and no pull requests.", "Name the repository by its address on GitHub.")
        yield from _local(path, ref or "", working_tree, choice, to) if files else ()
        yield from _local_history(path, ref or "", max_commits, diffs, choice, to) if commits else ()
        return
    if working_tree:
        raise Invalid("Only a clone on this machine has a working tree.", "Leave working_tree out, or name the folder of a clone.")
    place = place_of(url, forge)
    repository = Repository(reach, place, choice, max_archive_bytes)
    if files and not place.about:
        yield from repository.files(ref or "", method, to)
    if commits and not place.about:
        yield from repository.history(ref or "", max_commits, diffs, to)
    if issues or pulls or place.about:
        issues, pulls = issues or place.about == "issues", pulls or place.about == "pulls"
        asked = Asked(issues, pulls, comments, diffs, state, tuple(labels), since, max_issues, place.number)
        yield from talked(reach, _hub(reach, place, api), place, asked, to)


def head(reach: Reach, *, url: str, ref: str | None = None, forge: str = "") -> Pinned:
    """The commit that a ref is now, for whoever asks whether anything has changed. Raises as `fetch`."""
    return Repository(reach, place_of(url, forge), Choice(), 0).pinned(ref or "")[1]


def _local(path: Path, ref: str, working_tree: bool, choice: Choice, to: Path) -> Iterator[Fetched | Missed]:
    """The files of a clone on this machine."""
    with tempfile.TemporaryDirectory(dir=to) as folder:
        taken = from_clone(path, ref, working_tree, str(path), choice, Path(folder))
        facts = {"repository": path.absolute().name, "commit": taken.commit, "ref": taken.ref, **({"working_tree": True} if working_tree else {})}
        yield from given(taken, Path(folder), to, facts, "")


def _local_history(path: Path, ref: str, most: int, diffs: bool, choice: Choice, to: Path) -> Iterator[Fetched | Missed]:
    """The commits of a clone on this machine."""
    with tempfile.TemporaryDirectory(dir=to) as folder:
        taken = history(path, "", ref, most, diffs, str(path), choice, Path(folder))
        yield from given(taken, Path(folder), to, {"repository": path.absolute().name, "ref": taken.ref}, "")


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
    for asked, options in (([method], METHODS), (kinds, KINDS), (keep, LEFT), ([forge] if forge else [], [name for name in FORGES if name])):
        if wrong := [name for name in asked if name not in options]:
            raise Invalid(f"{wrong[0]!r} cannot be asked of a repository.", choose(wrong[0], list(options)))
