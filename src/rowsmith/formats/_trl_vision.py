"""What TRL's trainers (1.16.0) read where there are images: a folder for each split, with its images and a `metadata.jsonl` that names them.

`load_dataset(FOLDER)` makes of it, wherever it lies, records with a column `images` of decoded images, in the order in which the parts
`{"type": "image"}` of the messages stand for them. The content of every message is a list of parts, so that a column has one type.
"""

from __future__ import annotations

from typing import Any

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _pictures, _reading, _turns
from rowsmith.formats._format import Format

IMAGES = "images_file_names"
"""What `datasets` makes the column `images` of."""
DROPS = ("columns beside the conversation", "fields of messages beside role and content")
Record = dict[str, Json]


class TrlVision(Format):
    """A folder that `load_dataset` takes for one of images."""

    consumer = "trl-vision"
    folder = True
    single = True
    beside = True
    attached = "path"
    pictures = (IMAGES, "images")
    drops = DROPS
    split_name = r"\w+(\.\w+)*"
    whole = "train"
    splits = {"training": "train", "valid": "validation", "val": "validation", "dev": "validation", "eval": "validation", "testing": "test"}

    def stem(self, dataset: str, split: str, many: bool) -> str:
        """`train/metadata`, or `NAME/train/metadata` where there are several datasets, each of which is then loaded by itself."""
        return f"{dataset}/{split}/metadata" if many else f"{split}/metadata"

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _pictures.lost(_chat.lost(row, _turns.FIELDS, self.used(row)), row)

    def used(self, row: Row) -> tuple[str, ...]:
        """The columns that the record is made of."""
        return _chat.used(row)


def shown(messages: list[_chat.Message], row: Row) -> tuple[list[Record], list[_pictures.Reference]]:
    """The messages, and the images that their parts stand for.

    Raises:
        RowFailed: `no_image`; `tool_calls`, as TRL renders no tools beside images; and the reasons of `_pictures.seen`.
    """
    if _chat.tools_of(row) or any(message["role"] == "tool" or _chat.calls_of(message) for message in messages):
        raise RowFailed("tool_calls", "TRL's trainers render no tools where there are images.")
    seen = _pictures.seen(messages, row)
    if not (images := seen.all()):
        raise RowFailed("no_image", "It has no image. Rows of text alone go as the format of that name without -vision.")
    before: list[Json] = [_pictures.BARE] * len(seen.before)
    return [_message(message, before if n == seen.place else []) for n, message in enumerate(seen.messages)], images


def said(messages: list[_chat.Message]) -> list[Record]:
    """Messages without images.

    Raises:
        RowFailed: `image_place`, where there are some, and `tool_calls`.
    """
    seen = _pictures.seen(messages, Row("", b"", {}))
    if seen.all():
        raise RowFailed("image_place", "An answer has an image in it; TRL takes images of the prompt alone.")
    if any(message["role"] == "tool" or _chat.calls_of(message) for message in messages):
        raise RowFailed("tool_calls", "TRL's trainers render no tools where there are images.")
    return [_message(message, []) for message in seen.messages]


def heard(record: Record, name: str, *, answer: bool = False) -> Record:
    """The columns `messages` and `images` of the messages under this key; of an `answer` the messages alone.

    Raises:
        RowFailed: the reasons of `_reading.under` and `_pictures.told`.
    """
    messages = [_heard(message) for message in _reading.under(record, name, _turns.FIELDS)]
    found = record.get(IMAGES, record.get("images"))
    images = [] if answer else found if isinstance(found, list) else [] if found is None else [found]
    return _pictures.told(messages, images)


def _message(message: _chat.Message, before: list[Json]) -> Record:
    content = message.get("content")
    parts: list[Any] = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
    found = [_pictures.BARE if part["type"] == "image" else part for part in parts]
    return {"role": "system" if message["role"] == "developer" else message["role"], "content": [*before, *found]}


def _heard(message: _chat.Message) -> _chat.Message:
    """The message without the keys that a column of one type has for every part."""
    content = message.get("content")
    if not isinstance(content, list):
        return message
    return {**message, "content": [{name: value for name, value in part.items() if value is not None} for part in content]}
