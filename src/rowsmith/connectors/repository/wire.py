"""Git's own protocol over HTTP, as far as it is needed: what branches and tags there are, and the files of one commit in a pack.

Every byte goes through the egress client, and no program is started. The forms are those of git's documents `gitprotocol-http` and
`gitprotocol-pack` (version 0, which every server speaks).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds, Incoming
from rowsmith.core.errors import NotFound, Unavailable

REFS = Bounds(body=64 << 20, total_s=120.0)
_PACK_S = 3600.0
_WANTED = ("side-band-64k", "ofs-delta", "thin-pack", "shallow", "filter")
"""What is asked for where the server can. Who has nothing gets no thin pack, but some servers want it to be said."""
_HEAD = ("refs/heads/", "refs/tags/", "refs/", "")


@dataclass(frozen=True, slots=True)
class Refs:
    """What a server has. `found`: commits by the full names of refs, of a tag the commit that it stands for. `at`: the address that answered,
    after redirects. `head`: the default branch, empty where the server does not say."""

    found: Mapping[str, str]
    can: frozenset[str]
    at: str
    head: str = ""

    @property
    def of_git(self) -> bool:
        """Whether git itself answers. Others (dulwich) say that they can filter, and misread who asks for it together with a depth."""
        return any(item.startswith("agent=git/") for item in self.can)


@dataclass(frozen=True, slots=True)
class Pinned:
    """What a ref is: its name as people say it (`main`), the commit (40 hexadecimal digits), and what of the commit is meant."""

    ref: str
    commit: str
    within: str = ""


async def refs_of(egress: Egress, git: str, headers: Mapping[str, str]) -> Refs:
    """The refs of the repository at this address.

    Raises:
        NotFound: there is none, or not for us. Unavailable: it cannot be reached, or is no server of git. AddressRefused: it may not be reached.
    """
    reply = await egress.send("GET", f"{git}/info/refs?service=git-upload-pack", headers=headers, bounds=REFS)
    if reply.status in (401, 403, 404):
        fix = "Check the address." if headers else "Check the address; what is private needs a token."
        raise NotFound(f"There is no repository at {git}, or it is not open to us (HTTP {reply.status}).", fix)
    if reply.status != 200:
        raise Unavailable(f"{git} answers HTTP {reply.status}.", "Try again later.")
    if not re.match(rb"[0-9a-f]{4}# service=git-upload-pack", reply.body):
        raise Unavailable(f"What answers at {git} does not speak git's protocol.", "Correct the address.")
    lines = [line for line in Packets().taken(reply.body) if line]
    return _read(lines[1:], reply.url.partition("/info/refs")[0])


def _read(lines: list[bytes], at: str) -> Refs:
    found: dict[str, str] = {}
    can: frozenset[str] = frozenset()
    for line in lines:
        said, _, more = line.rstrip(b"\n").partition(b"\0")
        can = frozenset(more.decode("utf-8", "replace").split()) if more else can
        commit, _, name = said.decode("utf-8", "replace").partition(" ")
        if re.fullmatch("[0-9a-f]{40}", commit) and name != "capabilities^{}":
            found[name.removesuffix("^{}")] = commit  # what a tag stands for comes after the tag
    head = next((item.partition(":")[2] for item in can if item.startswith("symref=HEAD:")), "")
    return Refs(found, can, at, head.removeprefix("refs/heads/"))


def pinned(refs: Refs, ref: str, tail: str = "") -> Pinned:
    """The commit that a ref is now; with `tail` (a ref and a path, slashes between) the longest beginning that is a ref.

    Raises:
        NotFound: no ref is called so.
    """
    if not ref and not tail:
        if "HEAD" not in refs.found:
            raise NotFound(f"The repository at {refs.at} is empty.", "Name another one.")
        return Pinned(refs.head or "HEAD", refs.found["HEAD"])
    parts = [ref] if ref else tail.split("/")
    for count in range(len(parts), 0, -1):
        name = "/".join(parts[:count])
        if commit := _commit(refs, name):
            return Pinned(name, commit, "/".join(parts[count:]))
    names = [name.removeprefix("refs/heads/") for name in refs.found if name.startswith("refs/heads/")]
    what = f"The repository at {refs.at} has no branch or tag {ref or tail!r}."
    raise NotFound(what, f"It has the branches {', '.join(names[:10]) or '(none)'}; or give a whole commit.")


def _commit(refs: Refs, name: str) -> str:
    if re.fullmatch("[0-9a-f]{40}", name):
        return name
    for before in _HEAD:
        if commit := refs.found.get(before + name):
            return commit
    near = {commit for commit in refs.found.values() if commit.startswith(name)} if re.fullmatch("[0-9a-f]{7,39}", name) else set()
    return near.pop() if len(near) == 1 else ""


async def pack_of(
    egress: Egress, refs: Refs, commit: str, path: Path, *, headers: Mapping[str, str], most: int, largest: int,
    note: Callable[[str], None], depth: int = 1,
) -> None:  # fmt: skip
    """Bring the pack with a commit and its files to `path`, and those of the commits before it, `depth` together. Servers that can leave out files
    of more than `largest` bytes (-1: all files); the whole has at most `most`.

    Raises:
        Invalid: it is larger. NotFound: the server has not that commit, or does not give it. Unavailable: it cannot be reached, or does not
        answer as git does.
    """
    if "side-band-64k" not in refs.can:
        raise Unavailable(f"The server at {refs.at} speaks a form of git's protocol that is too old.", "Use the archive (method: archive).")
    able = [item for item in _WANTED if item in refs.can and (item != "filter" or refs.of_git)]
    asked = [f"want {commit} {' '.join(able)}\n", *([f"deepen {depth}\n"] if "shallow" in able else [])]
    asked += [f"filter blob:limit={largest + 1}\n"] if "filter" in able else []
    body = b"".join(packet(line.encode()) for line in asked) + b"0000" + packet(b"done\n")
    sent = {"Content-Type": "application/x-git-upload-pack-request", "Accept": "application/x-git-upload-pack-result", **headers}
    bounds = Bounds(body=most, total_s=_PACK_S, idle_s=120.0, redirects=0)
    async with egress.open("POST", f"{refs.at}/git-upload-pack", headers=sent, body=body, bounds=bounds) as found:
        if found.status != 200:
            raise Unavailable(f"{found.host} answers HTTP {found.status} where a clone is asked for.", "Use the archive (method: archive).")
        with path.open("wb") as file:
            async for data in _pack(found, refs.at, note):
                await asyncio.to_thread(file.write, data)
    if path.stat().st_size < 32:
        raise Unavailable(f"The server at {refs.at} gave no pack.", "Try again later.")


async def _pack(found: Incoming, at: str, note: Callable[[str], None]) -> AsyncIterator[bytes]:
    """The bytes of the pack among what the server says."""
    packets, began = Packets(), False
    async for piece in found.pieces():
        for line in packets.taken(piece):
            if line.startswith(b"ERR "):
                raise _refused(at, line[4:])
            began = began or line.startswith((b"NAK", b"ACK"))
            if not began or line.startswith((b"NAK", b"ACK")) or not line:
                continue
            if line[:1] == b"\x03":
                raise _refused(at, line[1:])
            if line[:1] == b"\x01":
                yield line[1:]
            elif line[:1] == b"\x02":
                note(_shown(line[1:]))
    packets.end(at)


def _refused(at: str, said: bytes) -> NotFound:
    return NotFound(f"The server at {at} does not give that commit: {_shown(said)}", "Name a branch or a tag that it has.")


def _shown(said: bytes) -> str:
    last = said.decode("utf-8", "replace").replace("\r", "\n").strip().rpartition("\n")[2]
    return "".join(sign if sign.isprintable() else " " for sign in last)[:200]


def packet(line: bytes) -> bytes:
    """A line as git sends it: four hexadecimal digits of its length, these four included, before it."""
    return b"%04x" % (len(line) + 4) + line


@dataclass(slots=True)
class Packets:
    """Lines as they come, in pieces that end anywhere. An empty line is one of the protocol's marks (`0000`, `0001`, `0002`)."""

    _held: bytearray = field(default_factory=bytearray)

    def taken(self, data: bytes) -> Iterator[bytes]:
        """The lines that are whole with these bytes.

        Raises:
            Unavailable: they are none.
        """
        held = self._held
        held += data
        at = 0
        while len(held) - at >= 4:
            digits = bytes(held[at : at + 4])
            if not re.fullmatch(b"[0-9a-fA-F]{4}", digits) or (size := int(digits, 16)) == 3:
                raise Unavailable("The server does not answer in git's protocol.", "Correct the address.")
            size = max(size, 4)
            if len(held) - at < size:
                break
            yield bytes(held[at + 4 : at + size])
            at += size
        del held[:at]

    def end(self, at: str) -> None:
        """Nothing more comes.

        Raises:
            Unavailable: the last line is cut off.
        """
        if self._held:
            raise Unavailable(f"The answer of {at} broke off.", "Try again.")
