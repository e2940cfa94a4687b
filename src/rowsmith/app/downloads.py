"""Files from elsewhere: at addresses and on a hub. They are brought here for as long as they are read, by the one client that looks at where
it connects to."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from glob import has_magic
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from rowsmith import content
from rowsmith.connectors.exchange import Bounds
from rowsmith.connectors.plain import download
from rowsmith.connectors.settings import allowed_by
from rowsmith.core.errors import Invalid, NotFound, Unavailable

MOST = Bounds(body=16 << 30, total_s=6 * 3600.0, connect_s=20.0, idle_s=30.0)
"""What a file may weigh, and how long it may take."""
_URL = re.compile(r"https?://", re.IGNORECASE)
HUB = "hf:"
SAMPLE = "sample:"
"""With this begins what names a sample dataset that ships."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is taken of a dataset on a hub: a split (default: what its name says, or the only one), columns (none: all), and of the rows a random
    sample of so many."""

    split: str = ""
    columns: tuple[str, ...] = ()
    sample: int | None = None
    seed: int = 0


WHOLE = Part()


@dataclass(frozen=True, slots=True)
class Brought:
    """What a spoken file is here: a file, or the folder of several. `places` says of files where they are from, by their names; `answers`:
    they hold what a server of rows has answered; `cached` are the files as they lie in the cache, so that a download that breaks off goes on."""

    path: Path
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: bool = False
    notes: tuple[str, ...] = ()
    cached: tuple[Path, ...] = ()


@contextmanager
def here(files: Sequence[str | Path], environ: Mapping[str, str], part: Part = WHOLE) -> Iterator[list[Brought]]:
    """The files; those at addresses and on hubs are downloaded, and gone again afterwards.

    Raises:
        Invalid: an address that may not be reached, or a `part` of what is no dataset on a hub. NotFound, Unavailable: the server does not give
        the file. StorageFull: the disk.
    """
    if part != WHOLE and (others := [str(file) for file in files if not str(file).startswith(HUB)]):
        raise Invalid(f"{others[0]} is no dataset on a hub, of which a split or a sample could be taken.", "Leave --split, --sample and --seed out.")
    with tempfile.TemporaryDirectory(prefix="rowsmith-") as folder:
        found = [_brought(file, Path(folder, str(number)), environ, part) for number, file in enumerate(files)]
        yield found
        for path in (path for one in found for path in one.cached):
            path.unlink(missing_ok=True)


@contextmanager
def one_here(file: str | Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """The one file that is meant. Raises as `here` does; NotFound: there is none; Invalid: it is several, or a folder."""
    with here([file], environ) as [brought]:
        found = sorted(brought.path.rglob("*")) if brought.places and brought.path.is_dir() else [brought.path]
        files = [path for path in found if path.is_file() or path == brought.path]
        if not brought.places:
            _require_file(brought.path)
        if len(files) > 1:
            raise Invalid(f"{file} is {len(files)} files.", "Import it, or name one of them: hf:datasets/OWNER/NAME/FILE.")
        yield files[0]


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise Invalid(f"{path} is a folder.", "Name one file in it; rowsmith import takes folders and globs.")
    if not path.exists():
        fix = "Name one file; rowsmith import takes folders and globs." if has_magic(str(path)) else "Check the path; addresses begin with http."
        raise NotFound(f"There is no file {str(path)!r}.", fix)


def is_url(file: str | Path) -> bool:
    """Whether it is an address, and no path."""
    return isinstance(file, str) and bool(_URL.match(file))


def _brought(file: str | Path, folder: Path, environ: Mapping[str, str], part: Part) -> Brought:
    if isinstance(file, str) and file.startswith(SAMPLE):
        return Brought(content.sample(file.removeprefix(SAMPLE)))
    if isinstance(file, str) and file.startswith(HUB):
        from rowsmith.app.hub_downloads import brought

        return brought(file, folder, environ, part)
    return _from_address(str(file), folder, environ) if is_url(file) else Brought(Path(file))


def _from_address(url: str, folder: Path, environ: Mapping[str, str]) -> Brought:
    folder.mkdir()
    path = folder / name_of(url)
    try:
        download(url, path, bounds=MOST, allowed=allowed_by(environ))
    except Unavailable as error:
        if getattr(error, "http", 0) in (404, 410):
            raise NotFound(f"There is nothing at {_shown(url)}.", "Correct the address.") from None
        raise
    return Brought(path, {path.name: {"url": _shown(url)}})


def name_of(url: str) -> str:
    """What the file is called: the last part of the path, as far as that can be a file's name."""
    last = unquote(urlsplit(url).path).replace("\\", "/").rstrip("/").rpartition("/")[2]
    return re.sub(r"[^\w.()+ -]", "_", last).lstrip(".")[-150:] or "download"


def _shown(url: str) -> str:
    """The address without what may be secret: a password, a query that signs it, a fragment."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
