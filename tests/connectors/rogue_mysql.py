"""A MySQL server that means ill: it lets anybody in, and then asks for files of its clients, for the password in clear text, or says nothing."""

from __future__ import annotations

import socket
import struct
from typing import Literal

from databases_world import Listening

OK = b"\x00\x00\x00\x02\x00\x00\x00"
_FLAGS = 0x81FFF7DF  # everything that a server can, LOAD DATA LOCAL among it


class Rogue(Listening):
    """`asks`: what it does. `got`: what its clients sent behind its question. `when`: which of a client's commands it answers so, counted from 1."""

    def __init__(self, asks: Literal["file", "password", "silence", "garbage"] = "file", path: str = "/etc/passwd", when: int = 1) -> None:
        super().__init__()
        self._asks, self._path, self._when = asks, path, when
        self.got: list[bytes] = []

    def _serve(self) -> None:
        try:
            while True:
                one, _ = self.socket.accept()
                with one:
                    one.settimeout(5)
                    self._serve_one(one)
        except OSError:
            return

    def _serve_one(self, one: socket.socket) -> None:
        try:
            _send(one, 0, _greeting())
            self.heard.append(_packet(one))
            if self._asks == "password":
                _send(one, 2, b"\xfemysql_clear_password\x00")
                self.got.append(_packet(one))
                return
            _send(one, 2, OK)
            commands = 0
            while said := _packet(one):
                commands += 1
                self.heard.append(said)
                if commands < self._when:
                    _send(one, 1, OK)
                    continue
                if self._asks == "file":
                    _send(one, 1, b"\xfb" + self._path.encode())
                elif self._asks == "garbage":
                    one.sendall(b"\xff" * 4096)
                self.got.append(one.recv(65536))
                return
        except OSError:
            return


def _greeting() -> bytes:
    return (
        b"\x0a8.0.36\x00" + struct.pack("<I", 7) + b"12345678\x00" + struct.pack("<H", _FLAGS & 0xFFFF) + b"\xff\x02\x00"
        + struct.pack("<H", _FLAGS >> 16) + b"\x15" + b"\x00" * 10 + b"123456789012\x00" + b"mysql_native_password\x00"
    )  # fmt: skip


def _send(one: socket.socket, number: int, payload: bytes) -> None:
    one.sendall(struct.pack("<I", len(payload))[:3] + bytes([number]) + payload)


def _packet(one: socket.socket) -> bytes:
    head = one.recv(4)
    if len(head) < 4:
        return b""
    left, found = int.from_bytes(head[:3], "little"), b""
    while left and (piece := one.recv(left)):
        found, left = found + piece, left - len(piece)
    return found
