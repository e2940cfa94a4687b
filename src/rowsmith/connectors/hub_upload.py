"""Large files on their way to a hub: git LFS's batch API with its transfers `basic` and `multipart`
(https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md). What the storage has already is not sent again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

from rowsmith.connectors.exchange import Bounds
from rowsmith.connectors.file_part import FilePart
from rowsmith.connectors.hub_api import Api
from rowsmith.connectors.urls import parsed
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.failpoints import failpoint

KIND = "application/vnd.git-lfs+json"
SENDING = Bounds(body=1 << 20, total_s=24 * 3600.0, connect_s=20.0, idle_s=120.0)
BATCH = 100


@dataclass(frozen=True, slots=True)
class Local:
    """A file that is to be on the hub, by its path there. `git` is what git calls its bytes."""

    path: str
    file: Path
    size: int
    sha256: str
    git: str


def local(folder: Path) -> list[Local]:
    """The files of a folder, sorted by their paths."""
    return [_local(folder, path) for path in sorted(folder.rglob("*")) if path.is_file()]


def _local(folder: Path, path: Path) -> Local:
    size = path.stat().st_size
    whole, git = sha256(), sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as file:
        while data := file.read(1 << 20):
            whole.update(data)
            git.update(data)
    return Local(path.relative_to(folder).as_posix(), path, size, whole.hexdigest(), git.hexdigest())


async def upload(api: Api, place: str, files: Sequence[Local]) -> AsyncIterator[tuple[Local, bool]]:
    """Send the files, one after another; gives each with whether it had to be sent. `place` as `datasets/owner/name`.

    Raises:
        Invalid: the storage does not take one. Refusal, Broken, Unavailable: see hub_api.Api.ask.
    """
    by_hash = {file.sha256: file for file in files}
    names = list(by_hash)
    for at in range(0, len(names), BATCH):
        asked = {
            "operation": "upload", "transfers": ["basic", "multipart"], "hash_algo": "sha256", "ref": {"name": "main"},
            "objects": [{"oid": name, "size": by_hash[name].size} for name in names[at : at + BATCH]],
        }  # fmt: skip
        told = await api.post(f"/{place}.git/info/lfs/objects/batch", asked, kind=KIND)
        for one in _listed(api, told):
            file = by_hash[one["oid"]]
            if said := one.get("error"):
                raise Invalid(f"{api.site.host} does not take {file.path}: {said.get('message', said)}.", "Make the file smaller: more shards.")
            if actions := one.get("actions"):
                await _send(api, file, actions)
                failpoint("push.uploaded")
            yield file, bool(actions)


def _listed(api: Api, told: Any) -> list[dict[str, Any]]:
    objects = told.get("objects") if isinstance(told, Mapping) else None
    if not isinstance(objects, list):
        raise _strange(api)
    return objects


async def _send(api: Api, file: Local, actions: Mapping[str, Any]) -> None:
    try:
        href, header = actions["upload"]["href"], actions["upload"].get("header") or {}
        verify = actions.get("verify")
        if "chunk_size" in header:
            await _in_parts(api, file, href, header, int(header["chunk_size"]))
        else:
            await api.ask("PUT", href, body=FilePart(file.file, 0, file.size), bounds=SENDING, key=False)
        if verify:
            # The token is for the hub, wherever its storage may want to be asked.
            ours = parsed(verify["href"]).origin() == parsed(api.site.endpoint).origin()
            await api.post(verify["href"], {"oid": file.sha256, "size": file.size}, key=ours)
    except (KeyError, TypeError, ValueError):
        raise _strange(api) from None


async def _in_parts(api: Api, file: Local, href: str, header: Mapping[str, str], size: int) -> None:
    urls = [header[name] for name in sorted((name for name in header if name.isdigit()), key=int)]
    if size < 1 or len(urls) != -(-file.size // size):
        raise _strange(api)
    parts = []
    for number, url in enumerate(urls):
        start = number * size
        reply = await api.ask("PUT", url, body=FilePart(file.file, start, min(size, file.size - start)), bounds=SENDING, key=False)
        parts.append({"partNumber": number + 1, "etag": reply.headers["ETag"]})
        failpoint("push.part")
    await api.post(href, {"oid": file.sha256, "parts": parts}, kind=KIND, key=False)


def _strange(api: Api) -> Unavailable:
    return Unavailable(f"{api.site.host} does not answer as a hub's storage does.", "Correct HF_ENDPOINT.")
