"""The images and sounds of an export: a folder beside the file, in which each lies once, under its hash; or within it, if the format wants it."""

from __future__ import annotations

import os
import re
import shutil
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from rowsmith.core.errors import Invalid, NotFound, RowFailed
from rowsmith.core.references import URL, body_of, referred
from rowsmith.core.row import Json
from rowsmith.formats import Attached

Find = Callable[[str], Path]
"""Where the file with this hash lies; raises NotFound where it does not."""
ENDINGS = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "audio/wav": ".wav", "audio/mpeg": ".mp3",
    "audio/flac": ".flac", "audio/ogg": ".ogg",
}  # fmt: skip
_OURS = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]+)?")


def nowhere(name: str) -> Path:
    """No file is there: references go out as they stand, and are counted."""
    raise NotFound(f"The file {name} is not there.", "No files were handed over.")


class Beside:
    """The folder on its way: filled under a name of its own, then renamed. Gone when it never was, or when nothing came into it.

    `form` is how the format has them: `reference`, with a `path` in it; the `path` alone; or `inline`, the bytes as a data URL, and no folder.
    `count`: files in the folder. `missing`: references to files that are not there, and were left as they are.
    """

    def __init__(self, path: Path, find: Find, form: Attached = "reference") -> None:
        self.path, self._find, self._form = path, find, form
        self.count = self.missing = 0
        tag = f".{path.name[:200]}.{uuid4().hex[:12]}"
        self._temporary, self._former = path.with_name(f"{tag}.part"), path.with_name(f"{tag}.old")

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *error: object) -> None:
        for folder in (self._temporary, self._former):
            with suppress(FileNotFoundError):
                shutil.rmtree(folder)

    def taken_along(self, record: dict[str, Json]) -> dict[str, Json]:
        """The record with each reference as the format has it; the path is that from the folder in which the files' own lies.

        Raises:
            RowFailed: `no_file`: a file is not there, and the format has no place for a reference to it.
        """
        if self._form != "reference":
            require_there(record, self._find)
        found = referred(record, self._inline if self._form == "inline" else self._placed)
        assert isinstance(found, dict)
        return found

    def rename(self) -> None:
        """Let the folder appear under its name, in place of an older export's; one that nothing refers to any more goes."""
        if self.path.is_dir() and (self.count or self._is_ours()):
            os.replace(self.path, self._former)
        if self.count:
            os.replace(self._temporary, self.path)

    def _placed(self, reference: dict[str, Json]) -> Json:
        name = self._name(reference)
        if not self.count:
            self._begin()
        if not (target := self._temporary / name).exists():
            if URL in reference:
                _write(_body(reference), target)
            else:
                try:
                    source = self._find(str(reference["file"]))
                except NotFound:
                    self.missing += 1
                    return reference
                _copy(source, target)
            self.count += 1
        path = f"{self.path.name}/{name}"
        return {**reference, "path": path} if self._form == "reference" else path

    def adopt(self, folder: Path) -> None:
        """Take over the files of such a folder that was filled elsewhere, for the same records."""
        for file in sorted(folder.iterdir()) if folder.is_dir() else ():
            if not self.count:
                self._begin()
            if not (target := self._temporary / file.name).exists():
                shutil.move(file, target)
                self.count += 1

    def _inline(self, reference: dict[str, Json]) -> Json:
        if URL in reference:
            return reference[URL]
        body = self._find(str(reference["file"])).read_bytes()
        return f"data:{reference['media_type']};base64,{b64encode(body).decode()}"

    def _name(self, reference: dict[str, Json]) -> str:
        return str(reference["file"]) + ENDINGS.get(str(reference["media_type"]), "")

    def _begin(self) -> None:
        if self.path.exists() and not self._is_ours():
            raise Invalid(f"{self.path} holds files that no export wrote.", "Move them away, or export to another path.")
        self._temporary.mkdir(parents=True, exist_ok=True)

    def _is_ours(self) -> bool:
        return is_ours(self.path)


def is_ours(folder: Path) -> bool:
    """Whether it is a folder that holds nothing but images and sounds of an export."""
    return folder.is_dir() and all(_OURS.fullmatch(item.name) and item.is_file() for item in folder.iterdir())


def require_there(record: dict[str, Json], find: Find) -> None:
    """Make sure that the files are there that a record refers to.

    Raises:
        RowFailed: `no_file`.
    """

    def look(reference: dict[str, Json]) -> Json:
        if URL not in reference:
            try:
                find(str(reference["file"]))
            except NotFound:
                raise RowFailed("no_file", f"The file {reference['file']} ({reference['media_type']}) is not in this home.") from None
        return reference

    referred(record, look)


def _body(reference: dict[str, Json]) -> bytes:
    body = body_of(str(reference[URL]))
    assert body is not None  # a reference is made of what can be read
    return body


def _write(body: bytes, target: Path) -> None:
    with open(target, "xb") as here:
        here.write(body)
        here.flush()
        os.fsync(here.fileno())


def _copy(source: Path, target: Path) -> None:
    """A copy of the bytes: a link would let whoever edits it change the home's own."""
    with open(source, "rb") as there, open(target, "xb") as here:
        shutil.copyfileobj(there, here, 1 << 20)
        here.flush()
        os.fsync(here.fileno())
