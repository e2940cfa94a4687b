"""Files at addresses: brought here for as long as they are read, by the one client that looks at where it connects to."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rowsmith.connectors.exchange import Bounds
from rowsmith.connectors.plain import download
from rowsmith.connectors.settings import allowed_by
from rowsmith.core.errors import NotFound, Unavailable

MOST = Bounds(body=16 << 30, total_s=6 * 3600.0, connect_s=20.0, idle_s=30.0)
"""What a file may weigh, and how long it may take."""
_URL = re.compile(r"https?://", re.IGNORECASE)


@contextmanager
def here(files: Sequence[str | Path], environ: Mapping[str, str]) -> Iterator[list[tuple[Path, str]]]:
    """The files, each with its address where it has one: those are downloaded, and gone again afterwards.

    Raises:
        Invalid: an address that may not be reached. NotFound, Unavailable: the server does not give the file. StorageFull: the disk.
    """
    with tempfile.TemporaryDirectory(prefix="rowsmith-") as folder:
        yield [_brought(str(file), Path(folder, str(number)), environ) if is_url(file) else (Path(file), "") for number, file in enumerate(files)]


def is_url(file: str | Path) -> bool:
    """Whether it is an address, and no path."""
    return isinstance(file, str) and bool(_URL.match(file))


def _brought(url: str, folder: Path, environ: Mapping[str, str]) -> tuple[Path, str]:
    folder.mkdir()
    path = folder / name_of(url)
    try:
        download(url, path, bounds=MOST, allowed=allowed_by(environ))
    except Unavailable as error:
        if getattr(error, "http", 0) in (404, 410):
            raise NotFound(f"There is nothing at {_shown(url)}.", "Correct the address.") from None
        raise
    return path, _shown(url)


def name_of(url: str) -> str:
    """What the file is called: the last part of the path, as far as that can be a file's name."""
    last = unquote(urlsplit(url).path).replace("\\", "/").rstrip("/").rpartition("/")[2]
    return re.sub(r"[^\w.()+ -]", "_", last).lstrip(".")[-150:] or "download"


def _shown(url: str) -> str:
    """The address without what may be secret: a password, a query that signs it, a fragment."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
