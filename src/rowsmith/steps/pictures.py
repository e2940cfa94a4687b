"""Images that records refer to by their paths, as they become references to files of the home (core.references)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from posixpath import dirname, join, normpath
from typing import Any

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Input
from rowsmith.core.records import Record
from rowsmith.core.row import Json
from rowsmith.steps.media import Unfit, look


class Pictures:
    """The images of the records of a file called `name`, under these keys; `files` are those among which it lies, by their paths. A path of anything
    else stays as it stands."""

    def __init__(self, keys: Sequence[str], name: str, files: Mapping[str, Input]) -> None:
        self._keys, self._folder, self._files = keys, dirname(name), files
        self._seen: dict[str, dict[str, Json]] = {}

    def taken(self, record: Record) -> Record:
        """The record with references in place of paths.

        Raises:
            RowFailed: `broken_file`: a file is no image, or a broken one.
        """
        keys = [key for key in self._keys if record.data.get(key)] if self._files else []
        return replace(record, data={**record.data, **{key: self._referred(record.data[key]) for key in keys}}) if keys else record

    def _referred(self, value: Json) -> Any:
        if isinstance(value, list):
            return [self._referred(one) for one in value]
        said = [normpath(join(self._folder, value)), normpath(value)] if isinstance(value, str) else []
        path = next((path for path in said if path in self._files), None)
        if path is None:
            return value
        if path not in self._seen:
            self._seen[path] = self._reference(path, self._files[path])
        return self._seen[path]

    def _reference(self, path: str, file: Input) -> dict[str, Json]:
        try:
            media_type, facts = look(file.path)
        except Unfit as error:
            raise RowFailed("broken_file", f"{path}: {error}") from None
        if not media_type.startswith("image/"):
            raise RowFailed("other_kind", f"{path} is {media_type}, and no image.")
        return {"file": file.hash, "media_type": media_type, "name": path, "bytes": file.path.stat().st_size, **facts}
