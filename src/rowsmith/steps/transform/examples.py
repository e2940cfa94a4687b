"""Gives rows others as examples that a prompt can show: few-shot, drawn anew for each row.

Sources: Wang et al., "Self-Instruct", arXiv 2212.10560 (six tasks that people wrote and two that the model did); Yu et al., "CoT-Self-Instruct",
arXiv 2507.23751 (two seeds).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.ids import canonical, share
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, InputPaths, Step
from rowsmith.steps.earlier import earlier, missing

Example = tuple[str, dict[str, Any]]
"""Whose it is, and what it says in the columns."""
_TRIES = 8
"""Draws for each example, so that it is none that the row has."""


class Examples(Step):
    """Gives each row examples, a list of objects with `columns`: `from_files` records of files, and `from_rows` other rows of the run, those of its
    wave and of earlier ones. The row's id draws both, and their order. Where there are too few other rows, files give more of them.

        - {kind: transform.examples, columns: [input], files: [seeds.jsonl], from_files: 6, from_rows: 2}

        {% for one in examples %}Task: {{ one.input }}
        {% endfor %}

    No example says what the row itself or another of its examples says. A row for which there is none is dropped (`no_examples`), one that has the
    column already too (`column_taken`). Origin: `examples`, the ids of the rows, and the records by file and line.
    """

    columns_: list[Column] = Field(alias="columns", min_length=1, description="Columns of an example: of the rows, and of the records of the files.")
    files: InputPaths = Field([], description="Files with examples, such as the seeds: of any format that is read.")
    from_files: Annotated[int, Field(ge=0, le=100)] = Field(6, description="Examples of each row that come from the files.")
    from_rows: Annotated[int, Field(ge=0, le=100)] = Field(2, description="Examples of each row that are other rows.")
    into: str = Field("examples", min_length=1, description="Column that takes them.")
    seed: int = Field(42, description="Another seed, other examples.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order."""
        if not len(new):  # files are read in a process of their own, which is not worth starting for nothing
            return
        given = [self._of_record(name, data) for name, data in earlier(ctx, (), self.files)] if self.files else []
        known = [(row.id, self._shown(row.data)) for rows in (kept, new) for row in rows] if self.from_rows else []
        for row in new:
            if self.into in row.data:
                yield Dropped(row.id, "column_taken", f"The row has a column {self.into!r} already.")
                continue
            seen = {canonical(self._shown(row.data))}
            own = self._drawn(row, "rows", known, self.from_rows, seen)
            lent = self._drawn(row, "files", given, self.from_files + self.from_rows - len(own) if given else 0, seen)
            if not (found := sorted([*lent, *own], key=lambda one: share(row.id, f"example {self.seed} {one[0]}"))):
                yield Dropped(row.id, "no_examples", "No file and no other row gives one.")
                continue
            told = row.with_data({**row.data, self.into: [shown for _, shown in found]})
            yield Row(told.id, told.order, told.data, told.scores, {**told.origin, "examples": [name for name, _ in found]})

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """The examples are there, too."""
        return None if before is None else before | {self.into}

    def check(self) -> list[str]:
        """Files that are not there, or not used; and nothing to draw."""
        problems = missing(self.files)
        if not self.from_files and not self.from_rows:
            problems.append("from_files and from_rows are both 0. Give one of them a number.")
        if self.from_files and not self.files and (not self.from_rows or "from_files" in self.model_fields_set):
            problems.append("from_files asks for examples of files, and `files` names none.")
        return problems

    def _drawn(self, row: Row, of: str, pool: Sequence[Example], count: int, seen: set[bytes]) -> list[Example]:
        """So many of the pool, at places that the row's id draws, none that was seen; all of a small one are tried."""
        places = (int(share(row.id, f"{of} {self.seed} {number}") * len(pool)) for number in range(_TRIES * count))
        few = len(pool) <= _TRIES * count
        order = sorted(range(len(pool)), key=lambda place: share(row.id, f"{of} {self.seed} {pool[place][0]}")) if few else places
        found: list[Example] = []
        for place in order:
            if len(found) == count:
                break
            name, shown = pool[place]
            key = canonical(shown)
            if name != row.id and key not in seen:
                seen.add(key)
                found.append((name, shown))
        return found

    def _shown(self, data: dict[str, Any]) -> dict[str, Any]:
        return {name: data.get(name) for name in self.columns_}

    def _of_record(self, name: str, data: dict[str, Any]) -> Example:
        if lacking := [column for column in self.columns_ if column not in data]:
            what = f"{name} has no column {lacking[0]!r}, which examples are to show."
            raise Invalid(what, f"It has {', '.join(data) or 'none'}; name one of these.")
        return name, self._shown(data)
