"""Images and sound in rows: a column refers to a file that the home keeps, and never holds its bytes.

    {"file": HASH, "media_type": "image/png", ...}      what else it says (name, bytes, width, height) is for people
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from rowsmith.core.row import Json

_HASH = re.compile("[0-9a-f]{64}")
_MEDIA = re.compile(r"(image|audio)/[a-z0-9.+-]{1,60}")
_DATA = re.compile(r"data:((?:image|audio)/[a-z0-9.+-]{1,60});base64,")
URL = "url"
"""In a reference that brings its file along: the data URL that holds it."""


def is_reference(value: Any) -> bool:
    """Whether it refers to a file of images or sound."""
    if not isinstance(value, dict):
        return False
    file, media_type = value.get("file"), value.get("media_type")
    return isinstance(file, str) and isinstance(media_type, str) and bool(_HASH.fullmatch(file) and _MEDIA.fullmatch(media_type))


def brought(url: Any) -> dict[str, Json] | None:
    """A reference to the image or sound in a data URL, which it brings along; None: it is no such URL, or its base64 is broken."""
    head = _DATA.match(url) if isinstance(url, str) else None
    if head is None or (body := body_of(url)) is None:
        return None
    return {"file": blake2b(body, digest_size=32).hexdigest(), "media_type": head[1], "bytes": len(body), URL: url}


def body_of(url: str) -> bytes | None:
    """The bytes in a data URL of base64; None: that is broken, or there are none."""
    try:
        return binascii.a2b_base64(url.partition(",")[2], strict_mode=True) or None
    except ValueError:
        return None


def referred(value: Json, write: Callable[[dict[str, Json]], Json]) -> Json:
    """The value with each reference as `write` puts it; what holds none that it changes stays the object that it is."""
    if isinstance(value, dict):
        if is_reference(value):
            return write(value)
        changed = {key: referred(item, write) for key, item in value.items()}
        return changed if any(changed[key] is not item for key, item in value.items()) else value
    if isinstance(value, list):
        items = [referred(item, write) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
