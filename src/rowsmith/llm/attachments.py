"""Images and audio in messages: by reference where the call is named and kept, by their bytes where it is sent.

A message's `content` may be a list of parts: `{"type": "text", "text": ...}`, and `{"type": "image" | "audio", "file": HASH, "media_type":
"image/png"}`, whose bytes lie in the home's files. A provider puts an `Inlined` where its API wants the bytes: it reads as its reference, so
that the call's key is computed of a hash and not of megabytes, and is replaced by the bytes in base64 when the request is sent.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from rowsmith.core.errors import NotFound, RowFailed
from rowsmith.core.ports import Attachments

Media = Literal["image", "audio"]
Part = Mapping[str, Any]
IMAGE_TOKENS = 65_536
"""Most tokens of an image where the provider states no figure: four times what vLLM allows Qwen's vision models by default."""
_HASH = re.compile(r"[0-9a-f]{64}")


class Inlined(str):
    """A file's place in a request: `prefix` and, when it is sent, the file in base64."""

    media: Media
    file: str
    prefix: str

    @classmethod
    def of(cls, part: Part, prefix: str = "") -> Inlined:
        """The place of a part's file."""
        made = cls(f"{prefix}file:{part['file']}")
        made.media, made.file, made.prefix = part["type"], part["file"], prefix
        return made


class NoAttachments:
    """Where nothing is attached."""

    def open(self, name: str) -> Any:
        """There is no such file."""
        raise NotFound(f"The file {name} is not there: no files were handed over.", "Ask through a project, whose files hold it.")


def translated(messages: Sequence[Mapping[str, Any]], write: Callable[[Part], Part], takes: Mapping[str, Sequence[str]], place: str) -> list[Any]:
    """The messages with each image and audio part as `write` puts it; what holds none stays the object that it is.

    `takes` maps image and audio to the media types that the server at `place` takes.

    Raises:
        RowFailed: a part is of a kind that it does not take, or names no file.
    """

    def part(item: Any) -> Any:
        if not isinstance(item, Mapping) or item.get("type") not in ("image", "audio"):
            return item
        _check(item, takes, place)
        return write(item)

    return [
        {**message, "content": [part(item) for item in message["content"]]} if isinstance(message.get("content"), list) else message
        for message in messages
    ]


def inlined(body: Any) -> Iterator[Inlined]:
    """The files of a request, in order."""
    if isinstance(body, Inlined):
        yield body
    elif isinstance(body, dict):
        for value in body.values():
            yield from inlined(value)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from inlined(value)


def most_tokens(places: Sequence[Inlined], image_tokens: int, attachments: Attachments) -> int:
    """An upper bound of the tokens of the files of a request, beside its bytes in the reference form.

    An image counts `image_tokens`, the provider's own ceiling: a small file can hold a picture of any size. Audio counts a token for each
    byte: no provider takes more than 32 tokens a second, and no codec less than 700 bytes. A file that is not there is never sent.
    """
    return sum(image_tokens if place.media == "image" else _size(place, attachments) for place in places)


def filled(body: Any, attachments: Attachments) -> Any:
    """The request with each file's bytes in its place. Reads files: not on the loop.

    Raises:
        RowFailed: a file is not there.
    """
    if isinstance(body, Inlined):
        try:
            with attachments.open(body.file) as file:
                return body.prefix + b64encode(file.read()).decode()
        except NotFound as error:
            raise RowFailed("attachment", f"{error.what} {error.fix}") from None
    if isinstance(body, dict):
        return {name: filled(value, attachments) for name, value in body.items()}
    return [filled(value, attachments) for value in body] if isinstance(body, list | tuple) else body


def _check(part: Part, takes: Mapping[str, Sequence[str]], place: str) -> None:
    media, kind = part["type"], part.get("media_type")
    if not isinstance(part.get("file"), str) or not _HASH.fullmatch(part["file"]):
        raise RowFailed("attachment", f"An {media} part names no file: `file` is the hash (64 hexadecimal digits) under which the home keeps it.")
    allowed = takes.get(media, ())
    if not allowed:
        raise RowFailed("attachment", f"{place} takes no {'images' if media == 'image' else 'audio'}.")
    if kind not in allowed:
        raise RowFailed("attachment", f"{place} takes {media} of the types {', '.join(allowed)}, not {kind!r}.")


def _size(place: Inlined, attachments: Attachments) -> int:
    try:
        with attachments.open(place.file) as file:
            return int(file.seek(0, 2))
    except NotFound:
        return 0
