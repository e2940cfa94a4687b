"""Embeddings as bytes: what a reply of the /embeddings form says, checked number by number, and how a request's usage is shared out.

A vector is kept as float32, little-endian. Vectors that cannot be right are refused before anything is stored: another count than that of
the texts, another order, a length unlike the others, a number that is none.
"""

from __future__ import annotations

import sys
from array import array
from binascii import Error, a2b_base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import orjson

from rowsmith.core.calls import Usage, floats
from rowsmith.llm.tolerant import Unreadable, envelope


@dataclass(slots=True, frozen=True)
class Vectors:
    """What a reply says: the vectors in the order of the texts, and the usage. `garbled` says why they cannot be used; empty when they can."""

    raw: tuple[bytes, ...] = ()
    usage: Usage = field(default_factory=Usage)
    garbled: str = ""


def read(body: bytes, count: int) -> Vectors:
    """The vectors of `count` texts in a reply of the form of OpenAI's /embeddings, as numbers or in base64."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Vectors(garbled=_unreadable(body))
    data = said.get("data") if isinstance(said, dict) else None
    if not isinstance(data, list):
        return Vectors(garbled=_without_data(said))
    usage = _usage(said.get("usage"))
    if len(data) != count:
        return Vectors(usage=usage, garbled=f"the reply holds {len(data)} vectors for {count} texts")
    raw: list[bytes] = []
    for number, item in enumerate(data):
        if not isinstance(item, dict) or item.get("index", number) != number:
            return Vectors(usage=usage, garbled=f"the vector of text {number} is not in its place")
        vector = _vector(item.get("embedding"))
        if isinstance(vector, str):
            return Vectors(usage=usage, garbled=f"the vector of text {number} {vector}")
        if raw and len(vector) != len(raw[0]):
            return Vectors(usage=usage, garbled=f"the vectors hold {len(raw[0]) // 4} and {len(vector) // 4} numbers")
        raw.append(vector)
    return Vectors(tuple(raw), usage)


def packed(numbers: Sequence[float]) -> bytes:
    """Numbers as float32, little-endian."""
    made = array("f", numbers)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()


def shares(total: int | None, weights: Sequence[int]) -> list[int | None]:
    """The total in whole parts by weight; they sum up to it exactly. None stays unknown."""
    if total is None:
        return [None] * len(weights)
    whole, passed, given = max(1, sum(weights)), 0, 0
    out: list[int | None] = []
    for weight in weights:
        passed += weight
        upto = total * passed // whole
        out.append(upto - given)
        given = upto
    return out


def _vector(said: Any) -> bytes | str:
    """The bytes, or what is wrong with them."""
    if isinstance(said, str):
        try:
            raw = a2b_base64(said, strict_mode=True)
        except (Error, ValueError):
            return "is not base64"
    elif isinstance(said, list) and all(type(number) in (float, int) for number in said):
        try:
            raw = packed(said)
        except OverflowError:
            return "holds a number that is too large"
    else:
        return "is no list of numbers"
    if not raw or len(raw) % 4:
        return "is empty" if not raw else "does not hold whole numbers of 4 bytes"
    # The sum of float32 numbers cannot overflow, so it is finite exactly when each of them is.
    return raw if isfinite(sum(floats(raw))) else "holds a number that is not finite"


def _usage(said: Any) -> Usage:
    """Input tokens; an embedding has no output."""
    tokens = said.get("prompt_tokens", said.get("total_tokens")) if isinstance(said, dict) else None
    return Usage(tokens, 0) if type(tokens) is int and 0 <= tokens < 2**40 else Usage()


def _unreadable(body: bytes) -> str:
    if not body.strip():
        return "the reply is empty"
    try:
        envelope(body[:65536])
    except Unreadable as error:
        return f"the reply cannot be read: {error}"
    return "the reply holds a number that is not finite, or is cut off"


def _without_data(said: Any) -> str:
    error = said.get("error") if isinstance(said, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    if isinstance(message, str) and message:
        return f"the reply holds an error in place of vectors: {message[:300]}"
    return "the reply holds no vectors (no list `data`)"
