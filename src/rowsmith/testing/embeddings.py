"""Embeddings of the scripted server: unit vectors that depend on the text alone, near for texts that share three-letter pieces; and wrong ones."""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Callable
from hashlib import blake2b
from math import sqrt
from typing import Any

import orjson

from rowsmith.testing.exchange import Exchange, Fault
from rowsmith.testing.request import Request


def vector(text: str, dimensions: int) -> list[float]:
    """The text's vector, of length 1."""
    said = f"  {text.casefold()} "
    places = [0.0] * dimensions
    for start in range(len(said) - 2):
        code = int.from_bytes(blake2b(said[start : start + 3].encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
        places[code % dimensions] += 1 if code >> 63 else -1
    norm = sqrt(sum(place * place for place in places)) or 1.0
    return [place / norm for place in places]


def embeddings(request: Request, tokens: int | None, dimensions: int) -> dict[str, Any]:
    """The body of a reply to /embeddings, in numbers or in base64, as the request wants it. `tokens` None leaves the usage out."""
    asked = request.data.get("dimensions")
    length = asked if isinstance(asked, int) and asked > 0 else dimensions
    made = [vector(text, length) for text in request.inputs or []]
    shown = [_base64(numbers) if request.data.get("encoding_format") == "base64" else numbers for numbers in made]
    data = [{"object": "embedding", "index": number, "embedding": value} for number, value in enumerate(shown)]
    body: dict[str, Any] = {"object": "list", "data": data, "model": request.model}
    return body if tokens is None else {**body, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}


def _base64(numbers: list[float]) -> str:
    return b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def _changed(change: Callable[[list[dict[str, Any]]], Any]) -> Callable[[Exchange, str], None]:
    """A change of the list of vectors; an answer to a chat stays as it is."""

    def changed(exchange: Exchange, argument: str) -> None:
        body = orjson.loads(exchange.body)
        if isinstance(body.get("data"), list):
            body["data"] = change(body["data"])
            exchange.body = orjson.dumps(body)

    return changed


def _swapped(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return data[::-1] if len(data) > 1 else [{**data[0], "index": 1}]


def _other(numbers: list[float]) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda data: [*data[:-1], {**data[-1], "embedding": _base64(numbers)}]


VECTORS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("vectors_fewer", "an embedding is missing", body=_changed(lambda data: data[:-1])),
        Fault("vectors_more", "there is an embedding too many", body=_changed(lambda data: [*data, {**data[-1], "index": len(data)}])),
        Fault("vectors_swapped", "embeddings are not in the order of their texts", body=_changed(_swapped)),
        Fault("vectors_shorter", "the last embedding has three numbers", body=_changed(_other([0.6, 0.8, 0.0]))),
        Fault("vectors_nan", "the last embedding holds no numbers (NaN)", body=_changed(_other([float("nan")] * 64))),
    )
}
"""Wrong embeddings, by name. They change nothing about an answer to a chat."""
