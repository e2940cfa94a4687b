"""What was forgotten does not come back by accident: it is not taken in again, and runs that rested on it do not go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rowsmith.app.lab import Lab
from rowsmith.core.errors import Conflict
from rowsmith.core.ids import content_hash
from rowsmith.core.lines import stored
from rowsmith.core.step import Step
from rowsmith.steps.read.rows import ReadRows
from rowsmith.store import forgotten
from rowsmith.store.forgotten import Forgotten
from rowsmith.store.runs import Run


def taking_in(lab: Lab, project: str, steps: Sequence[Step] = ()) -> Callable[[Path], str]:
    """How a file that these steps read is copied into the home: gives its hash.

    Raises (the copying, too):
        Conflict: the file, or a row that stands in the recipe, was forgotten.
    """
    refused = forgotten.refused(lab.db, project)
    if not refused:
        return lab.files.put_file
    for step in steps:
        for number, row in enumerate(step.rows, 1) if isinstance(step, ReadRows) else ():
            if (one := refused.get(content_hash(stored(row)).hex())) is not None:
                raise _forgotten(f"Row {number} of step {step.title!r}", "the recipe", one)

    def put(path: Path) -> str:
        if (one := refused.get(lab.files.hash_of(path))) is not None:
            raise _forgotten(f"The file {path.name!r}", "the recipe's inputs", one)
        return lab.files.put_file(path)

    return put


def require_whole(lab: Lab, run: Run) -> None:
    """The run has all that it rests on.

    Raises:
        Conflict: a part of it was forgotten.
    """
    if gone := forgotten.runs_of(lab.db).get(run.n):
        raise Conflict(
            f"Run {run.id} cannot go on: a part of what it rests on was forgotten ({gone[-1].source}, by {gone[-1].author}).",
            "Start its recipe anew, without that source: stored answers are reused.",
        )


def _forgotten(what: str, where: str, one: Forgotten) -> Conflict:
    return Conflict(
        f"{what} was forgotten by {one.author} (rowsmith forget {one.source}), and is not taken in again.",
        f"Take it out of {where}; or let it come back: rowsmith forget {one.source} --lift.",
    )
