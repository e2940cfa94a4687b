"""Bodies as they were before compression, piece by piece: a bomb of a few bytes never lies in memory unpacked."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from rowsmith.core.errors import Unavailable

PIECE = 256 * 1024
"""Most bytes of one piece."""
ACCEPTED = "gzip, deflate"


class Decoder:
    """Decodes one body. `encoding` is its Content-Encoding.

    Raises:
        Unavailable: another encoding than those that were asked for.
    """

    def __init__(self, encoding: str, host: str) -> None:
        self._host, self._name = host, encoding.strip().lower()
        if self._name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Unavailable(f"{host} sends its answer encoded as {encoding[:50]!r}, which was not asked for.", "Tell its operator.")
        self._plain = self._name in ("", "identity")
        self._open: Any = None

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What these bytes give, in pieces of at most PIECE bytes."""
        if self._plain:
            yield data
            return
        full = False
        while data or full:
            if self._open is None or (self._open.eof and data):  # a gzip body may be of several members, one after the other
                self._open = self._begun(data)
            try:
                piece = self._open.decompress(data, PIECE)
            except zlib.error:
                raise self._broken() from None
            if piece:
                yield piece
            data = self._open.unused_data if self._open.eof else self._open.unconsumed_tail
            full = len(piece) == PIECE  # there may be more to come of what has been taken in

    def end(self) -> None:
        """The body is over.

        Raises:
            Unavailable: it breaks off in the middle.
        """
        if self._open is not None and not self._open.eof:
            raise self._broken()

    def _begun(self, data: bytes) -> Any:
        if self._name != "deflate":
            return zlib.decompressobj(wbits=31)
        # Servers disagree on what deflate is: with zlib's header (its method is 8), or bare.
        return zlib.decompressobj(wbits=15 if data[0] & 15 == 8 else -15)

    def _broken(self) -> Unavailable:
        return Unavailable(f"The answer of {self._host} is not the {self._name} that it says it is, or breaks off.", "Try again later.")
