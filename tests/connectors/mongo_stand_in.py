"""A stand-in for a MongoDB server: the real wire protocol (OP_MSG, and OP_QUERY for the first hello), spoken with real drivers, over documents in
memory. It knows hello, ping, find, getMore, killCursors, listCollections, count and aggregate with $sample, conditions that compare, and no more.

    python mongo_stand_in.py ROWS     serves `shop.item` with so many documents; the port is its first line
"""

from __future__ import annotations

import itertools
import random
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import bson
from bson.codec_options import CodecOptions

Documents = Sequence[Mapping[str, Any]]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda a, b: a == b, "$ne": lambda a, b: a != b, "$gt": lambda a, b: a is not None and a > b,
    "$gte": lambda a, b: a is not None and a >= b,
    "$lt": lambda a, b: a is not None and a < b, "$lte": lambda a, b: a is not None and a <= b, "$in": lambda a, b: a in b,
    "$exists": lambda a, b: (a is not None) == b,
}  # fmt: skip
_REPLY, _QUERY, _MSG = 1, 2004, 2013
_BYTES = 16 << 20
_AWARE = CodecOptions[dict[str, Any]](tz_aware=True)


class StandIn:
    """`databases`: collections of documents by their names. `seen`: the commands as they came. `answers`: what a command is answered instead, by
    its name. `names`: other servers that it says there are, in its hello."""

    def __init__(self, databases: Mapping[str, Mapping[str, Documents]], answers: Mapping[str, Any] | None = None, names: Sequence[str] = ()) -> None:
        self._databases, self._answers, self._names = databases, answers or {}, names
        self.seen: list[dict[str, Any]] = []
        self._cursors: dict[int, tuple[Iterator[bytes], str]] = {}
        self._numbers = itertools.count(1)
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    def __enter__(self) -> StandIn:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"mongodb://127.0.0.1:{self.port}"
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._socket, *self._open):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side has gone
        self._socket.close()
        for thread in list(self._threads):
            thread.join(10)

    def _begin(self, work: Callable[..., None], *given: Any) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                one, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(one)
            self._begin(self._serve, one)

    def _serve(self, one: socket.socket) -> None:
        with one:
            try:
                while head := _exactly(one, 16):
                    size, number, _, code = struct.unpack("<iiii", head)
                    body = _exactly(one, size - 16)
                    if code == _QUERY:
                        name_end = body.index(b"\0", 4)
                        reply = struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(self._said(bson.decode(body[name_end + 9 :])))
                        _send(one, number, _REPLY, reply)
                    else:
                        command, more = _command(body)
                        answer = self._said({**command, **more})
                        _send(one, number, _MSG, b"\0\0\0\0\0" + (answer if isinstance(answer, bytes) else bson.encode(answer)))
            except OSError:
                return

    def _said(self, command: dict[str, Any]) -> Any:
        name = next(iter(command))
        self.seen.append(command)
        if name in self._answers:
            return self._answers[name]
        said = getattr(self, f"_{name.lower()}", None)
        return said(command) if said else {"ok": 0.0, "errmsg": f"no such command: '{name}'", "code": 59, "codeName": "CommandNotFound"}

    def _hello(self, command: dict[str, Any]) -> dict[str, Any]:
        told = {"hosts": list(self._names), "setName": "theirs", "me": self._names[0]} if self._names else {}
        return {"helloOk": True, "ismaster": True, "isWritablePrimary": True, "maxBsonObjectSize": 1 << 24, "maxMessageSizeBytes": 48_000_000,
                "maxWriteBatchSize": 100_000, "minWireVersion": 0, "maxWireVersion": 21, "readOnly": False, "ok": 1.0, **told}  # fmt: skip

    _ismaster = _hello

    def _ping(self, command: dict[str, Any]) -> dict[str, Any]:
        return {"ok": 1.0}

    _endsessions = _ping

    def _saslstart(self, command: dict[str, Any]) -> dict[str, Any]:
        return {"ok": 0.0, "errmsg": "Authentication failed.", "code": 18, "codeName": "AuthenticationFailed"}

    def _documents(self, command: dict[str, Any]) -> Documents:
        return self._databases.get(command["$db"], {}).get(next(iter(command.values())), ())

    def _find(self, command: dict[str, Any]) -> Any:
        found: Iterable[Mapping[str, Any]] = self._documents(command)
        if condition := command.get("filter"):
            found = (one for one in found if _fits(one, condition))
        if (sort := dict(command.get("sort") or {})) and sort != {"_id": 1}:
            found = sorted(found, key=lambda one: [one.get(name) for name in sort])
        if picked := command.get("projection"):
            wanted = {name for name, on in picked.items() if on} | ({"_id"} if picked.get("_id", 1) else set())
            found = ({name: value for name, value in one.items() if name in wanted} for one in found)
        if limit := command.get("limit"):
            found = itertools.islice(found, limit)
        return self._first(command, next(iter(command.values())), map(bson.encode, found), command.get("batchSize", 101))

    def _first(self, command: dict[str, Any], name: str, documents: Iterator[bytes], size: int) -> bytes:
        number = next(self._numbers)
        self._cursors[number] = (documents, f"{command['$db']}.{name}")
        return self._batch(number, size, "firstBatch")

    def _getmore(self, command: dict[str, Any]) -> Any:
        return self._batch(int(command["getMore"]), command.get("batchSize", 1 << 30), "nextBatch")

    def _batch(self, number: int, size: int, name: str) -> bytes:
        """The BSON of an answer; its documents are put in as they are, since encoding them twice would take the time that is measured."""
        documents, namespace = self._cursors[number]
        batch, length = [], 0
        for document in itertools.islice(documents, size):
            batch.append(document)
            if (length := length + len(document)) > _BYTES - (1 << 20):
                break
        if len(batch) < size and length <= _BYTES - (1 << 20):
            del self._cursors[number]
            number = 0
        rows = _document(b"".join(b"\x03" + str(place).encode() + b"\0" + one for place, one in enumerate(batch)))
        cursor = _document(b"\x04" + name.encode() + b"\0" + rows + bson.encode({"id": bson.Int64(number), "ns": namespace})[4:-1])
        return _document(b"\x03cursor\0" + cursor + bson.encode({"ok": 1.0})[4:-1])

    def _killcursors(self, command: dict[str, Any]) -> dict[str, Any]:
        for number in command["cursors"]:
            self._cursors.pop(int(number), None)
        return {"cursorsKilled": command["cursors"], "cursorsNotFound": [], "cursorsAlive": [], "cursorsUnknown": [], "ok": 1.0}

    def _listcollections(self, command: dict[str, Any]) -> dict[str, Any]:
        found = [{"name": name, "type": "collection", "options": {}} for name in self._databases.get(command["$db"], {})]
        return {"cursor": {"id": bson.Int64(0), "ns": f"{command['$db']}.$cmd.listCollections", "firstBatch": found}, "ok": 1.0}

    def _count(self, command: dict[str, Any]) -> dict[str, Any]:
        return {"n": len(self._documents(command)), "ok": 1.0}

    def _aggregate(self, command: dict[str, Any]) -> Any:
        (stage,) = command["pipeline"]
        found = self._documents(command)
        places = sorted(random.Random(1).sample(range(len(found)), min(len(found), stage["$sample"]["size"])))
        return self._first(command, command["aggregate"], (bson.encode(found[place]) for place in places), 1000)


class Numbered(Sequence[Mapping[str, Any]]):
    """So many documents, made when they are asked for."""

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, place: Any) -> Any:
        if place >= self._rows:
            raise IndexError(place)
        return {"_id": place, "name": f"item {place}", "price": place / 4, "said": "words that say something about it " * 3, "open": place % 2 == 0}


def _fits(document: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    for name, wanted in condition.items():
        tests = wanted if isinstance(wanted, Mapping) and all(key.startswith("$") for key in wanted) else {"$eq": wanted}
        if not all(_COMPARE[test](document.get(name), value) for test, value in tests.items()):
            return False
    return True


def _command(body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The command of an OP_MSG, and the documents that come in sections beside it."""
    at, command, more = 4, dict[str, Any](), dict[str, Any]()
    while at < len(body):
        kind, size = body[at], int.from_bytes(body[at + 1 : at + 5], "little")
        if kind == 0:
            command = bson.decode(body[at + 1 : at + 1 + size], _AWARE)
        else:
            end = body.index(b"\0", at + 5)
            more[body[at + 5 : end].decode()] = bson.decode_all(body[end + 1 : at + 1 + size])
        at += 1 + size
    return command, more


def _document(inside: bytes) -> bytes:
    return struct.pack("<i", len(inside) + 5) + inside + b"\0"


def _send(one: socket.socket, number: int, code: int, body: bytes) -> None:
    one.sendall(struct.pack("<iiii", len(body) + 16, 0, number, code) + body)


def _exactly(one: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size and (piece := one.recv(size - len(found))):
        found += piece
    return found if len(found) == size else b""


if __name__ == "__main__":
    with StandIn({"shop": {"item": Numbered(int(sys.argv[1]))}}) as server:
        print(server.port, flush=True)
        sys.stdin.read()
