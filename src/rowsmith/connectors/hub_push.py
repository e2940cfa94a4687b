"""A folder as the next commit of a dataset's repository on a hub: everything is sent first, and one commit at the end makes it be there.

Whatever breaks off before it has changed nothing that anybody sees, and what was sent is not sent again.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from rowsmith.connectors.download import Refusal
from rowsmith.connectors.exchange import Broken
from rowsmith.connectors.hub_api import Api
from rowsmith.connectors.hub_dataset import HubDataset, commit_of, files_of
from rowsmith.connectors.hub_upload import Local, local, upload
from rowsmith.core.errors import Conflict, Invalid, Unavailable
from rowsmith.core.failpoints import failpoint

MANIFEST = ".rowsmith/push.json"
"""Lists the files of a push, so that the next one removes those that it does not have, and nothing that somebody else has put there."""
ASKED_AT_ONCE = 256
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,100}")


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did. `commit` is the repository's newest now; `sent` are files that went over the network, `kept` those that the repository
    or its storage had, `removed` those of an earlier push."""

    repo: str
    url: str
    commit: str
    private: bool
    created: bool
    sent: tuple[str, ...]
    kept: int
    removed: tuple[str, ...]


Heard = Callable[[str], None]


def check_tag(tag: str) -> None:
    """Raise Invalid for what cannot be a tag."""
    if not _TAG.fullmatch(tag):
        raise Invalid(f"{tag!r} cannot be a tag.", "Use letters, digits and . _ + -, for example v1.0.")


async def push(
    api: Api, dataset: HubDataset, folder: Path, *, public: bool = False, message: str = "", tag: str = "", heard: Heard = lambda text: None
) -> Pushed:  # fmt: skip
    """Let the main branch of `dataset` have the files of the folder. A repository that is not there is made, private unless `public`.

    Raises:
        Invalid: a tag that cannot be one, or a file that the hub does not take. Conflict: somebody commits meanwhile, or the tag is taken.
        Unavailable: no token, or none that may; the hub is away.
    """
    with _refusals(api, dataset):
        created = await _created(api, dataset, public)
        private = await _private(api, dataset)
        if created and not public and not private:
            raise Unavailable(f"{api.site.host} has made {dataset.repo} public, although private was asked for.", "Nothing has been uploaded.")
        failpoint("push.created")
        head = await commit_of(api, dataset, "main")
        there = {entry["path"]: entry for entry in await files_of(api, dataset, head)}
        files = await asyncio.to_thread(local, folder)
        gone = await _gone(api, dataset, head, there, files)
        changed = [file for file in files if not _same(file, there.get(file.path))]
        sent: list[str] = []
        commit = head
        if changed or gone:
            regular, large = await _modes(api, dataset, changed)
            async for file, went in upload(api, dataset.place, large):
                sent += [file.path] if went else []
                heard(f"{file.path}: {file.size:,} bytes{'' if went else ' were there'}")
            commit = await _commit(api, dataset, head, message or "Pushed by Rowsmith", regular, large, gone)
            sent += [file.path for file in regular]
        if tag:
            await _tag(api, dataset, commit, tag)
    url = f"{api.site.endpoint}/{dataset.place}"
    return Pushed(dataset.repo, url, commit, private, created, tuple(sorted(sent)), len(files) - len(sent), tuple(gone))


def _same(file: Local, entry: Mapping[str, Any] | None) -> bool:
    if entry is None:
        return False
    large = entry.get("lfs")
    return bool(large.get("oid") == file.sha256 if isinstance(large, Mapping) else entry.get("oid") == file.git)


async def _created(api: Api, dataset: HubDataset, public: bool) -> bool:
    """Make the repository; False where it is there."""
    owner, _, name = dataset.repo.partition("/")
    me = await api.get("/api/whoami-v2")
    mine = isinstance(me, Mapping) and me.get("name") == owner
    asked = {"name": name, "organization": None if mine else owner, "type": "dataset", "visibility": "public" if public else "private"}
    try:
        await api.post("/api/repos/create", asked)
    except Refusal as error:
        if error.http == 409:
            return False
        if error.http in (401, 402, 403) and await _is_there(api, dataset):
            return False  # a token may write to a repository and make none
        raise
    return True


async def _is_there(api: Api, dataset: HubDataset) -> bool:
    try:
        await api.get(f"/api/{dataset.place}")
    except Refusal:
        return False
    return True


async def _private(api: Api, dataset: HubDataset) -> bool:
    found = await api.get(f"/api/{dataset.place}")
    return bool(isinstance(found, Mapping) and found.get("private"))


async def _gone(api: Api, dataset: HubDataset, head: str, there: Mapping[str, Any], files: Sequence[Local]) -> list[str]:
    """The files of the push before that this one does not have."""
    if MANIFEST not in there:
        return []
    reply = await api.ask("GET", f"/{dataset.place}/resolve/{head}/{MANIFEST}")
    try:
        before = orjson.loads(reply.body)["files"]
    except (ValueError, KeyError, TypeError):
        return []
    return sorted(set(map(str, before)) & set(there) - {file.path for file in files})


async def _modes(api: Api, dataset: HubDataset, files: Sequence[Local]) -> tuple[list[Local], list[Local]]:
    """The files that go into the commit itself, and those that go into the storage, as the hub has it."""
    large: set[str] = set()
    for at in range(0, len(files), ASKED_AT_ONCE):
        some = files[at : at + ASKED_AT_ONCE]
        asked = [{"path": file.path, "sample": b64encode(_head(file)).decode(), "size": file.size} for file in some]
        told = await api.post(f"/api/{dataset.place}/preupload/main", {"files": asked})
        large |= {one["path"] for one in told["files"] if one["uploadMode"] == "lfs"}
    return [file for file in files if file.path not in large or not file.size], [file for file in files if file.path in large and file.size]


def _head(file: Local) -> bytes:
    with file.file.open("rb") as opened:
        return opened.read(512)


async def _commit(
    api: Api, dataset: HubDataset, head: str, message: str, regular: Sequence[Local], large: Sequence[Local], gone: Sequence[str]
) -> str:  # fmt: skip
    lines: list[tuple[str, dict[str, Any]]] = [("header", {"summary": message, "description": "", "parentCommit": head})]
    lines += [("file", {"content": b64encode(file.file.read_bytes()).decode(), "path": file.path, "encoding": "base64"}) for file in regular]
    lines += [("lfsFile", {"path": file.path, "algo": "sha256", "oid": file.sha256, "size": file.size}) for file in large]
    lines += [("deletedFile", {"path": path}) for path in gone]
    body = b"".join(orjson.dumps({"key": key, "value": value}) + b"\n" for key, value in lines)
    failpoint("push.commit.before")
    try:
        reply = await api.ask("POST", f"/api/{dataset.place}/commit/main", headers={"Content-Type": "application/x-ndjson"}, body=body, once=True)
    except Broken as error:
        raise Broken(f"Whether the commit came about is not known: {error.what}", "The same command again finds out, and goes on.") from None
    except Refusal as error:
        if error.http in (409, 412):
            fix = "Nothing has been changed. The same command again goes on over what is there now."
            raise Conflict(f"Somebody has committed to {dataset.repo} meanwhile.", fix) from None
        raise
    failpoint("push.commit.after")
    return str(orjson.loads(reply.body)["commitOid"])


async def _tag(api: Api, dataset: HubDataset, commit: str, tag: str) -> None:
    try:
        await api.post(f"/api/{dataset.place}/tag/{quote(commit, safe='')}", {"tag": tag})
    except Refusal as error:
        if error.http != 409:
            raise
        if await commit_of(api, dataset, tag) != commit:
            raise Conflict(f"{dataset.repo} has a tag {tag} already, of another commit.", "The rows are pushed; choose another tag.") from None


@contextmanager
def _refusals(api: Api, dataset: HubDataset) -> Iterator[None]:
    if not api.site.key:
        fix = f"Set HF_TOKEN to a token that may write, or keep one: rowsmith keys add HF_TOKEN --url {api.site.endpoint}."
        raise Unavailable(f"There is no token for {api.site.host}.", fix)
    owner = dataset.repo.partition("/")[0]
    try:
        yield
    except Refusal as error:
        if error.http == 401:
            raise Unavailable(f"{api.site.host} does not know the token (HTTP 401).", "Give a valid one: HF_TOKEN.") from None
        if error.http == 403:
            what = f"The token may not write to {owner} on {api.site.host} (HTTP 403)."
            raise Unavailable(what, "Give it the right to write, or name a place of your own.") from None
        if error.http == 413:
            raise Invalid(f"{api.site.host} does not take files as large as these (HTTP 413).", "Make them smaller: more shards.") from None
        raise api.site.refused(dataset.place, "main", error.http, error.headers) from None
    except (KeyError, TypeError, ValueError):
        raise Unavailable(f"{api.site.host} does not answer as a hub does.", "Correct HF_ENDPOINT.") from None
