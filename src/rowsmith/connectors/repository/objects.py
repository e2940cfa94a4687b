"""The files of a commit out of git's own objects, read by dulwich: of a pack that was fetched, or of a clone on this machine. For the child process.

Nothing is checked out and nothing is run: no hook, no filter, no program that a configuration names.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.repository.choice import DISK, File, Say, Taking, safe
from rowsmith.connectors.repository.history import take_commits

_DEEPEST = 100
_SUBMODULE = 0o160000
_BROKEN = "Clone the repository anew."


def take_pack(path: Path, commit: str, scratch: Path, limits: Limits, taking: Taking) -> None:
    """Take the files of a commit out of a pack.

    Raises:
        Refused: the pack is damaged, or has not that commit.
    """
    with closing(_unpacked(path, scratch)) as store:
        _Tree(store, limits, taking).commit(commit.encode())


def take_history(path: Path, asked: dict[str, Any], scratch: Path, taking: Taking, to: Path, say: Say) -> None:
    """Take the newest commits up to one: of a pack, where `commit` is given, else up to the `ref` of a clone.

    Raises:
        Refused: it cannot be read, or has no such commit.
    """
    if asked["commit"]:
        store, commit = _unpacked(path, scratch), asked["commit"].encode()
    else:
        repo = _opened(path)
        store, (commit, name) = repo.object_store, _resolved(repo, asked["ref"])
        say({"commit": commit.decode(), "ref": name})
    with closing(store):
        if commit not in store:
            raise Refused(f"The commit {commit.decode()} is not there.", _BROKEN)
        take_commits(store, commit, asked["most"], asked["diffs"], taking, to, say)


def _unpacked(path: Path, scratch: Path) -> Any:
    """The objects of a pack.

    Raises:
        Refused: it is damaged.
    """
    from dulwich.object_store import DiskObjectStore

    folder = scratch / "objects"
    store = DiskObjectStore.init(str(folder))
    file, commit_pack, _ = store.add_pack()  # what is left half made goes with the scratch folder
    try:
        with path.open("rb") as pack:
            shutil.copyfileobj(pack, file)
        commit_pack()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a damaged pack leads to
        raise Refused(f"The pack that came is damaged ({type(error).__name__}: {error}).", "Do the same again.") from None
    return store


def take_clone(path: Path, ref: str, working_tree: bool, limits: Limits, taking: Taking, say: Say) -> None:
    """Take the files of a commit of a clone: as they were committed, or as they lie in its folder (`working_tree`), where those are taken that
    git keeps track of.

    Raises:
        Refused: it is no clone that can be read, or has no such ref.
    """
    with closing(_opened(path)) as repo:
        commit, name = _resolved(repo, ref)
        say({"commit": commit.decode(), "ref": name})
        if not working_tree:
            _Tree(repo.object_store, limits, taking).commit(commit)
        elif ref or not (path / ".git").exists():
            raise Refused("The files of a working tree are those of the commit that is checked out.", "Leave out the ref, or working_tree.")
        else:
            _working_tree(repo, path, limits, taking)


def _opened(path: Path) -> Any:
    from dulwich.errors import NotGitRepository
    from dulwich.repo import Repo

    try:
        return Repo(str(path))
    except (NotGitRepository, OSError, ValueError, KeyError) as error:
        raise Refused(f"The clone at {path} cannot be read ({error}).", _BROKEN) from None


def _resolved(repo: Any, ref: str) -> tuple[bytes, str]:
    """The commit of a ref, and what it is called."""
    from dulwich.objects import Commit, Tag

    refs = repo.refs.as_dict()
    for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", f"refs/remotes/origin/{ref}", ref) if ref else ("HEAD",):
        if found := refs.get(name.encode()):
            break
    else:
        found = _abbreviated(repo, ref)
    for _ in range(10):
        thing = repo.object_store[found] if found and found in repo.object_store else None
        if isinstance(thing, Commit):
            return thing.id, ref or _branch(repo)
        if not isinstance(thing, Tag):
            break
        found = thing.object[1]
    raise Refused(f"The clone has no branch, tag or commit {ref or 'HEAD'!r}.", "Name one that it has, or fetch it first.")


def _abbreviated(repo: Any, ref: str) -> bytes | None:
    if not re.fullmatch("[0-9a-f]{7,40}", ref):
        return None
    near = list(repo.object_store.iter_prefix(ref.encode()))
    return near[0] if len(near) == 1 else None


def _branch(repo: Any) -> str:
    chain, _ = repo.refs.follow(b"HEAD")
    return str(chain[-1].decode("utf-8", "replace").removeprefix("refs/heads/"))


class _Tree:
    """The files below a commit, folder by folder."""

    def __init__(self, store: Any, limits: Limits, taking: Taking) -> None:
        self._store, self._limits, self._taking = store, limits, taking
        self._count = 0

    def commit(self, commit: bytes) -> None:
        """Take them.

        Raises:
            Refused: the commit or a folder of it is not there, or there are too many.
        """
        for path, mode, sha in self._entries(self._object(commit, "commit").tree, "", 0):
            self._count += 1
            if self._count > self._limits.entries:
                raise Refused(f"The repository holds more than {self._limits.entries:,} files.", "Name a smaller one.")
            if _fit(path, mode, self._taking):
                _try(path, self._taking, _Blob(self._store, sha))

    def _entries(self, tree: bytes, before: str, depth: int) -> Iterator[tuple[str, int, bytes]]:
        if depth > _DEEPEST:
            raise Refused(f"Its folders lie more than {_DEEPEST} deep in each other.", "Name a part of it by paths.")
        for name, mode, sha in self._object(tree, "folder").items():
            path = before + name.decode("utf-8", "replace")
            if stat.S_ISDIR(mode):
                yield from self._entries(sha, f"{path}/", depth + 1)
            else:
                yield path, mode, sha

    def _object(self, sha: bytes, what: str) -> Any:
        if sha not in self._store:
            raise Refused(f"The {what} {sha.decode()} is not there.", "The clone may be without it (shallow or partial): fetch the whole.")
        return self._store[sha]


class _Blob:
    """A file as git keeps it. What is not there was left out for its size by the server, or is not in a partial clone."""

    def __init__(self, store: Any, sha: bytes) -> None:
        self._store, self._sha = store, sha
        self._data: bytes | None = None

    def size(self) -> int:
        return len(self.read()) if self._data is not None or self._sha in self._store else 1 << 62

    def read(self) -> bytes:
        if self._data is None:
            self._data = self._store[self._sha].data
        return self._data


def _working_tree(repo: Any, folder: Path, limits: Limits, taking: Taking) -> None:
    """The files that lie in a clone's folder, of those that its index lists."""
    entries = list(repo.open_index().items())
    if len(entries) > limits.entries:
        raise Refused(f"The clone holds more than {limits.entries:,} files.", "Name a smaller one.")
    for name, entry in entries:
        path = name.decode("utf-8", "replace")
        mode = getattr(entry, "mode", 0)
        if _fit(path, mode, taking):
            _lying(folder, path, taking)


def _lying(folder: Path, path: str, taking: Taking) -> None:
    place = folder / path
    if os.path.realpath(place) != os.path.join(os.path.realpath(folder), path):
        taking.passes(path, "link", "It is a link, or lies behind one.")
    elif not place.is_file():
        taking.passes(path, "missing", "The file is not in the folder any more.")
    else:
        _try(path, taking, _Lying(place))


class _Lying:
    """A file in a folder."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def size(self) -> int:
        return self._place.stat().st_size

    def read(self) -> bytes:
        return self._place.read_bytes()


def _fit(path: str, mode: int, taking: Taking) -> bool:
    """Whether it is a file that may be taken; what is not is said."""
    if not safe(path):
        taking.passes(path, "unsafe_path", "Its path leads out of the repository, or holds signs that none should.")
    elif mode == _SUBMODULE:
        taking.passes(path, "submodule", "It is another repository: name that one to read it.")
    elif not stat.S_ISREG(mode):
        taking.passes(path, "link", "It is a link, not a file.")
    else:
        return True
    return False


def _try(path: str, taking: Taking, file: File) -> None:
    """Take a file; one that is damaged, or too large for the memory, costs itself only."""
    try:
        taking.file(path, file)
    except MemoryError:
        taking.passes(path, "large_file", "The file needs more memory than one may take.")
    except Refused:
        raise
    except Exception as error:  # whatever damaged objects lead to
        if isinstance(error, OSError) and error.errno in DISK:
            raise
        taking.passes(path, "broken_file", f"The file cannot be read ({type(error).__name__}: {str(error)[:200]}).")
