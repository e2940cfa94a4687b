"""Several questions under one cap: each is a run of its own (app.purse)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowsmith.app.prompt_trials import Asked, asked
from rowsmith.app.purse import Purse
from rowsmith.core.errors import Unavailable
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.steps.generate.columns import Columns
from rowsmith.steps.read.rows import ReadRows

if TYPE_CHECKING:
    from rowsmith.app.results import Result

ROOM = 4_096
"""Tokens that an answer with a whole prompt or many themes may take, where the model's `max_tokens` says nothing."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back: rows by the number of the row that was asked about, from 0, and why others have none (where that can be told)."""

    result: Result
    rows: Mapping[int, Sequence[Row]]
    reasons: Mapping[int, str]

    def one(self) -> Mapping[str, Any]:
        """The answer to the only question.

        Raises:
            Unavailable: there is none that can be used.
        """
        if 0 not in self.rows:
            why = self.result.reason or ", ".join(self.result.failed) or self.result.state
            raise Unavailable(f"The model gave no answer that can be used: {why}", f"See rowsmith runs {self.result.run} --draws, and ask again.")
        return self.rows[0][0].data


class Asking(Purse):
    """Asks under one cap."""

    @property
    def told(self) -> list[Asked]:
        """What each of its runs came to."""
        return [asked(done) for done in self.done.values()]

    def ask(
        self, name: str, rows: Sequence[Mapping[str, Any]], step: Columns, model: Model, *, purchase: int = 0,
        cites: Sequence[Collection[str]] = (),
    ) -> Answers:  # fmt: skip
        """Ask a model about each row. `cites` are the ids of the rows that each of them cites: what is asked is forgotten with those.

        Raises:
            Invalid: it cannot be asked; nothing is spent. Conflict: as `start`.
        """
        called = name.replace("@", " ").replace("/", " ")[:200]
        recipe = Recipe(name=called, models={step.model: model}, steps=[ReadRows(name="asked", rows=[dict(one) for one in rows]), step])
        done = self.start(recipe, purchase=purchase, cites=tuple(tuple(ids) for ids in cites))
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.runs.rows(done.run):
            found[row.origin["source"]["index"]].append(row)
        return Answers(done, found, self._reasons(done, len(rows), found))

    def _reasons(self, done: Result, count: int, found: Mapping[int, Sequence[Row]]) -> dict[int, str]:
        """Failed rows are told in row order: they are those without an answer, as long as as many failed as have none."""
        lacking = [number for number in range(count) if number not in found]
        failed = [f"{one['reason']}: {one['detail']}" for one in self.runs.troubles(done.run)] if lacking else []
        return dict(zip(lacking, failed if len(failed) == len(lacking) else [done.reason or done.state] * len(lacking), strict=True))


def roomy(model: Model) -> Model:
    """The model with room for a long answer, where it says nothing of its own."""
    return model if "max_tokens" in model.model_fields_set else model.model_copy(update={"max_tokens": ROOM})
