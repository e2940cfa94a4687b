"""Exports: a dataset's rows in a foreign format, in a file that appears whole, with everything that led to each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import orjson

from rowsmith import registry
from rowsmith.app.locks import lock
from rowsmith.app.reviews import Reviews, scope, told_beside
from rowsmith.core.calls import PICO
from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse
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
    the folder of the images and sounds that the rows refer to, `files_out` how many there are, `lock` the lock beside the file."""

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
    lock: str | None = None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class _Told:
    """Rows of a dataset that a condition lets through, each call in their origin with what it cost; can be read more than once. `beside` says
    of the row that was given last where it belongs, and what people think of it."""

    def __init__(self, datasets: Datasets, spoken: str, where: str | None) -> None:
        self._datasets, self._spoken = datasets, spoken
        self._where = parse(where) if where else None
        self._reviews = Reviews(datasets.lab, datasets.project)
        self._extra = _extra(datasets, spoken)
        self._said: dict[str, Sequence[dict[str, Any]]] = {}
        self._any = self._reviews.any(spoken)

    def __iter__(self) -> Iterator[Row]:
        stream = self._reviews.beside(self._spoken, self._datasets.rows(self._spoken, edits=False))
        while page := list(islice(stream, PAGE)):
            keys = {key for row, _ in page for made in row.origin.get("made", ()) for key in made.get("calls", ())}
            paid = costs(self._datasets.lab.db, keys)
            self._said = {row.id: told_beside(row, reviews) for row, reviews in page} if self._any else {}
            for row, reviews in page:
                if self._where is None or self._where.test(scope(row, reviews)):
                    yield replace(row, origin={**row.origin, "made": [_costed(made, paid) for made in row.origin.get("made", ())]})

    def beside(self, row: Row) -> dict[str, Any]:
        """What is told of the row in its provenance."""
        return {**self._extra, **({"reviews": self._said[row.id]} if self._any else {})}


def _costed(made: dict[str, Any], paid: Mapping[str, int | None]) -> dict[str, Any]:
    known = [cost for key in made.get("calls", ()) if (cost := paid.get(key)) is not None]
    return {**made, "cost_usd": sum(known) / PICO} if known else made


def export(
    datasets: Datasets, spoken: str, format: str, path: str | Path, *, where: str | None = None, provenance: str | None = None,
    with_lock: bool = False,
) -> Export:  # fmt: skip
    """Write the rows of `dataset`, `dataset@version` or `run:r12` to a file, with a report of what went (`PATH.report.json`), and the images and
    sounds that they refer to in a folder beside it (`PATH.files`).

    Args:
        format: jsonl, csv, alpaca, sharegpt, openai, or a plug-in's name.
        where: an expression that lets rows through; `reviews.accepted`, `reviews.score` and so on are what people think of them.
        with_lock: also write what the version rests on (`PATH.lock.json`; app.locks), with the hashes of the exported files.
        provenance: `column`, `sidecar` (`PATH.provenance.jsonl`) or `none`; default: what suits the format.

    Raises:
        NotFound: no such dataset or format. Invalid: the path, the condition or the choice of provenance. StorageFull: nothing half written appears.
    """
    found = registry.format(format)
    place = provenance or found.provenance
    if place not in CHOICES:
        raise Invalid(f"Provenance cannot be {place!r}.", f"Choose one of: {', '.join(CHOICES)}.")
    target = Path(path)
    if target.is_dir():
        raise Invalid(f"{str(path)!r} is a folder.", "Give the path of a file.")
    way = cast(Literal["column", "sidecar", "none"], place)
    if with_lock and spoken.startswith("run:"):
        raise Invalid("Rows of a run that is not committed have no lock.", "Commit them first; or see what they rest on: rowsmith runs RUN --lock.")
    rows = _Told(datasets, spoken, where)
    report = write_export(target, rows, found, find=datasets.lab.files.find, provenance=way, extra=rows.beside)
    notes = [f"{name!r} does not go into {format}: {count:,} rows say something there" for name, count in sorted(report.dropped.items())]
    if report.attachments_missing:
        notes.append(f"{report.attachments_missing:,} images or sounds that rows refer to are not in this home, and were left as they are")
    locked = _locked(datasets, spoken, target, {"format": format, "where": where}) if with_lock else None
    beside = str(target) + ".provenance.jsonl" if place == "sidecar" else None
    return Export(
        str(target), beside, report.rows_in, report.rows_out, dict(report.left_out), dict(report.dropped), report.examples, tuple(notes),
        str(target) + ".files" if report.attachments else None, report.attachments, locked,
    )  # fmt: skip


def _locked(datasets: Datasets, spoken: str, target: Path, export: dict[str, Any]) -> str | None:
    """Write the lock beside an export, with the hashes of its files; its path."""
    report = orjson.loads(target.with_name(f"{target.name}.report.json").read_bytes())
    said = {**export, "files": report["files"]}
    return lock(datasets.lab, datasets.project, spoken, target.with_name(f"{target.name}.lock.json"), export=said).path


def _extra(datasets: Datasets, spoken: str) -> dict[str, Any]:
    if spoken.startswith("run:"):
        return {"run": spoken.removeprefix("run:")}
    version = datasets.get(spoken)
    return {"dataset": spoken.partition("@")[0], "version": version.id, "run": f"r{version.run}" if version.run else None}
