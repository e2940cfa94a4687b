"""A version as the folder that a hub of datasets shows and the library `datasets` loads: Parquet for each split, and a card."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rowsmith import registry
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.row import Row
from rowsmith.steps.export import write_export

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets

_SPLIT = re.compile(r"\w+(\.\w+)*")
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"))


def write_folder(datasets: Datasets, spoken: str, folder: Path, title: str, split_column: str | None) -> dict[str, int]:
    """Write the folder; the rows of each split.

    Raises:
        NotFound: no row has the column of splits. Invalid: a row has no split there, or one that cannot be the name of a split.
    """
    counts = _counted(datasets, spoken, split_column)
    for split in counts:
        path = folder / "data" / f"{split}-00000-of-00001.parquet"
        rows = _Rows(datasets, spoken, split_column, split)
        write_export(path, rows, registry.format("jsonl"), find=datasets.lab.files.find, provenance="none")
        path.with_name(f"{path.name}.report.json").unlink()
    (folder / "README.md").write_text(_card(title, counts), encoding="utf-8")
    return dict(counts)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a split; can be read more than once."""

    datasets: Datasets
    spoken: str
    column: str | None
    split: str

    def __iter__(self) -> Iterator[Row]:
        every = self.datasets.rows(self.spoken, edits=False)
        return (row for row in every if self.column is None or row.data.get(self.column) == self.split)


def _counted(datasets: Datasets, spoken: str, column: str | None) -> Counter[str]:
    if column is None:
        return Counter({"train": datasets.count(spoken)})
    found: Counter[str] = Counter()
    for row in datasets.rows(spoken, edits=False):
        split = row.data.get(column)
        if not isinstance(split, str) or not _SPLIT.fullmatch(split):
            if split is None and column not in row.data and not found:
                raise NotFound(f"Row {row.id} has no column {column!r}.", "Name the column that holds each row's split: --split-column.")
            raise Invalid(f"Row {row.id} has the split {split!r}, which cannot be one.", "Use letters, digits and _ in its name.")
        found[split] += 1
    return found


def _card(title: str, counts: Counter[str]) -> str:
    rows = sum(counts.values())
    size = next((name for most, name in _SIZES if rows < most), "n>10M")
    files = "\n".join(f"  - split: {split}\n    path: data/{split}-*" for split in counts)
    return (
        f"---\nsize_categories:\n- {size}\ntags:\n- synthetic\nconfigs:\n- config_name: default\n  data_files:\n{files}\n---\n"
        f"# {title}\n\n{rows:,} rows, made with Rowsmith.\n"
    )
