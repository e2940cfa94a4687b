"""TRL 1.16.0 where there are images: its collators look at records while it trains, and nothing is dropped before."""

from __future__ import annotations

from typing import Any

from rowsmith.formats._consumers._rule import Consumer, Record, Rule, each, turns
from rowsmith.formats._consumers._trl import L05, L06, L06_NEAR, L07, L07_ONE, MAX_LENGTH

_COLUMNS = ("images_file_names", "images", "image")
_ASKED = ("messages", "prompt")
_ANSWERS = ("completion", "chosen", "rejected")
_WAYS = (("messages",), ("prompt", "completion"), ("prompt", "chosen", "rejected"))
_ROLES = ("system", "user", "assistant", "tool")


def _shaped(record: Record) -> str | None:
    told = " or ".join(" + ".join(keys) for keys in _WAYS)
    if not any(all(record.get(key) is not None for key in keys) for keys in _WAYS):
        return f"It has {', '.join(record) or 'nothing'}, not {told}."
    return None if any(record.get(name) is not None for name in _COLUMNS) else f"It has no {' or '.join(_COLUMNS)}."


def _images(record: Record) -> int:
    found: Any = next((record[name] for name in _COLUMNS if record.get(name) is not None), [])
    return len(found) if isinstance(found, list) else 1


def _places(messages: list[dict[str, Any]], images: int) -> int:
    """The places for images in messages; in front of the first message of the user that is text, TRL makes as many as there are images."""
    said = [turn["content"] for turn in messages if isinstance(turn.get("content"), list) and turn.get("role") != "tool"]
    found = sum(1 for content in said for part in content if isinstance(part, dict) and part.get("type") == "image")
    return found + (images if any(turn.get("role") == "user" and isinstance(turn.get("content"), str) for turn in messages) else 0)


def _mismatched(record: Record) -> str | None:
    images = _images(record)
    places = _places(turns(record, *_ASKED), images)
    if places != images:
        return f"It has {images} images, and its messages have places for {places}."
    return "An answer has a place for an image." if _places(turns(record, *_ANSWERS), 0) else None


def _unknown(record: Record) -> str | None:
    wrong = next((turn.get("role") for turn in turns(record, *_ASKED, *_ANSWERS) if turn.get("role") not in _ROLES), None)
    return f"A message has the role {wrong!r}; known are {', '.join(_ROLES)}." if wrong is not None else None


def _tools(record: Record) -> str | None:
    return "It has tools." if record.get("tools") else None


def _counted(record: Record) -> str | None:
    return f"It has {_images(record)} images." if _images(record) else None


SHAPE = Rule(
    "shape", "stops", "TRL's trainers read messages, a prompt with its completion, or one with two answers, each with images; a record without ends "
    "the training with an error.", "Export as trl-sft-vision, trl-prompt-completion-vision, trl-dpo-vision or trl-kto-vision.", each(_shaped),
)  # fmt: skip
IMAGES = Rule(
    "images", "stops", "TRL ends with an error where a row has more or fewer images than its messages have places for.",
    "Export as a format of TRL that ends in -vision.", each(_mismatched),
)  # fmt: skip
ROLES = Rule(
    "messages", "stops", "TRL knows the roles of system, user, assistant and tool alone where there are images.", "Rename the role.", each(_unknown)
)
L45 = Rule("L45", "altered", "TRL renders no tools where there are images.", "Leave rows with tools out.", each(_tools), keys=("tools",))
LENGTH = Rule(
    "length", "noted", f"Tokens of images count to max_length ({MAX_LENGTH:,} unless it is set); where one is cut off, TRL ends with an error.",
    "Set max_length to None in the trainer's configuration.", each(_counted),
)  # fmt: skip
CONSUMERS = (
    Consumer("trl-vision", "TRL's trainers, with images", (SHAPE, IMAGES, ROLES, LENGTH, L05, L06, L06_NEAR, L07, L07_ONE, L45)),
)
