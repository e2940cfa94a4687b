"""Files that are made for one answer, sent, and gone again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask


def made(name: str, write: Callable[[Path], object], kind: str = "application/octet-stream") -> FileResponse:
    """The file of this name that `write` makes at the path that it is given."""
    folder = tempfile.TemporaryDirectory(prefix="rowsmith-")
    path = Path(folder.name) / name
    try:
        write(path)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(path, media_type=kind, filename=name, background=BackgroundTask(folder.cleanup))
