"""Small files that people write: prompts, briefs, notes, replies, metrics."""

from __future__ import annotations

from pathlib import Path

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.engine.yaml_text import MAX_BYTES


def read_text(path: Path, called: str, fix: str) -> str:
    """What the file says, in UTF-8 with or without a mark at its beginning.

    Args:
        called: what a message calls it: `brief`.
        fix: what helps where it cannot be opened.

    Raises:
        NotFound: it cannot be opened. Invalid: it is larger than a mebibyte, or no UTF-8.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotFound(f"The {called} {path} cannot be opened: {error.strerror}.", fix) from None
    if len(body) > MAX_BYTES:
        raise Invalid(f"The {called} {path} is larger than {MAX_BYTES:,} bytes.", "Is this the right file?")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"The {called} {path} is not UTF-8: byte {error.start + 1} cannot be read.", "Save it as UTF-8.") from None
