"""Shaping: splits, samples, balance, another order, other columns, several datasets in one. Each act commits a version that says what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import compress
from pathlib import Path
from typing import Any, Literal

from rowsmith.app.combining import combined
from rowsmith.app.lab import Lab
from rowsmith.app.reshaping import Lent, Shaped, Target, commit, named, scratch, step, target
from rowsmith.core.errors import Invalid, RowFailed, choose
from rowsmith.core.ids import digest
from rowsmith.core.row import Row
from rowsmith.core.step import COLUMN
from rowsmith.steps.balancing import balance
from rowsmith.steps.filter.balance import BalanceStep
from rowsmith.steps.filter.sample import SampleStep
from rowsmith.steps.overlap import Overlap, overlap
from rowsmith.steps.parts import parse_parts
from rowsmith.steps.sampling import How, sample
from rowsmith.steps.splitting import NO_PART, split
from rowsmith.steps.ties import NEAR, SOURCE, ties
from rowsmith.steps.transform.columns import Columns
from rowsmith.steps.transform.split import SplitStep
from rowsmith.store.datasets import Datasets
from rowsmith.store.ordering import sorted_by

Parts = str | Mapping[str, float | int | str]
BY = (SOURCE, NEAR)


class Shaping:
    """The shaping of one project's datasets. `dataset` is `name` or `name@branch`; the act becomes the branch's next version, or with `into`
    the next version of another dataset (`name[@branch]`), which then holds these rows alone."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project

    def split(
        self, dataset: str, parts: Parts, *, by: Sequence[str] = BY, stratify: str | None = None, seed: int = 42, column: str = "split",
        similarity: float = 0.7, compare: Sequence[str] | None = None, into: str | None = None,
    ) -> Shaped:  # fmt: skip
        """Write into `column` which part each row belongs to; see the step transform.split for the settings. The report has the sizes wanted
        and got, and under `overlap` what the parts share, found in the rows as they are committed.

        Raises:
            Invalid: parts that do not sum to 1 or to the rows, a column that is not there, settings that cannot be read.
            Conflict: somebody else has committed to the branch meanwhile.
        """
        spoken = parse_parts(parts)
        sizes = dict(zip(spoken.names, spoken.sizes, strict=True))
        settings = {"parts": sizes, "by": list(by), "stratify": stratify, "seed": seed, "column": column, "similarity": similarity}
        how = step(SplitStep, {**settings, "compare": compare})
        at = self._at(dataset, into)
        with scratch(self.lab) as folder:
            done = split([at.rows], how.terms(), folder)
            rows = (
                row if part == NO_PART else row.with_data({**row.data, column: done.names[part]})
                for row, part in zip(at.rows, done.part_of, strict=True)
            )
            said = ", ".join(f"{name} {size:g}" if isinstance(size, float) else f"{name} {size}" for name, size in sizes.items())
            message = f"split {named(at)} into {said} by {', '.join(by) or 'row'}{_with(stratify=stratify)}, seed {seed}, column {column}"
            shaped = self._commit(at, rows, message, alone=False)
        report = {"column": column, **done.dump(), "overlap": self._overlap(shaped, column, by, similarity, compare)}
        return self._told(shaped, at, report)

    def preview(
        self, dataset: str, parts: Parts, *, by: Sequence[str] = BY, stratify: str | None = None, seed: int = 42, similarity: float = 0.7,
        compare: Sequence[str] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """What a split would give: the report of `split` without the overlap. Nothing is committed; arguments and errors as there."""
        spoken = parse_parts(parts)
        sizes = dict(zip(spoken.names, spoken.sizes, strict=True))
        settings = {"parts": sizes, "by": list(by), "stratify": stratify, "seed": seed, "similarity": similarity, "compare": compare}
        with scratch(self.lab) as folder:
            return split([self._at(dataset, None).rows], step(SplitStep, settings).terms(), folder).dump()

    def overlap(
        self, dataset: str, *, column: str = "split", by: Sequence[str] = BY, similarity: float = 0.7, compare: Sequence[str] | None = None
    ) -> Overlap:  # fmt: skip
        """What the parts that a column names share, whoever wrote it: sources, values of columns, equal rows, near-duplicates.

        Raises:
            Invalid: no row has the column.
        """
        rows = Datasets(self.lab.db).rows(Datasets(self.lab.db).resolve(self.project, dataset))
        with scratch(self.lab) as folder:
            return overlap(rows, column, ties(by), folder, similarity=similarity, columns=compare)

    def sample(
        self, dataset: str, n: int, *, how: How = "random", by: str = "", equal_strata: bool = False, seed: int = 42, into: str | None = None
    ) -> Shaped:  # fmt: skip
        """Keep `n` rows; see the step filter.sample for how they are chosen.

        Raises:
            Invalid: fewer rows than `n`, a weight that is negative or none, settings that cannot be read.
            Conflict: somebody else has committed to the branch meanwhile.
        """
        terms = step(SampleStep, {"n": n, "how": how, "by": by, "equal_strata": equal_strata, "seed": seed}).terms()
        at = self._at(dataset, into)
        with scratch(self.lab) as folder:
            done = sample(at.rows, n, terms, folder)
            self._require(at, n, done.chosen.count(1), done.unusable, done.examples, how)
            message = f"sample of {n:,} of {named(at)}, {how}{_with(by=by)}{', equal strata' if equal_strata else ''}, seed {seed}"
            shaped = self._commit(at, compress(at.rows, done.chosen), message, alone=True)
        pool = {} if done.pool is None else {"pool": done.pool}
        return self._told(shaped, at, {"how": how, **({"strata": done.strata} if done.strata else {}), **pool})

    def balance(
        self, dataset: str, by: str, *, cap: int | None = None, shares: Mapping[str, float] | None = None, seed: int = 42, into: str | None = None
    ) -> Shaped:  # fmt: skip
        """Leave rows out so that the classes of column `by` are balanced; see the step filter.balance.

        Raises:
            Invalid: no such column or class, shares that do not sum to 1.
            Conflict: somebody else has committed to the branch meanwhile.
        """
        terms = step(BalanceStep, {"by": by, "cap": cap, "shares": shares, "seed": seed}).terms()
        at = self._at(dataset, into)
        with scratch(self.lab) as folder:
            done = balance([at.rows], terms, folder)
            wanted = f"at most {cap:,} of each" if cap is not None else _shares(shares) if shares else "as many of each"
            message = f"balanced {named(at)} by {by}, {wanted}, seed {seed}"
            shaped = self._commit(at, compress(at.rows, done.chosen), message, alone=True)
        return self._told(shaped, at, {"before": done.before, "after": done.after, "without_class": done.without_class})

    def shuffle(self, dataset: str, *, seed: int = 42, into: str | None = None) -> Shaped:
        """Put the rows into a random order, which the ids and the seed give.

        Raises:
            Conflict: somebody else has committed to the branch meanwhile.
        """
        at = self._at(dataset, into)
        salt = f"shuffle {seed}".encode()
        rows = sorted_by(at.rows, lambda row: digest(salt, bytes.fromhex(row.id)))
        return self._told(self._commit(at, rows, f"shuffled {named(at)}, seed {seed}", alone=True), at, {"seed": seed})

    def columns(
        self, dataset: str, *, rename: Mapping[str, str] | None = None, set: Mapping[str, str] | None = None,
        compute: Mapping[str, str] | None = None, keep: Sequence[str] | None = None, drop: Sequence[str] | None = None, into: str | None = None,
    ) -> Shaped:  # fmt: skip
        """Rename, make, keep and drop columns; see the step transform.columns.

        Raises:
            Invalid: no row has a column that is named, a row has a column of the new name, an expression cannot be read.
            Conflict: somebody else has committed to the branch meanwhile.
        """
        given = {"rename": rename, "set": set, "compute": compute, "keep": keep, "drop": drop}
        how = step(Columns, given)
        at = self._at(dataset, into)
        said = "; ".join(f"{name} {_settings(value)}" for name, value in given.items() if value)
        with scratch(self.lab) as folder:
            rows = _columns(at, how, folder)
            shaped = self._commit(at, rows, f"columns of {named(at)}: {said}", alone=False)
        return self._told(shaped, at, {})

    def combine(
        self, datasets: Sequence[str], into: str, *, dedup: Literal["exact", "near"] | None = None, similarity: float = 0.7,
        compare: Sequence[str] | None = None,
    ) -> Shaped:  # fmt: skip
        """Put the rows of several datasets (versions, tags and branches, too) into one, in the order in which they are named.

        A row that two of them have, with the same id and saying the same, is there once. Where it says something else, both stay: the later
        one gets an id of its own, which derives from its old one. `dedup` drops rows that say what an earlier one says (exact), or nearly
        so (near, from `similarity` on); `compare` names the columns for that.

        Raises:
            Invalid: fewer than two datasets, one that is named twice, a column that no row has.
        """
        return combined(self.lab, self.project, datasets, into, dedup, similarity, compare)

    # -- within -------------------------------------------------------------------------------------------------------------------------

    def _at(self, dataset: str, into: str | None) -> Target:
        return target(self.lab, self.project, dataset, into)

    def _commit(self, at: Target, rows: Iterator[Row], message: str, *, alone: bool) -> Shaped:
        made = commit(self.lab, self.project, at, rows, message, alone=alone)
        return Shaped(at.dataset, at.branch, made.id, len(at.rows), len(Datasets(self.lab.db).rows(made)))

    def _told(self, shaped: Shaped, at: Target, report: Mapping[str, Any]) -> Shaped:
        return Shaped(shaped.dataset, shaped.branch, shaped.version, shaped.rows_before, shaped.rows, report)

    def _overlap(self, shaped: Shaped, column: str, by: Sequence[str], similarity: float, compare: Sequence[str] | None) -> dict[str, Any]:
        found = self.overlap(f"{shaped.dataset}@{shaped.version}", column=column, by=by, similarity=similarity, compare=compare)
        return {**asdict(found), "clean": found.clean}

    def _require(self, at: Target, n: int, chosen: int, unusable: int, examples: Sequence[str], how: str) -> None:
        """Raises Invalid when a sample is not what was asked for."""
        what = "weight" if how == "weighted" else "value"
        if unusable:
            fix = "Give every row one, for example coalesce(COLUMN, 0)" + ("; it must not be negative." if how == "weighted" else ".")
            raise Invalid(f"{unusable:,} rows have no usable {what} ({'; '.join(examples)}).", fix)
        if chosen < n:
            able = f", {chosen:,} of them with a weight above 0" if chosen < len(at.rows) else ""
            fix = f"Take at most {chosen:,}: -n {chosen}." if chosen else "Give rows a weight above 0."
            raise Invalid(f"{at.spoken} has {len(at.rows):,} rows{able}, and {n:,} are to be taken.", fix)


def _columns(at: Target, how: Columns, folder: Path) -> Iterator[Row]:
    ctx = Lent(how.title, folder)
    try:
        yield from _changed(at, how, ctx)
    finally:
        ctx.close()


def _changed(at: Target, how: Columns, ctx: Any) -> Iterator[Row]:
    missing = {name for names in how.marked(COLUMN).values() for name in names}
    seen: set[str] = set()
    for row in at.rows:
        if missing:
            missing -= row.data.keys()
            seen |= row.data.keys()
        try:
            yield from how.rows(row, ctx)
        except RowFailed as error:
            raise Invalid(f"Row {row.id}: {error.what}", "Nothing has been changed.") from None
    if missing:
        raise Invalid(f"No row has a column {min(missing)!r}.", choose(min(missing), sorted(seen)))


def _with(**named: str | None) -> str:
    return "".join(f", {name} {value}" for name, value in named.items() if value)


def _shares(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:g}" for name, share in shares.items())


def _settings(value: Mapping[str, str] | Sequence[str]) -> str:
    return ", ".join(f"{old}={new}" for old, new in value.items()) if isinstance(value, Mapping) else ", ".join(value)


