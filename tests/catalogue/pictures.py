"""Images for the recipes that begin with some, and a model that sees them: it knows each by its bytes, and says what it was told of it."""

from __future__ import annotations

import re
from typing import Any

from case import Voice
from media_files import png
from papers import properties

from rowsmith.testing import Request
from rowsmith.testing.dialect import request_bytes

IMAGES: dict[str, bytes] = {f"images/{n}.png": png(8 + n, 6) for n in range(6)}


def seen(request: Request) -> list[bytes]:
    """The bytes of the images that it was shown."""
    return [body for part in request.parts if part["type"] != "text" and (body := request_bytes(part)) is not None]


def scene(image: bytes) -> str:
    """What an image shows, for whoever sees it: the same each time."""
    return Voice(image[:40]).sentence(10)


def verdicts(request: Request, *, borne_out: bool = True) -> Any:
    """What a model that looks a second time says of each sentence; None where no such verdicts are asked."""
    asked = properties(request).get("verdicts")
    if asked is None or "seen" not in asked["items"]["properties"]:
        return None
    return {"verdicts": [{"sentence": n + 1, "seen": "a thing", "borne_out": borne_out} for n in range(asked["minItems"])]}


def question_of(request: Request) -> str:
    """The question that stands fenced off in a request."""
    found = re.search(r"^--- [0-9a-f]{12} question ---\n(.*?)\n--- ", request.text, re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


def reading(request: Request) -> Any:
    """A reader that answers when it is shown an image, and never blind; a judge to whom all answers are the same. None for another request."""
    asked = properties(request)
    if "answerable" in asked:
        sees = bool(seen(request)) and "nowhere" not in question_of(request).lower()
        return {"answerable": sees, "answer": "so" if sees else ""}
    return {"reason": "so", "same": True} if "same" in asked else None
