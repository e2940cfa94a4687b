"""Identity: canonical bytes, content hashes, derived row ids and order keys.

Ids are derived, never minted: BLAKE2b with a 16-byte digest, written as 32 hexadecimal digits. A new row's id comes from its
parent's id, the name of the step that made it and its index, or its key; a source row's from the source's name, its key (its key column or
its own content) and the occurrence among equals.

An order key is a byte string that sorts rows as they stood in their sources: 6 bytes for a source row (1 of the step's position
in the recipe, 5 of the ordinal), then 4 for each generation below it (1 of the step's position, 3 of the index).
"""

from __future__ import annotations

import re
import secrets
import time
from hashlib import blake2b
from typing import Any

import orjson

from rowsmith.core.errors import Invalid

_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON value: UTF-8, sorted keys, no spaces. Lone surrogates become U+FFFD.

    Raises:
        Invalid: the value holds something JSON has no form for, such as a set or a number beyond 64 bits.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        try:
            return orjson.dumps(cleaned(value), option=orjson.OPT_SORT_KEYS)
        except TypeError as error:
            raise Invalid(f"A value cannot be stored as JSON: {error}.", "Use text, numbers, true, false, null, lists and mappings.") from None


def as_written(value: Any) -> bytes:
    """The JSON form that keeps the order of keys, for what is read in order: recipes (a model writes its answer in their order)."""
    return orjson.dumps(cleaned(value))


def cleaned(value: Any) -> Any:
    """The same JSON value with lone surrogates replaced, keys made text, and integers beyond 64 bits written as text."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {cleaned(str(key)): cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**64:
        return str(value)
    return value


def digest(*parts: bytes, size: int = 16) -> bytes:
    """BLAKE2b of the parts, each preceded by its length, so that ("ab", "c") and ("a", "bc") differ."""
    h = blake2b(digest_size=size)
    for part in parts:
        h.update(len(part).to_bytes(8, "little"))
        h.update(part)
    return h.digest()


def content_hash(value: Any) -> bytes:
    """16 bytes that name a JSON value by its content."""
    return digest(canonical(value))


def child_id(parent: str, step: str, index: int | str) -> str:
    """The id of row number `index` that the step called `step` makes from the row `parent`; or of the one that it knows by a key."""
    return blake2b(f"{parent}\0{step}\0{index}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def source_id(source: str, key: str, occurrence: int) -> str:
    """The id of a source row: the source's name, its key, and how many rows with the same key came before it."""
    return blake2b(f"\x01{source}\0{key}\0{occurrence}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def source_order(step: int, ordinal: int) -> bytes:
    """The order key of a source row (6 bytes)."""
    return step.to_bytes(1, "big") + ordinal.to_bytes(5, "big")


def source_ordinal(order: bytes) -> int:
    """The ordinal in a source row's order key."""
    return int.from_bytes(order[1:6], "big")


def child_order(parent: bytes, step: int, index: int) -> bytes:
    """The order key of a row made from another (4 bytes more than its parent's)."""
    return parent + step.to_bytes(1, "big") + index.to_bytes(3, "big")


def made_by_hand() -> str:
    """An id for a row that nothing else is behind: a ULID as 32 hexadecimal digits, so that rows made later sort behind."""
    return (int(time.time() * 1000).to_bytes(6, "big") + secrets.token_bytes(10)).hex()


def share(row: str, salt: str) -> float:
    """A number in [0, 1) that depends on the row's id and the salt alone: how shares, variation and splits are chosen."""
    return int.from_bytes(blake2b(f"{salt}\0{row}".encode(), digest_size=8).digest(), "big") / 2**64
