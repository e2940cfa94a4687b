"""The images of a conversation: where each of them stands, however the row says it.

A row has its images in the columns `image` and `images`, or as parts of the user's messages: `{"type": "image", "file", "media_type"}`, a
reference as columns hold it; `{"type": "image"}` alone, which stands for the next image of the columns; or `image_url`, with a data URL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from rowsmith.core.errors import RowFailed
from rowsmith.core.references import brought, is_reference
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat
from rowsmith.formats._format import says

COLUMNS = ("image", "images")
BARE = {"type": "image"}
"""The part of a message that stands for an image, which lies elsewhere."""
Reference = dict[str, Any]
_IMAGES = ("image", "image_url")


class Seen(NamedTuple):
    """A conversation with its images. `before` are those of the columns, which stand before the text of the first message of the user, at `place`;
    the content of `messages` is text, or a list of parts in which an image is `{"type": "image", "image": reference}`."""

    messages: list[_chat.Message]
    before: list[Reference]
    place: int

    def all(self) -> list[Reference]:
        """Every image, in the order in which they stand."""
        found: list[Reference] = []
        for n, message in enumerate(self.messages):
            found += [*(self.before if n == self.place else ()), *(part["image"] for part in parts(message) if part["type"] == "image")]
        return found


def of_columns(row: Row) -> dict[str, list[Reference]]:
    """The images in the columns of a row, by the name of the column, which is `image` or `images`; one that holds anything else is not there."""
    found: dict[str, list[Reference]] = {}
    for name in COLUMNS:
        value: Any = row.data.get(name)
        several = [_reference(one) for one in (value if isinstance(value, list) else [value])]
        if several and all(several):
            found[name] = [one for one in several if one]
    return found


def lost(names: Iterable[str], row: Row) -> list[str]:
    """What is lost of a row beside its images."""
    shown = of_columns(row)
    return [name for name in names if name not in shown]


def seen(messages: list[_chat.Message], row: Row, *, others: bool = False) -> Seen:
    """The messages with the images of the row. `others`: parts that are neither text nor `image` stay as they stand.

    Raises:
        RowFailed: `image_place`: one is shown by somebody else than the user; `images`: the columns hold more or fewer than the messages have
            places for; `image_data`: it is at an address, or broken; `turn_order`: nobody asks, and there are images; `not_text`: a message is
            neither text nor parts of text and images.
    """
    columns = [one for several in of_columns(row).values() for one in several]
    made = [_parted(message, others) for message in messages]
    open_ = sum(part["type"] == "image" and part["image"] is None for message in made for part in parts(message))
    if not open_:
        place = next((n for n, message in enumerate(made) if message["role"] == "user"), -1)
        if columns and place < 0:
            raise RowFailed("turn_order", "There are images, and no message of a user in which they could be.")
        return Seen(made, columns, place)
    if open_ != len(columns):
        raise RowFailed("images", f"The messages have places for {open_} images, and the columns hold {len(columns)}.")
    rest = iter(columns)
    return Seen([_filled(message, rest) for message in made], [], -1)


def parts(message: _chat.Message) -> list[dict[str, Any]]:
    """The parts of a message's content; none where it is text."""
    content = message.get("content")
    return content if isinstance(content, list) else []


def _reference(value: Any) -> Reference | None:
    """The image that a value refers to, or brings along."""
    found = value if is_reference(value) else brought(value)
    return found if found and str(found["media_type"]).startswith("image/") else None


def _parted(message: _chat.Message, others: bool) -> _chat.Message:
    content = message.get("content")
    if not isinstance(content, list):
        return message
    made = [part if others and _kind(part) not in (None, "image") else _part(part, message["role"]) for part in content]
    if message["role"] != "user" and any(part["type"] in _IMAGES for part in made):
        raise RowFailed("image_place", f"A message of the {message['role']} has an image in it; models take images of the user alone.")
    return {**message, "content": made}


def _kind(part: Json) -> Any:
    return part.get("type") if isinstance(part, dict) else None


def _part(part: Json, role: str) -> dict[str, Any]:
    kind = _kind(part)
    if kind == "text" and isinstance(part.get("text"), str):
        return {"type": "text", "text": part["text"]}
    if kind not in _IMAGES:
        raise RowFailed("not_text", f"A message of the {role} has a part that is neither text nor an image.")
    inner = part.get(kind)
    told = part if is_reference(part) else inner.get("url") if kind == "image_url" and isinstance(inner, dict) else inner
    if kind == "image" and not says(told):
        return {"type": "image", "image": None}
    if (found := _reference(told)) is None:
        address = isinstance(told, str) and "://" in told[:20]
        raise RowFailed("image_data", f"An image is {'at an address, and not here' if address else 'no reference, and no data URL that is whole'}.")
    return {"type": "image", "image": {name: value for name, value in found.items() if name != "type"}}


def _filled(message: _chat.Message, rest: Iterable[Reference]) -> _chat.Message:
    images = iter(rest)
    made = [{**part, "image": next(images)} if part["type"] == "image" and part["image"] is None else part for part in parts(message)]
    return {**message, "content": made} if made else message


def told(messages: Sequence[_chat.Message], images: Sequence[Json]) -> dict[str, Json]:
    """The columns of a row whose messages have these images, in order, where their bare parts stand: `images` beside messages of text where all
    stand at its beginning, else parts.

    Raises:
        RowFailed: `images`: there are more or fewer than places.
    """
    _require_places(messages, images)
    place = next((n for n, message in enumerate(messages) if message["role"] == "user"), -1)
    plain = [_plain(message, len(images) if n == place else 0) for n, message in enumerate(messages)]
    if all(message is not None for message in plain):
        return {"messages": plain, **({"images": list(images)} if images else {})}
    if not all(map(is_reference, images)):
        return {"messages": list(messages), "images": list(images)}
    return {"messages": put(messages, images)}


def put(messages: Sequence[_chat.Message], images: Sequence[Json]) -> list[_chat.Message]:
    """The messages with these references where their bare parts stand.

    Raises:
        RowFailed: `images`, as `told`.
    """
    _require_places(messages, images)
    rest = iter(images)
    made = []
    for message in messages:
        found = [{"type": "image", **next(rest)} if part == BARE else part for part in parts(message)]
        made.append({**message, "content": found} if found else message)
    return made


def _require_places(messages: Sequence[_chat.Message], images: Sequence[Json]) -> None:
    places = sum(part == BARE for message in messages for part in parts(message))
    if places != len(images):
        raise RowFailed("images", f"It has {len(images)} images, and its messages have places for {places}.")


def _plain(message: _chat.Message, images: int) -> _chat.Message | None:
    """A message that is so many images and one text behind them, as that text; None: it is something else."""
    content = message.get("content")
    if not isinstance(content, list):
        return None if images else message
    last = content[-1] if content else {}
    alone = len(content) == images + 1 and content[:images] == [BARE] * images and last.get("type") == "text"
    return {**message, "content": last["text"]} if alone else None
