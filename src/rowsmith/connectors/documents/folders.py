"""Folders that are one thing: an export of Slack that somebody has unpacked. Its days make sense only together, so it is packed again."""

from __future__ import annotations

import zipfile
from pathlib import Path

_MEMBERS = ("users.json", "channels.json")
_PACKED_AT = (1980, 1, 1, 0, 0, 0)


def packed_export(folder: Path, to: Path) -> bool:
    """Whether a folder is such an export; it is then written to the file `to` as the zip that it came in, always with the same bytes.

    Links are left out, and files that are no JSON.
    """
    if not all((folder / name).is_file() for name in _MEMBERS):
        return False
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.json")):
            if path.is_file() and not path.is_symlink():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _PACKED_AT)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return True
