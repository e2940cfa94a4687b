"""The rows that a worth is measured with: read, split or held apart so that nothing leaks, and as probes see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import TYPE_CHECKING

from rowsmith.app.quality_run import Watched, carried_out, names_dataset, target
from rowsmith.app.reshaping import scratch
from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse
from rowsmith.core.ids import share
from rowsmith.core.row import Row
from rowsmith.core.said import parts
from rowsmith.engine import recipe_file
from rowsmith.steps.likeness import Likeness
from rowsmith.steps.parts import parse_parts
from rowsmith.steps.probes import Kind, Lesson, lesson
from rowsmith.steps.scratch import tables
from rowsmith.steps.splitting import Splitting, split
from rowsmith.steps.tied import TABLES, Tied
from rowsmith.steps.ties import NEAR, ties

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

MOST = 10_000
"""Most rows of each set that are looked at, so that memory has a bound; chosen by their ids."""
MOST_TESTS = 1_000
SIMILARITY = 0.7
_SEED = 42


@dataclass(frozen=True, slots=True)
class Material:
    """What probes learn from and are tested with. `groups` says by test which hang together; `distinct` is the whole without repetition; `foreign`
    names the subsets whose rows are not those of the whole; `left_out` counts rows by why they are not learned from."""

    kind: Kind
    train: Sequence[Lesson]
    test: Sequence[Lesson]
    groups: Sequence[int]
    distinct: Sequence[Lesson]
    subsets: Mapping[str, Sequence[Lesson]]
    foreign: frozenset[str]
    left_out: Mapping[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads datasets and files by ordinary runs, which commit nothing."""

    lab: Lab
    project: str
    watched: Watched
    format: str | None = None

    def material(self, spoken: str, test: str | None, subsets: Sequence[str], by: Sequence[str], kind: Kind | None) -> Material:
        """Read all sets.

        Raises:
            NotFound, Invalid: something is not there, cannot be read, or has nothing that a probe could learn.
            NotDone: reading stands still before its end.
        """
        whole, notes = self._rows(spoken, self.format)
        chosen = kind or _kind(whole, spoken)
        named = {one: self._subset(one) for one in dict.fromkeys(subsets)}
        foreign = {name: rows for name, rows in named.items() if rows is not None}
        if test is None:
            train, tests = self._split(whole, by)
        else:
            train, (tests, more) = whole, self._rows(test, None)
            notes += more
        tests = nsmallest(MOST_TESTS, tests, key=_place)
        roots = self._roots([tests, train, *foreign.values()], by)
        seen = set(roots[0])
        learning = zip((train, *foreign.values()), roots[1:], strict=True)
        kept = [[row for row, root in zip(rows, own, strict=True) if root not in seen] for rows, own in learning]
        leaks = len(train) - len(kept[0])
        sets = dict(zip(foreign, kept[1:], strict=True))
        for name, rows in named.items():
            if rows is None:
                where = parse(name)
                sets[name] = [row for row in kept[0] if where.test(row.scope) is True]
        near = self._roots([kept[0]], [NEAR])[0]
        distinct = _first(kept[0], near)
        pairs = [(one, root) for row, root in zip(tests, roots[0], strict=True) if (one := lesson(row, chosen)) is not None]
        learned = _lessons(kept[0], chosen)
        left = {"tied_to_test_rows": leaks, "nothing_to_learn": len(kept[0]) - len(learned)}
        return Material(
            chosen, learned, [one for one, _ in pairs], [root for _, root in pairs], _lessons(distinct, chosen),
            {name: _lessons(sets[name], chosen) for name in named}, frozenset(foreign), left, tuple(notes),
        )  # fmt: skip

    def _subset(self, spoken: str) -> list[Row] | None:
        """The rows of a version or file; None: it is an expression over those of the whole."""
        if names_dataset(self.lab, self.project, spoken) or Path(spoken).is_file():
            return self._rows(spoken, None)[0]
        try:
            parse(spoken)
        except Invalid as error:
            raise Invalid(f"--subset {spoken} is no dataset, no file, and no expression: {error.what}", error.fix) from error
        return None

    def _rows(self, spoken: str, format: str | None) -> tuple[list[Row], list[str]]:
        from rowsmith.app.runs import Runs

        runs = Runs(self.lab, self.project)
        with target(self.lab, self.project, spoken, format) as at:
            made = recipe_file.build({"name": "worth", "steps": [at.source]}, plugins=(Path.cwd() / "plugins",))
            done = carried_out(runs, made, self.watched)
            count = 0

            def counted() -> Iterator[Row]:
                nonlocal count
                for row in runs.rows(done.run):
                    count += 1
                    yield row

            rows = nsmallest(MOST, counted(), key=_place)
        notes = list(at.notes)
        if count > MOST:
            notes.append(f"{spoken} has {count:,} rows, of which {MOST:,} are looked at, chosen by their ids.")
        if done.failed:
            notes.append(f"{sum(done.failed.values()):,} rows of {spoken} could not be read: rowsmith runs {done.run} --failed.")
        return rows, notes

    def _split(self, rows: list[Row], by: Sequence[str]) -> tuple[list[Row], list[Row]]:
        terms = Splitting(parse_parts("train=0.8,test=0.2"), ties(by), None, _SEED, "", SIMILARITY, None, False)
        with scratch(self.lab) as folder:
            done = split([rows], terms, folder)
        placed = list(zip(rows, done.part_of, strict=True))
        names = done.names
        return [row for row, part in placed if names[part] == "train"], [row for row, part in placed if names[part] == "test"]

    def _roots(self, sets: Sequence[Sequence[Row]], by: Sequence[str]) -> list[list[int]]:
        """By set and row, a number that rows which hang together share."""
        tie = ties(by)
        with scratch(self.lab) as folder, ExitStack() as stack:
            db = stack.enter_context(tables(folder, *TABLES))
            likeness = stack.enter_context(Likeness(folder, SIMILARITY, None)) if tie.near else None
            tied = Tied(db, tie, likeness, None, (), "")
            ends = [tied.read(rows) for rows in sets]
            tied.require_columns()
            if likeness is not None:
                tied.match(likeness)
            components = tied.components(ends[-1])
            return [[components.root(number) for number in range(start, end)] for start, end in zip([0, *ends], ends, strict=False)]


def _place(row: Row) -> tuple[float, str]:
    return share(row.id, "worth"), row.id


def _first(rows: Sequence[Row], roots: Sequence[int]) -> list[Row]:
    """The first row of each that hang together."""
    found: dict[int, Row] = {}
    for row, root in zip(rows, roots, strict=True):
        found.setdefault(root, row)
    return list(found.values())


def _lessons(rows: Sequence[Row], kind: Kind) -> list[Lesson]:
    return [one for row in rows if (one := lesson(row, kind)) is not None]


def _kind(rows: Sequence[Row], spoken: str) -> Kind:
    """The probe that most rows have something for; labels come first."""
    for kind in ("classifier", "retrieval"):
        lessons = _lessons(rows, kind)
        if len(lessons) * 2 >= len(rows) > 0 and (kind == "retrieval" or len({one.wanted for one in lessons}) > 1):
            return kind
    columns = ", ".join(sorted({part.path for row in rows[:20] for part in parts(row.data)})) or "none"
    what = f"No probe fits the rows of {spoken}, whose texts are {columns}."
    fix = "A label makes it a classifier; question and answer, or question and context, a retrieval (rowsmith columns renames); lm takes any text."
    raise Invalid(what, fix)
