"""People who review rows elsewhere: rows go to Argilla or Label Studio, and come back as reviews.

    project.reviewers.push("qa", "argilla:team/qa")
    project.reviewers.pull("argilla:team/qa", "qa")
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from rowsmith.app.datasets import Datasets
from rowsmith.app.lab import Lab
from rowsmith.app.review_places import Place, place
from rowsmith.app.taking_reviews import Pulled, taken
from rowsmith.connectors.review_tool import Held
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.failpoints import failpoint
from rowsmith.formats import Gathered
from rowsmith.store.standing import token

BATCH = 100
"""Rows that are sent at once."""
_EXAMPLES = 5


@dataclass
class Pushed:
    """What a push did, in rows: `added`; `unchanged`, which were there; `replaced`, older texts that nobody had reviewed and that were taken away;
    `kept`, older texts that somebody has reviewed, which stay beside the new ones. `left_out`: reason -> rows that people cannot be shown, with
    the first of each as `examples`."""

    target: str
    dataset: str
    added: int = 0
    unchanged: int = 0
    replaced: int = 0
    kept: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, str]] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self) | {"left_out": dict(self.left_out)}

    def told(self) -> list[str]:
        """In words, a line each."""
        lines = [f"{self.added:,} rows of {self.dataset} went to {self.target}; {self.unchanged:,} were there."]
        if self.replaced:
            lines.append(f"  {self.replaced:,} of an older text that nobody had reviewed were taken away")
        if self.kept:
            lines.append(f"  {self.kept:,} of an older text that have reviews stay there: rowsmith pull {self.target} --into {self.dataset}")
        lines += [f"  {count:,} rows cannot be shown ({reason})" for reason, count in sorted(self.left_out.items())]
        return lines + [f"    {example['id']}: {example['detail']}" for example in self.examples]


class Reviewers:
    """Tools in which people review the datasets of one project. They are spoken of as `argilla:WORKSPACE/NAME` and `label-studio:TITLE`."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project

    def push(self, spoken: str, target: str, *, where: str | None = None) -> Pushed:
        """Send the rows of a dataset to people, uncommitted edits included. What is there already is not sent again, so the same push goes on where
        it was broken off; a row that says something else than what was sent is sent anew.

        Args:
            where: only rows for which this expression is true: `reviews.count = 0` for those that nobody has reviewed.

        Raises:
            NotFound: no such dataset. Invalid: the target, its address or the condition is none; the rows have several shapes; the target asks
            something else. Unavailable: the server cannot be reached, or refuses.
        """
        Datasets(self.lab, self.project).get(spoken)
        there, done = place(self.lab, self.project, target), Pushed(target, spoken)
        says, gathered = self._gather(spoken, where, there, done)
        if not says:
            raise Invalid(f"No row of {spoken} can be shown to people.", "They need text, input and answer, messages, or two answers.")
        gathered.shape()
        current, stale = _sorted(there, says, done)
        gathered.labels |= there.tool.labels()
        there.tool.prepare(there.settings(gathered))
        new = (record for row, record in self._records(spoken, where, there) if row in says and row not in current)
        for batch in iter(lambda: list(islice(new, BATCH)), []):
            there.tool.add(batch)
            done.added += len(batch)
            failpoint("reviewers.added")
        there.tool.remove(stale)
        done.unchanged, done.replaced = len(current), len(stale)
        return done

    def pull(self, target: str, into: str, *, dry_run: bool = False) -> Pulled:
        """Take what people answered as reviews of the rows of `dataset` or `dataset@branch`. Each answer is taken once, by its author, its row and
        its time. A correction becomes an uncommitted edit; where the row says something else than what was seen, the review is one of the older
        text, and its correction stands in it alone.

        Args:
            dry_run: say what would be taken, and take nothing.

        Raises:
            NotFound: no such dataset, branch or target. Otherwise as `push`.
        """
        return taken(self.lab, self.project, target, into, dry_run=dry_run)

    def _gather(self, spoken: str, where: str | None, there: Place, done: Pushed) -> tuple[dict[str, str], Gathered]:
        """The hashes of what the rows say, and what their records have in common."""
        says, gathered = {}, Gathered()
        for row in Datasets(self.lab, self.project).rows(spoken, where=where):
            try:
                there.see(gathered, there.format.row(row))
            except RowFailed as error:
                done.left_out[error.reason] += 1
                if done.left_out[error.reason] <= _EXAMPLES:
                    done.examples.append({"id": row.id, "reason": error.reason, "detail": error.what})
                continue
            says[row.id] = token(row.data)
        return says, gathered

    def _records(self, spoken: str, where: str | None, there: Place) -> Iterator[tuple[str, dict[str, Any]]]:
        for row in Datasets(self.lab, self.project).rows(spoken, where=where):
            try:
                yield row.id, there.format.row(row)
            except RowFailed:
                continue  # counted when they were gathered


def _sorted(there: Place, says: dict[str, str], done: Pushed) -> tuple[set[str], Sequence[str]]:
    """The rows that are there as they are now, and the keys of records that say something else and that nobody has answered."""
    current: set[str] = set()
    stale = []
    for held in sorted(there.tool.held(), key=lambda held: not held.answered):
        if held.row not in says:
            continue
        if held.row not in current and _says(there, held) == says[held.row]:
            current.add(held.row)
        elif held.answered:
            done.kept += 1
        else:
            stale.append(held.key)
    return current, stale


def _says(there: Place, held: Held) -> str:
    """The hash of the row that the record shows; empty where it is none of ours."""
    try:
        return token(there.format.read(held.record))
    except RowFailed:
        return ""
