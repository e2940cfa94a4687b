"""Exports for somebody who is elsewhere: made in a folder of their own, handed over as one file, and gone afterwards."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app import plugins
from rowsmith.app.exports import label
from rowsmith.core.errors import RowFailed
from rowsmith.store.workspace import Workspace

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets

PREVIEWED = 3


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a format makes of the first rows: a record each, or why the row is left out."""

    row: str
    record: dict[str, Any] | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that is to be handed over, and the folder that goes afterwards (`close`)."""

    path: Path
    workspace: Workspace

    def close(self) -> None:
        """It has been handed over."""
        self.workspace.close()


def preview(datasets: Datasets, spoken: str, format: str, rows: int = PREVIEWED) -> Sequence[Previewed]:
    """What the first rows of a dataset are in a format.

    Raises:
        NotFound: no such dataset or format.
    """
    made = plugins.format(format)
    found = []
    for row in islice(datasets.rows(spoken, edits=False), rows):
        try:
            found.append(Previewed(row.id, dict(made.row(row))))
        except RowFailed as error:
            found.append(Previewed(row.id, None, f"{error.reason}. {error.what}"))
    return found


def deliver(datasets: Datasets, spoken: Sequence[str], format: str, *, provenance: str | None = None, **options: Any) -> Delivery:
    """Export, and hand over what came of it: the file, or a zip archive of all where there is more than a file and its report. Without
    `provenance` there is none beside the file. Options and errors as of `Datasets.export`."""
    made = plugins.format(format)
    workspace = Workspace(datasets.lab.files.scratch_root / "deliveries")
    try:
        name = label(spoken[0]) if len(spoken) == 1 else "datasets"
        folder = made.folder or len(spoken) > 1 or options.get("split_by") or options.get("shard_rows")
        target = workspace.path / "made" / (name if folder else name + (options.get("suffix") or f".{made.extension}"))
        way = provenance or ("none" if made.provenance == "sidecar" else None)
        asked = options if folder else {**options, "suffix": None}  # a file's path says it
        datasets.export(list(spoken), format, f"{target}/" if folder else target, provenance=way, **asked)
        report = target.with_name(f"{target.name}.report.json")
        if target.is_file() and {*target.parent.iterdir()} <= {target, report}:
            return Delivery(target, workspace)
        return Delivery(_packed(target.parent, workspace.path / f"{name}.zip"), workspace)
    except BaseException:
        workspace.close()
        raise


def _packed(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(folder))
    return archive
