"""A hub and the server where its large files lie, played."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from web import Seen, Shelf, Web, http, redirect

RESOLVE = re.compile(r"/(?P<repo>(?:datasets/)?[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")


class HubWorld:
    """`files[repo, commit, path]` are what it has, `revisions[repo, name]` the commits. Files of more than 1,000 bytes lie on `store`.

    `store_answer` replaces what the store says; `says` adds to what the hub says, or with None takes it away; `wants` is the token.
    """

    def __init__(self) -> None:
        self.files: dict[tuple[str, str, str], bytes] = {}
        self.revisions: dict[tuple[str, str], str] = {}
        self.refusals: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.says: dict[str, str | None] = {}
        self.store_answer: Any = None
        self.hub, self.store = Web(self._hub), Web(self._store)

    def add(self, repo: str, path: str, content: bytes, *names: str) -> str:
        """Put a file into a new commit, to which these revisions lead from now on; the commit."""
        commit = sha1(f"{repo}{path}{len(self.files)}".encode() + content).hexdigest()
        self.files[repo, commit, path] = content
        for name in names or ("main",):
            self.revisions[repo, name] = commit
        return commit

    def environ(self, cache: Path, **more: str) -> dict[str, str]:
        """What a user sets to use it."""
        return {
            "HF_ENDPOINT": f"http://127.0.0.1:{self.hub.port}",
            "ROWSMITH_CACHE": str(cache),
            "ROWSMITH_EGRESS_HOSTS": "127.0.0.1",
            "ROWSMITH_EGRESS_PORTS": str(self.store.port),
            **more,
        }

    def asked(self) -> list[tuple[str, str]]:
        """What the hub was asked: method and target."""
        return [(seen.method, seen.target) for seen in self.hub.seen]

    def _hub(self, seen: Seen) -> Any:
        found = RESOLVE.fullmatch(unquote(seen.target.replace("%2F", "\0")).replace("\0", "%2F"))
        if found is None:
            return http(status=404)
        repo, revision, path = found["repo"], unquote(found["revision"]), found["path"]
        if repo in self.refusals:
            return self.refusals[repo]
        if repo in self.moved:
            return redirect(seen.target.replace(repo, self.moved[repo]), 307)
        commit = self.revisions.get((repo, revision), revision)
        if not any(key[0] == repo for key in self.files):
            return http(status=401, X_Error_Code="RepoNotFound")
        if not any(key[:2] == (repo, commit) for key in self.files):
            return http(status=404, X_Error_Code="RevisionNotFound")
        if (repo, commit, path) not in self.files:
            return http(status=404, X_Error_Code="EntryNotFound", X_Repo_Commit=commit)
        return self._file(seen, commit, self.files[repo, commit, path])

    def _file(self, seen: Seen, commit: str, content: bytes) -> Any:
        digest = sha256(content).hexdigest()
        large = len(content) > 1000
        small = {"ETag": f'"{git_hash(content)}"'}
        place = f"http://127.0.0.1:{self.store.port}/{digest}?sig=a%2Bb"
        linked = {"X-Linked-ETag": f'"{digest}"', "X-Linked-Size": str(len(content)), "Location": place}
        said = {"X-Repo-Commit": commit, **(linked if large else small), **self.says}
        headers = {name: value for name, value in said.items() if value is not None}
        if large and "Location" in headers:
            return http(status=302, **headers)
        return http(status=200, length=False, Content_Length=str(len(content)), **headers) + (b"" if seen.method == "HEAD" else content)

    def _store(self, seen: Seen) -> Any:
        if self.store_answer is not None:
            return self.store_answer(seen)
        wanted = seen.target.removeprefix("/").removesuffix("?sig=a%2Bb")
        content = next((body for body in self.files.values() if sha256(body).hexdigest() == wanted), None)
        return http(status=403) if content is None else Shelf(content, tag='"of the store"')(seen)


def git_hash(content: bytes) -> str:
    """What git calls a file of these bytes."""
    return sha1(b"blob %d\0" % len(content) + content).hexdigest()


@contextmanager
def hub_world() -> Iterator[HubWorld]:
    world = HubWorld()
    with world.hub, world.store:
        yield world
