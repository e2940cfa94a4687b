from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowsmith.connectors.decode import PIECE, Decoder
from rowsmith.core.errors import Unavailable

SIZES = st.lists(st.integers(1, 5000), min_size=1, max_size=20)


def decoded(encoding: str, data: bytes, sizes: list[int]) -> bytes:
    """The body, when it comes in parts of these sizes, again and again."""
    decoder, out, at, n = Decoder(encoding, "h"), [], 0, 0
    while at < len(data):
        size = sizes[n % len(sizes)]
        out += list(decoder.pieces(data[at : at + size]))
        at, n = at + size, n + 1
    decoder.end()
    assert max(map(len, out), default=0) <= max(PIECE, *sizes)
    return b"".join(out)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=300) | st.integers(1, 3 * PIECE), max_size=3), SIZES)
def test_what_was_compressed_comes_back_however_it_is_cut(drawn: list[bytes | int], sizes: list[int]) -> None:
    """A number stands for that many zeros: what inflates to more than a piece at once."""
    members = [bytes(member) for member in drawn]
    body = b"".join(members)
    bare = zlib.compressobj(wbits=-15)
    assert decoded("gzip", b"".join(map(gzip.compress, members)), sizes) == decoded("X-GZIP ", gzip.compress(body), sizes) == body
    assert decoded("deflate", zlib.compress(body), sizes) == body
    assert decoded("deflate", bare.compress(body) + bare.flush(), sizes) == body
    assert decoded("", body[:1000], sizes) == decoded("identity", body[:1000], sizes) == body[:1000]


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "chunked"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(Unavailable, match="not asked for"):
        Decoder(encoding, "h")


def test_a_body_that_breaks_off_or_is_something_else() -> None:
    whole = gzip.compress(b"text" * 1000)
    for data in (whole[:-9], whole[:20], b"text", whole + b"rest"):
        with pytest.raises(Unavailable, match=r"the gzip that it says it is, or breaks off"):
            decoded("gzip", data, [7])


def test_a_bomb_is_unpacked_a_piece_at_a_time() -> None:
    bomb = gzip.compress(bytes(64 << 20))
    assert len(bomb) < 100_000
    tracemalloc.start()
    decoder, size, whole = Decoder("gzip", "h"), 0, len(bomb)
    for piece in decoder.pieces(bomb):
        size += len(piece)
        if size > 32 << 20:
            break
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * PIECE + 2 * whole
