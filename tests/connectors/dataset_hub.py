"""A hub of datasets, played: its API with commits, the storage of its large files, and its server of rows, each a real server.

What it says is what the real one says, status, headers and bodies; that its half of a push is, the hub's own library shows by pushing to it.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import duckdb
from hub_world import git_hash
from web import Seen, Shelf, Web, http

ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n*.zst filter=lfs diff=lfs merge=lfs -text\n"
LARGE = (".parquet", ".zst", ".gz", ".arrow")
LFS = "application/vnd.git-lfs+json"


@dataclass
class Repo:
    """A repository: `commits[oid]` are its files, `refs` its branches and tags, newest commit last in `log` as (oid, message)."""

    private: bool
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    gated: bool = False

    def commit(self, files: dict[str, bytes], message: str, ref: str = "main") -> str:
        oid = sha1(f"{len(self.commits)}{message}{sorted(files)}".encode()).hexdigest()
        self.commits[oid] = files
        self.refs[ref] = oid
        self.log.append((oid, message))
        return oid

    @property
    def head(self) -> dict[str, bytes]:
        return self.commits[self.refs["main"]]


class DatasetHub:
    """`writes` maps tokens to the namespaces that they may write to, `reads` are tokens that may read. `part` is the size from which the storage
    wants a file in parts. `interfere(name)` is called before each request (`create`, `preupload`, `batch`, `put`, `verify`, `commit`, ...)
    and may answer instead."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.writes: dict[str, tuple[str, ...]] = {}
        self.objects: dict[str, bytes] = {}
        self.parts: dict[tuple[str, int], bytes] = {}
        self.part = 1 << 30
        self.page = 1000
        self.tables: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        self.features: dict[str, Any] = {}
        self.cut: set[int] = set()
        self.refuses: dict[str, bytes] = {}
        self.interfere: Callable[[str, Seen], Any] = lambda name, seen: None
        self.asked: list[str] = []
        self.hub, self.store, self.rows = Web(self._spoken), Web(self._store), Web(self._rows)

    def environ(self, cache: Path, **more: str) -> dict[str, str]:
        """What a user sets to use it."""
        return {
            "HF_ENDPOINT": f"http://127.0.0.1:{self.hub.port}", "HF_DATASETS_SERVER": f"http://127.0.0.1:{self.rows.port}",
            "ROWSMITH_CACHE": str(cache), "ROWSMITH_EGRESS_HOSTS": "127.0.0.1", "ROWSMITH_EGRESS_PORTS": str(self.store.port), **more,
        }  # fmt: skip

    def add(self, name: str, files: dict[str, bytes], *, private: bool = False, message: str = "files") -> str:
        """A commit over what there is; the repository is made where there is none."""
        repo = self.repos.setdefault(name, Repo(private))
        head = repo.head if repo.refs else {}
        for body in files.values():
            self.objects[sha256(body).hexdigest()] = body
        return repo.commit({**head, **files}, message)

    def convert(self, name: str, tables: dict[tuple[str, str], list[dict[str, Any]]]) -> None:
        """What the server of rows has of a dataset, and the hub's own branch of it as Parquet."""
        files = {f"{config}/{split}/0000.parquet": parquet(rows) for (config, split), rows in tables.items()}
        for body in files.values():
            self.objects[sha256(body).hexdigest()] = body
        self.repos[name].commit(files, "Update parquet files", "refs/convert/parquet")
        self.tables |= {(name, *key): rows for key, rows in tables.items()}

    # -- the hub ------------------------------------------------------------------------------------------------------------------------

    def _spoken(self, seen: Seen) -> Any:
        answer = self._hub(seen)
        return answer[: answer.index(b"\r\n\r\n") + 4] if seen.method == "HEAD" and isinstance(answer, bytes) else answer

    def _hub(self, seen: Seen) -> Any:
        parts = urlsplit(seen.target)
        words = [unquote(word) for word in parts.path.strip("/").split("/")]
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.writes:
            return said({"error": "Invalid credentials in Authorization header"}, 401, X_Error_Message="Invalid credentials in Authorization header")
        match words:
            case ["api", "whoami-v2"]:
                return self._whoami(token)
            case ["api", "validate-yaml"]:
                return said({"warnings": [], "errors": []})
            case ["api", "repos", "create"]:
                return self._answered("create", seen) or self._create(token, json.loads(seen.body))
            case ["datasets", owner, name_git, "info", "lfs", "objects", "batch"]:
                return self._answered("batch", seen) or self._batch(json.loads(seen.body), f"{owner}/{name_git.removesuffix('.git')}")
            case ["verify"]:
                return self._answered("verify", seen) or self._verify(json.loads(seen.body))
            case ["complete"]:
                return self._answered("complete", seen) or self._complete(json.loads(seen.body))
            case ["datasets", owner, name, "resolve", revision, *path]:
                return self._in(f"{owner}/{name}", token, revision, lambda repo, commit: self._file(seen, repo, commit, "/".join(path)))
            case ["api", "datasets", owner, name, *rest]:
                return self._api(seen, token, f"{owner}/{name}", rest)
        return said({"error": "Sorry, we can't find the page you are looking for."}, 404)

    def _answered(self, name: str, seen: Seen) -> Any:
        self.asked.append(name)
        return self.interfere(name, seen)

    def _api(self, seen: Seen, token: str, name: str, rest: list[str]) -> Any:
        match rest:
            case [] | ["revision", _]:
                return self._in(name, token, rest[1] if rest else "main", lambda repo, commit: said(self._info(name, repo, commit)))
            case ["tree", revision]:
                return self._in(name, token, revision, lambda repo, commit: self._tree(seen, name, repo, commit))
        if name not in self.repos or name.partition("/")[0] not in self.writes.get(token, ()):
            hidden = name not in self.repos or (self.repos[name].private and not self.writes.get(token))
            return http(status=401 if hidden else 403, **({"X_Error_Code": "RepoNotFound"} if hidden else {}))
        repo, data = self.repos[name], seen.body
        if (instead := self._answered(rest[0], seen)) is not None:
            return instead
        match rest:
            case ["preupload", _]:
                files = [{"path": one["path"], "uploadMode": mode(one), "shouldIgnore": False} for one in json.loads(data)["files"]]
                return said({"files": files})
            case ["commit", revision]:
                return self._commit(name, repo, revision, [json.loads(line) for line in data.splitlines()])
            case ["tag", revision]:
                tag = json.loads(data)["tag"]
                if tag in repo.refs:
                    return said({"error": "Tag reference exists already"}, 409)
                repo.refs[tag] = repo.refs.get(revision, revision)
                return http(status=200)
        return http(status=404)

    def _in(self, name: str, token: str, revision: str, answer: Callable[[Repo, str], Any]) -> Any:
        """An answer that needs a repository that may be read, and a commit of it."""
        if name in self.refuses:
            return self.refuses[name]
        repo = self.repos.get(name)
        if repo is None or (repo.private and not self.writes.get(token)):
            return said({"error": "Repository not found"}, 404 if token else 401, X_Error_Code="RepoNotFound", X_Error_Message="Repository not found")
        if repo.gated and not self.writes.get(token):
            return said({"error": f"Access to dataset {name} is restricted."}, 401, X_Error_Code="GatedRepo")
        commit = repo.refs.get(revision, revision)
        if commit not in repo.commits:
            return said({"error": f"Invalid rev id: {revision}"}, 404, X_Error_Code="RevisionNotFound", X_Error_Message=f"Invalid rev id: {revision}")
        return answer(repo, commit)

    def _whoami(self, token: str) -> Any:
        if not token:
            return said({"error": "Invalid username or password."}, 401, X_Error_Message="Invalid username or password.")
        user, *orgs = self.writes[token] or ("reader",)
        role = {"displayName": "t", "role": "write" if self.writes[token] else "read"}
        found = {"type": "user", "id": "6", "name": user, "orgs": [{"type": "org", "name": org, "roleInOrg": "write"} for org in orgs]}
        return said({**found, "auth": {"type": "access_token", "accessToken": role}})

    def _create(self, token: str, asked: dict[str, Any]) -> Any:
        owner = asked.get("organization") or self.writes[token][0]
        name = f"{owner}/{asked['name']}"
        if owner not in self.writes.get(token, ()):
            text = f'You don\'t have the rights to create a dataset under the namespace "{owner}"'
            return said({"error": text}, 403, X_Error_Message=text)
        url = f"http://127.0.0.1:{self.hub.port}/datasets/{name}"
        if name in self.repos:
            return said({"error": "You already created this dataset repo", "url": url}, 409)
        assert asked["type"] == "dataset"
        self.repos[name] = Repo(asked.get("visibility", "public") != "public" or asked.get("private") is True)
        self.repos[name].commit({".gitattributes": ATTRIBUTES}, "initial commit")
        return said({"url": url, "name": name, "id": "7"})

    def _info(self, name: str, repo: Repo, commit: str) -> dict[str, Any]:
        files = [{"rfilename": path} for path in sorted(repo.commits[commit])]
        said = {"_id": "7", "id": name, "author": name.partition("/")[0], "sha": commit, "private": repo.private, "gated": repo.gated}
        return {**said, "disabled": False, "tags": [], "downloads": 0, "likes": 0, "siblings": files, "lastModified": "2026-11-01T00:00:00.000Z"}

    def _tree(self, seen: Seen, name: str, repo: Repo, commit: str) -> Any:
        start = int(dict(parse_qsl(urlsplit(seen.target).query)).get("cursor", "0"))
        entries: list[dict[str, Any]] = []
        for path, body in sorted(repo.commits[commit].items()):
            entries += [{"type": "directory", "oid": "0" * 40, "size": 0, "path": path.rpartition("/")[0]}] if "/" in path else []
            entry = {"type": "file", "oid": git_hash(body), "size": len(body), "path": path}
            entries.append({**entry, "lfs": {"oid": sha256(body).hexdigest(), "size": len(body), "pointerSize": 134}} if is_large(path) else entry)
        more = f"http://127.0.0.1:{self.hub.port}/api/datasets/{name}/tree/{commit}?recursive=true&limit={self.page}&cursor={start + self.page}"
        link = {"Link": f'<{more}>; rel="next"'} if len(entries) > start + self.page else {}
        return said(entries[start : start + self.page], **link)

    def _file(self, seen: Seen, repo: Repo, commit: str, path: str) -> Any:
        if path not in repo.commits[commit]:
            return said({"error": "Entry not found"}, 404, X_Error_Code="EntryNotFound", X_Error_Message="Entry not found", X_Repo_Commit=commit)
        body = repo.commits[commit][path]
        oid = sha256(body).hexdigest()
        if is_large(path):
            place = f"http://127.0.0.1:{self.store.port}/{oid}?sig=a%2Bb"
            return http(status=302, X_Repo_Commit=commit, X_Linked_ETag=f'"{oid}"', X_Linked_Size=str(len(body)), Location=place)
        head = http(status=200, length=False, Content_Length=str(len(body)), ETag=f'"{git_hash(body)}"', X_Repo_Commit=commit)
        return head + (b"" if seen.method == "HEAD" else body)

    def _batch(self, asked: dict[str, Any], name: str) -> Any:
        assert (asked["operation"], asked["hash_algo"]) == ("upload", "sha256")
        objects = []
        for one in asked["objects"]:
            oid, size = one["oid"], one["size"]
            href, header = f"http://127.0.0.1:{self.store.port}/{oid}?sig=put", {}
            if size > self.part and "multipart" in asked["transfers"]:
                count = -(-size // self.part)
                urls = {f"{n:05}": f"http://127.0.0.1:{self.store.port}/{oid}?sig=put&partNumber={n}" for n in range(1, count + 1)}
                href, header = f"http://127.0.0.1:{self.hub.port}/complete?oid={oid}", {"chunk_size": str(self.part), **urls}
            verify = {"href": f"http://127.0.0.1:{self.hub.port}/verify", "header": {}}
            there = oid in self.objects
            objects.append({**one, **({} if there else {"actions": {"upload": {"href": href, "header": header}, "verify": verify}})})
        return said({"transfer": "multipart" if self.part < 1 << 30 else "basic", "objects": objects}, kind=LFS)

    def _verify(self, asked: dict[str, Any]) -> Any:
        return http(status=200 if len(self.objects.get(asked["oid"], b"")) == asked["size"] else 404)

    def _complete(self, asked: dict[str, Any]) -> Any:
        bodies = [self.parts[asked["oid"], one["partNumber"]] for one in asked["parts"]]
        right = all(one["etag"] == f'"{sha1(body).hexdigest()}"' for one, body in zip(asked["parts"], bodies, strict=True))
        body = b"".join(bodies)
        if not right or sha256(body).hexdigest() != asked["oid"]:
            return http(status=400)
        self.objects[asked["oid"]] = body
        return said({"success": True}, kind=LFS)

    def _commit(self, name: str, repo: Repo, revision: str, lines: list[dict[str, Any]]) -> Any:
        head, *changes = lines
        assert head["key"] == "header"
        if (parent := head["value"].get("parentCommit")) and parent != repo.refs[revision]:
            return said({"error": "A commit has happened since. Please refresh and try again."}, 412)
        files = dict(repo.head)
        for change in changes:
            value = change["value"]
            if change["key"] == "deletedFile":
                del files[value["path"]]
            elif change["key"] == "lfsFile":
                if value["oid"] not in self.objects:
                    return said({"error": "LFS pointer pointed to a file that does not exist"}, 400)
                files[value["path"]] = self.objects[value["oid"]]
            else:
                assert (change["key"], value["encoding"]) == ("file", "base64")
                files[value["path"]] = b64decode(value["content"])
        oid = repo.commit(files, head["value"]["summary"], revision)
        url = f"http://127.0.0.1:{self.hub.port}/datasets/{name}/commit/{oid}"
        return said({"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": ""})

    # -- where large files lie --------------------------------------------------------------------------------------------------------------

    def _store(self, seen: Seen) -> Any:
        at = urlsplit(seen.target)
        oid, asked = at.path.strip("/"), dict(parse_qsl(at.query))
        assert "authorization" not in seen.headers
        if seen.method == "PUT":
            if (instead := self._answered("put", seen)) is not None:
                return instead
            if "partNumber" in asked:
                self.parts[oid, int(asked["partNumber"])] = seen.body
                return http(status=200, ETag=f'"{sha1(seen.body).hexdigest()}"')
            if sha256(seen.body).hexdigest() != oid:
                return http(status=400)
            self.objects[oid] = seen.body
            return http(status=200, ETag=f'"{sha1(seen.body).hexdigest()}"')
        return Shelf(self.objects[oid], tag='"of the store"')(seen) if oid in self.objects else http(status=403)

    # -- the server of rows -----------------------------------------------------------------------------------------------------------------

    def _rows(self, seen: Seen) -> Any:
        at = urlsplit(seen.target)
        kind, asked = at.path.strip("/"), dict(parse_qsl(at.query))
        if (instead := self._answered(kind, seen)) is not None:
            return instead
        name, token = asked["dataset"], seen.headers.get("authorization", "").removeprefix("Bearer ")
        repo = self.repos.get(name)
        if repo is None or (repo.private and not self.writes.get(token)):
            text = "The dataset does not exist, or is not accessible without authentication (private or gated). Please check the spelling."
            return said({"error": text}, 401, X_Error_Code="ExternalUnauthenticatedError")
        if repo.private:
            return said({"error": "Private datasets are only supported for PRO users and Enterprise Hub organizations."}, 501,
                        X_Error_Code="NotSupportedPrivateRepositoryError")  # fmt: skip
        mine = {key[1:]: rows for key, rows in self.tables.items() if key[0] == name}
        if not mine:
            return said({"error": "The server is busier than usual and the response is not ready yet. Please retry later."}, 500,
                        X_Error_Code="ResponseNotReady")  # fmt: skip
        revision = {"X_Revision": repo.refs["main"]}
        place = [{"dataset": name, "config": config, "split": split} for config, split in mine]
        if kind == "splits":
            return said({"splits": place, "pending": [], "failed": []}, **revision)
        if kind == "parquet":
            url = f"http://127.0.0.1:{self.hub.port}/datasets/{name}/resolve/refs%2Fconvert%2Fparquet"
            files = [{**one, "url": f"{url}/{one['config']}/{one['split']}/0000.parquet", "filename": "0000.parquet", "size": 1} for one in place]
            return said({"parquet_files": files, "pending": [], "failed": [], "partial": False}, **revision)
        return self._page(mine, asked, revision)

    def _page(self, tables: dict[Any, list[dict[str, Any]]], asked: dict[str, str], revision: dict[str, str]) -> Any:
        rows, offset, length = tables.get((asked["config"], asked["split"])), int(asked["offset"]), int(asked["length"])
        if rows is None:
            return said({"error": "Not found."}, 404, X_Error_Code="ResponseNotFound")
        if length > 100:
            return said({"error": "Parameter 'length' must not be greater than 100"}, 422, X_Error_Code="InvalidParameter")
        features = [
            {"feature_idx": n, "name": column, "type": self.features.get(column, {"dtype": "string", "_type": "Value"})}
            for n, column in enumerate(rows[0])
        ]
        page = [
            {"row_idx": n, "row": rows[n], "truncated_cells": [next(iter(rows[n]))] if n in self.cut else []}
            for n in range(offset, min(offset + length, len(rows)))
        ]
        return said(
            {"features": features, "rows": page, "num_rows_total": len(rows), "num_rows_per_page": 100, "partial": False}, **revision
        )  # fmt: skip


def said(data: Any, status: int = 200, kind: str = "application/json; charset=utf-8", **headers: str) -> bytes:
    """An answer in JSON."""
    return http(json.dumps(data).encode(), status, Content_Type=kind, **headers)


def is_large(path: str) -> bool:
    """Whether the attributes of the repository send the file to the storage."""
    return path.endswith(LARGE)


def mode(file: dict[str, Any]) -> str:
    return "lfs" if is_large(file["path"]) or file["size"] > 10 << 20 else "regular"


def parquet(rows: list[dict[str, Any]]) -> bytes:
    """The rows as a Parquet file."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as database:
        Path(folder, "in.json").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        database.execute(f"COPY (SELECT * FROM read_json('{folder}/in.json', format='newline_delimited')) TO '{folder}/out.parquet' (FORMAT parquet)")
        return Path(folder, "out.parquet").read_bytes()


def lines(rows: list[dict[str, Any]]) -> bytes:
    """The rows as JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@contextmanager
def dataset_hub() -> Iterator[DatasetHub]:
    hub = DatasetHub()
    with hub.hub, hub.store, hub.rows:
        yield hub
