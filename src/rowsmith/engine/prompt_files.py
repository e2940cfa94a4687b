"""A prompt's text may stand in a file: `prompt: {file: prompts/qa.md}`, relative to the recipe.

It is taken as it stands: `${name}` means nothing in it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rowsmith.core.step import PROMPT, Step

MAX_BYTES = 1024 * 1024
Wrong = Callable[[str, str, str], None]
"""Told of a setting, what is wrong with it, and the fix."""


def with_prompt_files(cls: type[Step], settings: dict[str, Any], base: Path, wrong: Wrong) -> dict[str, Any]:
    """The settings with the text of each prompt that is a file put in its place. One that cannot be read is told and left out."""
    out = dict(settings)
    for name in cls.fields_marked(PROMPT):
        key = cls.model_fields[name].alias or name
        value = settings.get(key)
        if not (isinstance(value, dict) and set(value) == {"file"} and isinstance(value["file"], str)):
            continue
        del out[key]
        found = _read(base / Path(value["file"]).expanduser(), value["file"])
        if isinstance(found, str):
            out[key] = found
        else:
            wrong(key, *found)
    return out


def _read(path: Path, name: str) -> str | tuple[str, str]:
    """The file's text, or what is wrong and the fix."""
    try:
        with open(path, "rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        return f"The prompt file {name!r} cannot be opened: {error.strerror}.", f"It is taken from the recipe's folder: {path.absolute()}"
    except ValueError:
        return f"The prompt file {name!r} is not a path.", "Remove the NUL character."
    if len(body) > MAX_BYTES:
        return f"The prompt file {name!r} is larger than {MAX_BYTES:,} bytes.", "A prompt is smaller; is this the right file?"
    try:
        return body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return f"The prompt file {name!r} is not UTF-8: byte {error.start + 1} cannot be read.", "Save it as UTF-8."
