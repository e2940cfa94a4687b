"""Exports that somebody has unpacked: folders whose files say something only together, and are read as the one file that they came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZipFile, ZipInfo

LISTS = {"users.json", "channels.json"}
"""Beside these lie the folders of conversations in an export of Slack."""
_DAY = "[12][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].json"


def exports(files: Sequence[Path]) -> dict[Path, list[Path]]:
    """The folders among these files that are an unpacked export, each with those of its files that belong to it: lists, and days of conversations.
    Whatever else somebody has put there is none of it."""
    names: dict[Path, set[str]] = defaultdict(set)
    for path in files:
        if path.name in LISTS:
            names[path.parent].add(path.name)
    found: dict[Path, list[Path]] = {folder: [] for folder, lists in names.items() if lists >= LISTS}
    for path in files if found else ():
        folder = next((one for one in (path.parent, path.parent.parent) if one in found), None)
        if folder is not None and path.suffix == ".json":
            found[folder].append(path)
    return {folder: mine for folder, mine in found.items() if any(one.match(_DAY) and one.parent != folder for one in mine)}


def pack(members: Mapping[str, Path], to: Path) -> None:
    """One zip of files by their names there; of the same files always the same bytes."""
    with ZipFile(to, "w") as archive:
        for name, path in sorted(members.items()):
            with archive.open(ZipInfo(name), "w") as part, path.open("rb") as file:
                while data := file.read(1 << 20):
                    part.write(data)
