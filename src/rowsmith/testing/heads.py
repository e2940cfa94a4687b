"""The head of an HTTP request. A client on a kept connection sends nearly the same head each time, so what was read is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rowsmith.testing.request import Dialect


@dataclass(frozen=True, slots=True)
class Head:
    """What matters of a request's head. `size` is the body's length, None when it comes in chunks; `key` the API key, as sent;
    `fields` the headers, with names in lower case; `query` what follows the question mark."""

    method: str
    path: str
    size: int | None
    keep: bool
    expects: bool
    key: str
    dialect: Dialect | None
    query: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


OPENAI = ("/completions", "/embeddings", "/moderations", "/comments:analyze")
"""Ends of the paths of answers (chat and raw), embeddings and scores; the errors of all have OpenAI's form."""
KEYS = ("x-api-key", "api-key", "x-goog-api-key")
"""Headers in which a key may come, beside Authorization."""


@lru_cache(2048)
def read_head(raw: bytes) -> Head:
    """The head that these bytes, without the blank line at the end, say."""
    first, *lines = raw.split(b"\r\n")
    method, target, version = (*first.decode("latin-1").split(" "), "", "", "")[:3]
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        fields[name.strip().lower()] = value.strip()
    length, (path, _, query) = fields.get("content-length", "0"), target.partition("?")
    return Head(
        method=method,
        path=path,
        size=None if "chunked" in fields.get("transfer-encoding", "").lower() else int(length) if length.isdigit() else 0,
        keep=version != "HTTP/1.0" and "close" not in fields.get("connection", "").lower(),
        expects=fields.get("expect", "").lower() == "100-continue",
        key=next((fields[name] for name in KEYS if fields.get(name)), fields.get("authorization", "").removeprefix("Bearer ").strip()),
        dialect="openai" if path.endswith(OPENAI) else "anthropic" if path.endswith("/messages") else None,
        query=query,
        fields=fields,
    )
