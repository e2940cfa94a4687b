"""Exports: rows of datasets in a foreign format, in a file or a folder that appears whole, with everything that led to each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import orjson

from rowsmith.app import plugins
from rowsmith.app.about import about
from rowsmith.app.export_check import NOTHING, Checking
from rowsmith.app.licences import Policy, Rights, objections, policy_of
from rowsmith.app.locks import lock
from rowsmith.app.reviews import Reviews, let_through, told_beside
from rowsmith.app.unreachable import EXPORTED, note_copy
from rowsmith.core.calls import PICO
from rowsmith.core.errors import Invalid, Problem
from rowsmith.core.expressions import parse
from rowsmith.core.row import Row
from rowsmith.formats import Checked, DataFile, Format, LossReport
from rowsmith.steps.export import Source, require_rows, write_export
from rowsmith.steps.export_folder import FILES, Arrangement, placed, write_folder
from rowsmith.store.calls import costs

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets

PAGE = 500
MOST_REASONS = 20
CHOICES = ("column", "sidecar", "none")
FILE = Arrangement()
"""As the path says."""


@dataclass(frozen=True, slots=True)
class Export:
    """What an export did. `lost` maps reason to rows left out, `dropped` a column to the rows in which the format could not hold it. `files` is
    the folder of the images and sounds that the rows refer to, `files_out` how many there are, `lock` the lock beside the file. `uncleared` rows
    were left out by the `policy`, `why` maps each reason to rows; they are no part of `rows_in`. `parts` are the data files of a folder
    ({path, dataset, split, rows, bytes}), `check` what the export check found, where somebody in particular reads the format."""

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
    policy: str | None = None
    uncleared: int = 0
    why: dict[str, int] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)
    check: Checked | None = None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "check": self.check and self.check.dump()}


class _Told:
    """Rows of a dataset that a condition and a policy let through, each call in their origin with what it cost, each model with its terms; can
    be read more than once. `beside` says of the row that was given last where it belongs, and what people think of it."""

    def __init__(self, datasets: Datasets, spoken: str, where: str | None, policy: Policy | None) -> None:
        self._datasets, self._spoken = datasets, spoken
        self._where = parse(where) if where else None
        self._policy, self._rights = policy, Rights(datasets, policy)
        self._reviews = Reviews(datasets.lab, datasets.project)
        self._extra = _extra(datasets, spoken)
        self._said: dict[str, Sequence[dict[str, Any]]] = {}
        self._any = self._reviews.any(spoken)

    def __iter__(self) -> Iterator[Row]:
        for page in self._pages():
            keys = {key for row, _ in page for made in row.origin.get("made", ()) for key in made.get("calls", ())}
            paid = costs(self._datasets.lab.db, keys)
            self._said = {row.id: told_beside(row, reviews) for row, reviews in page} if self._any else {}
            for row, _ in page:
                if self._policy is None or not objections(self._rights, self._policy, row.origin):
                    made = [{**self._termed(made), **_costed(made, paid)} for made in row.origin.get("made", ())]
                    yield replace(row, origin={**row.origin, "made": made})

    def _pages(self) -> Iterator[list[tuple[Row, Any]]]:
        """The rows that the condition lets through, with their reviews, some at a time; what the policy asks of them is looked up."""
        stream = self._reviews.beside(self._spoken, self._datasets.rows(self._spoken, edits=False))
        passing = let_through(stream, self._where)
        while page := list(islice(passing, PAGE)):
            self._rights.learn(row for row, _ in page)
            yield page

    def beside(self, row: Row) -> dict[str, Any]:
        """What is told of the row in its provenance."""
        return {**self._extra, **({"reviews": self._said[row.id]} if self._any else {})}

    def _termed(self, made: dict[str, Any]) -> dict[str, Any]:
        return self._rights.of_made(made) if made.get("model") else {}

    def uncleared(self) -> tuple[int, Counter[str]]:
        """How many rows the policy does not let out, and for which reasons."""
        count, why = 0, Counter[str]()
        if self._policy is not None:
            for page in self._pages():
                for reasons in filter(None, (objections(self._rights, self._policy, row.origin) for row, _ in page)):
                    count += 1
                    why.update(set(reasons))
        return count, why


def _costed(made: dict[str, Any], paid: Mapping[str, int | None]) -> dict[str, Any]:
    known = [cost for key in made.get("calls", ()) if (cost := paid.get(key)) is not None]
    return {**made, "cost_usd": sum(known) / PICO} if known else made


def export(
    datasets: Datasets, spoken: str | Sequence[str], format: str, path: str | Path, *, where: str | None = None, provenance: str | None = None,
    with_lock: bool = False, policy: str | None = None, drop_uncleared: bool = False, arrangement: Arrangement = FILE,
    checking: Checking = NOTHING,
) -> Export:  # fmt: skip
    """Write the rows of `dataset`, `dataset@version` or `run:r12` to a file, with a report of what went (`PATH.report.json`), and the images and
    sounds that they refer to in a folder beside it (`PATH.files`). Or to a folder: where the format is one, where the path is one or ends in a
    slash, where there are several datasets, or where they are to be parted.

    Args:
        format: the name of a format that is built in (docs/formats.md), or a plug-in's.
        where: an expression that lets rows through; `reviews.accepted`, `reviews.score` and so on are what people think of them.
        with_lock: also write what the version rests on (`PATH.lock.json`; app.locks), with the hashes of the exported files.
        provenance: `column`, `sidecar` (`PATH.provenance.jsonl`, or the folder `PATH.provenance`) or `none`; default: what suits the format.
        policy: `commercial-training`, or the path of a YAML file (app.licences.Policy): rows that it does not let out stop the export, unless
            `drop_uncleared` leaves them out.
        arrangement: splits, shards, containers.
        checking: who will read it, and with which tokenizer; an export check that fails refuses, unless it says `anyway`.

    Raises:
        NotFound: no such dataset, format or policy. Invalid: the path, the condition, the choice of provenance or arrangement, or rows that the
            policy does not let out, with each reason; or none of the rows goes into the format. StorageFull: nothing half written appears.
    """
    names = [spoken] if isinstance(spoken, str) else list(spoken)
    found, target = plugins.format(format), placed(path)
    place = provenance or found.provenance
    if place not in CHOICES:
        raise Invalid(f"Provenance cannot be {place!r}.", f"Choose one of: {', '.join(CHOICES)}.")
    way = cast(Literal["column", "sidecar", "none"], place)
    _require_apart(names)
    _require_lockable(names, with_lock)
    rules = None if policy is None else policy_of(policy)
    told = {name: _Told(datasets, name, where, rules) for name in names}
    uncleared, why = 0, Counter[str]()
    for rows in told.values():
        count, reasons = rows.uncleared()
        uncleared, why = uncleared + count, why + reasons
    if uncleared and not drop_uncleared:
        raise _refused(str(policy), uncleared, why)
    sources = [Source(rows, label(name), rows.beside, partial(about, datasets, name)) for name, rows in told.items()]
    parts: Sequence[DataFile] = ()
    find = datasets.lab.files.find
    with checking.of_export(found, target, arrangement.suffix) as check:
        report = LossReport(check=check, anyway=checking.anyway)
        report.require = lambda: None if checking.anyway or not report.rows_in else require_rows(report, found)
        if arrangement.folder(path, found, len(names)):
            _, parts = write_folder(target, sources, found, arrangement, find=find, provenance=way, report=report)
        else:
            write_export(target, sources[0], found, find=find, provenance=way, safe=arrangement.safe, report=report)
    for name in names:
        _note(datasets, name, target, format=format, rows=report.rows_out)
    notes = [f"{name!r} does not go into {format}: {count:,} rows say something there" for name, count in sorted(report.dropped.items())]
    if report.attachments_missing:
        notes.append(f"{report.attachments_missing:,} images or sounds that rows refer to are not in this home, and were left as they are")
    locked = _locked(datasets, names[0], target, {"format": format, "where": where}) if with_lock else None
    beside = None if place != "sidecar" else f"{target}.provenance" if parts else f"{target}.provenance.jsonl"
    files = str(_files(target, found, bool(parts))) if report.attachments else None
    return Export(
        str(target), beside, report.rows_in, report.rows_out, dict(report.left_out), dict(report.dropped), report.examples, tuple(notes), files,
        report.attachments, locked, rules.name if rules else None, uncleared, dict(why.most_common()),
        [{"path": one.path, "dataset": one.dataset, "split": one.split, "rows": one.rows, "bytes": one.bytes} for one in parts], report.checked,
    )  # fmt: skip


def _files(target: Path, format: Format, folder: bool) -> Path:
    """Where the images and sounds of an export lie; those of splits that have their own, below it."""
    return target.with_name(f"{target.name}.files") if not folder else target if format.beside else target / FILES


def label(spoken: str) -> str:
    """What the rows of a dataset, or of a run, are called in an export."""
    return spoken.removeprefix("run:").partition("@")[0]


def _require_lockable(names: Sequence[str], with_lock: bool) -> None:
    if not names:
        raise Invalid("There is no dataset to export.", "Name one or more.")
    if with_lock and len(names) > 1:
        raise Invalid("A lock is of one dataset.", "Export one, or lock each: rowsmith lock DATASET -o PATH.")
    if with_lock and names[0].startswith("run:"):
        raise Invalid("Rows of a run that is not committed have no lock.", "Commit them first; or see what they rest on: rowsmith runs RUN --lock.")


def _require_apart(names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(map(label, names)).items() if count > 1]
    if twice:
        raise Invalid(f"{twice[0]!r} is named twice.", "Name each dataset once; two versions of one go into two exports.")


def _locked(datasets: Datasets, spoken: str, target: Path, export: dict[str, Any]) -> str | None:
    """Write the lock beside an export, with the hashes of its files; its path."""
    report = orjson.loads(target.with_name(f"{target.name}.report.json").read_bytes())
    said = {**export, "files": report["files"]}
    return lock(datasets.lab, datasets.project, spoken, target.with_name(f"{target.name}.lock.json"), export=said).path


def _refused(policy: str, uncleared: int, why: Counter[str]) -> Invalid:
    problems = [Problem(f"{count:,} rows: {reason}.") for reason, count in why.most_common(MOST_REASONS)]
    what = f"The policy {policy} does not let {uncleared:,} rows out."
    fix = "Say the licence at the source (licence of read.*), the terms of the model, or leave them out: --drop-uncleared."
    return Invalid(what, fix, problems)


def _note(datasets: Datasets, spoken: str, target: Path, **facts: Any) -> None:
    run = spoken.removeprefix("run:") if spoken.startswith("run:") else None
    where = {"run": run} if run else {"dataset": spoken.partition("@")[0], "version": datasets.get(spoken).id}
    note_copy(datasets.lab, datasets.project, EXPORTED, target, **facts, **where)


def _extra(datasets: Datasets, spoken: str) -> dict[str, Any]:
    if spoken.startswith("run:"):
        return {"run": spoken.removeprefix("run:")}
    version = datasets.get(spoken)
    return {"dataset": spoken.partition("@")[0], "version": version.id, "run": f"r{version.run}" if version.run else None}
