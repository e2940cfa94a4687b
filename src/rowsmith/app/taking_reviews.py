"""Answers of people, taken as reviews of the rows that they saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rowsmith.app.edits import row_id
from rowsmith.app.lab import Lab
from rowsmith.app.review_places import place
from rowsmith.app.reviews import opinion
from rowsmith.connectors.review_tool import Answer
from rowsmith.core.errors import Invalid, NotFound, RowFailed
from rowsmith.core.failpoints import failpoint
from rowsmith.core.ids import cleaned
from rowsmith.core.row import Json
from rowsmith.formats import corrected
from rowsmith.store.datasets import MAIN, Datasets
from rowsmith.store.edits import Edits, Stale
from rowsmith.store.refs import Refs
from rowsmith.store.reviews import Opinion, Reviews
from rowsmith.store.standing import token

_SHOWN = 10
_ASKED = ("verdict", "score", "label", "preferred", "correction", "note")


@dataclass
class Pulled:
    """What a pull took, in answers: `added` as reviews, `edited` of them with a correction that is an edit now, `older` of them of a text that the
    row says no more; `known`, which were taken before; `empty`, which say nothing. `missing` are answers about what is no row of the dataset:
    {record, row, by, why}."""

    target: str
    dataset: str
    dry_run: bool
    added: int = 0
    edited: int = 0
    older: int = 0
    known: int = 0
    empty: int = 0
    missing: list[dict[str, str]] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def told(self) -> list[str]:
        """In words, a line each."""
        taken = "would be taken" if self.dry_run else "taken"
        lines = [f"{self.added:,} reviews of {self.dataset} {taken} from {self.target}; {self.known:,} were here."]
        if self.edited:
            next_ = "" if self.dry_run else f": rowsmith diff {self.dataset}, rowsmith commit {self.dataset}"
            lines.append(f"  {self.edited:,} correct a row{next_}")
        if self.older:
            lines.append(f"  {self.older:,} are of what a row said before")
        if self.empty:
            lines.append(f"  {self.empty:,} answers say nothing")
        lines += [f"  row {one['row'] or '?'}, reviewed by {one['by']}: {one['why']}" for one in self.missing[:_SHOWN]]
        return lines + ([f"  and {len(self.missing) - _SHOWN:,} more (--json)"] if len(self.missing) > _SHOWN else [])


def taken(lab: Lab, project: str, target: str, into: str, *, dry_run: bool) -> Pulled:
    """See Reviewers.pull."""
    name, _, branch = into.partition("@")
    dataset = Datasets(lab.db).get(project, name)
    if branch and branch != MAIN:
        Refs(lab.db, dataset).get(branch, "branch")
    there = place(lab, project, target)
    taking = _Taking(lab, dataset.n, branch or MAIN, Pulled(target, into, dry_run))
    for answer in there.tool.answers():
        try:
            taking.take(answer, there.format.read(answer.held.record))
        except RowFailed as error:
            taking.miss(answer, error.what)
    return taking.done


class _Taking:
    def __init__(self, lab: Lab, dataset: int, branch: str, done: Pulled) -> None:
        self.done = done
        self._branch = branch
        self._edits, self._reviews = Edits(lab.db, dataset, branch), Reviews(lab.db, dataset)

    def miss(self, answer: Answer, why: str) -> None:
        """Tell an answer that is about no row here."""
        self.done.missing.append({"record": answer.held.key, "row": answer.held.row, "by": answer.author, "why": why})

    def take(self, answer: Answer, seen: dict[str, Json]) -> None:
        """Take the answer of somebody who saw this row."""
        try:
            row = row_id(answer.held.row)
            stands = self._edits.standing(row).token
        except NotFound:
            return self.miss(answer, "The dataset has no such row.")
        if self._reviews.has(row, answer.author, answer.at):
            self.done.known += 1
            return None
        values = corrected(seen, str(answer.said.get("correction") or ""))
        if (said := _opinion(answer.said, values)) is None:
            self.done.empty += 1
            return None
        current = stands == token(seen)
        if not self.done.dry_run:
            current = current and self._current(answer, row, said, stands)
            if not current:
                self._reviews.add_older(self._branch, row, token({**seen, **values}), said, answer.author, answer.at)
        failpoint("reviewers.taken")
        self.done.added += 1
        self.done.older += not current
        self.done.edited += bool(values) and current
        return None

    def _current(self, answer: Answer, row: str, said: Opinion, seen: str) -> bool:
        """Add the review, and the edit with it; False where the row has just become another one."""

        def add(conn: Any, now: str) -> None:
            self._reviews.add_once(conn, self._branch, row, now, said, answer.author, answer.at)

        try:
            self._edits.change(row, lambda there: {**there.data, **(said.fields or {})}, answer.author, seen=seen, also=add)
        except Stale:
            return False
        return True


def _opinion(said: Mapping[str, Json], values: Mapping[str, Json]) -> Opinion | None:
    """What the answers say; None where that is nothing. Answers to questions of others stand in the note."""
    verdict = said.get("verdict") if said.get("verdict") in ("accept", "reject") else ""
    score = said.get("score")
    label = said.get("label") or said.get("preferred")
    more = [f"{name}: {cleaned(value)}" for name, value in said.items() if name not in _ASKED and value not in (None, "", [])]
    note = "\n".join([*([str(said["note"])] if said.get("note") else []), *more])
    number = float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None
    try:
        return opinion(str(verdict), number, str(label) if label else None, note or None, values or None)
    except Invalid:
        return None
