"""How real providers speak, as data: `dialects/NAME.yaml` holds which requests one takes and what its answers and errors look like, recorded
from its documentation. A scripted server with a dialect is strict: what the provider would not take, or would drop, is refused in its own words.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Iterator, Mapping
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from rowsmith.core.errors import NotFound, choose
from rowsmith.testing.request import Request
from rowsmith.testing.strict import broken

_FOLDER = Path(__file__).parent / "dialects"
ErrorKind = Literal["unknown", "auth", "quota", "context", "filter", "overload", "throttled", "missing"]
ERRORS: dict[ErrorKind, str] = {
    "auth": "the provider's answer to a wrong key",
    "quota": "its answer when the account is empty",
    "context": "its answer to a question that is too long",
    "filter": "its answer when its content filter objects",
    "overload": "its answer when it is overloaded",
    "throttled": "its answer to too many requests, with its own way to ask for a wait",
    "missing": "its answer to a model that it does not have",
}
"""The errors that a server with a dialect gives on demand, as faults."""


class Said(BaseModel):
    """One recorded answer. In texts, {message}, {field} and {model} are filled in, and {until_ms}, the end of the wait in Unix milliseconds.
    `wait_s` is how long it asks to wait."""

    model_config = ConfigDict(extra="forbid")

    status: int
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None
    wait_s: float | None = None

    def text(self, **given: str) -> bytes:
        """The body's bytes."""
        until_ms = str(ceil((time.time() + (self.wait_s or 0)) * 1000))
        return orjson.dumps(_filled(self.body, {**given, "until_ms": until_ms}))


class Dialect(BaseModel):
    """One provider's protocol. `fields` maps each field of a request to the JSON Schema of its value; `parts` are the types of parts that a
    message may hold; `rules` names further checks of the body (see `strict`); `usage` counts with the words in, out, cached and thought;
    `message` is what answers hold beside text and tool calls."""

    model_config = ConfigDict(extra="forbid")

    recorded: list[str]
    speaks: Literal["openai", "anthropic"] = "openai"
    paths: list[str]
    query: dict[str, str] = Field(default_factory=dict)
    key_header: str = ""
    key_prefix: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    fields: dict[str, Any]
    parts: list[str] = Field(default_factory=lambda: ["text"])
    rules: list[str] = Field(default_factory=list)
    usage: dict[str, Any] = Field(default_factory=dict)
    message: dict[str, Any] = Field(default_factory=dict)
    errors: dict[ErrorKind, Said]
    described: list[ErrorKind] = Field(default_factory=list)
    """Errors that the documentation describes without an example: status and kind are its own, the words are not."""

    def refused(self, request: Request) -> tuple[ErrorKind, str, str] | None:
        """Why the provider would not take the request: kind of error, field, and message; None when it would."""
        if not any(re.fullmatch(path.replace("{model}", "[^/]+"), request.path) for path in self.paths):
            return "missing", "path", f"There is nothing at {request.path}."
        if self.key_header and not re.match(re.escape(self.key_prefix) + ".", request.headers.get(self.key_header, "")):
            return "auth", self.key_header, "No key was sent."
        for name, value in self.headers.items():
            if request.headers.get(name) != value:
                return "unknown", name, f"{name}: header is required"
        return next(self._wrong(request), None)

    def said(self, kind: ErrorKind, field: str = "", message: str = "", model: str = "") -> tuple[Said, bytes]:
        """The recorded error of this kind, and its body."""
        said = self.errors.get(kind) or Said(status=400, body={"error": {"message": "{message}"}})
        return said, said.text(field=field, message=message or f"{kind} {field}".strip(), model=model)

    def counted(self, into: int, out: int, cached: int) -> dict[str, Any]:
        """The usage of an answer."""
        known = {"in": into, "out": out, "cached": cached, "thought": 40}
        return {name: _sum(value, known) for name, value in self.usage.items()}

    def _wrong(self, request: Request) -> Iterator[tuple[ErrorKind, str, str]]:
        from jsonschema import Draft202012Validator

        for name in request.data.keys() - self.fields.keys():
            yield "unknown", name, f"Unrecognized request argument supplied: {name}"
        for name, value in request.data.items():
            error = next(Draft202012Validator(self.fields.get(name, True)).iter_errors(value), None)
            if error is not None:
                yield "unknown", name, f"Invalid '{name}': {error.message[:200]}"
        yield from (("unknown", "messages", why) for why in self._odd_parts(request))
        yield from (("unknown", field, why) for rule in (() if request.raw else self.rules) for field, why in broken(rule, request.data))

    def _odd_parts(self, request: Request) -> Iterator[str]:
        for part in request.parts:
            kind = part.get("type")
            if kind not in self.parts:
                yield f"Invalid value: '{kind}'. Supported values are: {', '.join(self.parts)}."
            elif kind not in ("text", "tool_use", "tool_result") and request_bytes(part) is None:
                yield f"The {kind} part holds no base64 data."


@cache
def dialect(name: str) -> Dialect:
    """The dialect of this name.

    Raises:
        NotFound: there is none.
    """
    import yaml

    if name not in dialects():
        raise NotFound(f"No dialect is called {name!r}.", choose(name, dialects()))
    return Dialect.model_validate(yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def dialects() -> list[str]:
    """The names of the dialects, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


def request_bytes(part: Mapping[str, Any]) -> bytes | None:
    """The bytes of an image or a sound in a request, however the provider wraps them; None when there are none."""
    image, audio, source = part.get("image_url"), part.get("input_audio"), part.get("source")
    data = image.get("url") if isinstance(image, dict) else image
    if isinstance(data, str) and data.startswith("data:"):
        data = data.partition(";base64,")[2]
    if part.get("type") == "input_audio":
        data = audio.get("data") if isinstance(audio, dict) else audio
    if isinstance(source, dict):
        data = source.get("data")
    try:
        return base64.b64decode(data, validate=True) if isinstance(data, str) and data else None
    except binascii.Error:
        return None


def _filled(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(message|field|model|until_ms)\}", lambda found: given[found[1]], value)
    if isinstance(value, dict):
        return {name: _filled(item, given) for name, item in value.items()}
    return [_filled(item, given) for item in value] if isinstance(value, list) else value


def _sum(value: Any, known: Mapping[str, int]) -> Any:
    if isinstance(value, dict):
        return {name: _sum(item, known) for name, item in value.items()}
    if not isinstance(value, str):
        return value
    return sum((-1 if sign == "-" else 1) * known[word] for sign, word in re.findall(r"([+-]?)\s*([a-z]+)", value))
