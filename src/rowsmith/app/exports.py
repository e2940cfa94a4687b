"""Exports: a dataset's rows in a foreign format, in a file that appears whole, with everything that led to each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from rowsmith import registry
from rowsmith.core.calls import PICO
from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.steps.export import write_export
from rowsmith.store.calls import costs

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets

PAGE = 500
CHOICES = ("column", "sidecar", "none")


@dataclass(frozen=True, slots=True)
class Export:
    """What an export did. `lost` maps reason to rows left out, `dropped` a column to the rows in which the format could not hold it. `files` is
    the folder of the images and sounds that the rows refer to, `files_out` how many there are."""

    path: str
    sidecar: str | None
    rows_in: int
    rows_out: int
    lost: dict[str, int]
    dropped: dict[str, int]
    examples: list[dict[str, str]]
    notes: tuple[str, ...]
    files: str | None = None
    files_out: int = 0

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class _Costed:
    """Rows of a dataset, each call in their origin with what it cost; can be read more than once."""

    def __init__(self, datasets: Datasets, spoken: str) -> None:
        self._datasets, self._spoken = datasets, spoken

    def __iter__(self) -> Iterator[Row]:
        rows = self._datasets.rows(self._spoken, edits=False)
        while page := list(islice(rows, PAGE)):
            keys = {key for row in page for made in row.origin.get("made", ()) for key in made.get("calls", ())}
            paid = costs(self._datasets.lab.db, keys)
            for row in page:
                yield replace(row, origin={**row.origin, "made": [_costed(made, paid) for made in row.origin.get("made", ())]})


def _costed(made: dict[str, Any], paid: Mapping[str, int | None]) -> dict[str, Any]:
    known = [cost for key in made.get("calls", ()) if (cost := paid.get(key)) is not None]
    return {**made, "cost_usd": sum(known) / PICO} if known else made


def export(datasets: Datasets, spoken: str, format: str, path: str | Path, *, provenance: str | None = None) -> Export:
    """Write the rows of `dataset`, `dataset@version` or `run:r12` to a file, with a report of what went (`PATH.report.json`), and the images and
    sounds that they refer to in a folder beside it (`PATH.files`).

    Args:
        format: jsonl, csv, alpaca, sharegpt, openai, or a plug-in's name.
        provenance: `column`, `sidecar` (`PATH.provenance.jsonl`) or `none`; default: what suits the format.

    Raises:
        NotFound: no such dataset or format. Invalid: the path, or the choice of provenance. StorageFull: nothing half written is visible.
    """
    found = registry.format(format)
    where = provenance or found.provenance
    if where not in CHOICES:
        raise Invalid(f"Provenance cannot be {where!r}.", f"Choose one of: {', '.join(CHOICES)}.")
    target = Path(path)
    if target.is_dir():
        raise Invalid(f"{str(path)!r} is a folder.", "Give the path of a file.")
    way = cast(Literal["column", "sidecar", "none"], where)
    report = write_export(
        target, _Costed(datasets, spoken), found, find=datasets.lab.files.find, provenance=way, extra=_extra(datasets, spoken)
    )
    notes = [f"{name!r} does not go into {format}: {count:,} rows say something there" for name, count in sorted(report.dropped.items())]
    if report.attachments_missing:
        notes.append(f"{report.attachments_missing:,} images or sounds that rows refer to are not in this home, and were left as they are")
    beside = str(target) + ".provenance.jsonl" if where == "sidecar" else None
    return Export(
        str(target), beside, report.rows_in, report.rows_out, dict(report.left_out), dict(report.dropped), report.examples, tuple(notes),
        str(target) + ".files" if report.attachments else None, report.attachments,
    )  # fmt: skip


def _extra(datasets: Datasets, spoken: str) -> dict[str, Any]:
    if spoken.startswith("run:"):
        return {"run": spoken.removeprefix("run:")}
    version = datasets.get(spoken)
    return {"dataset": spoken.partition("@")[0], "version": version.id, "run": f"r{version.run}" if version.run else None}
