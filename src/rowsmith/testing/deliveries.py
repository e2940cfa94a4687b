"""Faults of the road: the answer is right, but how it travels is not."""

from __future__ import annotations

import asyncio

from rowsmith.testing.exchange import Exchange, Fault, Wire

_CHUNK = 1 << 16


async def slow_headers(wire: Wire, exchange: Exchange, argument: str) -> None:
    for byte in exchange.head():
        wire.write(bytes([byte]))
        await asyncio.sleep(float(argument or 5))
    wire.write(exchange.body)


async def slow_body(wire: Wire, exchange: Exchange, argument: str) -> None:
    wire.write(exchange.head())
    for byte in exchange.body:
        wire.write(bytes([byte]))
        await asyncio.sleep(float(argument or 5))


async def stall(wire: Wire, exchange: Exchange, argument: str) -> None:
    half = len(exchange.body) // 2
    wire.write(exchange.head() + exchange.body[:half])
    await asyncio.sleep(float(argument or 3600))
    wire.write(exchange.body[half:])


async def hang(wire: Wire, exchange: Exchange, argument: str) -> None:
    await asyncio.sleep(float(argument or 3600))
    wire.close()


async def late(wire: Wire, exchange: Exchange, argument: str) -> None:
    await asyncio.sleep(float(argument or 5))
    wire.write(exchange.head() + exchange.body)


async def endless(wire: Wire, exchange: Exchange, argument: str) -> None:
    """Spaces before the JSON, without end: `argument` bytes a second."""
    wire.write(exchange.head(None))
    rate = float(argument or 100_000)
    while True:
        size = max(1, int(rate * 0.02))
        wire.write(b"%x\r\n%b\r\n" % (size, b" " * size))
        await wire.drain()
        await asyncio.sleep(size / rate)


async def reset_after(wire: Wire, exchange: Exchange, argument: str) -> None:
    wire.reset()


async def reset_body(wire: Wire, exchange: Exchange, argument: str) -> None:
    wire.write(exchange.head() + exchange.body[: len(exchange.body) // 2])
    await asyncio.sleep(0.01)
    wire.reset()


async def closed(wire: Wire, exchange: Exchange, argument: str) -> None:
    wire.close()


async def length_too_long(wire: Wire, exchange: Exchange, argument: str) -> None:
    wire.write(exchange.head(len(exchange.body) + int(argument or 100)) + exchange.body)
    wire.close()


async def length_too_short(wire: Wire, exchange: Exchange, argument: str) -> None:
    wire.write(exchange.head(max(0, len(exchange.body) - int(argument or 20))) + exchange.body)
    await asyncio.sleep(0.05)
    wire.close()


async def unterminated_chunks(wire: Wire, exchange: Exchange, argument: str) -> None:
    wire.write(exchange.head(None) + b"%x\r\n%b\r\n" % (len(exchange.body), exchange.body))
    wire.close()


async def bad_chunk_size(wire: Wire, exchange: Exchange, argument: str) -> None:
    wire.write(exchange.head(None) + b"not-a-size\r\n%b\r\n0\r\n\r\n" % exchange.body)
    wire.close()


async def in_pieces(wire: Wire, exchange: Exchange) -> None:
    """The honest way for a large body: in pieces, at the reader's pace."""
    wire.write(exchange.head())
    for start in range(0, len(exchange.body), _CHUNK):
        wire.write(exchange.body[start : start + _CHUNK])
        await wire.drain()


DELIVERIES = [
    Fault("slow_headers", "the headers come one byte at a time", deliver=slow_headers, argument="seconds a byte (5)"),
    Fault("slow_body", "the body comes one byte at a time", deliver=slow_body, argument="seconds a byte (5)"),
    Fault("stall", "half of the body, then silence", deliver=stall, argument="seconds of silence (3600)"),
    Fault("hang", "the request is read and never answered", deliver=hang, argument="seconds until the connection is closed (3600)"),
    Fault("late", "the right answer, too late: a provider charges for it all the same", deliver=late, argument="seconds more (5)"),
    Fault("endless", "a body without end", deliver=endless, argument="bytes a second (100000)"),
    Fault("reset_after", "the connection is reset once the request has been served", deliver=reset_after),
    Fault("reset_body", "the connection is reset in the middle of the body", deliver=reset_body),
    Fault("closed", "the connection is closed without an answer", deliver=closed),
]

BAD_DELIVERIES = [
    Fault("length_too_long", "Content-Length promises more than comes", deliver=length_too_long, argument="bytes too many (100)"),
    Fault("length_too_short", "Content-Length promises less than comes", deliver=length_too_short, argument="bytes too few (20)"),
    Fault("unterminated_chunks", "a chunked body without its last chunk", deliver=unterminated_chunks),
    Fault("bad_chunk_size", "a chunked body whose chunk size is no number", deliver=bad_chunk_size),
]
